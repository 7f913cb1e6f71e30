import type { FeeRule } from '../../contract/wire/configuration.ts';

/**
 * Fee of an amount in minor units: the fixed part and the proportional part, which is rounded half up to a minor unit.
 * 0 for an amount of 0.
 */
export function feeMinor(rule: FeeRule, amountMinor: number): number {
  if (amountMinor === 0) return 0;
  return rule.fixedMinor + Math.floor((amountMinor * rule.rateBasisPoints + 5_000) / 10_000);
}

/**
 * The smallest amount that leaves at least `netMinor` once its own fee is taken off (Q16, "grossed up for the fee"); null
 * where no amount does.
 */
export function grossMinor(rule: FeeRule, netMinor: number): number | null {
  if (netMinor <= 0) return 0;
  const restBasisPoints = 10_000 - rule.rateBasisPoints;
  if (restBasisPoints <= 0) return null;
  // One step below what the rounding could ever make enough; from there on every step adds one or nothing.
  const exactMinor = ((netMinor + rule.fixedMinor) * 10_000) / restBasisPoints;
  let amountMinor = Math.max(1, Math.floor(exactMinor - 10_000 / restBasisPoints) - 1);
  while (amountMinor - feeMinor(rule, amountMinor) < netMinor) amountMinor += 1;
  return amountMinor;
}
