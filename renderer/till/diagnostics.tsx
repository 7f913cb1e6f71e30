import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type Diagnostics, diagnosticsSchema } from '../../contract/ipc/diagnostics.ts';
import { type About, aboutSchema } from '../../contract/ipc/support.ts';
import type { TillView } from '../../contract/ipc/till-view.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { formatAge, formatBytes, formatTime } from '../../ui/i18n/format.ts';
import { ClockDifference } from './clock-difference.tsx';
import { answerOf } from './connection.ts';
import { DatabaseWork } from './database-work.tsx';
import { Card, Facts } from './facts-card.tsx';
import { useFaultText } from './fault-text.ts';
import { useLocale } from './money.tsx';
import { useNowMs } from './now.ts';
import { Page } from './page.tsx';
import { goTo } from './store.ts';
import { TagFacts } from './tag-facts.tsx';

const back = (): void => goTo('menu');

/** The till from within, for whoever looks for a fault: what it found, and one file for support. */
export function DiagnosticsPage({ view }: { readonly view: TillView }) {
  const { t } = useTranslation();
  const [lookCount, setLookCount] = useState(0);
  const { diagnostics, about } = useDiagnostics(view.revision, lookCount);
  const again = (
    <TouchButton onPress={() => setLookCount((count) => count + 1)}>
      <Icon name="wait" className="text-accent" />
      {t('diagnostics.refresh')}
    </TouchButton>
  );
  return (
    <Page title={t('diagnostics.title')} onBack={back} aside={again}>
      {diagnostics === null ? (
        // A till that cannot start says nothing of itself; its database can be looked at all the same.
        <Card title={t('diagnostics.database.title')}>
          <DatabaseWork timeZone={view.till?.timeZone ?? null} />
        </Card>
      ) : about === null ? null : (
        <div className="grid items-start gap-5 @3xl:grid-cols-2">
          <div className="flex flex-col gap-5">
            <TagFacts diagnostics={diagnostics} timeZone={view.till?.timeZone ?? null} />
            <Backend view={view} diagnostics={diagnostics} />
          </div>
          <div className="flex flex-col gap-5">
            <Database diagnostics={diagnostics} timeZone={view.till?.timeZone ?? null} />
            <Faults view={view} faults={diagnostics.recentFaults} />
            <Versions versions={diagnostics.versions} about={about} />
          </div>
        </div>
      )}
    </Page>
  );
}

/** Anew whenever the till has something new to show: a tag that was laid down, a reader that went. */
function useDiagnostics(revision: number, lookCount: number) {
  const [diagnostics, setDiagnostics] = useState<Diagnostics | null>(null);
  const [about, setAbout] = useState<About | null>(null);
  useEffect(() => {
    let isWanted = revision >= 0 && lookCount >= 0;
    void answerOf(diagnosticsSchema, (klink) => klink.diagnostics({})).then((answer) => {
      if (isWanted && answer !== null) setDiagnostics(answer);
    });
    return () => {
      isWanted = false;
    };
  }, [revision, lookCount]);
  useEffect(() => {
    let isWanted = true;
    void answerOf(aboutSchema, (klink) => klink.about()).then((answer) => {
      if (isWanted) setAbout(answer);
    });
    return () => {
      isWanted = false;
    };
  }, []);
  return { diagnostics, about };
}

function Backend({
  view: { uplink, seal },
  diagnostics,
}: {
  readonly view: TillView;
  readonly diagnostics: Diagnostics;
}) {
  const { t } = useTranslation();
  const locale = useLocale();
  const nowMs = useNowMs(5_000);
  const faultText = useFaultText();
  const { lastAcknowledgedAt } = uplink;
  const rows = [
    [t('diagnostics.backend.state'), t(`status.uplink.${uplink.state}`)],
    [t('diagnostics.backend.unsent'), uplink.unsentCount],
    [
      t('diagnostics.backend.acknowledged'),
      lastAcknowledgedAt === null ? t('diagnostics.backend.never') : formatAge(lastAcknowledgedAt, nowMs, locale),
    ],
    [t('diagnostics.backend.seal'), t(`status.seal.${seal}`)],
    [t('diagnostics.backend.clock'), <ClockDifference key="clock" clock={diagnostics.clock} />],
  ] as const;
  return (
    <Card title={t('diagnostics.backend.title')}>
      <Facts rows={rows} />
      {uplink.fault === null ? null : <p className="mt-2 text-bad">{faultText(uplink.fault.code).title}</p>}
    </Card>
  );
}

function Database({ diagnostics, timeZone }: { readonly diagnostics: Diagnostics; readonly timeZone: string | null }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { database, disk } = diagnostics;
  const count = new Intl.NumberFormat(locale);
  const bytes = (size: number): string => formatBytes(size, locale);
  return (
    <Card title={t('diagnostics.database.title')}>
      <Facts
        rows={[
          [t('diagnostics.database.size'), bytes(database.sizeBytes + database.walBytes)],
          [t('diagnostics.database.transactions'), count.format(database.transactionCount)],
          [t('diagnostics.database.journal'), count.format(database.journalSeq)],
          ...(disk === null
            ? []
            : [
                [
                  t('diagnostics.database.free'),
                  t('diagnostics.database.freeOf', { free: bytes(disk.freeBytes), total: bytes(disk.totalBytes) }),
                ] as const,
              ]),
        ]}
      />
      <DatabaseWork timeZone={timeZone} />
    </Card>
  );
}

function Faults({ view, faults }: { readonly view: TillView; readonly faults: Diagnostics['recentFaults'] }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const timeZone = view.till?.timeZone ?? null;
  return (
    <Card title={t('diagnostics.faults.title')}>
      {faults.length === 0 ? <p className="text-muted">{t('diagnostics.faults.none')}</p> : null}
      <ol className="flex flex-col gap-2">
        {faults.slice(0, 8).map(({ at, fault }) => (
          <li key={`${fault.code}-${at}`} className="leading-snug">
            <span className="figures mr-2 text-muted">{formatTime(at, locale, timeZone)}</span>
            <span className="font-semibold">{fault.code}</span>
            <span lang="en" className="block select-text text-sm text-muted">
              {fault.message}
            </span>
          </li>
        ))}
      </ol>
    </Card>
  );
}

function Versions({ versions, about }: { readonly versions: Diagnostics['versions']; readonly about: About }) {
  const { t } = useTranslation();
  return (
    <Card title={t('diagnostics.versions.title')}>
      <Facts
        rows={[
          ['Klink', versions.klink],
          [t('diagnostics.versions.schema'), versions.schema],
          ['SQLite', versions.sqlite],
          ['PC/SC', versions.pcsc ?? t('diagnostics.versions.pcscNone')],
          ['Electron', `${about.electron} (Chromium ${about.chromium})`],
          ['Node', versions.node],
          [t('diagnostics.versions.system'), versions.system],
        ]}
      />
    </Card>
  );
}
