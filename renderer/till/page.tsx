import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { shortcuts, useKeys } from './keyboard.ts';
import { useWindow } from './store.ts';

/** A page a person turns to between two customers: its name, the way back, and what is on it. */
export function Page({
  title,
  onBack,
  aside,
  children,
}: {
  readonly title: string;
  /** Null where there is no way back. */
  readonly onBack: (() => void) | null;
  /** Beside the title, at the right. */
  readonly aside?: ReactNode;
  readonly children: ReactNode;
}) {
  const { t } = useTranslation();
  const isSettingsOpen = useWindow((state) => state.isSettingsOpen);
  useKeys(!isSettingsOpen && onBack !== null, (key) => {
    if (key === shortcuts.cancel) onBack?.();
    return key === shortcuts.cancel;
  });
  return (
    <section aria-label={title} className="flex h-full min-h-0 flex-col overflow-y-auto bg-canvas p-6 @container">
      <div className="mb-5 flex flex-wrap items-center gap-3">
        {onBack === null ? null : (
          <TouchButton look="plain" shortcut="Esc" onPress={onBack}>
            {t('entry.back')}
          </TouchButton>
        )}
        <h1 className="mr-auto text-2xl font-bold tracking-tight">{title}</h1>
        {aside}
      </div>
      {children}
    </section>
  );
}
