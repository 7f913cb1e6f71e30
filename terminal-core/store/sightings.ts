import { eq, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { TagSnapshotPayload } from '../../contract/wire/journal.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import type { Journal } from './journal.ts';
import { monitor, tagSnapshot } from './schema.ts';

/**
 * What tags showed: evidence for the backend (Q6), journalled where it is news, and what an operator should look at. Every
 * method takes part in the caller's transaction.
 */
export class Sightings {
  readonly #drizzle: BetterSQLite3Database;
  readonly #journal: Journal;
  readonly #fingerprint: ReturnType<typeof prepareFingerprint>;

  constructor(drizzle: BetterSQLite3Database, journal: Journal) {
    this.#drizzle = drizzle;
    this.#journal = journal;
    this.#fingerprint = prepareFingerprint(drizzle);
  }

  /** Something of it has changed since it was seen last, on this till. */
  isNews(shown: TagSnapshotPayload): boolean {
    return this.#fingerprint.get({ uid: shown.uid })?.fingerprint !== fingerprintOf(shown);
  }

  journal(shown: TagSnapshotPayload): void {
    if (!this.isNews(shown)) return;
    this.#journal.append('tagSnapshot', shown.readAt, shown);
    this.remember(shown);
  }

  /** What this till has written itself is no news when it is seen next: the transaction tells of it. */
  remember(shown: TagSnapshotPayload): void {
    const values = { fingerprint: fingerprintOf(shown), seenAt: shown.readAt };
    this.#drizzle
      .insert(tagSnapshot)
      .values({ tagUid: shown.uid, ...values })
      .onConflictDoUpdate({ target: tagSnapshot.tagUid, set: values })
      .run();
  }

  /** Of one transaction each kind once. */
  monitor({ terminalTransactionNumber, tag }: TillTransaction, kind: string, at: string): void {
    this.#drizzle
      .insert(monitor)
      .values({ at, kind, tagUid: tag.uid, terminalTransactionNumber })
      .onConflictDoNothing()
      .run();
  }
}

/** What makes a snapshot news: everything but the time it was read. */
function fingerprintOf(shown: TagSnapshotPayload): string {
  const { readAt: _, ...rest } = shown;
  return JSON.stringify(rest);
}

function prepareFingerprint(drizzle: BetterSQLite3Database) {
  return drizzle
    .select({ fingerprint: tagSnapshot.fingerprint })
    .from(tagSnapshot)
    .where(eq(tagSnapshot.tagUid, sql.placeholder('uid')))
    .prepare();
}
