/**
 * Goal: whatever people, tags, the power, the reader and the backend do to a till, in whatever order, it does what the
 * rules say, and nothing else: same states, same money on the tags and in the drawer, same journal, same screen.
 * Method: random sessions of fast-check commands on a whole till (database, emulated tags, backend on a socket) beside a
 * model that knows nothing of its code. After every command both are compared to the unit, and every invariant is looked
 * at. What the charts go through is watched: by the end every transition that a till can take has been taken.
 * `KLINK_MODEL_SESSIONS=5000` plays more of them; `KLINK_MODEL_SEED` plays the same again.
 */
import fs from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { backendCommands } from './commands/backend.ts';
import { deskCommands } from './commands/desk.ts';
import { mishapCommands } from './commands/mishaps.ts';
import { showingCommands } from './commands/showing.ts';
import { ModelBackend } from './model-backend.ts';
import { makeTemplate, World } from './world.ts';

const sessionCount = Number(process.env['KLINK_MODEL_SESSIONS'] ?? 300);
const seed = Number(process.env['KLINK_MODEL_SEED'] ?? Date.now() % 1_000_000);

let backend: ModelBackend;
let template: string;
beforeAll(async () => {
  backend = await ModelBackend.start();
  template = await makeTemplate(backend.server.url);
});
afterAll(async () => {
  await backend.server.close();
  fs.rmSync(template, { recursive: true, force: true });
});

const anyCommand = fc.oneof(...showingCommands, ...deskCommands, ...mishapCommands, ...backendCommands);

test('random sessions: till and model agree after every command', { timeout: 3_600_000 }, async () => {
  let played = 0;
  await fc.assert(
    fc.asyncProperty(fc.commands([anyCommand], { maxCommands: 25, size: 'max' }), async (commands) => {
      const { model, real } = await World.begin(backend, template);
      try {
        await fc.asyncModelRun(() => ({ model, real }), commands);
      } finally {
        real.close();
      }
      played += 1;
    }),
    { numRuns: sessionCount, seed },
  );
  expect(played).toBe(sessionCount);
});
