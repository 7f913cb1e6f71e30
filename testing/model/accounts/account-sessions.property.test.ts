/**
 * Goal: in account mode (Q52) a till does what the rules say whatever comes in which order: the same bookings, the same
 * belief of every account, no more at risk than is allowed, and not a unit of money that comes or goes.
 * Method: random sessions of fast-check commands on a whole till (database, emulated tags, accounts behind a socket) beside
 * a model that knows nothing of its code; after every command all is compared. What the chart goes through is watched.
 * `npm run test:model` plays thousands of them; `KLINK_MODEL_SEED` plays the same again.
 */
import fs from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { accountChart } from '../../../terminal-core/checkout/account-chart.ts';
import { stepName, stepsOf } from '../../charts/every-chart.ts';
import { assignment, configuration } from '../../till/canteen.ts';
import { InProcessTill } from '../../till/in-process-till.ts';
import { ModelBackend } from '../model-backend.ts';
import { SessionTally, sessionRuns } from '../session-runs.ts';
import { World } from '../world.ts';
import { type AccountCommand, accountCommand, wholeAccountSession } from './account-commands.ts';
import { AccountModel, cake, canteenRules } from './account-model.ts';
import { CanteenLedger } from './canteen-ledger.ts';

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
  const { maximumBalanceMinor, ...accountLimits } = canteenRules;
  const till = new InProcessTill({
    assignment: { ...assignment, backendUrl: backend.server.url },
    configuration: {
      ...configuration,
      products: [...configuration.products, cake],
      limits: { ...configuration.limits, maximumBalanceMinor },
      accountLimits,
    },
  });
  await till.hand({ kind: 'create', label: 'Classic', technology: 'classic1k' });
  template = till.killNow();
  till.close();
});
afterAll(async () => {
  await backend.server.close();
  fs.rmSync(template, { recursive: true, force: true });
});

async function play(commands: Iterable<AccountCommand>): Promise<void> {
  const ledger = new CanteenLedger();
  backend.begin(assignment.journalId, ledger);
  const real = new World(backend, template);
  ledger.allergic.add(real.uid(1));
  try {
    watch.isWatching = true;
    await fc.asyncModelRun(() => ({ model: new AccountModel(2), real }), commands);
  } finally {
    watch.isWatching = false;
    tally.count(real.played);
    real.close();
  }
}

test('a session with every step of the chart', async () => {
  await play(wholeAccountSession);
});

test('random sessions: till, accounts and model agree after every command', { timeout: 3_600_000 }, async () => {
  const sessions = fc.commands([accountCommand], { maxCommands: 40, size: 'max' });
  await fc.assert(fc.asyncProperty(sessions, play), sessionRuns(60));
});

test('every step that the chart can take, the till has taken', () => {
  const possible = stepsOf(accountChart).map(({ from, event, to }) => stepName(accountChart, from, event, to));
  tally.tell('account mode', watch.taken.size);
  expect([...watch.taken].sort()).toEqual([...new Set(possible)].sort());
});
