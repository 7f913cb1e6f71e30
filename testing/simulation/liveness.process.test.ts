/**
 * Goal: the end of a run waits for everything that comes right by itself, however long its pauses have grown, and finds nothing
 * that would have. Method: a run of a few actions that leaves something to be asked about again, and its end.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Action } from './actions.ts';
import { apply } from './apply-action.ts';
import { Cluster } from './cluster.ts';
import { GlobalTimers } from './global-timers.ts';
import { finish } from './liveness.ts';
import { openEvent } from './opening.ts';
import { Simulation } from './simulation.ts';

const timers = new GlobalTimers();
let cluster: Cluster;
beforeAll(async () => {
  cluster = await Cluster.start();
});
afterAll(() => cluster.stop());

test('Q12: a top-up that a card paid in silence is asked about again before the end is judged', async () => {
  const database = await cluster.newDatabase();
  const simulation = await Simulation.open({ seed: 5, tills: 2, tags: 4 }, database.connection, timers);
  try {
    await openEvent(simulation);
    const [paying] = simulation.wristbands.all;
    if (!paying) throw new Error('a run has wristbands');
    const actions: readonly Action[] = [
      { kind: 'card', fate: 'silent-taken' },
      { kind: 'operator', deed: { deed: 'online-top-up', uid: paying.uid, amountMinor: 2_000 } },
      { kind: 'pass', spanMs: 20_000 },
      { kind: 'provider', isReachable: false },
      // Long enough that the next question comes when all else at the end is done.
      { kind: 'pass', spanMs: 52 * 60_000 },
    ];
    for (const action of actions) await apply(simulation, action);
    // Only the backend's own question can tell.
    expect(simulation.tally.faults.get('notice lost')).toBe(1);
    await finish(simulation);
  } finally {
    await simulation.close();
    timers.uninstall();
    await database.drop();
  }
});
