import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { receiptLanguages } from '../../contract/ipc/receipt.ts';
import {
  type ReceiptPrinter,
  type ReceiptSettings,
  receiptColumns,
  receiptPrinterSchema,
  receiptSettingsSchema,
} from '../../contract/settings/receipt-settings.ts';
import { Choice } from '../../ui/components/choice.tsx';
import { Icon } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { languageNames } from '../../ui/i18n/languages.ts';
import { answerOf, call } from './connection.ts';
import { Field } from './field.tsx';
import { Page } from './page.tsx';
import { usePreferences } from './preferences.ts';
import { PrinterState } from './printer-notice.tsx';
import { useReceiptSettings } from './receipt.tsx';
import { goTo } from './store.ts';

const back = (): void => goTo('sale');
const printerKinds = ['none', 'network', 'device', 'system'] as const;

/** Where receipts are printed and what stands on them; kept in `till.json`. */
export function ReceiptSettingsPage() {
  const { t } = useTranslation();
  const settings = useReceiptSettings();
  return (
    <Page title={t('receipt.set.title')} onBack={back}>
      {settings === null ? null : <SettingsForm known={settings} />}
    </Page>
  );
}

/** The fields as they are typed: of every kind of printer, so that a change of mind loses nothing. */
interface Typed {
  readonly kind: ReceiptPrinter['kind'];
  readonly host: string;
  readonly port: string;
  readonly path: string;
  readonly name: string;
}

function typedOf(printer: ReceiptPrinter): Typed {
  const empty = { host: '', port: '9100', path: '/dev/usb/lp0', name: '' };
  switch (printer.kind) {
    case 'none':
      return { kind: 'none', ...empty };
    case 'network':
      return { ...empty, kind: 'network', host: printer.host, port: String(printer.port) };
    case 'device':
      return { ...empty, kind: 'device', path: printer.path };
    case 'system':
      return { ...empty, kind: 'system', name: printer.name };
    default:
      return printer satisfies never;
  }
}

/** The printer that was typed; null while something is missing. */
function printerOf({ kind, host, port, path, name }: Typed): ReceiptPrinter | null {
  const given = {
    none: { kind },
    network: { kind, host, port: Number(port) },
    device: { kind, path },
    system: { kind, name },
  };
  return receiptPrinterSchema.safeParse(given[kind]).data ?? null;
}

function SettingsForm({ known }: { readonly known: ReceiptSettings }) {
  const { t } = useTranslation();
  const screenLanguage = usePreferences((preferences) => preferences.language);
  const [settings, setSettings] = useState(known);
  const [typed, setTyped] = useState(() => typedOf(known.printer));
  const [isSaved, setIsSaved] = useState(false);
  const [isTried, setIsTried] = useState(false);
  const printer = printerOf(typed);
  const change = (changed: Partial<ReceiptSettings>): void => {
    setSettings((before) => ({ ...before, ...changed }));
    setIsSaved(false);
  };
  const type = (changed: Partial<Typed>): void => {
    setTyped((before) => ({ ...before, ...changed }));
    setIsSaved(false);
  };
  const save = async (): Promise<boolean> => {
    setIsTried(true);
    if (printer === null) return false;
    const wanted = { ...settings, printer };
    const answer = await answerOf(receiptSettingsSchema, (klink) => klink.changeReceiptSettings(wanted));
    setIsSaved(answer !== null);
    return answer !== null;
  };
  const test = async (): Promise<void> => {
    if (await save()) await call((klink) => klink.printer({ kind: 'print-test', language: screenLanguage }));
  };
  const yesNo = [
    { value: 'on', label: t('receipt.set.on') },
    { value: 'off', label: t('receipt.set.off') },
  ] as const;
  return (
    <form
      className="grid w-full max-w-260 items-start gap-x-10 gap-y-6 @3xl:grid-cols-2"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <div className="flex flex-col gap-6">
        <Setting title={t('receipt.set.kind')}>
          <Choice
            label={t('receipt.set.kind')}
            value={typed.kind}
            options={printerKinds.map((value) => ({ value, label: t(`receipt.set.kinds.${value}`) }))}
            onChoose={(kind) => type({ kind })}
          />
        </Setting>
        <PrinterFields typed={typed} type={type} isTried={isTried} />
        <div className="flex flex-wrap gap-4">
          <TouchButton type="submit" look="primary" className="text-lg font-bold">
            <Icon name="tick" />
            {t(isSaved ? 'receipt.set.saved' : 'receipt.set.save')}
          </TouchButton>
          {typed.kind === 'none' ? null : (
            <TouchButton onPress={() => void test()}>
              <Icon name="printer" className="text-accent" />
              {t('receipt.set.test')}
            </TouchButton>
          )}
        </div>
        <PrinterState />
      </div>
      <div className="flex flex-col gap-6">
        <Setting title={t('receipt.set.automatic')} help={t('receipt.set.automaticHelp')}>
          <Choice
            label={t('receipt.set.automatic')}
            value={settings.automatic ? 'on' : 'off'}
            options={yesNo}
            onChoose={(value) => change({ automatic: value === 'on' })}
          />
        </Setting>
        <Setting title={t('receipt.set.qrCode')}>
          <Choice
            label={t('receipt.set.qrCode')}
            value={settings.qrCode ? 'on' : 'off'}
            options={yesNo}
            onChoose={(value) => change({ qrCode: value === 'on' })}
          />
        </Setting>
        <Setting title={t('receipt.set.columns')}>
          <Choice
            label={t('receipt.set.columns')}
            value={String(settings.columns)}
            options={receiptColumns.map((count) => ({ value: String(count), label: String(count) }))}
            onChoose={(value) => {
              const columns = receiptColumns.find((count) => String(count) === value);
              if (columns !== undefined) change({ columns });
            }}
          />
        </Setting>
        <Setting title={t('receipt.set.language')}>
          <Choice
            label={t('receipt.set.language')}
            value={settings.language}
            options={[
              { value: 'auto', label: t('receipt.set.languageAuto') },
              ...receiptLanguages.map((value) => ({ value, label: languageNames[value], language: value })),
            ]}
            onChoose={(language) => change({ language })}
          />
        </Setting>
      </div>
    </form>
  );
}

/** What has to be known of the chosen printer; a problem is said once somebody has tried to save it. */
function PrinterFields({
  typed,
  type,
  isTried,
}: {
  readonly typed: Typed;
  readonly type: (changed: Partial<Typed>) => void;
  readonly isTried: boolean;
}) {
  const { t } = useTranslation();
  const missing = (text: string): string | null => (isTried && text.trim() === '' ? t('receipt.set.invalid') : null);
  switch (typed.kind) {
    case 'none':
      return <p className="text-muted">{t('receipt.printer.none')}</p>;
    case 'network': {
      const port = Number(typed.port);
      const isPort = Number.isInteger(port) && port >= 1 && port <= 65_535;
      return (
        <>
          <Field
            label={t('receipt.set.host')}
            hint={t('receipt.set.hostHint')}
            kind="text"
            value={typed.host}
            onChange={(host) => type({ host })}
            problem={missing(typed.host)}
          />
          <Field
            label={t('receipt.set.port')}
            hint={t('receipt.set.portHint')}
            kind="text"
            value={typed.port}
            onChange={(changed) => type({ port: changed })}
            problem={isPort ? null : t('receipt.set.portInvalid')}
          />
        </>
      );
    }
    case 'device':
      return (
        <Field
          label={t('receipt.set.path')}
          hint={t('receipt.set.pathHint')}
          kind="text"
          value={typed.path}
          onChange={(path) => type({ path })}
          problem={missing(typed.path)}
        />
      );
    case 'system':
      return (
        <Field
          label={t('receipt.set.name')}
          hint={t('receipt.set.nameHint')}
          kind="text"
          value={typed.name}
          onChange={(name) => type({ name })}
          problem={null}
        />
      );
    default:
      return typed.kind satisfies never;
  }
}

function Setting({
  title,
  help,
  children,
}: {
  readonly title: string;
  readonly help?: string;
  readonly children: ReactNode;
}) {
  return (
    <div>
      <h2 className="mb-1.5 font-semibold">{title}</h2>
      {children}
      {help === undefined ? null : <p className="mt-1.5 text-sm text-muted">{help}</p>}
    </div>
  );
}
