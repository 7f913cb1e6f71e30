import { useTranslation } from 'react-i18next';
import type { ScreenView } from '../../contract/ipc/till-view.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { StatePage } from '../../ui/components/state-page.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { dismiss, useDismissKeys } from './done.tsx';
import { shortUid } from './tag-name.ts';
import { Charge } from './tap.tsx';

type UnknownView = Extract<ScreenView, { screen: 'unknown' }>;

/** TerminalConfirmUnknown (R30): nobody knows yet, and nobody may guess. */
export function UnknownScreen({ screen }: { readonly screen: UnknownView }) {
  const { t } = useTranslation();
  useDismissKeys();
  return (
    <StatePage
      tone="unknown"
      title={t('unknown.title')}
      actions={
        <TouchButton look="onGround" shortcut="⏎" onPress={dismiss} className="min-h-16 px-8 text-xl">
          {t('unknown.next')}
        </TouchButton>
      }
    >
      <p className="max-w-180 text-[clamp(1.125rem,3vh,1.5rem)]">{t('unknown.help')}</p>
      <p className="flex items-center gap-3 text-[clamp(1.125rem,3vh,1.5rem)] font-bold">
        <Icon name="alert" className="size-8" />
        {t('unknown.doNot')}
      </p>
      {screen.charge.purpose === 'issue' ? null : <Charge charge={screen.charge} />}
      <p className="figures text-lg opacity-90">
        {t('unknown.tag')} {shortUid(screen.uid)} · {t('unknown.receipt', { number: screen.terminalTransactionNumber })}
      </p>
    </StatePage>
  );
}
