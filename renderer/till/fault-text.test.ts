// Goal: whatever goes wrong, there is a sentence for it in every language, and no language lacks what another says.
// Method: every fault code of the contract and every key of the English texts, looked up in all languages.
import { describe, expect, it } from 'vitest';
import { allFaultCodes } from '../../contract/ipc/fault.ts';
import { languages, texts } from '../../ui/i18n/languages.ts';

/** All texts below `tree` by their dotted key. */
function leaves(tree: object, prefix = ''): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(tree)) {
    if (typeof value === 'string') found.set(`${prefix}${key}`, value);
    else for (const [name, text] of leaves(value, `${prefix}${key}.`)) found.set(name, text);
  }
  return found;
}

const placeholders = (text: string): string[] => (text.match(/\{\{\w+\}\}/g) ?? []).sort();

describe.each(languages)('screens.md: texts in %s', (language) => {
  const all = leaves(texts[language]);
  const english = leaves(texts.en);

  it.each(allFaultCodes)('say what %s is and what to do about it', (code) => {
    expect(all.get(`fault.${code}.title`)).toMatch(/\S/);
    expect(all.get(`fault.${code}.help`)).toMatch(/\S.*\.$/s);
  });

  it('has a text for every key, and for no other', () => {
    expect([...all.keys()].sort()).toEqual([...english.keys()].sort());
    expect([...all].filter(([, text]) => text.trim() === '')).toEqual([]);
  });

  it('fills in what the English text fills in', () => {
    for (const [key, text] of all)
      expect([key, placeholders(text)]).toEqual([key, placeholders(english.get(key) ?? '')]);
  });

  it('has no fault text for a code that no longer exists', () => {
    expect(Object.keys(texts[language].fault).filter((code) => !allFaultCodes.some((known) => known === code))).toEqual(
      [],
    );
  });
});
