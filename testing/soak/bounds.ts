import { growthOf, type Series } from './flatness.ts';

/** Everything that is measured, of the processes and of the disk. */
export const figureNames = [
  /** Of V8's heap: what is alive after all garbage was collected. */
  'heapBytes',
  /** What V8 holds from the system for its heap, used or not. */
  'reservedHeapBytes',
  /** Memory outside the heap that lives and dies with objects on it, e.g. of buffers. */
  'externalBytes',
  /** All anonymous memory of the process: V8's reserve and what was taken with malloc, wherever. */
  'anonymousBytes',
  'handles',
  'threads',
  'descriptors',
  'writeAheadLogBytes',
] as const;
export type FigureName = (typeof figureNames)[number];
export type Figures = Readonly<Partial<Record<FigureName, number>>>;

/** One figure of one process, or of the disk, over a whole run. */
export interface FigureSeries extends Series {
  readonly figure: FigureName;
}

interface Bound {
  /** Which value of a quarter of the run counts; see `growthOf`. */
  readonly kept: 0 | 0.5;
  /** What one sale may seem to add in every quarter before it counts as a leak. */
  readonly perSaleMax: number;
  /** What all sales together may add. */
  readonly gainMax: number;
  /** Never to be exceeded: a till may be a small machine. */
  readonly ceiling: number;
}

const mebibyte = 1_048_576;
const none = Number.POSITIVE_INFINITY;
/** Nothing of this may be left of any sale; it has no caches, and is too small a number for a part of one a quarter. */
const counted: Bound = { kept: 0.5, perSaleMax: none, gainMax: 1, ceiling: none };

/**
 * Of 5,000 sales the last 3,000 are judged, so that 1 KiB a sale, wherever it is lost, is 3 MB there; a transaction, an APDU
 * or a message that is forgotten is more. All memory of a process only ever steps up, because V8 keeps what it once took,
 * tens of megabytes at a time; so it is held against what is added in every quarter, and never against a part of itself.
 * (Less V8's reserve it would be worse: V8 also keeps pages that it counts as given back.)
 */
const bounds: Readonly<Record<FigureName, Bound>> = {
  // What is under way when it is measured, such as an answer that is being decompressed, only adds to what stays.
  heapBytes: { kept: 0, perSaleMax: 256, gainMax: none, ceiling: none },
  externalBytes: { kept: 0, perSaleMax: 256, gainMax: none, ceiling: none },
  // SQLite's pages, drivers, libuv, compilers at work, and V8's steps.
  anonymousBytes: { kept: 0.5, perSaleMax: 400, gainMax: none, ceiling: none },
  // V8's own to hold, in steps: the young generation up to twice 32 MiB, the old one with what a collection leaves free.
  reservedHeapBytes: { kept: 0.5, perSaleMax: none, gainMax: none, ceiling: 192 * mebibyte },
  handles: counted,
  threads: counted,
  descriptors: counted,
  // A sale writes some 20 KiB to the log; after a thousand pages (4 MB) it is copied back and begun anew.
  writeAheadLogBytes: { kept: 0, perSaleMax: 256, gainMax: none, ceiling: 8 * mebibyte },
};

/** Whether a figure stayed within its bounds, and how to say it. @throws RangeError where there is too little to judge */
export function judgeGrowth(series: FigureSeries): { readonly isFlat: boolean; readonly text: string } {
  const { kept, perSaleMax, gainMax, ceiling } = bounds[series.figure];
  const { perSale, first, last, highest } = growthOf(series, kept);
  const isFlat = perSale <= perSaleMax && last - first <= gainMax && highest <= ceiling;
  const from = `from ${first.toLocaleString('en')} to ${last.toLocaleString('en')}, highest ${highest.toLocaleString('en')}`;
  return { isFlat, text: `${isFlat ? 'flat ' : 'GROWS'} ${series.name}: ${perSale.toFixed(4)} a sale; ${from}` };
}
