import { useTranslation } from 'react-i18next';
import { AmountEntry } from './amount-entry.tsx';
import { call } from './connection.ts';
import { goTo } from './store.ts';
import { useTypedAmount } from './typed-amount.ts';

/** A price that is on no list. */
export function FreeAmountEntry() {
  const { t } = useTranslation();
  const typed = useTypedAmount();
  return (
    <AmountEntry
      title={t('entry.freeAmountTitle')}
      typed={typed}
      confirmLabel={t('entry.addToCart')}
      onConfirm={() => {
        goTo('sale');
        void call((klink) => klink.addAmountToCart({ amountMinor: typed.amountMinor }));
      }}
    />
  );
}
