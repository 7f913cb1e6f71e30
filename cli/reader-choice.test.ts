/**
 * Goal: the reader of a call is chosen as architecture.md, "Settings", says: flags beat `till.json`, and a broken file is a
 * fault with a name instead of a surprise.
 * Method: folders with real files, and the choice they lead to.
 */
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type TillFlags, tillFlagsSchema } from './flags.ts';
import { chooseReader } from './reader-choice.ts';

const folders: string[] = [];

function folderWith(settings: string | null): string {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'klink-choice-'));
  folders.push(folder);
  if (settings !== null) fs.writeFileSync(path.join(folder, 'till.json'), settings);
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
});

const flags = (given: Partial<TillFlags>): TillFlags => tillFlagsSchema.parse(given);
const simulatedSettings = JSON.stringify({ reader: { kind: 'simulated', name: 'ACR' } });

describe('the reader of a call', () => {
  test('without settings it is the first PC/SC reader', () => {
    const dataFolder = folderWith(null);
    expect(chooseReader(flags({}), dataFolder)).toEqual({
      ok: true,
      result: { readerKind: 'pcsc', readerName: null, dataFolder, simulatedTag: null },
    });
  });

  test('a folder that does not exist yet has no settings', () => {
    expect(chooseReader(flags({}), path.join(folderWith(null), 'not-yet')).ok).toBe(true);
  });

  test('the file chooses, a flag beats it', () => {
    const dataFolder = folderWith(simulatedSettings);
    expect(chooseReader(flags({}), dataFolder)).toMatchObject({
      ok: true,
      result: { readerKind: 'simulated', readerName: 'ACR', simulatedTag: 'Wristband 1' },
    });
    expect(chooseReader(flags({ reader: 'pcsc', readerName: 'Virtual' }), dataFolder)).toMatchObject({
      ok: true,
      result: { readerKind: 'pcsc', readerName: 'Virtual', simulatedTag: null },
    });
  });

  test('auto is for the window: the command line takes PC/SC', () => {
    const dataFolder = folderWith(JSON.stringify({ reader: { kind: 'auto' } }));
    expect(chooseReader(flags({}), dataFolder)).toMatchObject({ ok: true, result: { readerKind: 'pcsc' } });
  });

  test('training takes simulated tags of its own, whatever the file says, and never a real reader', () => {
    const dataFolder = folderWith(JSON.stringify({ reader: { kind: 'pcsc' } }));
    expect(chooseReader(flags({ training: true }), dataFolder)).toMatchObject({
      ok: true,
      result: { readerKind: 'simulated', dataFolder: path.join(dataFolder, 'training') },
    });
    expect(chooseReader(flags({ training: true, reader: 'pcsc' }), dataFolder)).toMatchObject({
      ok: false,
      fault: { code: 'USAGE' },
    });
  });

  test('--tag without the simulated reader is a misuse', () => {
    expect(chooseReader(flags({ tag: 'Wristband 2' }), folderWith(null))).toMatchObject({
      ok: false,
      fault: { code: 'USAGE' },
    });
    expect(chooseReader(flags({ tag: 'Wristband 2' }), folderWith(simulatedSettings))).toMatchObject({
      ok: true,
      result: { simulatedTag: 'Wristband 2' },
    });
  });

  test.each(['{', '[]', '{"reader":{"kind":"usb"}}', '{"unknown":1}'])('%s is SETTINGS_INVALID', (text) => {
    expect(chooseReader(flags({}), folderWith(text))).toMatchObject({ ok: false, fault: { code: 'SETTINGS_INVALID' } });
  });
});
