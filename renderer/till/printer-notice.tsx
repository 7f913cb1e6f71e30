import { useTranslation } from 'react-i18next';
import type { PrinterView } from '../../contract/ipc/printing.ts';
import { classNames } from '../../ui/components/class-names.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { call } from './connection.ts';
import { useFaultText } from './fault-text.ts';
import { useTill } from './store.ts';

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
      {state === 'failed' || state === 'waiting' ? <Remedies printer={printer} /> : null}
    </div>
  );
}

function Remedies({ printer: { failedCount } }: { readonly printer: PrinterView }) {
  const { t } = useTranslation();
  return (
    <div className="mt-3 flex flex-wrap gap-3">
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
 * What did not come to paper, on whatever screen somebody is between two customers; it takes no key and covers nothing that is
 * to be pressed.
 */
export function PrinterNotice() {
  const printer = useTill((till) => till.printer);
  if (printer === null || (printer.state !== 'failed' && printer.state !== 'waiting')) return null;
  return (
    <div className="border-b-2 border-bad bg-surface px-5 py-1">
      <PrinterState />
    </div>
  );
}
