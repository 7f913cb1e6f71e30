import path from 'node:path';
import type Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { z } from 'zod';
import { productIdOfMark } from '../../contract/wire/sale-marks.ts';
import { type TransactionDraft, transactionPayload } from '../../terminal-core/domain/transaction.ts';
import { StoredAssignment } from '../../terminal-core/store/assignment.ts';
import { canonicalJson, chainHash } from '../../terminal-core/store/chain.ts';
import { Journal } from '../../terminal-core/store/journal.ts';
import { openDatabase } from '../../terminal-core/store/open-database.ts';
import { SecretFile } from '../../terminal-core/store/secret-file.ts';
import { databaseName } from '../../terminal-core/store/till-database.ts';
import { StoredTransactions } from '../../terminal-core/store/transactions.ts';
import { assortmentOf } from '../e2e/assortment.ts';
import { assignment, configuration, secrets } from '../till/festival.ts';
import { at, committedEnd, purchaseOf, shownBy, someImages } from '../till/store-folder.ts';

export interface GrownTill {
  readonly productCount: number;
  /** Committed, each with what it wrote to the journal; the backend has acknowledged them. */
  readonly transactionCount: number;
}

/** So many tags have bought here, one after the other, each again and again. */
const tagCount = 4_000;
const priceMinor = 100;
const firstUid = 0x04_00_00_00_00_00_01n;

const triggersSchema = z.array(z.object({ name: z.string(), sql: z.string() }));

/**
 * Makes the data folder of an enrolled till that has sold for weeks, in seconds: the first sales are the store's own work,
 * every other one is a copy with another number and tag. The triggers, which would look at each row on its own, are away
 * meanwhile and then put back to the letter, or the till would refuse the database; the journal is a whole chain.
 */
export async function growTill(folder: string, { productCount, transactionCount }: GrownTill): Promise<void> {
  const opened = openDatabase(path.join(folder, databaseName));
  if (!opened.ok) throw new Error(opened.fault.message);
  const database = opened.value;
  // Nothing pulls the power here; what is made is on the disk before the till opens it.
  database.pragma('synchronous = OFF');
  const orm = drizzle(database);
  const assignments = new StoredAssignment(orm);
  assignments.saveAssignment(assignment, at);
  assignments.saveConfiguration(`"${productCount}"`, { ...configuration, ...assortmentOf(productCount) }, at);
  await new SecretFile(folder).save(secrets);
  if (transactionCount > 0)
    sellAll(database, new StoredTransactions(database, orm, new Journal(database, orm)), transactionCount);
  database.pragma('wal_checkpoint(truncate)');
  database.close();
}

function sellAll(database: Database.Database, store: StoredTransactions, transactionCount: number): void {
  sellTemplates(store);
  const triggers = triggersSchema.parse(
    database.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").all(),
  );
  database
    .transaction(() => {
      for (const { name } of triggers) database.exec(`DROP TRIGGER ${name}`);
      database.function('uid_of', { deterministic: true }, (number) => uidOf(Number(number)));
      copyRows(database, 'txn', transactionCount, {
        tag_uid: 'uid_of(n)',
        tag_transaction_number: `(n - 1) / ${tagCount} + 1`,
        journal_seq: '2 * n',
        group_id: "iif(group_id IS NULL, NULL, 'group-' || (n / 50))",
      });
      copyRows(database, 'txn_item', transactionCount, {});
      copyRows(database, 'txn_state_log', transactionCount, {});
      tellAll(database, store, transactionCount);
      database.exec(`INSERT INTO tag_snapshot SELECT uid_of(n), fingerprint, seen_at FROM tag_snapshot,
        (${numbersTo(Math.min(tagCount, transactionCount))}) WHERE tag_uid = uid_of(1)`);
      database.exec(`UPDATE assignment SET last_terminal_transaction_number = ${transactionCount}`);
      database.exec(
        `UPDATE replication_cursor SET acknowledged_seq = ${2 * transactionCount}, acknowledged_at = '${at}'`,
      );
      for (const { sql } of triggers) database.exec(sql);
    })
    .immediate();
}

/** The sales that all others are copies of: an ordinary one, and one that two tags paid, in its two parts. */
function sellTemplates(store: StoredTransactions): void {
  const [goods] = purchaseOf(priceMinor).items;
  if (goods === undefined) throw new Error('a purchase has an item');
  const ofGroup = { groupId: 'group-0' };
  const part = { ...goods, productId: productIdOfMark({ kind: 'part-payment' }) };
  for (const [at, more] of [{}, { ...ofGroup, items: [part] }, ofGroup].entries()) sellOne(store, at + 1, more);
}

function sellOne(store: StoredTransactions, number: number, more: Partial<TransactionDraft>): void {
  const draft = { ...purchaseOf(priceMinor, 1, uidOf(number)), ...more };
  store.open(draft, shownBy(0, draft.tag.balanceBeforeMinor, uidOf(number)));
  store.startWriting(number, someImages, at);
  store.end(number, committedEnd);
}

/** Which of the templates a number is a copy of: one sale of fifty is paid by two tags. */
const templateSql = (last: number): string =>
  `CASE WHEN n % 50 = 0 AND n < ${last} THEN 2 WHEN n % 50 = 1 THEN 3 ELSE 1 END`;

function templateOf(number: number, last: number): 1 | 2 | 3 {
  if (number % 50 === 0 && number < last) return 2;
  return number % 50 === 1 ? 3 : 1;
}

function uidOf(number: number): string {
  return (firstUid + BigInt((number - 1) % tagCount)).toString(16).toUpperCase().padStart(14, '0');
}

/** Numbers from after the templates to `last`, as a query. */
const numbersTo = (last: number): string =>
  `WITH RECURSIVE numbers(n) AS (SELECT 4 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${last}) SELECT n FROM numbers`;

const columnsSchema = z.array(z.object({ name: z.string() }));

/** The rows of the templates again for every other number, with what is different in each. */
function copyRows(
  database: Database.Database,
  table: string,
  transactionCount: number,
  different: Readonly<Record<string, string>>,
): void {
  const columns = columnsSchema.parse(database.pragma(`table_info(${table})`)).map(({ name }) => name);
  const values = columns.map((name) => (name === 'terminal_transaction_number' ? 'n' : (different[name] ?? name)));
  database.exec(`INSERT INTO ${table} (${columns.join(', ')}) SELECT ${values.join(', ')}
    FROM (${numbersTo(transactionCount)}) CROSS JOIN ${table} ON terminal_transaction_number = ${templateSql(transactionCount)}`);
}

/** What each of them told the journal: what the tag showed, and that the sale is committed. */
function tellAll(database: Database.Database, store: StoredTransactions, transactionCount: number): void {
  const templates = new Map([1, 2, 3].map((number) => [number, store.committed(number)]));
  const insert = database.prepare('INSERT INTO journal (seq, kind, at, payload, hash) VALUES (?, ?, ?, ?, ?)');
  let hash = z.string().parse(database.prepare('SELECT hash FROM journal WHERE seq = 6').pluck().get());
  const tell = (seq: number, kind: string, payload: unknown): void => {
    const canonicalPayload = canonicalJson(payload);
    hash = chainHash(hash, { seq, kind, at, canonicalPayload });
    insert.run(seq, kind, at, canonicalPayload, hash);
  };
  for (let number = 4; number <= transactionCount; number += 1) {
    const template = templates.get(templateOf(number, transactionCount));
    if (!template) throw new Error('a template was not sold');
    const uid = uidOf(number);
    const transactionNumber = Math.floor((number - 1) / tagCount) + 1;
    tell(2 * number - 1, 'tagSnapshot', shownBy(transactionNumber - 1, template.tag.balanceBeforeMinor, uid));
    const tag = { ...template.tag, uid, transactionNumber };
    const groupId = template.groupId && `group-${Math.floor(number / 50)}`;
    tell(
      2 * number,
      'transaction',
      transactionPayload({ ...template, terminalTransactionNumber: number, tag, groupId }),
    );
  }
}
