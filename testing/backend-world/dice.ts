/** Chance that can be drawn again: the same seed and name give the same row of numbers. */
export class Dice {
  #state: number;

  constructor(seed: number, name: string) {
    let mixed = seed >>> 0;
    for (const character of name) mixed = Math.imul(mixed ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
    this.#state = mixed === 0 ? 0x9e3779b9 : mixed;
    // The first numbers of seeds that lie close together lie close together too.
    for (let warmUp = 0; warmUp < 8; warmUp += 1) this.next();
  }

  /** From 0 up to, and without, 1. */
  next(): number {
    let state = this.#state;
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    this.#state = state >>> 0;
    return this.#state / 0x1_0000_0000;
  }

  /** A whole number from 0, below `bound`. */
  below(bound: number): number {
    return Math.floor(this.next() * bound);
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<const Item>(items: readonly [Item, ...Item[]]): Item {
    return items[this.below(items.length)] ?? items[0];
  }

  /** One of what is there; `undefined` where nothing is. */
  oneOf<Item>(items: readonly Item[]): Item | undefined {
    return items[this.below(items.length)];
  }

  /** A name by its weight. */
  weighted<Name extends string>(weights: Readonly<Record<Name, number>>): Name {
    const entries: [string, number][] = Object.entries(weights);
    const names = Object.keys(weights).filter((name): name is Name => name in weights);
    let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const name of names) {
      left -= weights[name];
      if (left < 0) return name;
    }
    const last = names.at(-1);
    if (last === undefined) throw new Error('there is nothing to draw from');
    return last;
  }
}
