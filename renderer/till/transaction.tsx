import { type ReactNode, useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { allFaultCodes } from '../../contract/ipc/fault.ts';
import type { TillView } from '../../contract/ipc/till-view.ts';
import { type TransactionDetails, transactionDetailsSchema } from '../../contract/ipc/transactions.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { formatTime } from '../../ui/i18n/format.ts';
import { answerOf, call } from './connection.ts';
import { useFaultText } from './fault-text.ts';
import { useKeys } from './keyboard.ts';
import { useLineName } from './line-name.ts';
import { Money, useLocale } from './money.tsx';
import { Page } from './page.tsx';
import { ReceiptScreen } from './receipt.tsx';
import { TransactionState } from './transaction-state.tsx';

type Line = TransactionDetails['lines'][number];

/** One transaction: its lines, every state it went through, and taking back what may still come back (R5). */
export function TransactionPage({
  view,
  number,
  onBack,
}: {
  readonly view: TillView;
  readonly number: number;
  readonly onBack: () => void;
}) {
  const { t } = useTranslation();
  const details = useDetails(number, view.revision);
  const [isReceiptShown, setIsReceiptShown] = useState(false);
  const hasReceipt = details?.state === 'Committed';
  useKeys(hasReceipt && !isReceiptShown, (key) => {
    if (key.toLowerCase() !== 'r') return false;
    setIsReceiptShown(true);
    return true;
  });
  // Whoever looks it up later has had one.
  if (isReceiptShown) return <ReceiptScreen number={number} copy onBack={() => setIsReceiptShown(false)} />;
  const receipt = (
    <TouchButton shortcut="R" onPress={() => setIsReceiptShown(true)}>
      <Icon name="receipt" className="text-accent" />
      {t('receipt.open')}
    </TouchButton>
  );
  return (
    <Page title={t('transactions.one', { number })} onBack={onBack} aside={hasReceipt ? receipt : null}>
      {details === null ? null : (
        <div className="grid max-w-260 items-start gap-6 @3xl:grid-cols-2">
          <Lines details={details} />
          <Facts view={view} details={details} />
        </div>
      )}
    </Page>
  );
}

function useDetails(terminalTransactionNumber: number, revision: number): TransactionDetails | null {
  const [details, setDetails] = useState<TransactionDetails | null>(null);
  useEffect(() => {
    let isWanted = revision >= 0;
    void answerOf(transactionDetailsSchema, (klink) => klink.transaction({ terminalTransactionNumber })).then(
      (answer) => {
        if (isWanted) setDetails(answer);
      },
    );
    return () => {
      isWanted = false;
    };
  }, [terminalTransactionNumber, revision]);
  return details;
}

function Lines({ details }: { readonly details: TransactionDetails }) {
  const { t } = useTranslation();
  const [returned, setReturned] = useState<ReadonlyMap<number, number>>(new Map());
  const { terminalTransactionNumber, lines } = details;
  const canReturn = lines.some(({ returnableQuantity }) => returnableQuantity > 0);
  const chosen = [...returned].filter(([, quantity]) => quantity > 0).map(([line, quantity]) => ({ line, quantity }));
  const takeBack = (): void =>
    void call((klink) => klink.chargeback({ terminalTransactionNumber, lines: chosen.length === 0 ? null : chosen }));
  return (
    <section aria-label={t('transactions.lines')} className="rounded-medium border border-line bg-surface p-5">
      <h2 className="mb-2 text-lg font-bold">{t('transactions.lines')}</h2>
      <ul>
        {lines.map((line) => (
          <LineRow
            key={line.line}
            line={line}
            returned={returned.get(line.line) ?? 0}
            onReturn={(quantity) => setReturned((before) => new Map(before).set(line.line, quantity))}
          />
        ))}
      </ul>
      {lines.length === 0 ? <p className="text-muted">{t('transactions.noLines')}</p> : null}
      {canReturn ? (
        <TouchButton look="primary" onPress={takeBack} className="mt-4 w-full">
          <Icon name="undo" />
          {chosen.length === 0 ? t('transactions.takeBackAll') : t('transactions.takeBackChosen')}
        </TouchButton>
      ) : null}
    </section>
  );
}

function LineRow({
  line,
  returned,
  onReturn,
}: {
  readonly line: Line;
  readonly returned: number;
  readonly onReturn: (quantity: number) => void;
}) {
  const { t } = useTranslation();
  const lineName = useLineName();
  const name = lineName(line);
  return (
    <li className="border-b border-line py-2 last:border-b-0">
      <div className="flex items-baseline justify-between gap-4">
        <span className="font-semibold">
          {line.quantity > 1 ? <span className="figures mr-2">{line.quantity} ×</span> : null}
          {name}
        </span>
        <Money amountMinor={line.kind === 'purchase-return' ? -line.amountMinor : line.amountMinor} />
      </div>
      {line.returnableQuantity > 0 ? (
        <div className="mt-1 flex items-center justify-end gap-1 text-muted">
          <span className="mr-auto">{t('transactions.returnable', { count: line.returnableQuantity })}</span>
          <TouchButton
            look="quiet"
            className="px-0"
            aria-label={t('sale.less', { name })}
            isDisabled={returned === 0}
            onPress={() => onReturn(returned - 1)}
          >
            <Icon name="minus" />
          </TouchButton>
          <span className="figures min-w-9 text-center text-xl font-bold text-ink">{returned}</span>
          <TouchButton
            look="quiet"
            className="px-0"
            aria-label={t('sale.more', { name })}
            isDisabled={returned === line.returnableQuantity}
            onPress={() => onReturn(returned + 1)}
          >
            <Icon name="plus" />
          </TouchButton>
        </div>
      ) : null}
    </li>
  );
}

function Facts({ view, details }: { readonly view: TillView; readonly details: TransactionDetails }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const faultText = useFaultText();
  const timeZone = view.till?.timeZone ?? null;
  const reason = allFaultCodes.find((code) => code === details.abortReason);
  return (
    <section aria-label={t('transactions.facts')} className="rounded-medium border border-line bg-surface p-5">
      <div className="mb-3 flex flex-wrap items-center justify-between gap-4">
        <TransactionState state={details.state} sent={details.sent} rejected={details.rejected} />
        <Money amountMinor={details.amountMinor} className="text-3xl font-bold" />
      </div>
      {reason === undefined ? null : <p className="mb-3 text-muted">{faultText(reason).title}</p>}
      <dl className="text-lg">
        <Fact name={t(`attention.type.${details.type}`)}>{t(`transactions.method.${details.paymentMethod}`)}</Fact>
        <Fact name={t('done.tag')}>
          <span className="figures">{details.uid}</span>
        </Fact>
        <Fact name={t('done.before')}>
          <Money amountMinor={details.balanceBeforeMinor} />
        </Fact>
        <Fact name={t('done.after')}>
          <Money amountMinor={details.balanceAfterMinor} />
        </Fact>
        {details.cashierId === null ? null : <Fact name={t('transactions.cashier')}>{details.cashierId}</Fact>}
        {details.approvedBy === null ? null : <Fact name={t('transactions.approvedBy')}>{details.approvedBy}</Fact>}
      </dl>
      <h3 className="mt-4 mb-1 font-bold">{t('transactions.states')}</h3>
      <ol>
        {details.states.map(({ state, at, cause }) => (
          <li key={`${state}-${at}`} className="flex justify-between gap-4 py-0.5">
            <span>{t(`transactions.state.${state}`)}</span>
            <span className="figures text-muted">
              {formatTime(at, locale, timeZone)} · {cause}
            </span>
          </li>
        ))}
      </ol>
    </section>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="flex justify-between gap-4 py-1">
      <dt className="text-muted">{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
