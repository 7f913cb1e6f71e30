import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AccountView } from '../../contract/ipc/account-view.ts';
import type { CartView, ScreenView } from '../../contract/ipc/till-view.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { Figure, StatePage } from '../../ui/components/state-page.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { AccountFacts } from './account-facts.tsx';
import { pay } from './cart.tsx';
import { call } from './connection.ts';
import { dismiss, useDismissKeys } from './done.tsx';
import { useFaultText } from './fault-text.ts';
import { shortcuts, useKeys } from './keyboard.ts';
import { Money, useMoneyText } from './money.tsx';
import { RemoveItems } from './remove-items.tsx';
import { goTo, useWindow } from './store.ts';

type RefusedView = Extract<ScreenView, { screen: 'refused' }>;

/** Nothing happened to the money; here is why, and what to do about it. */
export function RefusedScreen({ screen, cart }: { readonly screen: RefusedView; readonly cart: CartView }) {
  const { t } = useTranslation();
  const faultText = useFaultText();
  useDismissKeys();
  const { fault, charge, balanceMinor, terminalTransactionNumber } = screen;
  const [isRemoving, setRemoving] = useState(false);
  const isSale = charge.purpose === 'sale';
  // Where nobody knows what there is, nothing is known to be missing either.
  const isKnown = fault.code !== 'BALANCE_UNKNOWN';
  const saidMinor = isKnown ? fault.details?.['missingMinor'] : undefined;
  const isShort = typeof saidMinor === 'number' && isSale;
  const account = screen.account ?? null;
  // What cash there is follows from what was missing at first: while the cart is emptied, less is (R109).
  const [cashThereMinor] = useState(() =>
    account !== null && typeof saidMinor === 'number' ? cashNeeded(cart, account) - saidMinor : null,
  );
  const missingMinor = missingNow();
  function missingNow() {
    if (!isShort) return saidMinor;
    if (account !== null && cashThereMinor !== null) return cashNeeded(cart, account) - cashThereMinor;
    return balanceMinor === null ? saidMinor : cart.toPayMinor - balanceMinor;
  }
  const isEnough = typeof missingMinor === 'number' && missingMinor <= 0 && cart.lines.length > 0;
  const { cashToReturnMinor } = screen;
  const isCashToReturn = cashToReturnMinor !== undefined && terminalTransactionNumber !== null;
  return (
    <StatePage
      tone="refused"
      title={account !== null && isShort ? t('canteen.account.notEnough') : faultText(fault.code).title}
      actions={
        <>
          <TouchButton look="onGround" shortcut="⏎" onPress={dismiss} className="min-h-16 px-8 text-xl">
            {t('refused.next')}
          </TouchButton>
          {isShort ? (
            <Offers
              cart={cart}
              missingMinor={typeof missingMinor === 'number' ? missingMinor : cart.toPayMinor}
              balanceMinor={balanceMinor ?? 0}
              isAccount={account !== null}
              isRemoving={isRemoving}
              onRemove={() => setRemoving(true)}
            />
          ) : null}
          {isCashToReturn ? <CashReturned terminalTransactionNumber={terminalTransactionNumber} /> : null}
        </>
      }
    >
      {isShort ? null : <p className="max-w-160 text-[clamp(1.125rem,3vh,1.5rem)]">{faultText(fault.code).help}</p>}
      <div className="flex flex-wrap items-end gap-x-12 gap-y-4">
        {typeof missingMinor === 'number' && missingMinor > 0 ? (
          <Figure label={t('refused.missing')}>
            <Money amountMinor={missingMinor} testId="missing" />
          </Figure>
        ) : null}
        {isShort && isEnough ? (
          <p className="flex items-center gap-4 text-[clamp(1.75rem,5vh,2.5rem)] font-bold">
            <Icon name="tick" className="size-10" />
            {t('refused.enough')}
          </p>
        ) : null}
        {balanceMinor === null || !isKnown ? null : (
          <Figure label={t(account === null ? 'refused.balance' : 'canteen.account.balance')} size="medium">
            <Money amountMinor={balanceMinor} />
          </Figure>
        )}
        {charge.amountMinor === 0 || isShort ? null : (
          <Figure label={isSale ? t('refused.price') : t('refused.amount')} size="medium">
            <Money amountMinor={charge.amountMinor} />
          </Figure>
        )}
      </div>
      {account === null || isRemoving ? null : (
        <AccountFacts account={account} occasion="refused" isBeyondDay={fault.code === 'DAILY_LIMIT'} />
      )}
      {isRemoving ? <RemoveItems cart={cart} /> : null}
      {cashToReturnMinor === undefined ? null : (
        <Figure label={t('refused.giveBack')} size="medium">
          <Money amountMinor={cashToReturnMinor} />
        </Figure>
      )}
      {terminalTransactionNumber === null || isRemoving ? null : (
        <p className="figures text-lg opacity-90">
          {t('refused.nothing')} {t('refused.receipt', { number: terminalTransactionNumber })}
        </p>
      )}
    </StatePage>
  );
}

/** What of a cart cash has to pay: everything that is no meal, and meals beyond the credit (R108, R109). */
function cashNeeded(cart: CartView, { creditMinor }: AccountView): number {
  const meals = cart.lines.filter(({ meal }) => meal === true);
  const linesMinor = meals.reduce((sum, { lineMinor }) => sum + lineMinor, 0);
  const mealMinor = cart.kinds?.mealMinor ?? Math.min(linesMinor, cart.toPayMinor);
  return cart.toPayMinor - Math.min(mealMinor, creditMinor ?? 0);
}

const payRestByCard = (): void => void call((klink) => klink.sell({ openLoop: 'shortfall' }));

async function topUpHere(): Promise<void> {
  if ((await call((klink) => klink.dismiss({}))) !== null) goTo('top-up');
}

/** Not enough: the cart waits meanwhile, whichever way the customer chooses (R12; screens.md, "Not enough"). */
function Offers({
  cart,
  missingMinor,
  balanceMinor,
  isAccount,
  isRemoving,
  onRemove,
}: {
  readonly cart: CartView;
  readonly missingMinor: number;
  readonly balanceMinor: number;
  /** An account is a person's: no card and no other person pays what is missing. */
  readonly isAccount: boolean;
  readonly isRemoving: boolean;
  readonly onRemove: () => void;
}) {
  const { t } = useTranslation();
  const moneyText = useMoneyText();
  const isSettingsOpen = useWindow((state) => state.isSettingsOpen);
  const isEnough = missingMinor <= 0;
  // Where nothing is on the tag, another one simply pays instead.
  const maySplit = balanceMinor > 0 && !isAccount;
  const mayRemove = cart.parts.length === 0;
  const payMissingByOther = (): void => void call((klink) => klink.sell({ partMinor: missingMinor }));
  const offers = new Map<string, () => void>(
    isEnough || isRemoving
      ? []
      : [
          [shortcuts.topUp, () => void topUpHere()],
          ...(isAccount ? [] : [[shortcuts.payByCard, payRestByCard] as const]),
          ...(maySplit ? [[shortcuts.anotherTag, payMissingByOther] as const] : []),
          ...(mayRemove ? [[shortcuts.clear, onRemove] as const] : []),
        ],
  );
  useKeys(!isSettingsOpen, (key) => {
    offers.get(key)?.();
    return offers.has(key);
  });
  if (isEnough)
    return cart.lines.length === 0 || cart.toPayMinor === 0 ? null : (
      <TouchButton look="onGround" onPress={pay} className="min-h-16 px-8 text-xl font-bold">
        {t('refused.payNow', { amount: moneyText(Math.abs(cart.toPayMinor)) })}
      </TouchButton>
    );
  if (isRemoving) return null;
  return (
    <>
      {maySplit ? (
        <TouchButton
          look="onGround"
          shortcut={shortcuts.anotherTag}
          onPress={payMissingByOther}
          className="min-h-14 px-5 text-lg"
        >
          {t('refused.anotherTag', { amount: moneyText(missingMinor) })}
        </TouchButton>
      ) : null}
      <TouchButton
        look="onGround"
        shortcut={shortcuts.topUp}
        onPress={() => void topUpHere()}
        className="min-h-14 px-5 text-lg"
      >
        {t('refused.topUpHere')}
      </TouchButton>
      {isAccount ? null : (
        <TouchButton
          look="onGround"
          shortcut={shortcuts.payByCard}
          onPress={payRestByCard}
          className="min-h-14 px-5 text-lg"
        >
          {t('refused.restByCard')}
        </TouchButton>
      )}
      {mayRemove ? (
        <TouchButton look="onGround" shortcut={shortcuts.clear} onPress={onRemove} className="min-h-14 px-5 text-lg">
          {t('refused.remove')}
        </TouchButton>
      ) : null}
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
