/** One thing that must not grow, as it was measured again and again, every `salesPerValue` sales. */
export interface Series {
  readonly name: string;
  readonly values: readonly number[];
  readonly salesPerValue: number;
}

export interface Growth {
  /** What each sale adds for good, in the unit of the values. */
  readonly perSale: number;
  /** Where the part that is judged begins and ends, as medians of its first and last quarter, and the highest value of all. */
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
 * steps counts, between medians, which noise and outliers move little. (A straight line through everything, and Theil's and
 * Sen's too, make a slope of a single step in the middle.)
 * @throws RangeError where there is too little to judge
 */
export function growthOf({ name, values, salesPerValue }: Series): Growth {
  const judged = values.slice(Math.ceil(values.length * warmUp));
  if (judged.length < valuesMin) throw new RangeError(`${name}: ${judged.length} values are too few`);
  const quarter = judged.length / 4;
  const medians = [0, 1, 2, 3].map((part) =>
    medianOf(judged.slice(Math.round(part * quarter), Math.round((part + 1) * quarter))),
  );
  const steps = medians.slice(1).map((median, before) => median - (medians[before] ?? 0));
  return {
    perSale: Math.min(...steps) / (quarter * salesPerValue),
    first: medians[0] ?? 0,
    last: medians[3] ?? 0,
    highest: Math.max(...values),
  };
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
