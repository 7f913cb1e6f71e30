import { useTranslation } from 'react-i18next';
import type { ScreenView } from '../../contract/ipc/till-view.ts';
import { Figure, StatePage } from '../../ui/components/state-page.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { call } from './connection.ts';
import { dismiss, useDismissKeys } from './done.tsx';
import { useFaultText } from './fault-text.ts';
import { shortcuts, useKeys } from './keyboard.ts';
import { Money } from './money.tsx';
import { goTo, useWindow } from './store.ts';

type RefusedView = Extract<ScreenView, { screen: 'refused' }>;

/** Nothing happened to the money; here is why, and what to do about it. */
export function RefusedScreen({ screen }: { readonly screen: RefusedView }) {
  const { t } = useTranslation();
  const faultText = useFaultText();
  useDismissKeys();
  const { fault, charge, balanceMinor, terminalTransactionNumber } = screen;
  const missingMinor = fault.details?.['missingMinor'];
  const isShort = typeof missingMinor === 'number' && charge.purpose === 'sale';
  const { cashToReturnMinor } = screen;
  const isCashToReturn = cashToReturnMinor !== undefined && terminalTransactionNumber !== null;
  return (
    <StatePage
      tone="refused"
      title={faultText(fault.code).title}
      actions={
        <>
          <TouchButton look="onGround" shortcut="⏎" onPress={dismiss} className="min-h-16 px-8 text-xl">
            {t('refused.next')}
          </TouchButton>
          {isShort ? <Offers /> : null}
          {isCashToReturn ? <CashReturned terminalTransactionNumber={terminalTransactionNumber} /> : null}
        </>
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
      {cashToReturnMinor === undefined ? null : (
        <Figure label={t('refused.giveBack')} size="medium">
          <Money amountMinor={cashToReturnMinor} />
        </Figure>
      )}
      {terminalTransactionNumber === null ? null : (
        <p className="figures text-lg opacity-90">
          {t('refused.nothing')} {t('refused.receipt', { number: terminalTransactionNumber })}
        </p>
      )}
    </StatePage>
  );
}

const payRestByCard = (): void => void call((klink) => klink.sell({ openLoop: 'shortfall' }));

async function topUpHere(): Promise<void> {
  if ((await call((klink) => klink.dismiss({}))) !== null) goTo('top-up');
}

/** Not enough: the cart waits meanwhile, whichever way the customer chooses (R12; screens.md, "Not enough"). */
function Offers() {
  const { t } = useTranslation();
  const isSettingsOpen = useWindow((state) => state.isSettingsOpen);
  useKeys(!isSettingsOpen, (key) => {
    if (key === shortcuts.topUp) void topUpHere();
    if (key === shortcuts.payByCard) payRestByCard();
    return key === shortcuts.topUp || key === shortcuts.payByCard;
  });
  return (
    <>
      <TouchButton
        look="onGround"
        shortcut={shortcuts.topUp}
        onPress={() => void topUpHere()}
        className="min-h-14 px-5 text-lg"
      >
        {t('refused.topUpHere')}
      </TouchButton>
      <TouchButton
        look="onGround"
        shortcut={shortcuts.payByCard}
        onPress={payRestByCard}
        className="min-h-14 px-5 text-lg"
      >
        {t('refused.restByCard')}
      </TouchButton>
    </>
  );
}

/** The cash of a top-up that did not take place is the customer's; only a person knows whether it went back. */
function CashReturned({ terminalTransactionNumber }: { readonly terminalTransactionNumber: number }) {
  const { t } = useTranslation();
  const confirm = async (): Promise<void> => {
    if ((await call((klink) => klink.confirmCashReturned({ terminalTransactionNumber }))) !== null) dismiss();
  };
  return (
    <TouchButton look="onGround" onPress={() => void confirm()} className="min-h-14 px-5 text-lg">
      {t('refused.cashReturned')}
    </TouchButton>
  );
}
