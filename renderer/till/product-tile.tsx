import { memo } from 'react';
import { useTranslation } from 'react-i18next';
import type { ProductView } from '../../contract/ipc/catalogue.ts';
import { classNames } from '../../ui/components/class-names.ts';
import { Shortcut, TouchButton } from '../../ui/components/touch-button.tsx';
import { Money } from './money.tsx';
import { useTill } from './store.ts';
import { takeProduct } from './typed-search.ts';

/** Names beyond this many letters are set smaller: three lines of them still fit. */
const longName = 26;

/** One product. Drawn anew only when something of itself changes, not with every view of the till. */
export const ProductTile = memo(function ProductTile({
  product,
  isForEnter,
  isTabStop,
}: {
  readonly product: ProductView;
  readonly isForEnter: boolean;
  /** The arrows lead on to the others. */
  readonly isTabStop: boolean;
}) {
  const { t } = useTranslation();
  const { productId, name, priceMinor, colour } = product;
  const inCart = useTill(({ view }) => view?.cart.lines.find((line) => line.productId === productId)?.quantity ?? 0);
  return (
    <TouchButton
      look="quiet"
      excludeFromTabOrder={!isTabStop}
      onPress={() => takeProduct(product)}
      className={classNames(
        `product-${colour}`,
        'relative min-h-0 min-w-0 flex-col !items-stretch !justify-between !gap-1.5 overflow-hidden !rounded-medium !p-3.5 !pl-5 text-left',
        '!border-(--product-edge)/50 !bg-(--product-ground) text-ink data-[pressed]:brightness-95',
        'before:absolute before:inset-y-0 before:left-0 before:w-1.5 before:bg-(--product-edge)',
        isForEnter && 'outline-3 outline-offset-2 outline-accent',
      )}
    >
      <span className="flex items-start justify-between gap-1">
        <span
          className={classNames(
            'line-clamp-3 min-w-0 hyphens-auto break-words font-semibold leading-[1.2]',
            name.length > longName ? 'text-[clamp(1rem,1.15cqw,1.25rem)]' : 'text-[clamp(1.125rem,1.3cqw,1.375rem)]',
          )}
        >
          {name}
        </span>
        {isForEnter ? <Shortcut>⏎</Shortcut> : null}
      </span>
      <span className="flex items-end justify-between gap-2">
        <Money amountMinor={priceMinor} className="text-[clamp(1.25rem,1.4cqw,1.5rem)] font-medium leading-8" />
        {inCart === 0 ? null : (
          <span className="grid h-8 min-w-8 shrink-0 place-items-center rounded-full bg-ink px-2 text-base font-bold text-canvas">
            <span aria-hidden className="figures">
              {inCart}
            </span>
            <span className="sr-only">{t('sale.inCart', { count: inCart })}</span>
          </span>
        )}
      </span>
    </TouchButton>
  );
});
