import { useTranslation } from 'react-i18next';
import type { ScreenView } from '../../contract/ipc/till-view.ts';
import { StatePage } from '../../ui/components/state-page.tsx';
import { Charge } from './tap.tsx';

type WritingView = Extract<ScreenView, { screen: 'writing' }>;

/** The tag is being written: nothing can be cancelled any more, and it must not move. */
export function WritingScreen({ screen }: { readonly screen: WritingView }) {
  const { t } = useTranslation();
  const { done, total } = screen.progress;
  return (
    <StatePage tone="writing" title={t('writing.title')} progress={total === 0 ? 0 : done / total}>
      <p className="text-[clamp(1.125rem,3vh,1.5rem)]">{t('writing.help')}</p>
      {screen.charge.purpose === 'issue' ? null : <Charge charge={screen.charge} />}
      <progress aria-label={t('writing.progress')} className="sr-only" value={done} max={Math.max(1, total)} />
    </StatePage>
  );
}
