import { limits } from '../domain/limits.ts';

/**
 * Delay before the next attempt after `failures` in a row: doubles from the floor up to the cap, and of that a random part,
 * so that a field full of tills does not come back in one instant. Never below the floor, nor below what the backend asked
 * for (`Retry-After`).
 * @param fraction random, in [0, 1)
 */
export function backoffMs(failures: number, fraction: number, retryAfterMs: number | null): number {
  const { backoffFloorMs, backoffCapMs } = limits.replication;
  const ceiling = Math.min(backoffCapMs, backoffFloorMs * 2 ** Math.min(failures, 30));
  const jittered = backoffFloorMs + Math.floor(fraction * (ceiling - backoffFloorMs));
  return Math.max(jittered, retryAfterMs ?? 0);
}
