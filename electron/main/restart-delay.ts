const firstDelayMs = 100;
const longestDelayMs = 10_000;
/** A host that ran this long was healthy: the next death starts at the short delay again. */
const healthyMs = 30_000;

/** How long to wait before a host that died is started again: doubling up to a cap. */
export class RestartDelay {
  private nextDelayMs = firstDelayMs;

  /** @param ranMs how long the host ran before it died. */
  afterDeath(ranMs: number): number {
    if (ranMs >= healthyMs) this.nextDelayMs = firstDelayMs;
    const delayMs = this.nextDelayMs;
    this.nextDelayMs = Math.min(this.nextDelayMs * 2, longestDelayMs);
    return delayMs;
  }
}
