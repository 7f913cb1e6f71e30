import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { CartView } from '../../contract/ipc/till-view.ts';
import { Choice } from '../../ui/components/choice.tsx';
import { classNames } from '../../ui/components/class-names.ts';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { formatBasisPoints } from '../../ui/i18n/format.ts';
import { AmountEntry } from './amount-entry.tsx';
import { call } from './connection.ts';
import { Money, useLocale } from './money.tsx';
import { goTo } from './store.ts';
import { useTypedAmount } from './typed-amount.ts';

/** What is given most often, in hundredths of a percent. */
const usualRates = [500, 1_000, 2_000, 2_500, 5_000];
const percentMax = 100;

/** A part of the price, or an amount, off the goods in the cart; what it comes to is shown before it is given. */
export function DiscountEntry({ cart }: { readonly cart: CartView }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const typed = useTypedAmount();
  const [kind, setKind] = useState<'rate' | 'amount'>('rate');
  const goodsMinor = cart.lines.reduce((sum, { lineMinor }) => sum + Math.max(0, lineMinor), 0);
  const isTooMuch = typed.amountMinor > (kind === 'rate' ? percentMax : goodsMinor);
  const give = (): void => {
    goTo('sale');
    const request = kind === 'rate' ? { rateBasisPoints: typed.amountMinor * 100 } : { amountMinor: typed.amountMinor };
    void call((klink) => klink.setDiscount(request));
  };
  return (
    <AmountEntry
      title={t('discount.title')}
      typed={typed}
      confirmLabel={t('discount.give')}
      onConfirm={give}
      mayConfirm={!isTooMuch}
      {...(kind === 'rate'
        ? { figure: formatBasisPoints(typed.amountMinor * 100, locale), figureName: t('discount.percent') }
        : {})}
    >
      <Choice
        label={t('discount.kind')}
        value={kind}
        options={[
          { value: 'rate', label: t('discount.rate') },
          { value: 'amount', label: t('discount.amount') },
        ]}
        onChoose={(chosen) => {
          setKind(chosen);
          typed.set(0);
        }}
      />
      {kind === 'rate' ? (
        <fieldset
          aria-label={t('discount.usual')}
          className="grid grid-cols-[repeat(auto-fill,minmax(5.5rem,1fr))] gap-3"
        >
          {usualRates.map((rateBasisPoints) => (
            <TouchButton
              key={rateBasisPoints}
              aria-pressed={typed.amountMinor * 100 === rateBasisPoints}
              onPress={() => typed.set(rateBasisPoints / 100)}
              className={classNames(
                'min-h-16 px-2 text-xl shadow-(--shadow)',
                typed.amountMinor * 100 === rateBasisPoints && '!border-accent !bg-accent !text-on-accent',
              )}
            >
              {formatBasisPoints(rateBasisPoints, locale)}
            </TouchButton>
          ))}
        </fieldset>
      ) : null}
      <div className="flex items-baseline justify-between gap-4 border-l-4 border-accent pl-4 text-lg">
        <span>{t('discount.goods')}</span>
        <Money amountMinor={goodsMinor} className="text-xl font-semibold" />
      </div>
      <p role="status" className="min-h-7 font-semibold text-bad">
        {isTooMuch ? t('discount.tooMuch') : ''}
      </p>
    </AmountEntry>
  );
}
