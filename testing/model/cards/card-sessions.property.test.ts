/**
 * Goal: whatever a provider says, whenever a card, a tag, the line or the till leaves, the cards have paid for exactly what
 * is on the tags, or for what is openly to be decided or given back (Q13).
 * Method: random sessions of fast-check commands on a whole till beside a provider with books of its own; after every command
 * the rows, the provider's books and the tags, as the witness reads them, are compared. What the chart goes through is
 * watched: sessions that are written down take every step of it.
 * `npm run test:model` plays thousands of them; `KLINK_MODEL_SEED` plays the same again.
 */
import fs from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { cardTopUpChart } from '../../../terminal-core/checkout/card-chart.ts';
import { stepName, stepsOf } from '../../charts/every-chart.ts';
import { assignment } from '../../till/festival.ts';
import { PaymentBackend } from '../../till/payment-backend.ts';
import { makeFestival } from '../festival-start.ts';
import { ModelBackend } from '../model-backend.ts';
import { SessionTally, sessionRuns } from '../session-runs.ts';
import { World } from '../world.ts';
import { CardDay } from './card-agreement.ts';
import { type CardCommand, cardCommand, directedCardSessions } from './card-commands.ts';

const { watch } = await vi.hoisted(async () => {
  const { ChartWatch } = await import('../chart-watch.ts');
  return { watch: new ChartWatch() };
});
vi.mock('xstate', async (importOriginal) => watch.watched(await importOriginal()));

const tally = new SessionTally();

let backend: ModelBackend;
let template: string;
beforeAll(async () => {
  backend = await ModelBackend.start();
  template = await makeFestival(backend.server.url, { isStaffed: false });
});
afterAll(async () => {
  await backend.server.close();
  fs.rmSync(template, { recursive: true, force: true });
});

async function play(commands: Iterable<CardCommand>): Promise<void> {
  const provider = await PaymentBackend.start();
  backend.begin(assignment.journalId, null, provider);
  const real = new World(backend, template);
  try {
    watch.isWatching = true;
    await fc.asyncModelRun(() => ({ model: new CardDay(provider, 2), real }), commands);
    watch.noteResolved(() => cardTopUpChart.id, real);
  } finally {
    watch.isWatching = false;
    tally.count(real.played);
    real.close();
    await provider.server.close();
  }
}

test.each(directedCardSessions)('Q13: $name', async ({ commands }) => {
  await play(commands);
});

test('Q13: random sessions: cards, tags and till agree after every command', { timeout: 3_600_000 }, async () => {
  const sessions = fc.commands([cardCommand], { maxCommands: 30, size: 'max' });
  await fc.assert(fc.asyncProperty(sessions, play), sessionRuns(30));
});

test('every step that the chart can take, the till has taken', () => {
  const possible = new Set(
    stepsOf(cardTopUpChart).map(({ from, event, to }) => stepName(cardTopUpChart, from, event, to)),
  );
  tally.tell('card payments', watch.taken.size);
  expect([...possible].filter((step) => !watch.taken.has(step))).toEqual([]);
});
