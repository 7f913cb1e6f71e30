import type { FeeRule } from '../../contract/wire/configuration.ts';

/**
 * Fee of an amount in minor units: the fixed part and the proportional part, which is rounded half up to a minor unit.
 * 0 for an amount of 0.
 */
export function feeMinor(rule: FeeRule, amountMinor: number): number {
  if (amountMinor === 0) return 0;
  return rule.fixedMinor + Math.floor((amountMinor * rule.rateBasisPoints + 5_000) / 10_000);
}
