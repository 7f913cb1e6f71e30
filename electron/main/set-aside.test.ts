// Goal: data that cannot be gone on with is put out of the way whole, and nothing of it is lost.
// Method: a data folder as a till and its window leave it, set aside twice; views of halted tills.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { FaultCode } from '../../contract/ipc/fault.ts';
import { isSpoilt, setAside } from './set-aside.ts';
import { firstView } from './starting-view.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'klink-aside-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true }));

const put = (name: string, text: string): void => {
  fs.mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  fs.writeFileSync(path.join(folder, name), text);
};

describe('starting afresh', () => {
  it('moves all that was stored, and leaves the settings, the wristbands and what the window has open', () => {
    const own = [
      'till.db',
      'till.db-wal',
      'till.db.before-1',
      'lock.db',
      'lock.pid',
      'secrets.json',
      'training/till.db',
    ];
    for (const name of [...own, 'window/Cookies', 'till.json', 'simulated-tags.json']) put(name, name);
    const aside = setAside(folder, new Date('2026-07-04T20:15:03.120Z'));
    expect(path.relative(folder, aside)).toBe('set-aside-2026-07-04T20-15-03-120Z');
    expect(fs.readdirSync(folder).sort()).toEqual([path.basename(aside), 'simulated-tags.json', 'till.json', 'window']);
    for (const name of own) expect(fs.readFileSync(path.join(aside, name), 'utf8')).toBe(name);

    put('till.db', 'second');
    const second = setAside(folder, new Date('2026-07-04T21:00:00.000Z'));
    expect(fs.readdirSync(second)).toEqual(['till.db']);
    expect(fs.readFileSync(path.join(aside, 'till.db'), 'utf8')).toBe('till.db');
  });

  it('is for data that is of no more use, and for no till that only has to wait', () => {
    const halted = (code: FaultCode) =>
      isSpoilt({ ...firstView('simulated', ''), screen: { screen: 'halted', fault: { code, message: '' } } });
    expect(halted('DATABASE_CORRUPT')).toBe(true);
    expect(halted('CHAIN_BROKEN')).toBe(true);
    expect(halted('DISK_FULL')).toBe(false);
    expect(halted('TILL_IN_USE')).toBe(false);
    expect(halted('DATABASE_NEWER')).toBe(false);
    expect(isSpoilt(firstView('simulated', ''))).toBe(false);
  });
});
