import { useTranslation } from 'react-i18next';
import { Amount, type AmountProps } from '../../ui/components/amount.tsx';
import { formatAmount, localeOf } from '../../ui/i18n/format.ts';
import { usePreferences } from './preferences.ts';
import { useTill } from './store.ts';

/** Locale of this screen: its language, in the country of the edition's money. */
export function useLocale(): string {
  const language = usePreferences((preferences) => preferences.language);
  const currency = useTill((till) => till.view?.till?.currency ?? null);
  return localeOf(language, currency);
}

/** An amount in the edition's currency; nothing before the till is enrolled. */
export function Money(props: Omit<AmountProps, 'currency' | 'locale'>) {
  const locale = useLocale();
  const currency = useTill((till) => till.view?.till?.currency ?? null);
  return currency === null ? null : <Amount {...props} currency={currency} locale={locale} />;
}

/** Formats amounts as text, for labels and announcements. */
export function useMoneyText(): (amountMinor: number) => string {
  const locale = useLocale();
  const currency = useTill((till) => till.view?.till?.currency ?? null);
  const { t } = useTranslation();
  return (amountMinor) => (currency === null ? t('status.notEnrolled') : formatAmount(amountMinor, currency, locale));
}
