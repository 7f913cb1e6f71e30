/** How the tiles of one page lie in the room they have. All lengths in CSS pixels. */
export interface TileRows {
  readonly columns: number;
  readonly rowCount: number;
  readonly rowHeightPx: number;
  readonly totalHeightPx: number;
}

export const gapPx = 12;
const tileWidthMinPx = 152;
const tileWidthBestPx = 240;
const rowHeightMinPx = 134;
const rowHeightMaxPx = 160;
/** Rows drawn beyond what is seen, so that a finger's fling meets tiles and Tab has somewhere to go. */
const rowsAhead = 2;

const within = (min: number, value: number, max: number): number => Math.min(max, Math.max(min, value));

/** Tiles that a finger meets and an eye reads: larger where there is room, more of them where there is more. */
export function tileRows(count: number, widthPx: number, windowHeightPx: number): TileRows {
  const tileWidthPx = within(tileWidthMinPx, widthPx * 0.17, tileWidthBestPx);
  const columns = Math.max(1, Math.floor((widthPx + gapPx) / (tileWidthPx + gapPx)));
  const rowCount = Math.ceil(count / columns);
  const rowHeightPx = Math.round(within(rowHeightMinPx, windowHeightPx * 0.14, rowHeightMaxPx));
  return { columns, rowCount, rowHeightPx, totalHeightPx: Math.max(0, rowCount * (rowHeightPx + gapPx) - gapPx) };
}

/** Rows from `first` to before `end`. */
export interface RowRange {
  readonly first: number;
  readonly end: number;
}

/** The rows that are drawn: what is seen, and a little before and after it. */
export function rowsToDraw({ rowCount, rowHeightPx }: TileRows, scrollTopPx: number, heightPx: number): RowRange {
  const pitchPx = rowHeightPx + gapPx;
  const firstSeen = Math.floor(scrollTopPx / pitchPx);
  const endSeen = Math.ceil((scrollTopPx + heightPx) / pitchPx);
  return { first: within(0, firstSeen - rowsAhead, rowCount), end: within(0, endSeen + rowsAhead, rowCount) };
}

/** Where an arrow leads from a tile; null where it leads out of the grid, or the key is another one. */
export function neighbourOf(at: number, key: string, count: number, columns: number): number | null {
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[key];
  if (step === undefined) return null;
  const next = at + step;
  return next >= 0 && next < count ? next : null;
}
