import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { TillView } from '../../contract/ipc/till-view.ts';
import { namedSessions } from '../../contract/wire/sessions.ts';
import { classNames } from '../../ui/components/class-names.ts';
import { Icon, type IconName } from '../../ui/components/icon.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { formatAge, formatSpan, formatTime } from '../../ui/i18n/format.ts';
import { useLocale } from './money.tsx';
import { useNowMs } from './now.ts';
import { SettingsPanel } from './settings-panel.tsx';
import { goTo, useWindow } from './store.ts';

type Mood = 'calm' | 'good' | 'warn' | 'bad';
const moods: Readonly<Record<Mood, string>> = {
  calm: 'text-muted',
  good: 'text-good',
  warn: 'text-warn',
  bad: 'text-bad',
};

/** Always visible: who this till is, whether it can read tags, and whether what it sold has arrived. */
export function StatusBar({ view }: { readonly view: TillView }) {
  return (
    <header className="flex items-center gap-x-5 border-b max-[80rem]:gap-x-4 max-[56rem]:flex-wrap border-line bg-surface py-1 pl-5 pr-2 text-ink">
      <TillName view={view} />
      <div className="flex min-w-0 grow flex-wrap items-center gap-x-5 gap-y-1 max-[80rem]:gap-x-4 max-[56rem]:order-last max-[56rem]:basis-full max-[56rem]:pb-2">
        <StaffItem view={view} />
        <SessionItem view={view} />
        <ReaderItem view={view} />
        <UplinkItem view={view} />
        <ClockItem view={view} />
        <UnsentItem view={view} />
        <SealItem view={view} />
      </div>
      <div className="flex items-center max-[56rem]:ml-auto">
        <AttentionItem count={view.attentionCount} />
        {view.reader.kind === 'simulated' ? <SimulatorButton /> : null}
        <SettingsPanel />
      </div>
    </header>
  );
}

function Item({
  icon,
  mood,
  title,
  detail,
  hook,
  state,
}: {
  readonly icon: IconName;
  readonly mood: Mood;
  readonly title: ReactNode;
  readonly detail?: string | null;
  readonly hook?: string;
  readonly state?: string;
}) {
  return (
    <div className="flex items-center gap-2" data-testid={hook} data-state={state}>
      <Icon name={icon} className={moods[mood]} />
      {/* What has one text only takes the two lines the others have, rather than the width of a second row. */}
      <div className={classNames('leading-tight', !detail && 'min-[56rem]:max-w-34 min-[56rem]:text-balance')}>
        <div className={classNames('text-sm font-semibold', mood === 'calm' ? 'text-ink' : moods[mood])}>{title}</div>
        {detail ? <div className="text-[0.8125rem] text-muted">{detail}</div> : null}
      </div>
    </div>
  );
}

function TillName({ view }: { readonly view: TillView }) {
  const { t } = useTranslation();
  return (
    // Gives way alone as long as it can: its names may take another line, what is beside it stays in one row.
    <div className="flex min-h-14 min-w-48 max-w-[30%] shrink-1000000 max-[56rem]:max-w-[60%] items-center gap-3">
      <svg aria-hidden viewBox="0 0 32 32" className="size-9 shrink-0 text-accent">
        <circle cx="16" cy="16" r="14" fill="none" stroke="currentColor" strokeWidth="3" />
        <path
          d="M12 9v14 M21 10l-8.5 6.5L21 23"
          fill="none"
          stroke="currentColor"
          strokeWidth="3"
          strokeLinecap="round"
          strokeLinejoin="round"
        />
      </svg>
      <div className="leading-tight">
        <div className="text-base font-bold">{view.till?.terminalName ?? 'Klink'}</div>
        <div className="text-[0.8125rem] text-muted">
          {view.till === null ? t('status.notEnrolled') : `${view.till.merchantName} · ${view.till.editionName}`}
        </div>
      </div>
    </div>
  );
}

/** Who is at the till and since when their shift is open; nothing where the event has no cashiers. */
function StaffItem({ view: { cashier, shift, till } }: { readonly view: TillView }) {
  const { t } = useTranslation();
  const locale = useLocale();
  if (cashier === null) return null;
  const detail =
    shift === null
      ? t('status.shiftNone')
      : t('status.shiftSince', { time: formatTime(shift.openedAt, locale, till?.timeZone ?? null) });
  return <Item icon="person" mood={shift === null ? 'warn' : 'calm'} title={cashier.name} detail={detail} />;
}

/** The session of the canteen by the clock on the wall; nothing where its day has none. */
function SessionItem({ view: { session } }: { readonly view: TillView }) {
  const { t } = useTranslation();
  if (session === undefined) return null;
  if (session === null)
    return <Item icon="meal" mood="warn" title={t('canteen.session.none')} hook="session" state="none" />;
  const { session: name, until } = session;
  const isNamed = namedSessions.find((known) => known === name);
  return (
    <Item
      icon="meal"
      mood="calm"
      title={isNamed ? t(`canteen.session.${isNamed}`) : name}
      detail={t('canteen.session.until', { time: until })}
      hook="session"
      state={name}
    />
  );
}

function ReaderItem({ view: { reader } }: { readonly view: TillView }) {
  const { t } = useTranslation();
  const isReady = reader.state === 'ready';
  const detail = reader.kind === 'simulated' ? t('status.simulated') : shortReaderName(reader.name);
  return (
    <Item
      hook="reader-state"
      state={reader.state}
      icon={isReady || reader.state === 'starting' ? 'reader' : 'readerOff'}
      mood={isReady ? 'good' : reader.state === 'starting' ? 'calm' : 'bad'}
      title={t(`status.reader.${reader.state}`)}
      detail={detail}
    />
  );
}

/** PC/SC names go on for ever ("ACS ACR122U PICC Interface 00 00"); the maker and model say enough. */
function shortReaderName(name: string | null): string | null {
  return name === null ? null : name.split(' ').slice(0, 2).join(' ');
}

function UplinkItem({ view: { uplink, till } }: { readonly view: TillView }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const time = formatTime(uplink.since, locale, till?.timeZone ?? null);
  switch (uplink.state) {
    case 'online':
      return <Item icon="cloud" mood="good" title={t('status.uplink.online')} detail={time} state="online" />;
    case 'offline':
      return (
        <Item
          icon="cloudOff"
          mood="warn"
          title={t('status.uplink.offline')}
          detail={t('status.offlineSince', { time })}
        />
      );
    case 'refused':
      return (
        <Item
          icon="cloudOff"
          mood="bad"
          title={t('status.uplink.refused')}
          detail={t('status.refusedSince', { time })}
        />
      );
    case 'unknown':
      return <Item icon="wait" mood="calm" title={t('status.uplink.unknown')} />;
    default:
      return uplink.state satisfies never;
  }
}

/** Times on receipts and tags come from this computer: whoever can set its clock has to see that it is off. */
function ClockItem({ view: { uplink } }: { readonly view: TillView }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const { clockDifferenceMs } = uplink;
  if (clockDifferenceMs === undefined) return null;
  const difference = formatSpan(Math.abs(clockDifferenceMs), locale);
  const detail = clockDifferenceMs > 0 ? t('status.clockSlow', { difference }) : t('status.clockFast', { difference });
  return (
    <Item icon="wait" mood="bad" title={t('status.clockWrong')} detail={detail} hook="clock-state" state="wrong" />
  );
}

function UnsentItem({ view: { uplink } }: { readonly view: TillView }) {
  const { t } = useTranslation();
  const locale = useLocale();
  const nowMs = useNowMs(5_000);
  const age =
    uplink.lastAcknowledgedAt === null
      ? t('status.acknowledgedNever')
      : t('status.acknowledged', { age: formatAge(uplink.lastAcknowledgedAt, nowMs, locale) });
  return (
    <Item
      icon={uplink.unsentCount === 0 ? 'tick' : 'arrowUp'}
      mood={uplink.unsentCount === 0 ? 'calm' : 'warn'}
      title={
        <>
          <span className="figures" data-testid="unsent-count">
            {uplink.unsentCount}
          </span>{' '}
          {t('status.unsent')}
        </>
      }
      detail={age}
    />
  );
}

function SealItem({ view: { seal } }: { readonly view: TillView }) {
  const { t } = useTranslation();
  return (
    <Item
      hook="seal-state"
      state={seal}
      icon={seal === 'sealed' ? 'sealed' : 'seal'}
      mood={seal === 'sealed' ? 'good' : 'calm'}
      title={t(`status.seal.${seal}`)}
    />
  );
}

function AttentionItem({ count }: { readonly count: number }) {
  const { t } = useTranslation();
  if (count === 0) return <span className="sr-only">{t('status.attentionNone')}</span>;
  return (
    <TouchButton look="quiet" onPress={() => goTo('attention')} className="max-w-48 px-3 leading-tight !text-bad">
      <Icon name="alert" />
      <span className="text-sm">{t('status.attention', { count })}</span>
    </TouchButton>
  );
}

function SimulatorButton() {
  const { t } = useTranslation();
  const isOpen = useWindow((state) => state.isSimulatorOpen);
  return (
    <TouchButton
      look="quiet"
      aria-expanded={isOpen}
      aria-label={isOpen ? t('simulator.close') : t('simulator.open')}
      className={classNames('px-3', isOpen && 'bg-accent-soft')}
      onPress={() => useWindow.setState({ isSimulatorOpen: !isOpen })}
    >
      <Icon name="wristband" />
    </TouchButton>
  );
}
