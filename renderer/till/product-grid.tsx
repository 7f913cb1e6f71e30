import { memo } from 'react';
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import type { ProductView } from '../../contract/ipc/catalogue.ts';
import type { TillView } from '../../contract/ipc/till-view.ts';
import type { Catalogue } from './catalogue.ts';
import { isSearch } from './product-search.ts';
import { focusFirstTile, ProductTiles } from './product-tiles.tsx';
import { SearchField, SearchLetters } from './search-field.tsx';
import { useTill, useWindow } from './store.ts';
import { useTyped } from './typed-search.ts';

/** What is sold here: in pages, as the event laid it out, or as it was searched for. */
export function ProductGrid({ view }: { readonly view: TillView }) {
  const { t } = useTranslation();
  const catalogue = useTill((till) => till.catalogue);
  if (catalogue === null && view.catalogueVersion !== null) {
    return <p className="m-auto text-lg text-muted">{t('sale.productsComing')}</p>;
  }
  if (catalogue === null || catalogue.pages.length === 0) {
    return <p className="m-auto max-w-80 text-center text-lg text-muted">{t('sale.noProducts')}</p>;
  }
  return <Shelves catalogue={catalogue} />;
}

/** Drawn anew when the catalogue or what is searched for changes, not with every view of the till. */
const Shelves = memo(function Shelves({ catalogue }: { readonly catalogue: Catalogue }) {
  const areLettersShown = useWindow((state) => state.areLettersShown);
  const isSearching = useWindow((state) => isSearch(state.typed));
  const { hits } = useTyped();
  return (
    <>
      <SearchField onLeaveDown={focusFirstTile} />
      {areLettersShown ? <SearchLetters /> : null}
      {isSearching ? <Hits hits={hits ?? []} /> : null}
      {isSearching ? null : <Pages pages={catalogue.pages} areTabsShown={!areLettersShown} />}
    </>
  );
});

function Pages({
  pages,
  areTabsShown,
}: {
  readonly pages: Catalogue['pages'];
  /** The letters take their room: nobody wants another page just then. */
  readonly areTabsShown: boolean;
}) {
  const { t } = useTranslation();
  const page = useWindow((state) => state.page);
  const open = pages[Math.min(page, pages.length - 1)];
  if (!areTabsShown || pages.length === 1) {
    return open === undefined ? null : <Shelf label={open.name || t('sale.pages')} products={open.products} />;
  }
  return (
    <Tabs
      className="flex min-h-0 flex-1 flex-col"
      selectedKey={String(Math.min(page, pages.length - 1))}
      onSelectionChange={(key) => useWindow.setState({ page: Number(key) })}
    >
      <TabList
        aria-label={t('sale.pages')}
        // Two rows of them in sight, the rest by a finger: what is sold needs the room.
        className="mx-5 mt-3 flex max-h-30 shrink-0 flex-wrap gap-2 overflow-y-auto"
      >
        {pages.map(({ pageId, name }) => (
          <Tab
            key={pageId}
            id={pageId}
            className="flex min-h-14 items-center rounded-full px-5 text-lg font-semibold text-muted outline-offset-[-4px] data-[selected]:bg-ink data-[selected]:text-canvas"
          >
            {name}
          </Tab>
        ))}
      </TabList>
      {pages.map(({ pageId, name, products }) => (
        <TabPanel key={pageId} id={pageId} className="min-h-0 flex-1 outline-offset-[-4px]">
          <ProductTiles label={name} products={products} isFirstForEnter={false} />
        </TabPanel>
      ))}
    </Tabs>
  );
}

/** What was found on all pages, best first. */
function Hits({ hits }: { readonly hits: readonly ProductView[] }) {
  const { t } = useTranslation();
  const typed = useWindow((state) => state.typed);
  if (hits.length === 0) {
    return (
      <p className="m-auto max-w-100 p-5 text-center text-xl text-muted">
        {t('search.nothing', { typed: typed.trim() })}
      </p>
    );
  }
  return <Shelf label={t('search.hits')} products={hits} isFirstForEnter />;
}

function Shelf({
  label,
  products,
  isFirstForEnter = false,
}: {
  readonly label: string;
  readonly products: readonly ProductView[];
  readonly isFirstForEnter?: boolean;
}) {
  return (
    <div className="min-h-0 flex-1">
      <ProductTiles label={label} products={products} isFirstForEnter={isFirstForEnter} />
    </div>
  );
}
