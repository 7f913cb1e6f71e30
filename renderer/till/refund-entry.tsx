import { useTranslation } from 'react-i18next';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { AmountEntry } from './amount-entry.tsx';
import { call } from './connection.ts';
import { useMoneyText } from './money.tsx';
import { goTo } from './store.ts';
import { useTypedAmount } from './typed-amount.ts';

const payOut = (amountMinor: number | null): void => {
  goTo('sale');
  void call((klink) => klink.refund({ amountMinor }));
};

/** Leftover money goes out in cash (R6): all of it unless an amount is typed. The tag says what there is. */
export function RefundEntry() {
  const { t } = useTranslation();
  const typed = useTypedAmount();
  const moneyText = useMoneyText();
  return (
    <AmountEntry
      title={t('refund.title')}
      typed={typed}
      allowsZero
      back="menu"
      confirmLabel={
        typed.amountMinor === 0 ? t('refund.all') : t('refund.amount', { amount: moneyText(typed.amountMinor) })
      }
      onConfirm={() => payOut(typed.amountMinor === 0 ? null : typed.amountMinor)}
    >
      <p className="border-l-4 border-accent pl-4 text-lg">{t('refund.help')}</p>
      {typed.amountMinor === 0 ? null : (
        <TouchButton onPress={() => typed.set(0)} className="self-start">
          {t('refund.allInstead')}
        </TouchButton>
      )}
    </AmountEntry>
  );
}
