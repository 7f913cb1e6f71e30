import { useTranslation } from 'react-i18next';
import type { FaultCode } from '../../contract/ipc/fault.ts';

/**
 * What went wrong and what to do about it, in the language of the screen. The one place where a code becomes a text: a code
 * that has none does not compile here.
 */
export function useFaultText(): (code: FaultCode) => { readonly title: string; readonly help: string } {
  const { t } = useTranslation();
  return (code) => ({ title: t(`fault.${code}.title`), help: t(`fault.${code}.help`) });
}
