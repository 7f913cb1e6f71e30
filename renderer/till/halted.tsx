import { useTranslation } from 'react-i18next';
import type { ScreenView } from '../../contract/ipc/till-view.ts';
import { StatePage } from '../../ui/components/state-page.tsx';
import { useFaultText } from './fault-text.ts';

type HaltedView = Extract<ScreenView, { screen: 'halted' }>;

/** The till does not go on by itself: a person has to do what `fault` says. */
export function HaltedScreen({ screen: { fault } }: { readonly screen: HaltedView }) {
  const { t } = useTranslation();
  const faultText = useFaultText();
  return (
    <StatePage tone="halted" title={faultText(fault.code).title}>
      <p className="max-w-180 text-[clamp(1.125rem,3vh,1.5rem)]">{faultText(fault.code).help}</p>
      <div className="max-w-180">
        <div className="text-lg font-medium">{t('halted.support')}</div>
        <p lang="en" className="mt-1 select-text break-words font-mono text-base">
          {fault.code}: {fault.message}
        </p>
      </div>
    </StatePage>
  );
}
