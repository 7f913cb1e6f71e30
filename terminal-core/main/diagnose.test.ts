/**
 * Goal: what is wrong with a till's database is found and named, whatever part of it; a support file helps and betrays nobody.
 * Method: a whole till in this process does a day's work on a real database with staff, cards and keys; then its disk is damaged
 * on purpose, place by place, and the support file is searched for every secret and every number of a tag there is.
 */
import fs from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { makeFolder, type TestFolder } from '../../testing/klink/test-folder.ts';
import * as festival from '../../testing/till/festival.ts';
import { issue, sell, topUp, withTag } from '../../testing/till/flows.ts';
import { InProcessTill } from '../../testing/till/in-process-till.ts';
import { SecretFile } from '../store/secret-file.ts';
import { databaseName } from '../store/till-database.ts';
import { checkTill, exportForSupport, readDiskFacts } from './diagnose.ts';

const folders: TestFolder[] = [];
let till: InProcessTill;

const pinHash = `$scrypt$ln=14,r=8,p=1$${'c'.repeat(22)}$${'h'.repeat(43)}`;
const staffTag = '04CAFE00CAFE01';
const configuration = {
  ...festival.configuration,
  blockedTags: ['04B10C0B10C0B1'],
};

/** A till with a day's work behind it. */
beforeAll(async () => {
  till = new InProcessTill({ configuration });
  await issue(till);
  await topUp(till, 10_000);
  for (let sale = 0; sale < 12; sale += 1) await sell(till, 100 + sale);
  await topUp(till, 2_000);
  await withTag(till, 0, till.till.operations.refund({ firstTagOnly: true, amountMinor: 500 }));
  await new SecretFile(till.folder).save(festival.secrets);
  const cashier = { cashierId: 'anna', name: 'Anna', role: 'cashier' as const, pinHash, tagUid: staffTag };
  till.assignments.saveConfiguration('"2"', { ...configuration, cashiers: [cashier] }, '2026-07-04T21:00:00.000Z');
  till.database.pragma('wal_checkpoint(truncate)');
});
afterAll(() => till.close());
afterEach(() => {
  for (const folder of folders.splice(0)) folder.remove();
});

/** That till as it lies on the disk, to be damaged. */
function workedFolder(): string {
  const folder = makeFolder('diagnose');
  folders.push(folder);
  fs.cpSync(till.folder, folder.place, { recursive: true });
  return folder.place;
}

function damage(folder: string, ...statements: readonly string[]): void {
  const database = new Database(path.join(folder, databaseName));
  database.pragma('foreign_keys = off');
  database.pragma('ignore_check_constraints = on');
  const triggers = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'").pluck().all();
  for (const name of triggers) database.exec(`DROP TRIGGER "${String(name)}"`);
  for (const statement of statements) database.exec(statement);
  database.close();
}

async function findings(folder: string) {
  const checked = await checkTill(folder, () => undefined);
  return checked.ok ? checked.value : checked.fault.code;
}

describe('the check of the database', () => {
  test('finds nothing wrong with a till that has worked, tells how far it is, and changes nothing', async () => {
    const folder = workedFolder();
    const before = fs.readFileSync(path.join(folder, databaseName));
    const seen: { done: number; total: number }[] = [];
    const checked = await checkTill(folder, (progress) => seen.push(progress));
    expect(checked).toEqual({ ok: true, value: [] });
    expect(seen.length).toBeGreaterThan(10);
    expect(seen.map(({ done }) => done)).toEqual([...seen.map(({ done }) => done)].sort((one, other) => one - other));
    expect(seen.at(-1)?.done).toBe(seen.at(-1)?.total);
    expect(fs.readFileSync(path.join(folder, databaseName))).toEqual(before);
  });

  test.each([
    ['journal', 'entry 5 was changed', "UPDATE journal SET payload = replace(payload, '1', '2') WHERE seq = 5"],
    ['journal', 'entry 7 is missing', 'DELETE FROM journal WHERE seq = 7'],
    ['journal', 'entry 1 was changed', "UPDATE assignment SET journal_id = 'ffffffffffffffffffffffffffffffff'"],
    ['numbers', 'transactions are missing', 'DELETE FROM txn WHERE terminal_transaction_number = 3'],
    ['numbers', 'never drawn', 'UPDATE assignment SET last_terminal_transaction_number = 4'],
    ['numbers', 'the journal ends at', 'UPDATE replication_cursor SET acknowledged_seq = 9000'],
    ['references', 'txn_item', 'DELETE FROM txn WHERE terminal_transaction_number = 3'],
  ])('%s: %s', async (part, detail, statement) => {
    const folder = workedFolder();
    damage(folder, statement);
    expect(await findings(folder)).toContainEqual({ part, detail: expect.stringContaining(detail) });
  });

  test('structure: bytes that were overwritten in the middle of the file', async () => {
    const folder = workedFolder();
    const file = path.join(folder, databaseName);
    const bytes = fs.readFileSync(file);
    const pageSize = bytes.readUInt16BE(16);
    bytes.fill(0xa5, pageSize * 6, pageSize * 6 + 200);
    fs.writeFileSync(file, bytes);
    const found = await findings(folder);
    if (typeof found === 'string') expect(found).toBe('DATABASE_CORRUPT');
    else expect(found.map(({ part }) => part)).toContain('structure');
  });

  test('no database at all, and a file that is none', async () => {
    const folder = workedFolder();
    fs.writeFileSync(path.join(folder, databaseName), 'this was a database');
    expect(await findings(folder)).toBe('DATABASE_CORRUPT');
    fs.rmSync(path.join(folder, databaseName));
    expect(await findings(folder)).toBe('NOT_ENROLLED');
  });
});

test('what the disk says: versions, sizes, figures', () => {
  const folder = workedFolder();
  const facts = readDiskFacts(folder);
  if (!facts.ok) throw new Error(facts.fault.code);
  expect(facts.value).toMatchObject({
    versions: { klink: '0.1.0', node: process.versions.node, sqlite: expect.stringMatching(/^3\.\d+/) },
    database: { journalMode: 'wal', transactionCount: 15, journalSeq: till.store.counts().journalSeq },
  });
  expect(facts.value.versions.schema).toBeGreaterThanOrEqual(7);
  expect(facts.value.database.sizeBytes).toBeGreaterThan(10_000);
  expect(facts.value.disk?.freeBytes).toBeGreaterThan(0);
});

describe('the support file', () => {
  async function exported(facts: Parameters<typeof exportForSupport>[2] = {}) {
    const folder = workedFolder();
    const file = path.join(folder, 'support.jsonl.gz');
    const written = await exportForSupport(folder, file, facts, () => undefined);
    expect(written).toEqual({ ok: true, value: fs.statSync(file).size });
    expect(fs.statSync(file).mode & 0o777).toBe(0o600);
    const text = gunzipSync(fs.readFileSync(file)).toString('utf8');
    const lines: { section: string; content: Record<string, unknown> }[] = text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    return { text, lines };
  }

  test('has everything that helps: every transaction with its states, the journal, settings, check', async () => {
    const { lines } = await exported({ electron: '45' });
    const of = (section: string) => lines.filter((line) => line.section === section).map(({ content }) => content);
    expect(of('facts')).toEqual([{ electron: '45' }]);
    expect(of('check')).toEqual([[]]);
    expect(of('transaction')).toHaveLength(15);
    expect(of('transaction')[1]).toMatchObject({ terminalTransactionNumber: 2, type: 'Purchase', state: 'Committed' });
    expect(of('journal')).toHaveLength(till.store.counts().journalSeq);
    expect(of('settings')[0]).toMatchObject({ value: { doneMs: 4_000 } });
    expect(of('configuration')[0]).toMatchObject({ cashierCount: 1, blockedTagCount: 1 });
    expect(of('disk')[0]).toMatchObject({ versions: { klink: '0.1.0' } });
  });

  test('has no secret, no PIN and no number of a tag', async () => {
    const { text } = await exported({
      token: festival.secrets.token,
      note: `the tag ${staffTag} did not work`,
      nested: [{ pinHash, keySets: [...festival.secrets.keySets] }],
    });
    const forbidden = [
      festival.secrets.token,
      ...festival.secrets.keySets.map(({ keyHex }) => keyHex),
      ...[pinHash, 'c'.repeat(22), 'h'.repeat(43), staffTag, till.uid(0), '04B10C0B10C0B1'],
      till.uid(0).slice(2),
    ];
    for (const secret of forbidden) {
      expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
      expect(text).not.toContain(Buffer.from(secret, 'utf8').toString('base64').slice(0, 12));
    }
    for (const bytes of till.memoryOf(0).match(/.{16}/g) ?? []) {
      if (!/^(.)\1+$/.test(bytes)) expect(text.toLowerCase()).not.toContain(bytes.toLowerCase());
    }
  });

  test('calls a tag by one name throughout, and by another in the next file', async () => {
    const { lines, text } = await exported();
    const names = new Set(text.match(/tag-[0-9a-f]{10}/g));
    expect(names.size).toBe(1);
    expect(lines.filter(({ content }) => JSON.stringify(content).includes([...names][0] ?? '')).length).toBeGreaterThan(
      20,
    );
    const other = await exported();
    expect(other.text).not.toContain([...names][0]);
  });

  test('of a damaged database it has what can be read, and of one that is none at least why', async () => {
    const folder = workedFolder();
    const file = path.join(folder, 'support.jsonl.gz');
    const sectionsIn = (): string[] => {
      const text = gunzipSync(fs.readFileSync(file)).toString('utf8');
      return text
        .trimEnd()
        .split('\n')
        .map((line) => String(JSON.parse(line).section));
    };
    damage(folder, "UPDATE journal SET payload = 'no JSON at all' WHERE seq = 9");
    expect(await exportForSupport(folder, file, {}, () => undefined)).toMatchObject({ ok: true });
    const damaged = sectionsIn();
    expect(damaged.filter((section) => section === 'transaction')).toHaveLength(15);
    expect(damaged.filter((section) => section === 'journal')).toHaveLength(8);
    expect(damaged.at(-1)).toBe('unreadable');
    damage(folder, 'DROP TABLE txn_state_log');
    expect(await exportForSupport(folder, file, {}, () => undefined)).toMatchObject({ ok: true });
    expect(sectionsIn()).toEqual(['file', 'facts', 'settings', 'unreadable', 'check']);
    fs.writeFileSync(path.join(folder, databaseName), 'this was a database');
    expect(await exportForSupport(folder, file, {}, () => undefined)).toMatchObject({ ok: true });
    expect(sectionsIn()).toEqual(['file', 'facts', 'settings', 'unreadable', 'unreadable']);
  });

  test('where it cannot be written nothing is left behind, and it is said', async () => {
    const folder = workedFolder();
    const nowhere = path.join(folder, 'missing', 'support.jsonl.gz');
    expect(await exportForSupport(folder, nowhere, {}, () => undefined)).toMatchObject({
      fault: { code: 'FILE_NOT_WRITTEN' },
    });
    expect(await exportForSupport(path.join(folder, 'none'), 'x', {}, () => undefined)).toMatchObject({
      fault: { code: 'NOT_ENROLLED' },
    });
  });
});
