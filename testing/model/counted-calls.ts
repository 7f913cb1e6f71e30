/** Counts the calls of an object that have not been answered yet, so that a test can wait until all are. */
export class CountedCalls<Target extends object> {
  readonly target: Target;
  #openCount = 0;
  #isCut = false;
  #waiting: (() => void)[] = [];

  constructor(target: Target) {
    this.target = new Proxy(target, {
      get: (from, key) => {
        const member: unknown = Reflect.get(from, key);
        if (typeof member !== 'function') return member;
        return (...given: unknown[]) =>
          this.#isCut ? new Promise(() => undefined) : this.#follow(Reflect.apply(member, from, given));
      },
    });
  }

  get isQuiet(): boolean {
    return this.#openCount === 0;
  }

  /** From now on nothing is asked and nothing is answered: whoever called is dead. */
  cut(): void {
    this.#isCut = true;
  }

  /** Until every call that was made has been answered. */
  async answered(): Promise<void> {
    while (!this.isQuiet) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #follow(answer: unknown): unknown {
    if (!(answer instanceof Promise)) return answer;
    this.#openCount += 1;
    return answer.finally(() => {
      this.#openCount -= 1;
      if (this.isQuiet) for (const resolve of this.#waiting.splice(0)) resolve();
    });
  }
}
