import path from 'node:path';
import Database from 'better-sqlite3';
import { z } from 'zod';
import type { CheckFinding, CheckProgress } from '../../contract/ipc/support.ts';
import { chainHash, chainStart } from './chain.ts';

/** So many entries of the journal between two steps: a step takes a few milliseconds. */
const pageEntries = 500;
/** More than this nobody reads; the first ones tell what is wrong. */
const findingsMax = 100;

const rowSchema = z.object({
  seq: z.int(),
  kind: z.string(),
  at: z.string(),
  payload: z.string(),
  hash: z.string(),
});
const textsSchema = z.array(z.string());
const countSchema = z.int().nullable();

/**
 * Checks a till's database from outside, with the right to read only, also while the till sells: its structure table by table,
 * its references, every hash of the journal from the first entry on, and its numbers. Step by step: whoever runs it shows
 * `done` of `total` and may stop at any step.
 * @throws SqliteError where the file cannot even be opened or read
 */
export function* checkDatabase(
  dataFolder: string,
  databaseName: string,
): Generator<CheckProgress, readonly CheckFinding[]> {
  const database = new Database(path.join(dataFolder, databaseName), { readonly: true, fileMustExist: true });
  try {
    return yield* new DatabaseCheck(database).run();
  } finally {
    database.close();
  }
}

class DatabaseCheck {
  readonly #database: Database.Database;
  readonly #findings: CheckFinding[] = [];

  constructor(database: Database.Database) {
    this.#database = database;
  }

  *run(): Generator<CheckProgress, readonly CheckFinding[]> {
    const tables = this.#texts("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'");
    const entryCount = this.#count('SELECT max(seq) FROM journal');
    const total = tables.length + 2 + Math.ceil(entryCount / pageEntries);
    let done = 0;
    for (const table of tables) {
      yield { done, total };
      this.#checkTable(table);
      done += 1;
    }
    yield { done, total };
    this.#checkReferences();
    done += 1;
    for (const _ of this.#journalPages()) {
      done += 1;
      yield { done: Math.min(done, total), total };
    }
    this.#checkNumbers();
    yield { done: total, total };
    return this.#findings.slice(0, findingsMax);
  }

  #checkTable(table: string): void {
    const found = this.#texts(`PRAGMA integrity_check('${table.replaceAll("'", "''")}')`);
    for (const detail of found) if (detail !== 'ok') this.#find('structure', `${table}: ${detail}`);
  }

  #checkReferences(): void {
    for (const table of new Set(this.#texts('SELECT "table" FROM pragma_foreign_key_check')))
      this.#find('references', `rows of ${table} refer to what is not there`);
  }

  /** The same sums as at every sale and at the backend: the first entry that does not follow breaks the chain. */
  *#journalPages(): Generator<void> {
    const page = this.#database.prepare('SELECT * FROM journal WHERE seq > ? ORDER BY seq LIMIT ?');
    const journalId = this.#texts('SELECT journal_id FROM assignment')[0];
    let previous = { seq: 0, hash: chainStart(journalId ?? '') };
    for (;;) {
      const rows = z.array(rowSchema).parse(page.all(previous.seq, pageEntries));
      for (const { seq, kind, at, payload: canonicalPayload, hash } of rows) {
        const next = previous.seq + 1;
        if (seq !== next) return this.#find('journal', `entry ${next} is missing`);
        if (chainHash(previous.hash, { seq, kind, at, canonicalPayload }) !== hash)
          return this.#find('journal', `entry ${seq} was changed, or one before it`);
        previous = { seq, hash };
      }
      if (rows.length < pageEntries) return;
      yield;
    }
  }

  #checkNumbers(): void {
    const drawn = this.#count('SELECT last_terminal_transaction_number FROM assignment');
    const used = this.#count('SELECT max(terminal_transaction_number) FROM txn');
    const rows = this.#count('SELECT count(*) FROM txn');
    if (used > drawn) this.#find('numbers', `transaction ${used} has a number that was never drawn`);
    if (rows !== used) this.#find('numbers', `${used - rows} transactions are missing below number ${used}`);
    const acknowledged = this.#count('SELECT acknowledged_seq FROM replication_cursor');
    const journalled = this.#count('SELECT max(seq) FROM journal');
    if (acknowledged > journalled)
      this.#find('numbers', `the backend has acknowledged entry ${acknowledged}, the journal ends at ${journalled}`);
  }

  #find(part: CheckFinding['part'], detail: string): void {
    this.#findings.push({ part, detail });
  }

  #texts(sql: string): readonly string[] {
    return textsSchema.parse(this.#database.prepare(sql).pluck().all());
  }

  #count(sql: string): number {
    return countSchema.parse(this.#database.prepare(sql).pluck().get() ?? null) ?? 0;
  }
}
