/**
 * Goal: what a person sets at the window is what the till finds at its next start, and nothing else in `till.json` is touched.
 * Method: files in a folder of their own, read back by the till's own reader of settings.
 */
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { receiptSettingsSchema } from '../../contract/settings/receipt-settings.ts';
import { loadSettings } from '../../terminal-core/store/settings-file.ts';
import { makeFolder, type TestFolder } from '../../testing/klink/test-folder.ts';
import { saveReceiptSettings } from './receipt-settings.ts';

let folder: TestFolder;
beforeEach(() => {
  folder = makeFolder('settings');
});
afterEach(() => folder.remove());

const wanted = receiptSettingsSchema.parse({
  printer: { kind: 'network', host: 'printer.lan', port: 9_101 },
  ...{ columns: 48, automatic: true, language: 'fr' },
});

test('kept where there was no file, and read by the till', () => {
  saveReceiptSettings(folder.place, wanted);
  expect(loadSettings(folder.place)).toMatchObject({ ok: true, value: { receipts: wanted, doneMs: 4_000 } });
});

test('everything else stays as somebody wrote it', () => {
  const file = path.join(folder.place, 'till.json');
  fs.writeFileSync(file, JSON.stringify({ sound: false, reader: { name: 'ACR' }, receipts: { qrCode: false } }));
  saveReceiptSettings(folder.place, wanted);
  expect(JSON.parse(fs.readFileSync(file, 'utf8'))).toEqual({
    sound: false,
    reader: { name: 'ACR' },
    receipts: wanted,
  });
});

test('a file that is no settings is not written over', () => {
  const file = path.join(folder.place, 'till.json');
  for (const [content, why] of [
    ['{"sound":"loud"}', 'expected boolean'],
    ['{"sound":', 'JSON'],
    ['[]', 'expected object'],
    ['{"unheardOf":1}', 'unheardOf'],
  ] as const) {
    fs.writeFileSync(file, content);
    expect(() => saveReceiptSettings(folder.place, wanted)).toThrow(why);
    expect(fs.readFileSync(file, 'utf8')).toBe(content);
  }
});

test('defaults: no printer, nothing by itself', () => {
  expect(receiptSettingsSchema.parse({})).toEqual({
    printer: { kind: 'none' },
    ...{ columns: 42, automatic: false, qrCode: true, language: 'auto', folder: '' },
  });
  expect(receiptSettingsSchema.safeParse({ columns: 40 }).success).toBe(false);
  expect(receiptSettingsSchema.safeParse({ printer: { kind: 'network', host: '' } }).success).toBe(false);
});
