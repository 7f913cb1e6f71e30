import { create } from 'zustand';
import { tillSettingsSchema } from '../../contract/settings/till-settings.ts';
import { bestLanguage, type Language, languages } from '../../ui/i18n/languages.ts';

export const themes = ['auto', 'light', 'dark', 'high-contrast'] as const;
export type Theme = (typeof themes)[number];

export interface Preferences {
  readonly language: Language;
  readonly theme: Theme;
  readonly sound: boolean;
}

/** What the person at this till likes to see and hear. It never decides anything about money. */
export const usePreferences = create<Preferences>()(() => ({ language: 'en', theme: 'auto', sound: true }));

const storageKey = 'klink.preferences';
const choices = tillSettingsSchema.pick({ language: true, theme: true, sound: true });

/**
 * What was chosen at this window before, else the till's settings (in the window's address), else what the system says.
 * Anything unreadable counts as not chosen.
 */
export function readPreferences(
  search: string,
  storage: Pick<Storage, 'getItem'>,
  systemLanguages: readonly string[],
): Preferences {
  const address = new URLSearchParams(search);
  const settings = choices.safeParse({
    language: address.get('language') ?? undefined,
    theme: address.get('theme') ?? undefined,
    sound: address.get('sound') !== 'off',
  });
  const fallback = settings.success ? settings.data : choices.parse({});
  const chosen = choices.partial().safeParse(readJson(storage.getItem(storageKey)));
  const { language = fallback.language, theme = fallback.theme, sound = fallback.sound } = chosen.data ?? {};
  const known = languages.find((candidate) => candidate === language);
  return { language: known ?? bestLanguage(systemLanguages), theme, sound };
}

/** Changes what is given, and remembers it for the next start of this window. */
export function choose(change: Partial<Preferences>): void {
  usePreferences.setState(change);
  const { language, theme, sound } = usePreferences.getState();
  window.localStorage.setItem(storageKey, JSON.stringify({ language, theme, sound }));
}

function readJson(text: string | null): unknown {
  if (text === null) return {};
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}
