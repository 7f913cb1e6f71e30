import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TillView } from '../../contract/ipc/till-view.ts';
import { type ListedTransaction, transactionsAnswerSchema } from '../../contract/ipc/transactions.ts';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { formatTime } from '../../ui/i18n/format.ts';
import { answerOf } from './connection.ts';
import { Money, useLocale } from './money.tsx';
import { Page } from './page.tsx';
import { goTo } from './store.ts';
import { shortUid } from './tag-name.ts';
import { TransactionPage } from './transaction.tsx';
import { TransactionState } from './transaction-state.tsx';

/** What this till has done, newest first; each opens to its lines and states. */
export function TransactionsPage({ view }: { readonly view: TillView }) {
  const { t } = useTranslation();
  const [opened, setOpened] = useState<number | null>(null);
  const { rows, hasMore, showMore } = usePast(view.uplink.unsentCount);
  if (opened !== null) return <TransactionPage view={view} number={opened} onBack={() => setOpened(null)} />;
  return (
    <Page title={t('transactions.title')} onBack={() => goTo('menu')}>
      {rows?.length === 0 ? <p className="text-xl">{t('transactions.none')}</p> : null}
      <ul className="flex max-w-260 flex-col gap-2">
        {rows?.map((row) => (
          <li key={row.terminalTransactionNumber}>
            <Row
              row={row}
              timeZone={view.till?.timeZone ?? null}
              onOpen={() => setOpened(row.terminalTransactionNumber)}
            />
          </li>
        ))}
      </ul>
      {hasMore ? (
        <TouchButton onPress={showMore} className="mt-4 self-start">
          {t('transactions.more')}
        </TouchButton>
      ) : null}
    </Page>
  );
}

interface Past {
  readonly rows: readonly ListedTransaction[] | null;
  readonly hasMore: boolean;
  readonly showMore: () => void;
}

/** The newest page, anew whenever something was sent, and older ones on request. */
function usePast(unsentCount: number): Past {
  const [rows, setRows] = useState<readonly ListedTransaction[] | null>(null);
  const [hasMore, setHasMore] = useState(false);
  useEffect(() => {
    let isWanted = unsentCount >= 0;
    void answerOf(transactionsAnswerSchema, (klink) => klink.transactions({})).then((answer) => {
      if (!isWanted || answer === null) return;
      setRows(answer.transactions);
      setHasMore(answer.hasMore);
    });
    return () => {
      isWanted = false;
    };
  }, [unsentCount]);
  const showMore = async (): Promise<void> => {
    const before = rows?.at(-1)?.terminalTransactionNumber;
    if (before === undefined) return;
    const answer = await answerOf(transactionsAnswerSchema, (klink) => klink.transactions({ before }));
    if (answer === null) return;
    setRows((shown) => [...(shown ?? []), ...answer.transactions]);
    setHasMore(answer.hasMore);
  };
  return { rows, hasMore, showMore: () => void showMore() };
}

function Row({
  row,
  timeZone,
  onOpen,
}: {
  readonly row: ListedTransaction;
  readonly timeZone: string | null;
  readonly onOpen: () => void;
}) {
  const { t } = useTranslation();
  const locale = useLocale();
  return (
    <TouchButton onPress={onOpen} className="w-full !justify-start gap-x-6 py-2 !text-left">
      <span className="figures w-24 shrink-0 text-muted">
        {t('done.receipt', { number: row.terminalTransactionNumber })}
      </span>
      <span className="figures w-16 shrink-0">{formatTime(row.openedAt, locale, timeZone)}</span>
      <span className="min-w-0 flex-1">
        <span className="block font-bold leading-tight">{t(`attention.type.${row.type}`)}</span>
        <span className="figures block text-sm font-normal text-muted">{shortUid(row.uid)}</span>
      </span>
      <TransactionState state={row.state} sent={row.sent} rejected={row.rejected} />
      <Money amountMinor={row.amountMinor} className="w-32 shrink-0 text-right text-lg font-bold" />
    </TouchButton>
  );
}
