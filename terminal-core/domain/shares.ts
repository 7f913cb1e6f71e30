import { invariant } from './invariant.ts';

/**
 * Deals an amount out in proportion to the weights, to the last minor unit (largest remainder; of equal ones the first).
 * No share is more than its weight.
 * @param weights none negative, together at least the amount
 */
export function sharesOf(amountMinor: number, weights: readonly number[]): readonly number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  invariant('INV-01', amountMinor >= 0 && amountMinor <= total, `${amountMinor} cannot be dealt out to ${total}`);
  if (total === 0) return weights.map(() => 0);
  const exact = weights.map((weight) => BigInt(amountMinor) * BigInt(weight));
  const shares = exact.map((product) => Number(product / BigInt(total)));
  const left = amountMinor - shares.reduce((sum, share) => sum + share, 0);
  const byRemainder = exact
    .map((product, at) => ({ at, remainder: product % BigInt(total) }))
    .sort((one, other) =>
      one.remainder === other.remainder ? one.at - other.at : one.remainder > other.remainder ? -1 : 1,
    );
  for (const { at } of byRemainder.slice(0, left)) shares[at] = (shares[at] ?? 0) + 1;
  return shares;
}
