import type Database from 'better-sqlite3';
import { eq } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { z } from 'zod';
import type { TagLookupAnswer } from '../../contract/wire/tag-lookup.ts';
import type { AccountStore, KnownBalance } from '../checkout/account-ports.ts';
import type { Journal } from './journal.ts';
import { accountBalance } from './schema.ts';

const sumSchema = z.int();

/** What the till knows of accounts, over the same connection as its transactions. */
export class StoredAccounts implements AccountStore {
  readonly #database: Database.Database;
  readonly #drizzle: BetterSQLite3Database;
  readonly #journal: Journal;
  readonly #exposureMinor: ReturnType<typeof exposureOn>;

  constructor(database: Database.Database, drizzle: BetterSQLite3Database, journal: Journal) {
    this.#database = database;
    this.#drizzle = drizzle;
    this.#journal = journal;
    this.#exposureMinor = exposureOn(database);
  }

  known(uid: string): KnownBalance | null {
    const row = this.#drizzle.select().from(accountBalance).where(eq(accountBalance.tagUid, uid)).get();
    const ownMinor = this.#ownChangesMinor(uid, row?.debitsIncludedSeq ?? 0, row?.creditsIncludedSeq ?? 0);
    if (!row && ownMinor === null) return null;
    return {
      balanceMinor: (row?.balanceMinor ?? 0) + (ownMinor ?? 0),
      freeMinor: (row?.freeMinor ?? 0) + (ownMinor ?? 0),
      blocked: row?.blocked ?? false,
      asOf: row?.asOf ?? null,
    };
  }

  remember(answer: TagLookupAnswer, acknowledgedSeq: number, at: string): void {
    const { uid, balanceMinor, availableMinor, creditMinor, blocked } = answer;
    this.#database
      .transaction(() => {
        // What this till itself holds is counted among its own bookings already, and would be taken off twice.
        const freeMinor = Math.min(balanceMinor, availableMinor + this.#ownHoldsMinor(uid, acknowledgedSeq));
        const row = {
          balanceMinor,
          freeMinor,
          creditMinor,
          blocked,
          asOf: at,
          debitsIncludedSeq: acknowledgedSeq,
          // An entry on its way may be in the answer or not: what it adds counts only once it is known to be there.
          creditsIncludedSeq: this.#journal.ownSeal().seq,
        };
        this.#drizzle
          .insert(accountBalance)
          .values({ tagUid: uid, ...row })
          .onConflictDoUpdate({ target: accountBalance.tagUid, set: row })
          .run();
      })
      .immediate();
  }

  exposureMinor(uid: string | null): number {
    return this.#exposureMinor(uid);
  }

  /** Null where this till has booked nothing on the account since. */
  #ownChangesMinor(uid: string, debitsIncludedSeq: number, creditsIncludedSeq: number): number | null {
    const sum = this.#database
      .prepare(
        `SELECT sum(balance_delta_minor) FROM txn
         WHERE tag_uid = ? AND tag_transaction_number IS NULL AND state = 'Committed'
           AND journal_seq > iif(balance_delta_minor < 0, ?, ?)`,
      )
      .pluck()
      .get(uid, debitsIncludedSeq, creditsIncludedSeq);
    return sumSchema.nullable().parse(sum);
  }

  #ownHoldsMinor(uid: string, acknowledgedSeq: number): number {
    const sum = this.#database
      .prepare(
        `SELECT coalesce(sum(-balance_delta_minor), 0) FROM txn
         WHERE tag_uid = ? AND tag_transaction_number IS NULL AND is_reserved AND journal_seq > ?`,
      )
      .pluck()
      .get(uid, acknowledgedSeq);
    return sumSchema.parse(sum);
  }
}

/**
 * The live exposure (Q52): what was taken off accounts without the backend's word and is not acknowledged yet. Prepared once,
 * because a till asks it for every view it shows.
 * @returns asked with a UID, or null for all of the till; minor units
 */
export function exposureOn(database: Database.Database): (uid: string | null) => number {
  const statement = database
    .prepare(
      `SELECT coalesce(sum(-balance_delta_minor), 0) FROM txn
       WHERE tag_transaction_number IS NULL AND journal_seq > (SELECT acknowledged_seq FROM replication_cursor)
         AND state = 'Committed' AND balance_delta_minor < 0 AND NOT is_reserved AND (@uid IS NULL OR tag_uid = @uid)`,
    )
    .pluck();
  return (uid) => sumSchema.parse(statement.get({ uid }));
}
