import type { Clock } from '../checkout/ports.ts';

/** How far another clock is ahead of this one. */
export interface ClockDifference {
  readonly differenceMs: number;
  readonly measuredAt: string;
}

/**
 * Reads the backend's clock off the `Date` of its answers, to a second: enough to see that a till's own clock is wrong, and
 * nothing is ever reckoned with it.
 */
export class ServerClock {
  readonly #clock: Clock;
  #difference: ClockDifference | null = null;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get difference(): ClockDifference | null {
    return this.#difference;
  }

  /** The same transport, whose answers are looked at on their way. */
  watching(transport: typeof fetch): typeof fetch {
    return async (input, init) => {
      const askedMs = this.#clock.nowMs();
      const response = await transport(input, init);
      this.#note(response.headers.get('date'), askedMs, this.#clock.nowMs());
      return response;
    };
  }

  #note(date: string | null, askedMs: number, answeredMs: number): void {
    const serverMs = date === null ? Number.NaN : Date.parse(date);
    if (Number.isNaN(serverMs)) return;
    // The header has whole seconds, cut off: on average half a second is missing.
    const differenceMs = Math.round(serverMs + 500 - (askedMs + answeredMs) / 2);
    this.#difference = { differenceMs, measuredAt: new Date(answeredMs).toISOString() };
  }
}
