import type { Random } from '../../terminal-core/checkout/ports.ts';

const modulus = 2 ** 32;

/** One 32-bit word out of a text: where streams of chance begin. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * Everything a run leaves to chance, out of one seed and by nothing else (a Weyl sequence through a mixer): the same name gives
 * the same numbers on every machine. Parts of the world draw from streams of their own, so that what happens to one till does
 * not move the dice of another.
 */
export class Chance implements Random {
  readonly #name: string;
  #state: number;

  constructor(name: string) {
    this.#name = name;
    this.#state = hashOf(name);
  }

  /** A stream of its own. */
  stream(name: string): Chance {
    return new Chance(`${this.#name}/${name}`);
  }

  /** In [0, 1). */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / modulus;
  }

  /** A whole number from 0 to `end` − 1. */
  below(end: number): number {
    return Math.floor(this.fraction() * end);
  }

  /** A whole number from `first` to `last`. */
  between(first: number, last: number): number {
    return first + this.below(last - first + 1);
  }

  /** True so often out of a hundred. */
  percent(share: number): boolean {
    return this.fraction() * 100 < share;
  }

  pick<Value>(values: readonly Value[]): Value {
    const value = values[this.below(values.length)];
    if (value === undefined) throw new Error('there is nothing to pick from');
    return value;
  }

  /** One of the names, each as often as its weight says. */
  weighted<Name extends string>(weights: Readonly<Partial<Record<Name, number>>>): Name {
    const names = namesOf(weights);
    const total = names.reduce((sum, name) => sum + (weights[name] ?? 0), 0);
    let left = this.fraction() * total;
    for (const name of names) {
      left -= weights[name] ?? 0;
      if (left < 0) return name;
    }
    return this.pick(names);
  }

  bytes(length: number): Uint8Array {
    return Uint8Array.from({ length }, () => this.below(256));
  }
}

function namesOf<Name extends string>(weights: Readonly<Partial<Record<Name, number>>>): Name[] {
  const names: Name[] = [];
  for (const name in weights) if ((weights[name] ?? 0) > 0) names.push(name);
  return names;
}
