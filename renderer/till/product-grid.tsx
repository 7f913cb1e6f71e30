import { type KeyboardEvent, useRef } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { TillView } from '../../contract/ipc/till-view.ts';
import { classNames } from '../../ui/components/class-names.ts';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { call } from './connection.ts';
import { Money } from './money.tsx';
import { useWindow } from './store.ts';

type ProductView = TillView['pages'][number]['products'][number];

/** Takes the quantity typed before, and forgets it: it is for one product. */
function addToCart(productId: string): void {
  const quantity = useWindow.getState().quantity ?? 1;
  useWindow.setState({ quantity: null });
  void call((klink) => klink.addToCart({ productId, quantity }));
}

/** The catalogue in pages, as the event laid it out. */
export function ProductGrid({ view }: { readonly view: TillView }) {
  const { t } = useTranslation();
  const page = useWindow((state) => state.page);
  if (view.pages.length === 0) {
    return <p className="m-auto max-w-80 text-center text-lg text-muted">{t('sale.noProducts')}</p>;
  }
  return (
    <Tabs
      className="flex min-h-0 flex-1 flex-col"
      selectedKey={String(Math.min(page, view.pages.length - 1))}
      onSelectionChange={(key) => useWindow.setState({ page: Number(key) })}
    >
      {view.pages.length === 1 ? null : (
        <TabList aria-label={t('sale.pages')} className="flex flex-wrap gap-2 px-5 pt-4">
          {view.pages.map((tab, at) => (
            <Tab
              key={tab.name}
              id={String(at)}
              className="flex min-h-14 items-center rounded-full px-6 text-lg font-semibold text-muted outline-offset-2 data-[selected]:bg-ink data-[selected]:text-canvas"
            >
              {tab.name}
            </Tab>
          ))}
        </TabList>
      )}
      {view.pages.map((tab, at) => (
        <TabPanel key={tab.name} id={String(at)} className="min-h-0 flex-1 overflow-y-auto p-5 outline-offset-[-4px]">
          <Tiles products={tab.products} view={view} />
        </TabPanel>
      ))}
    </Tabs>
  );
}

function Tiles({ products, view }: { readonly products: readonly ProductView[]; readonly view: TillView }) {
  const grid = useRef<HTMLDivElement>(null);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: arrow keys are a short cut between buttons that Tab reaches too
    <div
      ref={grid}
      onKeyDown={(event) => moveFocus(event, grid.current)}
      className="grid auto-rows-[minmax(clamp(8rem,14vh,10rem),auto)] grid-cols-[repeat(auto-fill,minmax(clamp(9.5rem,13cqw,15rem),1fr))] gap-3"
    >
      {products.map((product) => (
        <Tile key={product.productId} product={product} inCart={quantityInCart(view, product.productId)} />
      ))}
    </div>
  );
}

function quantityInCart(view: TillView, productId: string): number {
  return view.cart.lines.find((line) => line.productId === productId)?.quantity ?? 0;
}

function Tile({ product, inCart }: { readonly product: ProductView; readonly inCart: number }) {
  const { t } = useTranslation();
  return (
    <TouchButton
      look="quiet"
      onPress={() => addToCart(product.productId)}
      className={classNames(
        `product-${product.colour}`,
        'relative min-h-28 flex-col !items-start !justify-between gap-2 overflow-hidden !rounded-medium !p-4 !pl-5 text-left',
        '!border-(--product-edge)/50 !bg-(--product-ground) text-ink data-[pressed]:brightness-95',
        'before:absolute before:inset-y-0 before:left-0 before:w-1.5 before:bg-(--product-edge)',
      )}
    >
      <span className="hyphens-auto break-words text-[clamp(1.125rem,1.3cqw,1.375rem)] font-semibold leading-tight">
        {product.name}
      </span>
      <Money amountMinor={product.priceMinor} className="text-[clamp(1.25rem,1.4cqw,1.5rem)] font-medium" />
      {inCart === 0 ? null : (
        <span className="absolute bottom-3 right-3 grid h-8 min-w-8 place-items-center rounded-full bg-ink px-2 text-base font-bold text-canvas">
          <span aria-hidden className="figures">
            {inCart}
          </span>
          <span className="sr-only">{t('sale.inCart', { count: inCart })}</span>
        </span>
      )}
    </TouchButton>
  );
}

/** Arrow keys go to the neighbour as it is seen: left and right in order, up and down in the same column. */
function moveFocus(event: KeyboardEvent, grid: HTMLElement | null): void {
  if (grid === null || !event.key.startsWith('Arrow')) return;
  const tiles = [...grid.querySelectorAll('button')];
  const at = tiles.findIndex((tile) => tile.contains(document.activeElement));
  const here = tiles[at];
  if (here === undefined) return;
  const columns = tiles.filter((tile) => tile.offsetTop === here.offsetTop).length;
  const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -columns, ArrowDown: columns }[event.key] ?? 0;
  tiles[at + step]?.focus();
  event.preventDefault();
}
