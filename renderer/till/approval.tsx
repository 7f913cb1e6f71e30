import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { TillView } from '../../contract/ipc/till-view.ts';
import { call, callConfirmed } from './connection.ts';
import { IdentityPage } from './login.tsx';
import { useWindow } from './store.ts';

const giveUp = (): void => useWindow.setState({ pending: null });

/** Asks again for what a supervisor has just confirmed. */
export function useConfirmedWork({ approver, screen: { screen } }: TillView): void {
  const pending = useWindow((state) => state.pending);
  useEffect(() => {
    // While the supervisor's tag is still being read, the till is busy with that.
    const isFree = screen === 'sale' || screen === 'done';
    if (approver === null || pending === null || !isFree) return;
    giveUp();
    void callConfirmed(pending.ask);
  }, [approver, pending, screen]);
}

/** The cashier may not do this alone: a supervisor types a PIN or shows a tag, for this one thing. */
export function ApprovalPage() {
  const { t } = useTranslation();
  return (
    <IdentityPage
      title={t('approval.title')}
      help={t('approval.help')}
      onBack={giveUp}
      confirmLabel={t('approval.confirm')}
      onPin={async (pin) => (await call((klink) => klink.approve({ pin }))) !== null}
      onTag={() => void call((klink) => klink.approveByTag({}))}
    />
  );
}
