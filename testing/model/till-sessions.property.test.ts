/**
 * Goal: whatever people, tags, the power, the reader and the backend do to a till, in whatever order, it does what the
 * rules say, and nothing else: same states, same money on the tags and in the drawer, same journal, same screen.
 * Method: random sessions of fast-check commands on a whole till (database, emulated tags, backend on a socket) beside a
 * model that knows nothing of its code. After every command both are compared to the unit, and every invariant is looked
 * at. What the charts go through is watched: by the end every transition that a till can take has been taken.
 * `npm run test:model` plays thousands of them; `KLINK_MODEL_SEED` plays the same again.
 */
import fs from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { everyChart, stepName, stepsOf } from '../charts/every-chart.ts';
import { chartOfWish } from './chart-watch.ts';
import { backendCommands } from './commands/backend.ts';
import { deskCommands } from './commands/desk.ts';
import { mishapCommands } from './commands/mishaps.ts';
import { showingCommands } from './commands/showing.ts';
import { directedSessions } from './directed-sessions.ts';
import { beginFestival, makeFestival } from './festival-start.ts';
import { ModelBackend } from './model-backend.ts';
import type { SessionCommand } from './session-command.ts';
import { SessionTally, sessionRuns } from './session-runs.ts';

const { watch } = await vi.hoisted(async () => {
  const { ChartWatch } = await import('./chart-watch.ts');
  return { watch: new ChartWatch() };
});
vi.mock('xstate', async (importOriginal) => watch.watched(await importOriginal()));

const tally = new SessionTally();

let backend: ModelBackend;
let template: string;
beforeAll(async () => {
  backend = await ModelBackend.start();
  template = await makeFestival(backend.server.url);
});
afterAll(async () => {
  await backend.server.close();
  fs.rmSync(template, { recursive: true, force: true });
});

const allCommands = [...showingCommands, ...deskCommands, ...mishapCommands, ...backendCommands];

async function play(commands: Iterable<SessionCommand>): Promise<void> {
  const { model, real } = await beginFestival(backend, template);
  try {
    watch.isWatching = true;
    await fc.asyncModelRun(() => ({ model, real }), commands);
    watch.noteResolved((number) => chartOfWish(model.rows[number - 1]?.wish), real);
  } finally {
    watch.isWatching = false;
    tally.count(real.played);
    real.close();
  }
}

test.each(directedSessions)('$name', async ({ commands }) => {
  await play(commands);
});

test('random sessions: till and model agree after every command', { timeout: 3_600_000 }, async () => {
  const sessions = fc.commands([fc.oneof(...allCommands)], { maxCommands: 40, size: 'max' });
  await fc.assert(fc.asyncProperty(sessions, play), sessionRuns(100));
});

test('every kind of command was played', () => {
  expect(allCommands.map(({ name }) => name).filter((name) => !tally.names.has(name))).toEqual([]);
});

test('every step that a chart can take, the till has taken', async () => {
  const ofTheirOwn = ['account', 'cardTopUp'];
  const charts = (await everyChart()).filter(({ chart }) => !ofTheirOwn.includes(chart.id));
  const possible = new Set(
    charts.flatMap(({ chart }) => stepsOf(chart).map(({ from, event, to }) => stepName(chart, from, event, to))),
  );
  tally.tell('a till', watch.taken.size);
  expect([...watch.taken].filter((step) => !possible.has(step))).toEqual([]);
  expect([...possible].filter((step) => !watch.taken.has(step) && !isNeverTaken(step))).toEqual([]);
  expect([...watch.taken].filter(isNeverTaken)).toEqual([]);
});

/** What a chart allows and the till does not do, and why. */
function isNeverTaken(step: string): boolean {
  return neverTaken.some(({ steps }) => steps.test(step));
}

const neverTaken = [
  {
    steps: /^(?:cashTopUp|chargeback|tagAdjustment): reserving —(?:RESERVED|DENIED|CANCEL|INTERRUPT)→/,
    because: 'nobody is asked to hold what raises a balance (R27)',
  },
] as const;
