import type Database from 'better-sqlite3';
import { asc, desc, eq, gt, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { batchBytesMax, batchEntriesMax, type EntryResult } from '../../contract/wire/batch.ts';
import type { JournalKind, Seal } from '../../contract/wire/journal.ts';
import type { JournalPage, JournalStore } from '../checkout/journal-ports.ts';
import { canonicalJson, chainHash, chainStart } from './chain.ts';
import { assignment, journal, journalResult, replicationCursor } from './schema.ts';

/** Leaves room in the batch for the envelope around the entries. */
const pageBytesMax = batchBytesMax - 4_096;

type Row = typeof journal.$inferSelect;

/**
 * The append-only journal (protocol.md, "Journal"). `append` takes part in the caller's transaction: an entry is stored
 * in the same commit as the fact it tells.
 */
export class Journal implements JournalStore {
  readonly #database: Database.Database;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database.Database, drizzle: BetterSQLite3Database) {
    this.#database = database;
    this.#statements = prepare(drizzle);
  }

  append(kind: JournalKind, at: string, payload: unknown): void {
    const last = this.ownSeal();
    const seq = last.seq + 1;
    const canonicalPayload = canonicalJson(payload);
    const hash = chainHash(last.hash, { seq, kind, at, canonicalPayload });
    this.#statements.insert.run({ seq, kind, at, payload: canonicalPayload, hash });
  }

  ownSeal(): Seal {
    return this.#statements.last.get() ?? { seq: 0, hash: this.#startHash() };
  }

  hashAt(seq: number): string | null {
    if (seq === 0) return this.#startHash();
    return this.#statements.hashAt.get({ seq })?.hash ?? null;
  }

  pageAfter(seq: number): JournalPage | null {
    const rows = this.#statements.after.all({ seq, limit: batchEntriesMax });
    const entries: string[] = [];
    let bytes = 0;
    for (const row of rows) {
      const entry = entryJson(row);
      bytes += Buffer.byteLength(entry) + 1;
      if (entries.length > 0 && bytes > pageBytesMax) break;
      entries.push(entry);
    }
    if (entries.length === 0) return null;
    return { firstSeq: seq + 1, lastSeq: seq + entries.length, entriesJson: `[${entries.join(',')}]` };
  }

  acknowledgedSeq(): number {
    return this.#statements.cursor.get()?.acknowledgedSeq ?? 0;
  }

  acknowledge(seq: number, rejected: readonly EntryResult[], at: string): void {
    this.#database
      .transaction(() => {
        if (seq > this.acknowledgedSeq()) this.#statements.moveCursor.run({ seq, at });
        for (const { seq: rejectedSeq, error } of rejected) {
          const code = error?.code ?? 'INVALID_TRANSITION';
          this.#statements.reject.run({ seq: rejectedSeq, code, message: error?.message ?? '', at });
        }
      })
      .immediate();
  }

  /**
   * The first entry after `seq` whose hash does not follow from the one before it, or whose number does not; null where the
   * chain holds to its end (protocol.md, "Journal").
   */
  firstBrokenSeq(seq: number): number | null {
    let previous = { seq, hash: this.hashAt(seq) };
    for (;;) {
      const rows = this.#statements.after.all({ seq: previous.seq, limit: batchEntriesMax });
      if (rows.length === 0) return null;
      for (const { payload: canonicalPayload, hash, ...link } of rows) {
        const next = previous.seq + 1;
        if (previous.hash === null || link.seq !== next) return next;
        if (chainHash(previous.hash, { ...link, canonicalPayload }) !== hash) return next;
        previous = { seq: next, hash };
      }
    }
  }

  *lines(): Iterable<string> {
    let seq = 0;
    for (;;) {
      const rows = this.#statements.after.all({ seq, limit: batchEntriesMax });
      if (rows.length === 0) return;
      for (const row of rows) yield entryJson(row);
      seq += rows.length;
    }
  }

  #startHash(): string {
    return chainStart(this.#statements.journalId.get()?.journalId ?? '');
  }
}

/** Written by hand so that the payload goes out as the very text that was hashed. */
function entryJson(row: Row): string {
  const { seq, kind, at, payload, hash } = row;
  return `{"seq":${seq},"kind":${JSON.stringify(kind)},"at":${JSON.stringify(at)},"payload":${payload},"hash":"${hash}"}`;
}

function prepare(drizzle: BetterSQLite3Database) {
  return {
    insert: drizzle
      .insert(journal)
      .values({
        seq: sql.placeholder('seq'),
        kind: sql.placeholder('kind'),
        at: sql.placeholder('at'),
        payload: sql.placeholder('payload'),
        hash: sql.placeholder('hash'),
      })
      .prepare(),
    last: drizzle
      .select({ seq: journal.seq, hash: journal.hash })
      .from(journal)
      .orderBy(desc(journal.seq))
      .limit(1)
      .prepare(),
    hashAt: drizzle
      .select({ hash: journal.hash })
      .from(journal)
      .where(eq(journal.seq, sql.placeholder('seq')))
      .prepare(),
    after: drizzle
      .select()
      .from(journal)
      .where(gt(journal.seq, sql.placeholder('seq')))
      .orderBy(asc(journal.seq))
      .limit(sql.placeholder('limit'))
      .prepare(),
    journalId: drizzle.select({ journalId: assignment.journalId }).from(assignment).prepare(),
    cursor: drizzle.select().from(replicationCursor).prepare(),
    moveCursor: drizzle
      .update(replicationCursor)
      .set({ acknowledgedSeq: sql`${sql.placeholder('seq')}`, acknowledgedAt: sql`${sql.placeholder('at')}` })
      .prepare(),
    reject: drizzle
      .insert(journalResult)
      .values({
        seq: sql.placeholder('seq'),
        code: sql.placeholder('code'),
        message: sql.placeholder('message'),
        receivedAt: sql.placeholder('at'),
      })
      .onConflictDoNothing()
      .prepare(),
  };
}
