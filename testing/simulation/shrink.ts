import type { Action } from './actions.ts';
import type { Cluster } from './cluster.ts';
import type { GlobalTimers } from './global-timers.ts';
import { play, type RunPlan, type RunResult } from './run.ts';

export interface ShrinkOptions {
  readonly runsMax: number;
  onRun?(actions: number): void;
}

/**
 * Leaves out whatever the same check does without: halves of the trace, then ever smaller pieces, as long as there are runs left.
 * What a line or a reader draws by chance depends on what came before, so that a shorter trace is another world; it counts only
 * when the same check finds something in it.
 */
export async function shrink(
  failed: RunResult,
  plan: RunPlan,
  cluster: Cluster,
  timers: GlobalTimers,
  { runsMax, onRun }: ShrinkOptions,
): Promise<RunResult> {
  let best = failed;
  let runs = 0;
  const fails = async (actions: readonly Action[]): Promise<boolean> => {
    runs += 1;
    onRun?.(best.actions.length);
    const result = await play({ ...plan, actions }, cluster, timers);
    if (result.finding?.check !== failed.finding?.check) return false;
    best = result;
    return true;
  };
  let size = Math.ceil(best.actions.length / 2);
  while (size >= 1 && runs < runsMax) {
    let isShorter = false;
    for (let end = best.actions.length; end > 0 && runs < runsMax; end -= size) {
      const kept = best.actions.filter((_, index) => index < end - size || index >= end);
      if (kept.length < best.actions.length && (await fails(kept))) isShorter = true;
    }
    if (size === 1 && !isShorter) break;
    size = isShorter ? Math.min(size, Math.ceil(best.actions.length / 2)) : Math.floor(size / 2);
  }
  return best;
}
