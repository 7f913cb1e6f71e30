import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Purpose, ScreenView } from '../../contract/ipc/till-view.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { Figure, StatePage } from '../../ui/components/state-page.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { AccountFacts, PaidBy } from './account-facts.tsx';
import { call } from './connection.ts';
import { shortcuts, useKeys } from './keyboard.ts';
import { Money } from './money.tsx';
import { openReceipt } from './receipt.tsx';
import { useWindow } from './store.ts';
import { shortUid } from './tag-name.ts';

type DoneView = Extract<ScreenView, { screen: 'done' }>;

/** They have a number, and nobody has paid or was paid anything. */
const withoutReceipt: readonly Purpose[] = ['block', 'unblock', 'adjustment', 'payment-void'];

export const dismiss = (): void => void call((klink) => klink.dismiss({}));

/** Enter, Space and Escape all lead to the next customer. */
export function useDismissKeys(): void {
  const isSettingsOpen = useWindow((state) => state.isSettingsOpen);
  useKeys(!isSettingsOpen, (key) => {
    const means = key === shortcuts.cancel || key === shortcuts.pay || key === ' ';
    if (means) dismiss();
    return means;
  });
}

/** In a canteen one tap may have paid for two (Q50). */
function numbersOf({ saleParts, terminalTransactionNumber }: DoneView): readonly (number | null)[] {
  return saleParts?.map((part) => part.terminalTransactionNumber) ?? [terminalTransactionNumber];
}

/** It worked: what was on the tag before, what is on it now. The till takes it away by itself. */
export function DoneScreen({ screen }: { readonly screen: DoneView }) {
  const { t } = useTranslation();
  useDismissKeys();
  const [runsOutMs] = useState(() => Date.parse(screen.until) - Date.now());
  const { tag, balanceBeforeMinor, charge, terminalTransactionNumber } = screen;
  const hasChanged = balanceBeforeMinor !== null;
  const receiptOf = withoutReceipt.includes(charge.purpose) ? null : terminalTransactionNumber;
  useKeys(receiptOf !== null, (key) => {
    if (key.toLowerCase() !== 'r' || receiptOf === null) return false;
    openReceipt(receiptOf);
    return true;
  });
  return (
    <StatePage
      tone="done"
      title={t(`done.title.${charge.purpose}`)}
      runsOutMs={runsOutMs}
      actions={
        <>
          <TouchButton look="onGround" shortcut="⏎" onPress={dismiss} className="min-h-16 px-8 text-xl">
            {t('done.next')}
          </TouchButton>
          {receiptOf === null ? null : (
            <TouchButton
              look="onGround"
              shortcut="R"
              onPress={() => openReceipt(receiptOf)}
              className="min-h-16 px-8 text-xl"
            >
              <Icon name="receipt" />
              {t('receipt.open')}
            </TouchButton>
          )}
        </>
      }
    >
      <div className="flex flex-wrap items-end gap-x-8 gap-y-6">
        {hasChanged ? (
          <>
            <Figure label={t('done.before')} size="medium">
              <Money amountMinor={balanceBeforeMinor} testId="balance-before" />
            </Figure>
            <span aria-hidden className="hidden pb-1 text-4xl font-light @5xl:inline">
              →
            </span>
          </>
        ) : null}
        <Figure label={hasChanged ? t('done.after') : t('done.balance')}>
          <Money amountMinor={tag.balanceMinor} testId="balance-after" />
        </Figure>
      </div>
      {screen.saleParts === undefined ? null : <PaidBy parts={screen.saleParts} />}
      {screen.account === undefined ? null : (
        <AccountFacts account={screen.account} occasion={hasChanged ? 'paid' : 'look'} />
      )}
      {tag.blocked ? (
        <p className="flex items-center gap-3 text-[clamp(1.125rem,3vh,1.5rem)] font-bold">
          <Icon name="alert" className="size-8" />
          {t('done.blocked')}
        </p>
      ) : null}
      <p className="figures text-lg opacity-90">
        {t('done.tag')} {shortUid(tag.uid)}
        {tag.transactionNumber === null ? '' : ` · ${t('done.transactionsOnTag', { count: tag.transactionNumber })}`}
        {terminalTransactionNumber === null ? '' : ` · ${t('done.receipt', { number: numbersOf(screen).join(', ') })}`}
      </p>
    </StatePage>
  );
}
