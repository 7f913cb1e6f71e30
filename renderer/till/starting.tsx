import { useTranslation } from 'react-i18next';

/** Between the start of the window and the first word of the till; the crash cleanup runs now (R36). */
export function StartingScreen() {
  const { t } = useTranslation();
  return (
    <section className="flex h-full flex-col items-center justify-center gap-5 p-8 text-center">
      <svg aria-hidden viewBox="0 0 100 100" className="size-28 text-accent">
        <g fill="none" stroke="currentColor" strokeWidth="5">
          <circle className="ripple" cx="50" cy="50" r="40" strokeWidth="2.5" />
          <circle cx="50" cy="50" r="28" />
        </g>
      </svg>
      <h1 className="text-4xl font-bold tracking-tight">{t('starting.title')}</h1>
      <p className="text-lg text-muted">{t('starting.help')}</p>
    </section>
  );
}
