/** One thing that must not grow, as it was measured again and again. */
export interface Series {
  readonly name: string;
  readonly values: readonly number[];
}

export interface Flatness {
  readonly name: string;
  /** Median of the last quarter over that of the first, the warm-up left out. */
  readonly lastToFirst: number;
  /** What the straight line through all values gains from its beginning to its end, as a part of their mean. */
  readonly gain: number;
  readonly isFlat: boolean;
}

export interface FlatnessBounds {
  /** Part of the values at the beginning that are not looked at: caches fill, code is compiled. */
  readonly warmUp: number;
  readonly lastToFirstMax: number;
  readonly gainMax: number;
  /** A difference of so little is none, e.g. of two file descriptors out of twenty. */
  readonly slack: number;
}

/**
 * Whether something stayed what it was (a leak grows with the work done, noise does not). Both measures have to hold: the
 * quarters see a step, the line sees a slope. @throws RangeError where there is too little to judge.
 */
export function flatnessOf({ name, values }: Series, bounds: FlatnessBounds): Flatness {
  const settled = values.slice(Math.ceil(values.length * bounds.warmUp));
  if (settled.length < 8) throw new RangeError(`${name}: ${settled.length} values are too few`);
  const quarter = Math.floor(settled.length / 4);
  const first = medianOf(settled.slice(0, quarter));
  const last = medianOf(settled.slice(-quarter));
  const mean = settled.reduce((sum, value) => sum + value, 0) / settled.length;
  const gained = slopeOf(settled) * (settled.length - 1);
  const lastToFirst = first === 0 ? (last === 0 ? 1 : Number.POSITIVE_INFINITY) : last / first;
  const gain = mean === 0 ? 0 : gained / mean;
  const isStepSmall = lastToFirst <= bounds.lastToFirstMax || last - first <= bounds.slack;
  const isSlopeSmall = gain <= bounds.gainMax || gained <= bounds.slack;
  return { name, lastToFirst, gain, isFlat: isStepSmall && isSlopeSmall };
}

/** Least squares, per value. */
function slopeOf(values: readonly number[]): number {
  const middle = (values.length - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  let above = 0;
  let below = 0;
  for (const [at, value] of values.entries()) {
    above += (at - middle) * (value - mean);
    below += (at - middle) ** 2;
  }
  return above / below;
}

function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
