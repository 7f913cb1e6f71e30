/** One key of `sourceOfFunds` with its amount, in the order in which it was sent (R118, Q30). */
export type FundsSource = { name: string; amountMinor: number };

/** What of each source pays for the sale: in order, the one that crosses the amount in part, the rest not at all (R122, Q30). */
export function shareOutFunds(
  sources: readonly FundsSource[],
  amountMinor: number,
): { shares: FundsSource[]; restMinor: number; excessIgnoredMinor: number } {
  let restMinor = amountMinor;
  const shares = sources.map(({ name, amountMinor: wantedMinor }) => {
    const takenMinor = Math.min(wantedMinor, restMinor);
    restMinor -= takenMinor;
    return { name, amountMinor: takenMinor };
  });
  const namedMinor = sources.reduce((sum, source) => sum + source.amountMinor, 0);
  const excessIgnoredMinor = namedMinor - (amountMinor - restMinor);
  return { shares: shares.filter((share) => share.amountMinor > 0), restMinor, excessIgnoredMinor };
}

/** Id of the purse that a key means (Q24): trimmed, lower case, runs of anything but letters and digits to `-` (R126). */
export function slugOf(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '');
}

/** Title of a purse that a key makes: Title Case (R126, Q24). */
export function titleOf(name: string): string {
  return name
    .trim()
    .toLowerCase()
    .replaceAll(/(^|[^\p{L}\p{N}])(\p{L})/gu, (_, before: string, letter: string) => before + letter.toUpperCase());
}
