import { createInstance, type i18n } from 'i18next';
import { initReactI18next } from 'react-i18next';
import { de } from './de.ts';
import { en } from './en.ts';
import { fr } from './fr.ts';

export const languages = ['en', 'de', 'fr'] as const;
export type Language = (typeof languages)[number];

/** Each language by its own name, as the person who looks for it reads it. */
export const languageNames: Readonly<Record<Language, string>> = { en: 'English', de: 'Deutsch', fr: 'Français' };

export const texts = { en, de, fr } as const;

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: typeof en };
  }
}

/** The translator of one window; React escapes, so the texts are not escaped twice. */
export function createTranslator(language: Language): i18n {
  const translator = createInstance();
  void translator.use(initReactI18next).init({
    lng: language,
    fallbackLng: 'en',
    initAsync: false,
    interpolation: { escapeValue: false },
    resources: { en: { translation: en }, de: { translation: de }, fr: { translation: fr } },
  });
  return translator;
}

/** The first language of `wanted` (BCP 47, as a browser lists them) that there are texts for. */
export function bestLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const found = languages.find((language) => tag.toLowerCase().split('-')[0] === language);
    if (found !== undefined) return found;
  }
  return 'en';
}
