import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  type ClosedShiftReport,
  closedShiftSchema,
  type ShiftReport,
  shiftReportSchema,
} from '../../contract/ipc/shift.ts';
import type { TillView } from '../../contract/ipc/till-view.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { AmountEntry } from './amount-entry.tsx';
import { answerOf, call } from './connection.ts';
import { shortcuts, useKeys } from './keyboard.ts';
import { Page } from './page.tsx';
import { ShiftFigures } from './shift-figures.tsx';
import { goTo, useWindow } from './store.ts';
import { useTypedAmount } from './typed-amount.ts';

/** A shift from its float to its blind count, and what it came to. */
export function ShiftPage({ view }: { readonly view: TillView }) {
  const [closed, setClosed] = useState<ClosedShiftReport | null>(null);
  const [isCounting, setIsCounting] = useState(false);
  if (closed !== null) return <ClosedShift view={view} report={closed} />;
  if (view.shift === null) return <FloatEntry />;
  if (!isCounting) return <OpenShift view={view} onClose={() => setIsCounting(true)} />;
  return (
    <CountEntry
      onCounted={async (countedCashMinor) => {
        const report = await answerOf(closedShiftSchema, (klink) => klink.closeShift({ countedCashMinor }));
        setIsCounting(false);
        // Pressed twice, the second press finds the shift closed: what it came to stays on the screen.
        if (report !== null) setClosed(report);
      }}
    />
  );
}

function FloatEntry() {
  const { t } = useTranslation();
  const typed = useTypedAmount();
  return (
    <AmountEntry
      title={t('shift.openTitle')}
      typed={typed}
      allowsZero
      back="menu"
      confirmLabel={t('shift.open')}
      onConfirm={() => {
        goTo('sale');
        void call((klink) => klink.openShift({ floatMinor: typed.amountMinor }));
      }}
    >
      <p className="border-l-4 border-accent pl-4 text-lg">{t('shift.floatHelp')}</p>
    </AmountEntry>
  );
}

/** Counted blind: what should be in the drawer is not shown before the count is in. */
function CountEntry({ onCounted }: { readonly onCounted: (countedCashMinor: number) => Promise<void> }) {
  const { t } = useTranslation();
  const typed = useTypedAmount();
  return (
    <AmountEntry
      title={t('shift.countTitle')}
      typed={typed}
      allowsZero
      back="menu"
      confirmLabel={t('shift.close')}
      onConfirm={() => void onCounted(typed.amountMinor)}
    >
      <p className="border-l-4 border-accent pl-4 text-lg">{t('shift.countHelp')}</p>
    </AmountEntry>
  );
}

function OpenShift({ view, onClose }: { readonly view: TillView; readonly onClose: () => void }) {
  const { t } = useTranslation();
  const report = useShiftReport(view.revision);
  const isSettingsOpen = useWindow((state) => state.isSettingsOpen);
  useKeys(!isSettingsOpen, (key) => {
    if (key === shortcuts.pay) onClose();
    return key === shortcuts.pay;
  });
  return (
    <Page
      title={t('shift.title')}
      onBack={() => goTo('menu')}
      aside={
        <TouchButton look="primary" shortcut="⏎" onPress={onClose}>
          {t('shift.countAndClose')}
        </TouchButton>
      }
    >
      {report === null ? null : <ShiftFigures view={view} report={report} />}
      <Packing view={view} />
    </Page>
  );
}

/** The shift so far, anew whenever the till has something new to say. */
function useShiftReport(revision: number): ShiftReport | null {
  const [report, setReport] = useState<ShiftReport | null>(null);
  useEffect(() => {
    let isWanted = revision >= 0;
    void answerOf(shiftReportSchema, (klink) => klink.shiftReport({})).then((answer) => {
      if (isWanted && answer !== null) setReport(answer);
    });
    return () => {
      isWanted = false;
    };
  }, [revision]);
  return report;
}

function ClosedShift({ view, report }: { readonly view: TillView; readonly report: ClosedShiftReport }) {
  const { t } = useTranslation();
  return (
    <Page title={t('shift.closedTitle', { number: report.zNumber })} onBack={() => goTo('sale')}>
      <ShiftFigures view={view} report={report} />
      <Packing view={view} />
    </Page>
  );
}

/** Whether the till may be packed away: everything has arrived, and nothing is left open (protocol.md, "seal"). */
function Packing({ view }: { readonly view: TillView }) {
  const { t } = useTranslation();
  const isSealed = view.seal === 'sealed';
  return (
    <div className="mt-6 flex max-w-200 flex-wrap items-center gap-4 rounded-medium border border-line bg-surface p-5">
      <Icon name={isSealed ? 'sealed' : 'seal'} className={isSealed ? 'size-9 text-good' : 'size-9 text-warn'} />
      <div className="mr-auto min-w-60 flex-1">
        <div className="text-lg font-bold">{t(`status.seal.${view.seal}`)}</div>
        <p className="text-muted">
          {isSealed ? t('shift.packHelp') : t('shift.notPackedHelp', { count: view.uplink.unsentCount })}
        </p>
      </div>
      {isSealed ? null : (
        <TouchButton onPress={() => void call((klink) => klink.replicate({ untilEmpty: false, timeoutMs: 10_000 }))}>
          <Icon name="arrowUp" />
          {t('shift.sendNow')}
        </TouchButton>
      )}
    </div>
  );
}
