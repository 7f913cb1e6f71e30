import { useTranslation } from 'react-i18next';
import type { ScreenView } from '../../contract/ipc/till-view.ts';
import { StatePage } from '../../ui/components/state-page.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { call } from './connection.ts';
import { useSecondsUntil } from './now.ts';
import { shortUid } from './tag-name.ts';
import { Charge } from './tap.tsx';
import { TapAlert } from './tap-alert.tsx';

/** The tag is not coming back: the outcome stays open until it is seen again. */
const giveUp = (): void => void call((klink) => klink.dismiss({}));

type AgainView = Extract<ScreenView, { screen: 'again' }>;

/** The tag left in the middle of a write: only this very tag can end it well. */
export function AgainScreen({ screen }: { readonly screen: AgainView }) {
  const { t } = useTranslation();
  const seconds = useSecondsUntil(screen.deadlineAt);
  return (
    <StatePage
      tone="again"
      title={t('again.title')}
      actions={
        // No key for it: Escape, pressed once too often, must not leave money in doubt.
        <TouchButton look="onGround" onPress={giveUp} className="min-h-16 px-8 text-xl">
          {t('again.giveUp')}
        </TouchButton>
      }
    >
      <p className="max-w-160 text-[clamp(1.125rem,3vh,1.5rem)]">{t('again.help')}</p>
      <div className="flex flex-wrap items-end gap-x-12 gap-y-5">
        <div className="flex items-baseline gap-3">
          <span className="figures text-[clamp(3rem,11vh,6rem)] font-bold leading-none">{seconds}</span>
          <span className="text-xl font-medium">{t('again.seconds')}</span>
        </div>
        <div>
          <div className="text-lg font-medium">{t('again.tag')}</div>
          <div className="figures text-4xl font-bold leading-none">{shortUid(screen.uid)}</div>
        </div>
      </div>
      <TapAlert code={null} />
      {screen.charge.purpose === 'issue' ? null : <Charge charge={screen.charge} />}
    </StatePage>
  );
}
