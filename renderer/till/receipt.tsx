import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { savedReceiptSchema } from '../../contract/ipc/printing.ts';
import { type ReceiptDocument, receiptAnswerSchema } from '../../contract/ipc/receipt.ts';
import { type ReceiptSettings, receiptSettingsSchema } from '../../contract/settings/receipt-settings.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { QrCode } from '../receipt/qr-code.tsx';
import { ReceiptPaper } from '../receipt/receipt-paper.tsx';
import { answerOf, call } from './connection.ts';
import { useKeys } from './keyboard.ts';
import { Page } from './page.tsx';
import { usePreferences } from './preferences.ts';
import { PrinterState } from './printer-notice.tsx';
import { goTo, useWindow } from './store.ts';

/** A receipt on the screen, and the ways off it: paper, a file, the guest's telephone. */
export function ReceiptScreen({
  number,
  copy,
  onBack,
}: {
  readonly number: number;
  /** It is looked up later: the guest has had one. */
  readonly copy: boolean;
  readonly onBack: () => void;
}) {
  const { t } = useTranslation();
  const settings = useReceiptSettings();
  const receipt = useReceipt(number, copy, settings);
  const [isQrShown, setIsQrShown] = useState(false);
  return (
    <Page title={t('receipt.title', { number })} onBack={onBack}>
      {receipt === null || settings === null ? null : (
        <div className="m-auto grid w-full max-w-220 items-start gap-8 @2xl:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
          <section aria-label={t('receipt.paper')} className="mx-auto w-full max-w-88">
            {isQrShown ? (
              <div className="rounded-medium bg-surface p-5 shadow-(--shadow)">
                <QrCode text={receipt.qrText} label={t('receipt.qrLabel')} className="w-full rounded-small" />
                <p className="mt-4 text-center text-lg">{t('receipt.qrHelp')}</p>
              </div>
            ) : (
              <ReceiptPaper document={receipt} qrLabel={null} className="select-text rounded-small shadow-(--shadow)" />
            )}
          </section>
          <Actions
            {...{ number, copy, isQrShown, language: receipt.language }}
            hasPrinter={settings.printer.kind !== 'none'}
            onQr={() => setIsQrShown((shown) => !shown)}
          />
        </div>
      )}
    </Page>
  );
}

function Actions({
  number,
  copy,
  language,
  isQrShown,
  hasPrinter,
  onQr,
}: {
  readonly number: number;
  readonly copy: boolean;
  readonly language: ReceiptDocument['language'];
  readonly isQrShown: boolean;
  readonly hasPrinter: boolean;
  readonly onQr: () => void;
}) {
  const { t } = useTranslation();
  const isSettingsOpen = useWindow((state) => state.isSettingsOpen);
  const [saved, setSaved] = useState<string | null>(null);
  const request = { terminalTransactionNumber: number, language, copy };
  const print = (): void => void call((klink) => klink.printer({ kind: 'print-receipt', request }));
  const save = async (): Promise<void> => {
    const answer = await answerOf(savedReceiptSchema, (klink) => klink.printer({ kind: 'save-receipt', request }));
    if (answer?.file) setSaved(answer.file);
  };
  useKeys(!isSettingsOpen, (key) => {
    switch (key.toLowerCase()) {
      case 'p':
        if (hasPrinter) print();
        return hasPrinter;
      case 's':
        void save();
        return true;
      case 'q':
        onQr();
        return true;
      default:
        return false;
    }
  });
  return (
    <div className="flex flex-col gap-4">
      <TouchButton
        look="primary"
        shortcut="P"
        isDisabled={!hasPrinter}
        onPress={print}
        className="min-h-18 text-xl font-bold"
      >
        <Icon name="printer" />
        {t('receipt.print')}
      </TouchButton>
      <TouchButton shortcut="Q" aria-pressed={isQrShown} onPress={onQr} className="min-h-16 text-lg">
        <Icon name={isQrShown ? 'receipt' : 'qr'} className="text-accent" />
        {t(isQrShown ? 'receipt.qrHide' : 'receipt.qr')}
      </TouchButton>
      <TouchButton shortcut="S" onPress={() => void save()} className="min-h-16 text-lg">
        <Icon name="save" className="text-accent" />
        {t('receipt.save')}
      </TouchButton>
      <p aria-live="polite" className="break-all text-muted">
        {saved === null ? '' : t('receipt.saved', { file: saved })}
      </p>
      <PrinterState />
      <TouchButton look="quiet" onPress={() => goTo('receipt-settings')} className="self-start text-muted">
        <Icon name="printer" />
        {t('receipt.settings')}
      </TouchButton>
    </div>
  );
}

/** Null until it has come, and where there is none: the notice then says why. */
function useReceipt(number: number, copy: boolean, settings: ReceiptSettings | null): ReceiptDocument | null {
  const screenLanguage = usePreferences((preferences) => preferences.language);
  const [receipt, setReceipt] = useState<ReceiptDocument | null>(null);
  const language = settings === null || settings.language === 'auto' ? screenLanguage : settings.language;
  const isReady = settings !== null;
  useEffect(() => {
    if (!isReady) return;
    let isWanted = true;
    void answerOf(receiptAnswerSchema, (klink) =>
      klink.receipt({ terminalTransactionNumber: number, language, copy }),
    ).then((answer) => {
      if (isWanted) setReceipt(answer?.document ?? null);
    });
    return () => {
      isWanted = false;
    };
  }, [number, language, copy, isReady]);
  return receipt;
}

/** What `till.json` says of receipts; null until it is known. */
export function useReceiptSettings(): ReceiptSettings | null {
  const [settings, setSettings] = useState<ReceiptSettings | null>(null);
  useEffect(() => {
    let isWanted = true;
    void answerOf(receiptSettingsSchema, (klink) => klink.receiptSettings()).then((answer) => {
      if (isWanted) setSettings(answer);
    });
    return () => {
      isWanted = false;
    };
  }, []);
  return settings;
}

/** Opened from what has just been done: the till goes on to its next customer behind it. */
export function openReceipt(number: number): void {
  useWindow.setState({ place: 'receipt', receiptOf: number });
  void call((klink) => klink.dismiss({}));
}
