/** Time that passes only when the test says so. */
export class TestClock {
  #ms: number;

  constructor(start: string) {
    this.#ms = Date.parse(start);
  }

  get ms(): number {
    return this.#ms;
  }

  now(): Date {
    return new Date(this.#ms);
  }

  pass(ms: number): void {
    this.#ms += ms;
  }
}
