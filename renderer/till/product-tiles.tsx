import { type KeyboardEvent, useLayoutEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import type { ProductView } from '../../contract/ipc/catalogue.ts';
import { ProductTile } from './product-tile.tsx';
import { gapPx, neighbourOf, type RowRange, rowsToDraw, tileRows } from './tile-rows.ts';

interface Room {
  readonly widthPx: number;
  readonly heightPx: number;
}

export const tilesId = 'product-tiles';

/** Products as tiles, of which only those in sight are drawn: a page may have thousands. */
export function ProductTiles({
  label,
  products,
  isFirstForEnter,
}: {
  readonly label: string;
  readonly products: readonly ProductView[];
  /** Enter takes the first one, and it says so. */
  readonly isFirstForEnter: boolean;
}) {
  const scroller = useRef<HTMLDivElement>(null);
  const room = useRoom(scroller);
  const [scrollRow, setScrollRow] = useState<RowRange>({ first: 0, end: 0 });
  /** The one tile that Tab comes to, or thousands of them would lie between the search and the cart. */
  const [stop, setStop] = useState(0);
  const rows = tileRows(products.length, room.widthPx, window.innerHeight);
  const drawn = { first: Math.min(scrollRow.first, rows.rowCount), end: Math.min(scrollRow.end, rows.rowCount) };

  const follow = (): void => {
    const { scrollTop = 0 } = scroller.current ?? {};
    const next = rowsToDraw(rows, scrollTop, room.heightPx);
    setScrollRow((now) => (now.first === next.first && now.end === next.end ? now : next));
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: other products begin at their first row
  useLayoutEffect(() => {
    scroller.current?.scrollTo(0, 0);
    setStop(0);
  }, [products]);
  useLayoutEffect(follow);

  const onKeyDown = (event: KeyboardEvent): void => {
    const at = indexOf(document.activeElement);
    const next = at === null ? null : neighbourOf(at, event.key, products.length, rows.columns);
    if (at === null || !event.key.startsWith('Arrow')) return;
    event.preventDefault();
    if (next === null) return;
    const row = Math.floor(next / rows.columns);
    // A tile out of sight has to be drawn before it can have the focus, which then brings it into sight.
    flushSync(() => setScrollRow(({ first, end }) => ({ first: Math.min(first, row), end: Math.max(end, row + 1) })));
    scroller.current?.querySelector<HTMLElement>(`li[data-at="${next}"] button`)?.focus();
  };

  const first = drawn.first * rows.columns;
  const end = Math.min(products.length, drawn.end * rows.columns);
  const drawnStop = stop >= first && stop < end ? stop : first;
  return (
    <div ref={scroller} onScroll={follow} className="h-full min-h-0 overflow-y-auto p-5">
      <ul
        id={tilesId}
        aria-label={label}
        onKeyDown={onKeyDown}
        onFocus={({ target }) => setStop(indexOf(target) ?? 0)}
        className="grid content-start"
        style={{
          gap: gapPx,
          gridTemplateColumns: `repeat(${rows.columns}, minmax(0, 1fr))`,
          gridAutoRows: rows.rowHeightPx,
          height: rows.totalHeightPx,
          paddingTop: drawn.first * (rows.rowHeightPx + gapPx),
        }}
      >
        {products.slice(first, end).map((product, at) => (
          <li
            key={product.productId}
            data-at={first + at}
            aria-setsize={products.length}
            aria-posinset={first + at + 1}
            className="grid"
          >
            <ProductTile
              product={product}
              isForEnter={isFirstForEnter && first + at === 0}
              isTabStop={first + at === drawnStop}
            />
          </li>
        ))}
      </ul>
    </div>
  );
}

/** The first tile in sight, for whoever comes with the arrow keys. */
export function focusFirstTile(): void {
  document.getElementById(tilesId)?.querySelector('button')?.focus();
}

function indexOf(element: Element | null): number | null {
  const at = element?.closest('li[data-at]')?.getAttribute('data-at');
  return at === null || at === undefined ? null : Number(at);
}

/** The inner size of the box that scrolls, from before it is first seen. */
function useRoom(box: { readonly current: HTMLElement | null }): Room {
  const [room, setRoom] = useState<Room>({ widthPx: 0, heightPx: 0 });
  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const measure = (): void => {
      const { paddingLeft, paddingRight } = getComputedStyle(element);
      const widthPx = element.clientWidth - Number.parseFloat(paddingLeft) - Number.parseFloat(paddingRight);
      const heightPx = element.clientHeight;
      setRoom((now) => (now.widthPx === widthPx && now.heightPx === heightPx ? now : { widthPx, heightPx }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => observer.disconnect();
  }, [box]);
  return room;
}
