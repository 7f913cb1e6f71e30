/** Lends things that can be used by one at a time, e.g. readers, in the order in which they are asked for. */
export class Pool<Thing> {
  readonly #free: Thing[];
  readonly #waiting: ((thing: Thing) => void)[] = [];

  constructor(things: readonly Thing[]) {
    this.#free = [...things];
  }

  /** Waits for one that is free, and takes it back when the work has ended, however it did. */
  async using<Value>(work: (thing: Thing) => Promise<Value>): Promise<Value> {
    const thing = this.#free.shift() ?? (await new Promise<Thing>((resolve) => this.#waiting.push(resolve)));
    try {
      return await work(thing);
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free.push(thing);
      else next(thing);
    }
  }
}
