import { useTranslation } from 'react-i18next';
import type { TillView } from '../../contract/ipc/till-view.ts';
import { classNames } from '../../ui/components/class-names.ts';
import { Icon, type IconName } from '../../ui/components/icon.tsx';
import { Shortcut, TouchButton } from '../../ui/components/touch-button.tsx';
import { Cart, changeLine, emptyCart, pay } from './cart.tsx';
import { call } from './connection.ts';
import { DiscountEntry } from './discount-entry.tsx';
import { FreeAmountEntry } from './free-amount-entry.tsx';
import { shortcuts, useKeys } from './keyboard.ts';
import { startIssue } from './menu.tsx';
import { ProductGrid } from './product-grid.tsx';
import { focusFirstTile } from './product-tiles.tsx';
import { goTo, type Place, useTill, useWindow } from './store.ts';
import { eraseKey, forgetTyped, takeFirstHit, typeKey } from './typed-search.ts';

const startBalance = (): void => void call((klink) => klink.balance({}));
const openFreeAmount = (): void => goTo('free-amount');
const openDiscount = (): void => goTo('discount');
const openUndo = (): void => goTo('undo');
const openTopUp = (): void => goTo('top-up');
const openMenu = (): void => goTo('menu');

/** The screen a till spends its life on: products, cart, and the other things a person may come for. */
export function SaleScreen({ view }: { readonly view: TillView }) {
  const { t } = useTranslation();
  const place = useWindow((state) => state.place);
  const isEntering = place === 'free-amount' || place === 'discount';
  const isSettingsOpen = useWindow((state) => state.isSettingsOpen);
  // Letters take the room of what has nothing to do with a search.
  const areLettersShown = useWindow((state) => state.areLettersShown);
  useKeys(!isSettingsOpen && !isEntering, (key) => onSaleKey(key, view));
  return (
    <section
      aria-label={t('sale.title')}
      className={classNames(
        'grid h-full min-h-0 @4xl:grid-cols-[minmax(0,1fr)_25rem] @4xl:grid-rows-1',
        areLettersShown ? 'grid-rows-[minmax(0,1fr)_15rem]' : 'grid-rows-[minmax(0,1fr)_minmax(15rem,44%)]',
      )}
    >
      <h1 className="sr-only">{t('sale.title')}</h1>
      <div className="flex min-h-0 flex-col">
        {isEntering ? (
          <Entry place={place} view={view} />
        ) : (
          <>
            <ProductGrid view={view} />
            {areLettersShown ? null : <Actions view={view} />}
          </>
        )}
      </div>
      <Cart cart={view.cart} onDiscount={openDiscount} />
    </section>
  );
}

function Entry({ place, view }: { readonly place: Place; readonly view: TillView }) {
  return place === 'discount' ? <DiscountEntry cart={view.cart} /> : <FreeAmountEntry />;
}

/** Where the balance is in an account, any tag that can be read will do: there is nothing to issue. */
const isAccountMode = ({ till }: TillView): boolean => till?.mode === 'account';

function Actions({ view }: { readonly view: TillView }) {
  const { t } = useTranslation();
  return (
    <div className="grid grid-cols-[repeat(auto-fit,minmax(5.5rem,1fr))] gap-2 border-t border-line px-5 py-3">
      <Action icon="amount" label={t('sale.freeAmount')} shortcut={shortcuts.freeAmount} onPress={openFreeAmount} />
      <Action icon="cash" label={t('sale.topUp')} shortcut={shortcuts.topUp} onPress={openTopUp} />
      {isAccountMode(view) ? null : (
        <Action icon="wristbandNew" label={t('sale.issue')} shortcut={shortcuts.issue} onPress={startIssue} />
      )}
      <Action icon="wristband" label={t('sale.balance')} shortcut={shortcuts.balance} onPress={startBalance} />
      <Action icon="undo" label={t('sale.undo')} shortcut={shortcuts.undo} onPress={openUndo} />
      <Action icon="more" label={t('sale.otherThings')} shortcut={shortcuts.menu} onPress={openMenu} />
    </div>
  );
}

function Action({
  icon,
  label,
  shortcut,
  onPress,
}: {
  readonly icon: IconName;
  readonly label: string;
  readonly shortcut: string;
  readonly onPress: () => void;
}) {
  return (
    <TouchButton
      onPress={onPress}
      className="min-h-18 flex-col !gap-1 !px-1 pt-1 text-[0.875rem] leading-tight @6xl:text-base"
    >
      <span className="flex items-center gap-2 text-muted">
        <Icon name={icon} className="text-accent" />
        <Shortcut>{shortcut}</Shortcut>
      </span>
      {label}
    </TouchButton>
  );
}

function onSaleKey(key: string, view: TillView): boolean {
  const lastAt = view.cart.lines.length - 1;
  const last = view.cart.lines[lastAt];
  switch (key) {
    case shortcuts.pay:
      // Not asked of the view: a product pressed a moment ago may still be on its way into the cart.
      if (!takeFirstHit()) pay();
      return true;
    case shortcuts.cancel:
      forgetTyped();
      return true;
    case 'Backspace':
      eraseKey();
      return true;
    case 'ArrowDown':
      focusFirstTile();
      return true;
    case '+':
    case '-':
      if (last !== undefined) changeLine(last, lastAt, key === '+' ? 1 : -1);
      return true;
    case shortcuts.freeAmount:
      openFreeAmount();
      return true;
    case shortcuts.discount:
      if (view.cart.lines.length > 0) openDiscount();
      return true;
    case shortcuts.undo:
      openUndo();
      return true;
    case shortcuts.topUp:
      openTopUp();
      return true;
    case shortcuts.issue:
      if (isAccountMode(view)) return false;
      startIssue();
      return true;
    case shortcuts.balance:
      startBalance();
      return true;
    case shortcuts.menu:
      openMenu();
      return true;
    case shortcuts.clear:
      emptyCart();
      return true;
    case shortcuts.nextPage:
      useWindow.setState(({ page }) => ({ page: (page + 1) % Math.max(1, pageCount()) }));
      return true;
    default:
      if (!isWriting(key)) return false;
      typeKey(key);
      return true;
  }
}

/** A key that stands for one letter, digit or sign, however many units of text that takes; a space only within a search. */
function isWriting(key: string): boolean {
  return [...key].length === 1 && (key !== ' ' || useWindow.getState().typed !== '');
}

function pageCount(): number {
  return useTill.getState().catalogue?.pages.length ?? 0;
}
