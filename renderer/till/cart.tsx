import { useTranslation } from 'react-i18next';
import type { CartLineView, CartView } from '../../contract/ipc/till-view.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { CartKinds, LineKind } from './cart-kinds.tsx';
import { CartReductions } from './cart-reductions.tsx';
import { call } from './connection.ts';
import { shortcuts } from './keyboard.ts';
import { Money } from './money.tsx';

export function pay(): void {
  void call((klink) => klink.sell({}));
}

export function emptyCart(): void {
  void call((klink) => klink.clearCart({}));
}

/** What other tags have paid of it then needs attention, until it is given back. */
function setCartAside(): void {
  void call((klink) => klink.setCartAside({}));
}

/** One more or one less of a line. A free amount has no product to count: less of it means that it goes. */
export function changeLine(line: CartLineView, at: number, quantity: 1 | -1): void {
  const { productId } = line;
  if (productId === null) {
    if (quantity < 0) void call((klink) => klink.removeFromCart({ line: at }));
    return;
  }
  void call((klink) => klink.addToCart({ productId, quantity }));
}

/** What the customer is about to pay for. */
export function Cart({ cart, onDiscount }: { readonly cart: CartView; readonly onDiscount: () => void }) {
  const { t } = useTranslation();
  const isEmpty = cart.lines.length === 0;
  const isPartPaid = cart.parts.length > 0;
  return (
    <aside
      aria-label={t('sale.cart')}
      className="flex min-h-0 flex-col border-line bg-surface max-[50rem]:border-t @4xl:border-l"
    >
      <div className="flex min-h-16 items-center justify-between pl-6 pr-2">
        <h2 className="text-lg font-bold">{t('sale.cart')}</h2>
        {isEmpty ? null : isPartPaid ? (
          <TouchButton look="quiet" onPress={setCartAside} className="px-3 text-muted">
            {t('sale.setAside')}
          </TouchButton>
        ) : (
          <div className="flex">
            <TouchButton
              look="quiet"
              shortcut={shortcuts.discount}
              onPress={onDiscount}
              className="!gap-1.5 !px-2 text-muted"
            >
              {t('sale.discount')}
            </TouchButton>
            <TouchButton
              look="quiet"
              shortcut={shortcuts.clear}
              onPress={emptyCart}
              className="!gap-1.5 !px-2 text-muted"
            >
              {t('sale.clear')}
            </TouchButton>
          </div>
        )}
      </div>
      {isEmpty ? (
        <div className="flex flex-1 flex-col items-center justify-center gap-3 p-4 text-center text-muted">
          <Icon name="cart" className="size-12 opacity-50" />
          <p>{t('sale.cartEmpty')}</p>
        </div>
      ) : (
        // Without a button in it, it is scrolled by keys only when it has the focus.
        <ol tabIndex={isPartPaid ? 0 : undefined} className="min-h-0 flex-1 overflow-y-auto px-3">
          {cart.lines.map((line, at) => (
            <Line key={line.productId ?? `amount-${at}`} line={line} at={at} isFixed={isPartPaid} />
          ))}
        </ol>
      )}
      <div className="border-t border-line p-5 pt-4">
        <CartKinds cart={cart} />
        <CartReductions cart={cart} />
        {isPartPaid ? <p className="mb-3 text-muted max-[50rem]:hidden">{t('sale.partsHelp')}</p> : null}
        <div className="mb-4 flex items-baseline justify-between gap-4">
          <span className="text-lg font-medium text-muted">
            {isPartPaid ? t('sale.leftToPay') : cart.totalMinor < 0 ? t('sale.toCustomer') : t('sale.total')}
          </span>
          <Money amountMinor={cart.toPayMinor} className="text-5xl font-bold" testId="cart-total" />
        </div>
        <TouchButton
          look="primary"
          shortcut="⏎"
          isDisabled={isEmpty}
          onPress={pay}
          className="min-h-20 w-full text-2xl font-bold"
        >
          {t(isPartPaid ? 'sale.payRest' : 'sale.pay')}
        </TouchButton>
      </div>
    </aside>
  );
}

function Line({ line, at, isFixed }: { readonly line: CartLineView; readonly at: number; readonly isFixed: boolean }) {
  const { t } = useTranslation();
  const name = line.productId === null ? t('product.freeAmount') : line.name;
  return (
    <li className="grid grid-cols-[1fr_auto] items-center gap-x-2 border-b border-line py-2 pl-3 last:border-b-0">
      <div className="min-w-0">
        <div className="break-words font-semibold leading-tight">{name}</div>
        <Money amountMinor={line.lineMinor} className="text-lg text-muted" />
        <LineKind line={line} />
      </div>
      {isFixed ? (
        <span className="figures pr-3 text-xl font-bold">{line.quantity}</span>
      ) : (
        <LineButtons line={line} at={at} name={name} />
      )}
    </li>
  );
}

function LineButtons({ line, at, name }: { readonly line: CartLineView; readonly at: number; readonly name: string }) {
  const { t } = useTranslation();
  return (
    <div className="flex items-center">
      {line.productId === null ? null : (
        <>
          <TouchButton
            look="quiet"
            aria-label={t('sale.less', { name })}
            onPress={() => changeLine(line, at, -1)}
            className="px-0"
          >
            <Icon name="minus" />
          </TouchButton>
          <span className="figures min-w-9 text-center text-xl font-bold">{line.quantity}</span>
          <TouchButton
            look="quiet"
            aria-label={t('sale.more', { name })}
            onPress={() => changeLine(line, at, 1)}
            className="px-0"
          >
            <Icon name="plus" />
          </TouchButton>
        </>
      )}
      <TouchButton
        look="quiet"
        aria-label={t('sale.remove', { name })}
        onPress={() => void call((klink) => klink.removeFromCart({ line: at }))}
        className="px-0 text-muted"
      >
        <Icon name="trash" />
      </TouchButton>
    </div>
  );
}
