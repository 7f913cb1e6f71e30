import { useTranslation } from 'react-i18next';
import type { ScreenView } from '../../contract/ipc/till-view.ts';
import { StatePage } from '../../ui/components/state-page.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { call } from './connection.ts';
import { shortcuts, useKeys } from './keyboard.ts';
import { Charge } from './tap.tsx';

type PayingView = Extract<ScreenView, { screen: 'paying' }>;

const cancel = (): void => void call((klink) => klink.cancel({}));

/** The card is being asked (Q13). It can be taken back; once that was asked for, only waiting helps. */
export function PayingScreen({ screen }: { readonly screen: PayingView }) {
  const { t } = useTranslation();
  const isVoiding = screen.status === 'voiding';
  useKeys(!isVoiding, (key) => {
    if (key === shortcuts.cancel) cancel();
    return key === shortcuts.cancel;
  });
  return (
    <StatePage
      tone="writing"
      title={t(`paying.title.${screen.status}`)}
      actions={
        isVoiding ? null : (
          <TouchButton look="onGround" shortcut="Esc" onPress={cancel} className="min-h-16 px-8 text-xl">
            {t('paying.cancel')}
          </TouchButton>
        )
      }
    >
      <p className="max-w-180 text-[clamp(1.125rem,3vh,1.5rem)]">{t(`paying.help.${screen.status}`)}</p>
      <Charge charge={screen.charge} />
    </StatePage>
  );
}
