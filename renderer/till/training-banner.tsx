import { useTranslation } from 'react-i18next';

/** Practice looks different everywhere, so that nobody takes real money in it. */
export function TrainingBanner() {
  const { t } = useTranslation();
  return (
    <div role="note" className="training-stripes px-5 py-1.5 text-center font-bold tracking-wide">
      {t('training.banner')}
    </div>
  );
}
