import { useTranslation } from 'react-i18next';
import type { ScreenView } from '../../contract/ipc/till-view.ts';
import { Figure, StatePage } from '../../ui/components/state-page.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { dismiss, useDismissKeys } from './done.tsx';
import { useFaultText } from './fault-text.ts';
import { Money } from './money.tsx';

type RefusedView = Extract<ScreenView, { screen: 'refused' }>;

/** Nothing happened to the money; here is why, and what to do about it. */
export function RefusedScreen({ screen }: { readonly screen: RefusedView }) {
  const { t } = useTranslation();
  const faultText = useFaultText();
  useDismissKeys();
  const { fault, charge, balanceMinor, terminalTransactionNumber } = screen;
  const missingMinor = fault.details?.['missingMinor'];
  return (
    <StatePage
      tone="refused"
      title={faultText(fault.code).title}
      actions={
        <TouchButton look="onGround" shortcut="⏎" onPress={dismiss} className="min-h-16 px-8 text-xl">
          {t('refused.next')}
        </TouchButton>
      }
    >
      {typeof missingMinor === 'number' ? (
        <Figure label={t('refused.missing')}>
          <Money amountMinor={missingMinor} />
        </Figure>
      ) : null}
      <p className="max-w-160 text-[clamp(1.125rem,3vh,1.5rem)]">{faultText(fault.code).help}</p>
      <div className="flex flex-wrap gap-x-12 gap-y-5">
        {balanceMinor === null ? null : (
          <Figure label={t('refused.balance')} size="medium">
            <Money amountMinor={balanceMinor} />
          </Figure>
        )}
        {charge.amountMinor === 0 ? null : (
          <Figure label={charge.purpose === 'sale' ? t('refused.price') : t('refused.amount')} size="medium">
            <Money amountMinor={charge.amountMinor} />
          </Figure>
        )}
      </div>
      {terminalTransactionNumber === null ? null : (
        <p className="figures text-lg opacity-90">
          {t('refused.nothing')} {t('refused.receipt', { number: terminalTransactionNumber })}
        </p>
      )}
    </StatePage>
  );
}
