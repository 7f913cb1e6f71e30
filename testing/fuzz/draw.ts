import fc from 'fast-check';

/** Values drawn one after the other from fast-check's arbitraries: the same seed draws the same. */
export class Draw {
  readonly #value: fc.GeneratorValue;

  constructor(seed: number) {
    const [value] = fc.sample(fc.gen(), { seed, numRuns: 1 });
    if (value === undefined) throw new Error('fast-check draws what it is asked for');
    this.#value = value;
  }

  of<Value>(arbitrary: fc.Arbitrary<Value>): Value {
    return this.#value(() => arbitrary);
  }

  /** Drawn evenly, both ends included: an integer of fast-check would favour its bounds. */
  between(min: number, max: number): number {
    return this.of(fc.noBias(fc.integer({ min, max })));
  }

  oneOf<Value>(values: readonly Value[]): Value {
    const [first] = values;
    if (first === undefined) throw new RangeError('nothing to draw from');
    return values[this.between(0, values.length - 1)] ?? first;
  }

  /** True in so many of a hundred cases. */
  percent(of: number): boolean {
    return this.between(0, 99) < of;
  }
}
