import { useEffect, useState } from 'react';
import { ProgressBar } from 'react-aria-components';
import { useTranslation } from 'react-i18next';
import { type SupportCommand, type SupportView, supportViewSchema } from '../../contract/ipc/support.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { formatBytes, formatTime } from '../../ui/i18n/format.ts';
import { answerOf, call } from './connection.ts';
import { useFaultText } from './fault-text.ts';
import { useLocale } from './money.tsx';

const ask = (command: SupportCommand): void => void call((klink) => klink.support(command));

/** The check of the database and the file for support: how far they are, how they ended, and stopping them. */
export function DatabaseWork({ timeZone }: { readonly timeZone: string | null }) {
  const { t } = useTranslation();
  const view = useSupport();
  if (view === null) return null;
  return (
    <div data-testid="support-work" data-state={view.work} className="mt-4 flex flex-col gap-3">
      {view.work === 'none' ? (
        <>
          <TouchButton onPress={() => ask('check')}>
            <Icon name="repair" className="text-accent" />
            {t('diagnostics.database.check')}
          </TouchButton>
          <TouchButton onPress={() => ask('export')}>
            <Icon name="save" className="text-accent" />
            {t('diagnostics.support.export')}
          </TouchButton>
          <p className="text-sm text-muted">{t('diagnostics.support.exportHelp')}</p>
        </>
      ) : (
        <Working view={view} />
      )}
      <div aria-live="polite">
        <Ended view={view} timeZone={timeZone} />
      </div>
    </div>
  );
}

function Working({ view: { work, progress } }: { readonly view: SupportView }) {
  const { t } = useTranslation();
  const share = progress === null || progress.total === 0 ? 0 : progress.done / progress.total;
  return (
    <>
      <p className="font-semibold">
        {t(work === 'check' ? 'diagnostics.database.checking' : 'diagnostics.database.exporting')}{' '}
        <span className="font-normal text-muted">{t('diagnostics.database.checkHelp')}</span>
      </p>
      <ProgressBar aria-label={t('diagnostics.database.progress')} value={share * 100}>
        <div className="h-3 overflow-hidden rounded-small bg-line">
          <div className="h-full bg-accent" style={{ width: `${share * 100}%` }} />
        </div>
      </ProgressBar>
      <TouchButton onPress={() => ask('cancel')}>
        <Icon name="close" />
        {t('diagnostics.database.cancel')}
      </TouchButton>
    </>
  );
}

function Ended({
  view: { checked, exported, fault },
  timeZone,
}: {
  readonly view: SupportView;
  readonly timeZone: string | null;
}) {
  const { t } = useTranslation();
  const locale = useLocale();
  const faultText = useFaultText();
  return (
    <>
      {checked === null ? null : <Checked checked={checked} time={formatTime(checked.at, locale, timeZone)} />}
      {exported === null ? null : (
        <p className="break-all">
          {t('diagnostics.support.exported', { file: exported.file, size: formatBytes(exported.sizeBytes, locale) })}
        </p>
      )}
      {fault === null ? null : (
        <p className="text-bad">
          <span className="font-semibold">{faultText(fault.code).title}.</span> {faultText(fault.code).help}
        </p>
      )}
    </>
  );
}

function Checked({
  checked: { findings },
  time,
}: {
  readonly checked: NonNullable<SupportView['checked']>;
  readonly time: string;
}) {
  const { t } = useTranslation();
  if (findings.length === 0)
    return (
      <p className="flex items-center gap-2 font-semibold text-good">
        <Icon name="tick" />
        {t('diagnostics.database.checkedFine', { time })}
      </p>
    );
  return (
    <>
      <p className="flex items-center gap-2 font-semibold text-bad">
        <Icon name="alert" />
        {t('diagnostics.database.checkedWrong', { time, count: findings.length })}
      </p>
      <ul className="mt-1">
        {findings.slice(0, 10).map(({ part, detail }) => (
          <li key={`${part}-${detail}`}>
            {t(`diagnostics.database.parts.${part}`)}:{' '}
            <span lang="en" className="select-text text-muted">
              {detail}
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** How that work stands, from now on; null until it is known. */
function useSupport(): SupportView | null {
  const [view, setView] = useState<SupportView | null>(null);
  useEffect(() => {
    const stop = window.klink.onSupportView((value) => setView(supportViewSchema.parse(value)));
    void answerOf(supportViewSchema, (klink) => klink.supportView()).then((answer) => {
      // A newer one may have come meanwhile.
      setView((known) => known ?? answer);
    });
    return stop;
  }, []);
  return view;
}
