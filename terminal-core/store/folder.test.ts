/**
 * Goal: what lies beside the database is as safe as it: secrets only their owner can read, settings that say what is wrong
 * with them, one writer at a time, and a look from outside that disturbs nobody.
 * Method: real files in temporary folders; for the lock a second process that is killed.
 */
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { assignment, configuration, secrets } from '../../testing/till/festival.ts';
import { at, purchaseOf, shownBy, storesOfTest } from '../../testing/till/store-folder.ts';
import { readTillStatus } from '../main/read-till.ts';
import { writeJournalExport } from './journal-export.ts';
import { SecretFile } from './secret-file.ts';
import { loadSettings } from './settings-file.ts';
import { openTillDatabase } from './till-database.ts';
import { lockForWriting } from './writer-lock.ts';

const stores = storesOfTest();
const modeOf = (file: string): number => fs.statSync(file).mode & 0o777;

describe('secrets', () => {
  test('come back as they were kept, in a file only its owner can read', async () => {
    const folder = stores.folder();
    const file = new SecretFile(folder);
    expect(file.load()).toEqual({ ok: true, value: null });
    await file.save(secrets);
    expect(file.load()).toEqual({ ok: true, value: secrets });
    expect(modeOf(path.join(folder, 'secrets.json'))).toBe(0o600);
    expect(fs.readdirSync(folder)).toEqual(['secrets.json']);
  });

  test('are unreadable for others also where an unfinished file of an earlier attempt was not', async () => {
    const folder = stores.folder();
    fs.writeFileSync(path.join(folder, 'secrets.json.new'), 'half', { mode: 0o644 });
    await new SecretFile(folder).save(secrets);
    expect(modeOf(path.join(folder, 'secrets.json'))).toBe(0o600);
  });

  test('sealed by the application, or damaged: said so, never taken for a till without any', () => {
    const folder = stores.folder();
    fs.writeFileSync(path.join(folder, 'secrets.sealed'), 'x');
    expect(new SecretFile(folder).load()).toMatchObject({ ok: false, fault: { code: 'SECRETS_SEALED' } });
    for (const text of ['', '{"token":"t"', '{"token":"t","keySets":[]}']) {
      fs.writeFileSync(path.join(folder, 'secrets.json'), text);
      expect(new SecretFile(folder).load()).toMatchObject({ ok: false, fault: { code: 'SECRETS_MISSING' } });
    }
  });
});

describe('settings', () => {
  test('a folder without a file has the defaults', () => {
    expect(loadSettings(stores.folder())).toMatchObject({
      ok: true,
      value: { tapTimeoutMs: 60_000, reader: { kind: 'auto' } },
    });
  });

  test.each([
    ['no JSON', '{', 'JSON'],
    ['a name that does not exist', '{"tapTimeout":5}', 'tapTimeout'],
    ['a value out of range', '{"tapTimeoutMs":5}', 'tapTimeoutMs'],
    ['no object', '[]', 'object'],
  ])('%s: the fault names it', (_, text, named) => {
    const folder = stores.folder();
    fs.writeFileSync(path.join(folder, 'till.json'), text);
    const loaded = loadSettings(folder);
    expect(loaded).toMatchObject({ ok: false, fault: { code: 'SETTINGS_INVALID' } });
    expect(loaded.ok ? '' : loaded.fault.message).toContain(named);
  });
});

describe('one writer', () => {
  test('a second one is refused with the number of the first, until that one lets go', () => {
    const folder = stores.folder();
    const first = lockForWriting(folder);
    expect(lockForWriting(folder)).toMatchObject({
      fault: { code: 'TILL_IN_USE', details: { pid: String(process.pid) } },
    });
    if (first.ok) first.value.release();
    const again = lockForWriting(folder);
    expect(again.ok).toBe(true);
    if (again.ok) again.value.release();
  });

  test('a killed writer leaves no lock behind', async () => {
    const folder = stores.folder();
    const program = `const { lockForWriting } = await import(${JSON.stringify(import.meta.resolve('./writer-lock.ts'))});
      globalThis.lock = lockForWriting(${JSON.stringify(folder)});
      console.log(globalThis.lock.ok);
      setInterval(() => globalThis.lock, 60_000);`;
    const child = spawn(process.execPath, ['--input-type=module', '--eval', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const said = await new Promise((resolve) => child.stdout.once('data', (text) => resolve(String(text).trim())));
    expect(said).toBe('true');
    expect(lockForWriting(folder)).toMatchObject({
      fault: { code: 'TILL_IN_USE', details: { pid: String(child.pid) } },
    });
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    const lock = lockForWriting(folder);
    expect(lock.ok).toBe(true);
    if (lock.ok) lock.value.release();
  });
});

describe('a look from outside', () => {
  test('counts beside a till that is writing, and says NOT_ENROLLED where there is none', () => {
    const folder = stores.folder();
    expect(readTillStatus(folder)).toMatchObject({ fault: { code: 'NOT_ENROLLED' } });
    const opened = openTillDatabase(folder);
    if (!opened.ok) throw new Error(opened.fault.code);
    const { assignments, transactions, journal, checkpoint, close } = opened.value;
    expect(readTillStatus(folder)).toMatchObject({ ok: true, value: { enrolled: false } });
    assignments.saveAssignment(assignment, at);
    assignments.saveConfiguration('"1"', configuration, at);
    transactions.open(purchaseOf(100), shownBy(0, 9_000));
    assignments.halt('JOURNAL_FORKED');
    checkpoint();
    expect(readTillStatus(folder)).toMatchObject({
      value: {
        enrolled: true,
        assignmentId: 41,
        lastTerminalTransactionNumber: 1,
        journalSeq: 1,
        unsentCount: 1,
        unfinishedCount: 1,
        halted: { code: 'JOURNAL_FORKED' },
      },
    });
    expect(writeJournalExport(path.join(folder, 'out.jsonl'), journal.lines())).toBe(1);
    close();
    const reopened = openTillDatabase(folder);
    if (!reopened.ok) throw new Error(reopened.fault.code);
    expect(reopened.value.assignments.assignment()).toEqual({ ...assignment, haltedCode: 'JOURNAL_FORKED' });
    expect(reopened.value.assignments.configuration()).toEqual({ etag: '"1"', configuration });
    reopened.value.close();
  });

  test('a damaged database is said to be one', () => {
    const folder = stores.folder();
    fs.writeFileSync(path.join(folder, 'till.db'), 'no database at all'.repeat(300));
    expect(readTillStatus(folder)).toMatchObject({ fault: { code: 'DATABASE_CORRUPT' } });
  });
});
