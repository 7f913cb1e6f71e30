import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TillView } from '../../contract/ipc/till-view.ts';
import { Choice } from '../../ui/components/choice.tsx';
import { classNames } from '../../ui/components/class-names.ts';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { formatBasisPoints } from '../../ui/i18n/format.ts';
import { AmountEntry } from './amount-entry.tsx';
import { call } from './connection.ts';
import { Money, useLocale, useMoneyText } from './money.tsx';
import { goTo } from './store.ts';
import { useTypedAmount } from './typed-amount.ts';

/** Cash or a card becomes balance: the usual amounts, any other by the keypad, and the fee before anything happens (R10). */
export function TopUpEntry({ view }: { readonly view: TillView }) {
  const { t } = useTranslation();
  const typed = useTypedAmount();
  const moneyText = useMoneyText();
  const [method, setMethod] = useState<'cash' | 'card'>('cash');
  return (
    <AmountEntry
      title={t('entry.topUpTitle')}
      typed={typed}
      confirmLabel={
        typed.amountMinor === 0
          ? t(`entry.take.${method}`)
          : t('entry.takeAmount', { amount: moneyText(typed.amountMinor) })
      }
      onConfirm={() => {
        goTo('sale');
        void call((klink) => klink.topUp({ amountMinor: typed.amountMinor, method }));
      }}
    >
      <Choice
        label={t('entry.method')}
        value={method}
        options={[
          { value: 'cash', label: t('entry.cash') },
          { value: 'card', label: t('entry.card') },
        ]}
        onChoose={setMethod}
      />
      <fieldset aria-label={t('entry.amounts')} className="grid grid-cols-[repeat(auto-fill,minmax(7rem,1fr))] gap-3">
        {view.topUp.amountsMinor.map((amountMinor) => (
          <TouchButton
            key={amountMinor}
            aria-pressed={typed.amountMinor === amountMinor}
            onPress={() => typed.set(amountMinor)}
            className={classNames(
              'min-h-16 px-2 text-xl shadow-(--shadow)',
              typed.amountMinor === amountMinor && '!border-accent !bg-accent !text-on-accent',
            )}
          >
            <Money amountMinor={amountMinor} />
          </TouchButton>
        ))}
      </fieldset>
      <Fee topUp={view.topUp} />
    </AmountEntry>
  );
}

/** The fee as the event states it; the till works out its amount and shows it with the tap. */
function Fee({ topUp: { feeFixedMinor, feeRateBasisPoints } }: { readonly topUp: TillView['topUp'] }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const moneyText = useMoneyText();
  if (feeFixedMinor === 0 && feeRateBasisPoints === 0) return <p className="text-muted">{t('entry.feeNone')}</p>;
  const fixed = moneyText(feeFixedMinor);
  const percent = formatBasisPoints(feeRateBasisPoints, locale);
  const rule =
    feeRateBasisPoints === 0
      ? fixed
      : feeFixedMinor === 0
        ? t('entry.feeRate', { percent })
        : t('entry.feeBoth', { fixed, percent });
  return (
    <div className="border-l-4 border-accent pl-4">
      <div className="figures text-xl font-semibold">
        {t('entry.fee')}: {rule}
      </div>
      <p className="text-muted">{t('entry.feeExplained')}</p>
    </div>
  );
}
