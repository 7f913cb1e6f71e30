import type { Action } from './actions.ts';
import { apply } from './apply-action.ts';
import type { Cluster } from './cluster.ts';
import { countBackendSteps } from './coverage.ts';
import { Director } from './director.ts';
import type { GlobalTimers } from './global-timers.ts';
import { killedName } from './life.ts';
import { finish } from './liveness.ts';
import { ModelViolation } from './money-model.ts';
import { openEvent } from './opening.ts';
import { Simulation, type SimulationOptions } from './simulation.ts';
import type { Tally } from './tally.ts';

/** What a run found wrong. */
export interface Finding {
  readonly check: string;
  readonly detail: string;
  /** Of the action during which it was found; after the last one: while everything was brought to an end. */
  readonly step: number;
}

export interface RunResult {
  readonly seed: number;
  readonly actions: readonly Action[];
  readonly finding: Finding | null;
  readonly traceHash: string;
  readonly tally: Tally;
  readonly eventCount: number;
}

export interface RunPlan extends SimulationOptions {
  readonly steps: number;
  /** Instead of what the director would decide: a trace that is played again. */
  readonly actions?: readonly Action[];
  /** After how many steps that changed the books they are compared as a whole. */
  readonly compareEvery: number;
  onStep?(step: number): void;
}

/** Plays one seed, or one trace, from an empty world to a quiet one. Does not come to an end when it is broken off by a signal. */
export async function play(plan: RunPlan, cluster: Cluster, timers: GlobalTimers): Promise<RunResult> {
  try {
    return await playWhole(plan, cluster, timers);
  } finally {
    await cluster.unlessBrokenOff();
  }
}

async function playWhole(plan: RunPlan, cluster: Cluster, timers: GlobalTimers): Promise<RunResult> {
  const database = await cluster.newDatabase();
  const simulation = await Simulation.open(plan, database.connection, timers);
  const stopWatching = watchProcess(simulation);
  const actions: Action[] = [];
  let finding: Finding | null = null;
  try {
    await openEvent(simulation);
    const director = new Director(simulation);
    const count = plan.actions?.length ?? plan.steps;
    for (let step = 0; step < count; step += 1) {
      const action = plan.actions?.[step] ?? director.next();
      actions.push(action);
      await apply(simulation, action);
      if (simulation.tap.changes >= plan.compareEvery) await simulation.tap.compare();
      plan.onStep?.(step + 1);
    }
    await finish(simulation);
  } catch (error) {
    finding = findingOf(error, actions.length);
  }
  const { traceHash, tally, time } = simulation;
  await countBackendSteps(simulation.backend, tally);
  await simulation.close();
  stopWatching();
  timers.uninstall();
  await database.drop();
  return { seed: plan.seed, actions, finding, traceHash, tally, eventCount: time.eventCount };
}

function findingOf(error: unknown, step: number): Finding {
  if (error instanceof ModelViolation) return { check: error.check, detail: error.message, step };
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { check: error instanceof Error ? error.name : 'thrown', detail, step };
}

/** An error that nobody waits for ends a till host, unless the host was dead already. */
function watchProcess(simulation: Simulation): () => void {
  const note = (error: unknown) => {
    const isOfDead =
      // By its name: that of an older release is of a class of its own.
      (error instanceof Error && error.name === killedName) ||
      (error instanceof TypeError && error.message.includes('database connection is not open'));
    if (!isOfDead) simulation.noteBroken(error);
  };
  process.on('unhandledRejection', note);
  return () => process.off('unhandledRejection', note);
}
