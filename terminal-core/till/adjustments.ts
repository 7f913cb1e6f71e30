import type { PendingAdjustment } from '../../contract/wire/tag-lookup.ts';

/**
 * The one adjustment a tag may take now: exactly its last one + 1, so that none is collected twice, by any till, ever
 * (Q20). One that only sets or clears the blocked flag has no number and may be applied at any time.
 */
export function nextAdjustment(
  pending: readonly PendingAdjustment[],
  lastAdjustmentNumber: number,
): PendingAdjustment | null {
  return (
    pending.find(
      ({ adjustmentNumber }) => adjustmentNumber === null || adjustmentNumber === lastAdjustmentNumber + 1,
    ) ?? null
  );
}
