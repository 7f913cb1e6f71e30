import { useTranslation } from 'react-i18next';
import type { PrinterView } from '../../contract/ipc/printing.ts';
import { classNames } from '../../ui/components/class-names.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { call } from './connection.ts';
import { useFaultText } from './fault-text.ts';
import { useTill, useWindow } from './store.ts';

/** How the printer is, in words. */
export function PrinterState() {
  const { t } = useTranslation();
  const printer = useTill((till) => till.printer);
  const faultText = useFaultText();
  if (printer === null) return null;
  const { state, fault, failedCount } = printer;
  return (
    <div data-testid="printer-state" data-state={state} aria-live="polite" className="rounded-medium bg-surface p-4">
      <p className={classNames('flex items-center gap-3 font-semibold', fault === null ? 'text-ink' : 'text-bad')}>
        <Icon name={state === 'ready' ? 'tick' : state === 'printing' ? 'wait' : 'printer'} />
        {state === 'failed' ? t('receipt.printer.failed', { count: failedCount }) : t(`receipt.printer.${state}`)}
      </p>
      {fault === null ? null : (
        <p className="mt-1">
          <span className="font-semibold">{faultText(fault.code).title}.</span> {faultText(fault.code).help}
        </p>
      )}
      {state === 'failed' || state === 'waiting' ? (
        <div className="mt-3">
          <Remedies printer={printer} />
        </div>
      ) : null}
    </div>
  );
}

function Remedies({ printer: { failedCount } }: { readonly printer: PrinterView }) {
  const { t } = useTranslation();
  return (
    <div className="flex flex-wrap gap-3">
      {failedCount === 0 ? null : (
        <TouchButton onPress={() => void call((klink) => klink.printer({ kind: 'retry' }))}>
          <Icon name="printer" />
          {t('receipt.printAgain')}
        </TouchButton>
      )}
      <TouchButton look="quiet" onPress={() => void call((klink) => klink.printer({ kind: 'forget' }))}>
        {t('receipt.printer.forget')}
      </TouchButton>
    </div>
  );
}

/**
 * What did not come to paper, on whatever page somebody is between two customers; one line, which takes no key and covers
 * nothing that is to be pressed.
 */
export function PrinterNotice() {
  const { t } = useTranslation();
  const printer = useTill((till) => till.printer);
  const place = useWindow((state) => state.place);
  const faultText = useFaultText();
  const isSaidThere = place === 'receipt' || place === 'receipt-settings';
  if (printer === null || isSaidThere || (printer.state !== 'failed' && printer.state !== 'waiting')) return null;
  const { state, fault, failedCount } = printer;
  const what = failedCount > 0 ? t('receipt.printer.failed', { count: failedCount }) : t('receipt.printer.waiting');
  return (
    <div
      data-testid="printer-state"
      data-state={state}
      aria-live="polite"
      className="flex flex-wrap items-center gap-x-4 border-b-2 border-bad bg-surface py-1 pl-5 pr-2"
    >
      <Icon name="printer" className="text-bad" />
      <p className="mr-auto leading-tight">
        <span className="font-bold text-bad">{fault === null ? what : faultText(fault.code).title}</span>
        {fault === null ? null : <span className="ml-3 text-muted">{what}</span>}
      </p>
      <Remedies printer={printer} />
    </div>
  );
}
