/** Set by whoever wants many sessions (`npm run test:model`), or the same ones again. */
const wantedCount = process.env['KLINK_MODEL_SESSIONS'];
const wantedSeed = process.env['KLINK_MODEL_SEED'];

/** How many sessions are played: a handful that fits into everybody's minute, or as many as were asked for. */
export function sessionRuns(usualCount: number) {
  const seed = wantedSeed === undefined ? {} : { seed: Number(wantedSeed) };
  if (wantedCount !== undefined) return { ...seed, numRuns: Number(wantedCount) };
  return { ...seed, numRuns: usualCount, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false };
}

/** What was played, for whoever asked for many. */
export class SessionTally {
  #sessions = 0;
  #commands = 0;
  /** Every kind of command that was played. */
  readonly names = new Set<string>();

  count(played: readonly string[]): void {
    this.#sessions += 1;
    this.#commands += played.length;
    for (const name of played) this.names.add(name);
  }

  tell(name: string, takenCount: number): void {
    if (wantedCount === undefined) return;
    console.log(`${name}: ${this.#sessions} sessions, ${this.#commands} commands, ${takenCount} steps of charts taken`);
  }
}
