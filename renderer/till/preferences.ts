import { z } from 'zod';
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
const { language, theme, sound } = tillSettingsSchema.shape;
/** The till's settings, with their defaults. */
const settingsSchema = z.object({ language, theme, sound });
/** What a person chose here: only that, without defaults for the rest. */
const chosenSchema = z.object({ language: z.enum(languages), theme: z.enum(themes), sound: z.boolean() }).partial();

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
  const settings = settingsSchema.safeParse({
    language: address.get('language') ?? undefined,
    theme: address.get('theme') ?? undefined,
    sound: address.get('sound') !== 'off',
  });
  const fallback = settings.success ? settings.data : settingsSchema.parse({});
  const chosen = chosenSchema.safeParse(readJson(storage.getItem(storageKey))).data ?? {};
  const known = languages.find((candidate) => candidate === (chosen.language ?? fallback.language));
  return {
    language: known ?? bestLanguage(systemLanguages),
    theme: chosen.theme ?? fallback.theme,
    sound: chosen.sound ?? fallback.sound,
  };
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
