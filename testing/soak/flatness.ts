/** One thing that must not grow, as it was measured again and again, every `salesPerValue` sales. */
export interface Series {
  readonly name: string;
  readonly values: readonly number[];
  readonly salesPerValue: number;
}

export interface Growth {
  /** What each sale adds for good, in the unit of the values. */
  readonly perSale: number;
  /** What there is for good in the first and in the last quarter of what is judged, and the highest value of all. */
  readonly first: number;
  readonly last: number;
  readonly highest: number;
}

/**
 * Part of the values at the beginning that is not judged: code is compiled, the young generation of V8 takes its steps,
 * SQLite's cache of pages fills, which takes some 1,200 sales and is a quarter of a whole run.
 */
const warmUp = 0.4;
const valuesMin = 12;

/**
 * How much each sale adds for good. A leak goes on: it adds from each quarter of what is judged to the next. A cache that
 * fills up, an allocator that takes one piece more, a space that V8 doubles, add once and stop. So the least of the three
 * steps counts. (A straight line through everything, also a robust one, makes a slope of a single step in the middle.)
 * @param kept which value of a quarter is what there is for good: its least (0) where what is under way when it is taken
 *   only adds, its median (0.5) where it errs both ways
 * @throws RangeError where there is too little to judge
 */
export function growthOf({ name, values, salesPerValue }: Series, kept: 0 | 0.5): Growth {
  const judged = values.slice(Math.ceil(values.length * warmUp));
  if (judged.length < valuesMin) throw new RangeError(`${name}: ${judged.length} values are too few`);
  const quarter = Math.floor(judged.length / 4);
  const equal = judged.slice(-4 * quarter);
  const levels = [0, 1, 2, 3].map((part) => quantileOf(equal.slice(part * quarter, (part + 1) * quarter), kept));
  const steps = levels.slice(1).map((later, before) => later - (levels[before] ?? 0));
  return {
    perSale: Math.min(...steps) / (quarter * salesPerValue),
    first: levels[0] ?? 0,
    last: levels[3] ?? 0,
    highest: Math.max(...values),
  };
}

function quantileOf(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) * part)] ?? 0;
}
