import { useTranslation } from 'react-i18next';
import { TouchButton } from '../../ui/components/touch-button.tsx';
import { call } from './connection.ts';
import { goTo } from './store.ts';

/** Turns the till to training, or back to real money. */
export function practise(isTraining: boolean): void {
  goTo('sale');
  void call((klink) => klink.practise(isTraining));
}

/** Practice looks different everywhere, so that nobody takes real money in it. */
export function TrainingBanner({ canEnd = false }: { readonly canEnd?: boolean }) {
  const { t } = useTranslation();
  return (
    <div
      role="note"
      className="training-stripes flex flex-wrap items-center justify-center gap-x-6 px-5 font-bold tracking-wide"
    >
      <span className="py-1.5">{t('training.banner')}</span>
      {canEnd ? (
        <TouchButton look="onGround" onPress={() => practise(false)} className="my-1">
          {t('training.end')}
        </TouchButton>
      ) : null}
    </div>
  );
}
