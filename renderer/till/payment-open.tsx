import { useTranslation } from 'react-i18next';
import type { ScreenView } from '../../contract/ipc/till-view.ts';
import { StatePage } from '../../ui/components/state-page.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { call } from './connection.ts';
import { dismiss, useDismissKeys } from './done.tsx';
import { shortUid } from './tag-name.ts';
import { Charge } from './tap.tsx';

type PaymentOpenView = Extract<ScreenView, { screen: 'payment-open' }>;

/** A card may have paid and the tag is not charged (Q13): finish it by the same tag, give it back, or go on meanwhile. */
export function PaymentOpenScreen({ screen }: { readonly screen: PaymentOpenView }) {
  const { t } = useTranslation();
  useDismissKeys();
  const { payment } = screen;
  return (
    <StatePage
      tone="unknown"
      title={t('paymentOpen.title')}
      actions={
        <>
          <TouchButton
            look="onGround"
            onPress={() => void call((klink) => klink.finishPayment({}))}
            className="min-h-14 px-5 text-lg"
          >
            {t('paymentOpen.finish')}
          </TouchButton>
          <TouchButton
            look="onGround"
            onPress={() => void call((klink) => klink.voidPayment({}))}
            className="min-h-14 px-5 text-lg"
          >
            {t('paymentOpen.void')}
          </TouchButton>
          <TouchButton look="onGround" shortcut="⏎" onPress={dismiss} className="min-h-14 px-5 text-lg">
            {t('paymentOpen.later')}
          </TouchButton>
        </>
      }
    >
      <p className="max-w-180 text-[clamp(1.125rem,3vh,1.5rem)]">
        {t(`paymentOpen.help.${payment.status === 'approved' ? 'paid' : 'unsure'}`)}
      </p>
      <Charge charge={screen.charge} />
      <p className="figures text-lg opacity-90">
        {t('paymentOpen.tag')} {shortUid(payment.uid)} ·{' '}
        {t('paymentOpen.receipt', { number: payment.terminalTransactionNumber })}
      </p>
    </StatePage>
  );
}
