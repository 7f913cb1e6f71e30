import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { CartView } from '../../contract/ipc/till-view.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { formatBasisPoints } from '../../ui/i18n/format.ts';
import { call } from './connection.ts';
import { Money, useLocale } from './money.tsx';
import { shortUid } from './tag-name.ts';

const takeDiscountOff = (): void => void call((klink) => klink.clearDiscount({}));

/** "Discount 10%", or "Discount" where it is an amount. */
export function useDiscountName(): (rateBasisPoints: number | null) => string {
  const { t } = useTranslation();
  const locale = useLocale();
  return (rateBasisPoints) =>
    rateBasisPoints === null
      ? t('product.discount')
      : t('product.discountOf', { percent: formatBasisPoints(rateBasisPoints, locale) });
}

/** What lowers what is left to be paid: the discount, and what other tags have paid. */
export function CartReductions({ cart }: { readonly cart: CartView }) {
  const { t } = useTranslation();
  const discountName = useDiscountName();
  const { discount, parts } = cart;
  if (discount === null && parts.length === 0) return null;
  return (
    <ul className="mb-3 flex flex-col gap-1 overflow-y-auto max-[50rem]:max-h-30">
      {discount === null ? null : (
        <Reduction name={discountName(discount.rateBasisPoints)} amountMinor={discount.amountMinor}>
          {parts.length > 0 ? null : (
            <TouchButton
              look="quiet"
              aria-label={t('sale.discountOff')}
              onPress={takeDiscountOff}
              className="px-0 text-muted"
            >
              <Icon name="close" />
            </TouchButton>
          )}
        </Reduction>
      )}
      {parts.map((part) => (
        <Part key={part.terminalTransactionNumber} part={part} />
      ))}
    </ul>
  );
}

function Part({ part }: { readonly part: CartView['parts'][number] }) {
  const { t } = useTranslation();
  const { terminalTransactionNumber, uid, amountMinor, isKnown } = part;
  const name = t(isKnown ? 'sale.paidByTag' : 'sale.notKnownOfTag', { tag: shortUid(uid) });
  return (
    <Reduction name={name} amountMinor={amountMinor} isDoubtful={!isKnown}>
      <TouchButton
        onPress={() =>
          void call((klink) =>
            isKnown ? klink.undoSale({ terminalTransactionNumber }) : klink.resolve({ terminalTransactionNumber }),
          )
        }
        className="px-3"
      >
        {t(isKnown ? 'sale.givePartBack' : 'sale.findOut')}
      </TouchButton>
    </Reduction>
  );
}

function Reduction({
  name,
  amountMinor,
  isDoubtful = false,
  children,
}: {
  readonly name: string;
  readonly amountMinor: number;
  readonly isDoubtful?: boolean;
  readonly children: ReactNode;
}) {
  return (
    <li className="flex min-h-14 items-center gap-3">
      <span className="flex min-w-0 flex-1 items-center gap-2 font-semibold leading-tight">
        {isDoubtful ? <Icon name="alert" className="size-6 text-bad" /> : null}
        {name}
      </span>
      <Money amountMinor={-amountMinor} className="text-lg font-bold" />
      {children}
    </li>
  );
}
