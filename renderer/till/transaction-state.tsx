import { useTranslation } from 'react-i18next';
import type { ListedTransaction } from '../../contract/ipc/transactions.ts';
import { classNames } from '../../ui/components/class-names.ts';
import { Icon, type IconName } from '../../ui/components/icon.tsx';

const looks: Readonly<Record<ListedTransaction['state'], readonly [IconName, string]>> = {
  Open: ['wait', 'text-warn'],
  TerminalConfirmStarted: ['wait', 'text-warn'],
  TerminalConfirmUnknown: ['alert', 'text-bad'],
  Committed: ['tick', 'text-good'],
  Aborted: ['close', 'text-muted'],
};

/** Where a transaction stands, in words, and whether the backend has it. */
export function TransactionState({ state, sent, rejected }: Pick<ListedTransaction, 'state' | 'sent' | 'rejected'>) {
  const { t } = useTranslation();
  const [icon, colour] = looks[state];
  return (
    <span className="flex w-52 shrink-0 items-center gap-2 leading-tight">
      <Icon name={icon} className={colour} />
      <span>
        <span className={classNames('block text-sm font-semibold', colour)}>{t(`transactions.state.${state}`)}</span>
        <span className={classNames('block text-[0.8125rem] font-normal', rejected ? 'text-bad' : 'text-muted')}>
          {t(rejected ? 'transactions.rejected' : sent ? 'transactions.sent' : 'transactions.unsent')}
        </span>
      </span>
    </span>
  );
}
