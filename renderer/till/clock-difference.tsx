import { useTranslation } from 'react-i18next';
import type { Diagnostics } from '../../contract/ipc/diagnostics.ts';

/** The backend's clock is read to a second, over a network: less than this is no difference. */
const rightWithinMs = 3_000;

/** Whether this computer's clock is right, and what to do if not. */
export function ClockDifference({ clock }: { readonly clock: Diagnostics['clock'] }) {
  const { t } = useTranslation();
  const span = useSpan();
  if (clock === null) return <span className="text-muted">{t('diagnostics.backend.clockUnknown')}</span>;
  const { differenceMs } = clock;
  if (Math.abs(differenceMs) < rightWithinMs)
    return <span className="text-good">{t('diagnostics.backend.clockRight')}</span>;
  const time = span(Math.abs(differenceMs));
  return (
    <>
      <span className="block font-semibold text-bad">
        {differenceMs < 0
          ? t('diagnostics.backend.clockAhead', { time })
          : t('diagnostics.backend.clockBehind', { time })}
      </span>
      <span className="block text-sm">{t('diagnostics.backend.clockHelp')}</span>
    </>
  );
}

function useSpan(): (ms: number) => string {
  const { t } = useTranslation();
  return (ms) => {
    const seconds = Math.round(ms / 1_000);
    const minutes = Math.floor(seconds / 60);
    const hours = Math.floor(minutes / 60);
    if (hours > 0) return t('diagnostics.backend.hours', { hours, minutes: minutes % 60 });
    if (minutes > 0) return t('diagnostics.backend.minutes', { minutes, seconds: seconds % 60 });
    return t('diagnostics.backend.seconds', { seconds });
  };
}
