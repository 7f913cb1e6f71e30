import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { ClosedShiftReport, ShiftReport } from '../../contract/ipc/shift.ts';
import type { TillView } from '../../contract/ipc/till-view.ts';
import { classNames } from '../../ui/components/class-names.ts';
import { formatTime } from '../../ui/i18n/format.ts';
import { Money, useLocale } from './money.tsx';

function isClosed(report: ShiftReport | ClosedShiftReport): report is ClosedShiftReport {
  return 'zNumber' in report;
}

/** What a shift came to: turnover for everybody, the drawer for whoever may know it. */
export function ShiftFigures({
  view,
  report,
}: {
  readonly view: TillView;
  readonly report: ShiftReport | ClosedShiftReport;
}) {
  const { t } = useTranslation();
  const locale = useLocale();
  const timeZone = view.till?.timeZone ?? null;
  const { cash } = report;
  return (
    <div className="grid max-w-240 gap-6 @2xl:grid-cols-2">
      <Table title={t('shift.turnover')}>
        <Row name={t('shift.openedAt')}>{formatTime(report.openedAt, locale, timeZone)}</Row>
        {isClosed(report) ? (
          <Row name={t('shift.closedAt')}>{formatTime(report.closedAt, locale, timeZone)}</Row>
        ) : null}
        <Row name={t('shift.sales', { count: report.sales.count })}>
          <Money amountMinor={report.sales.amountMinor} />
        </Row>
        <Row name={t('shift.chargebacks', { count: report.chargebacks.count })}>
          <Money amountMinor={report.chargebacks.amountMinor} />
        </Row>
        {report.unknownCount === 0 ? null : <Row name={t('shift.unknownCount')}>{report.unknownCount}</Row>}
      </Table>
      {cash === null ? (
        <p className="self-center text-lg text-muted">{t('shift.blind')}</p>
      ) : (
        <Table title={t('shift.drawer')}>
          <Row name={t('shift.float')}>
            <Money amountMinor={cash.floatMinor} />
          </Row>
          <Row name={t('shift.topUps')}>
            <Money amountMinor={cash.topUpsMinor} />
          </Row>
          <Row name={t('shift.refunds')}>
            <Money amountMinor={-cash.refundsMinor} />
          </Row>
          {cash.reversalsMinor === 0 ? null : (
            <Row name={t('shift.reversals')}>
              <Money amountMinor={cash.reversalsMinor} />
            </Row>
          )}
          <Row name={t('shift.expected')} isSum>
            <Money amountMinor={cash.expectedMinor} testId="expected-cash" />
          </Row>
          {cash.unknownMinor === 0 ? null : (
            <Row name={t('shift.unknownCash')}>
              <Money amountMinor={cash.unknownMinor} />
            </Row>
          )}
          {isClosed(report) ? <Counted report={report} /> : null}
        </Table>
      )}
    </div>
  );
}

function Counted({ report }: { readonly report: ClosedShiftReport }) {
  const { t } = useTranslation();
  const { differenceMinor, countedCashMinor } = report;
  const verdict = differenceMinor === 0 ? 'exact' : differenceMinor < 0 ? 'short' : 'over';
  return (
    <>
      <Row name={t('shift.counted')}>
        <Money amountMinor={countedCashMinor} />
      </Row>
      <Row
        name={`${t('shift.difference')} (${t(`shift.${verdict}`)})`}
        isSum
        mood={verdict === 'exact' ? 'good' : 'bad'}
      >
        <Money amountMinor={differenceMinor} testId="cash-difference" />
      </Row>
    </>
  );
}

function Table({ title, children }: { readonly title: string; readonly children: ReactNode }) {
  return (
    <section aria-label={title} className="rounded-medium border border-line bg-surface p-5">
      <h2 className="mb-2 text-lg font-bold">{title}</h2>
      <dl>{children}</dl>
    </section>
  );
}

function Row({
  name,
  isSum = false,
  mood = 'calm',
  children,
}: {
  readonly name: string;
  readonly isSum?: boolean;
  readonly mood?: 'calm' | 'good' | 'bad';
  readonly children: ReactNode;
}) {
  return (
    <div
      className={classNames(
        'figures flex items-baseline justify-between gap-6 py-1.5 text-lg',
        isSum && 'mt-1 border-t-2 border-line-strong pt-2.5 font-bold',
        mood === 'good' && 'text-good',
        mood === 'bad' && 'text-bad',
      )}
    >
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
