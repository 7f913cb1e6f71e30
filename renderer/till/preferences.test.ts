// Goal: the window begins as it was left, else as the till's settings say, else as the system does.
// Method: the pure reading of address, storage and system languages, with every combination that can be half there.
import { describe, expect, it } from 'vitest';
import { readPreferences } from './preferences.ts';

const stored = (text: string | null) => ({ getItem: () => text });

describe('screens.md: language, appearance and sound', () => {
  it('takes the settings of the till where nothing was chosen here', () => {
    expect(readPreferences('?language=de&theme=dark&sound=off', stored(null), ['fr-CH'])).toEqual({
      language: 'de',
      theme: 'dark',
      sound: false,
    });
  });

  it('puts each choice made here before the settings, and only those', () => {
    expect(readPreferences('?language=de&theme=dark&sound=on', stored('{"language":"fr"}'), ['en'])).toEqual({
      language: 'fr',
      theme: 'dark',
      sound: true,
    });
  });

  it('follows the first language of the system that has texts, where the settings say auto', () => {
    expect(readPreferences('?language=auto', stored(null), ['it-CH', 'fr-CH', 'de']).language).toBe('fr');
    expect(readPreferences('', stored(null), ['it']).language).toBe('en');
  });

  it.each(['{', '[]', 'null', '{"language":"xx"}', '{"sound":"loud"}'])(
    'does not trip over %s in its memory',
    (text) => {
      expect(readPreferences('?language=de&theme=light&sound=on', stored(text), [])).toEqual({
        language: 'de',
        theme: 'light',
        sound: true,
      });
    },
  );
});
