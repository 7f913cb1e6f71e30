import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FaultCode } from '../../contract/ipc/fault.ts';
import type { ScreenView } from '../../contract/ipc/till-view.ts';
import { Icon } from '../../ui/components/icon.tsx';
import { StatePage } from '../../ui/components/state-page.tsx';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { call } from './connection.ts';
import { useFaultText } from './fault-text.ts';
import { goTo } from './store.ts';

type HaltedView = Extract<ScreenView, { screen: 'halted' }>;

/** What there is to do besides what the fault's own text says: wait, or leave this data behind. */
function remedyOf(code: FaultCode): 'retrying' | 'afresh' | null {
  switch (code) {
    case 'TILL_IN_USE':
    case 'DISK_FULL':
    case 'DATABASE_UNREACHABLE':
    case 'SETTINGS_INVALID':
    case 'INTERNAL':
      return 'retrying';
    case 'DATABASE_CORRUPT':
    case 'DATABASE_EDITED':
    case 'CHAIN_BROKEN':
    case 'JOURNAL_FORKED':
    case 'JOURNAL_UNKNOWN':
    case 'JOURNAL_BEHIND':
    case 'SECRETS_MISSING':
    case 'SECRETS_SEALED':
      return 'afresh';
    default:
      return null;
  }
}

/** The till does not go on by itself: a person has to do what `fault` says. */
export function HaltedScreen({ screen: { fault } }: { readonly screen: HaltedView }) {
  const { t } = useTranslation();
  const faultText = useFaultText();
  const remedy = remedyOf(fault.code);
  return (
    <StatePage
      tone="halted"
      title={faultText(fault.code).title}
      actions={
        <TouchButton look="onGround" onPress={() => goTo('diagnostics')} className="min-h-14 px-6 text-lg">
          <Icon name="repair" />
          {t('diagnostics.title')}
        </TouchButton>
      }
    >
      <p className="max-w-180 text-[clamp(1.125rem,3vh,1.5rem)]">{faultText(fault.code).help}</p>
      {remedy === 'retrying' ? (
        <p className="text-[clamp(1.125rem,3vh,1.5rem)] font-semibold">{t('halted.retrying')}</p>
      ) : null}
      {remedy === 'afresh' ? <Afresh /> : null}
      <div className="max-w-180">
        <div className="text-lg font-medium">{t('halted.support')}</div>
        <p lang="en" className="mt-1 select-text break-words font-mono text-base">
          {fault.code}: {fault.message}
        </p>
      </div>
    </StatePage>
  );
}

/** To sell on with this computer the till needs new data; what it has is kept. Said before it is done. */
function Afresh() {
  const { t } = useTranslation();
  const [isAsked, setIsAsked] = useState(false);
  if (!isAsked) {
    return (
      <TouchButton look="onGround" onPress={() => setIsAsked(true)} className="min-h-16 self-start px-8 text-xl">
        {t('halted.afresh.offer')}
      </TouchButton>
    );
  }
  return (
    <section aria-label={t('halted.afresh.offer')} className="max-w-180 rounded-medium border-2 border-current p-5">
      <p className="text-lg">{t('halted.afresh.kept')}</p>
      <p className="mt-2 text-lg">{t('halted.afresh.needed')}</p>
      <div className="mt-4 flex flex-wrap gap-4">
        <TouchButton
          look="onGround"
          onPress={() => void call((klink) => klink.startAfresh())}
          className="min-h-14 px-6 text-lg"
        >
          {t('halted.afresh.confirm')}
        </TouchButton>
        <TouchButton look="onGround" onPress={() => setIsAsked(false)} className="min-h-14 px-6 text-lg">
          {t('halted.afresh.back')}
        </TouchButton>
      </div>
    </section>
  );
}
