import type Database from 'better-sqlite3';
import { eq } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { z } from 'zod';
import { type MemberLookup, memberLookupSchema } from '../../contract/wire/member-lookup.ts';
import type { TagLookupAnswer } from '../../contract/wire/tag-lookup.ts';
import type { AccountStore, KnownBalance, KnownMember } from '../checkout/account-ports.ts';
import type { Journal } from './journal.ts';
import { accountBalance } from './schema.ts';

const sumSchema = z.int();

const servedSchema = z.object({
  terminalTransactionNumber: z.int(),
  openedAt: z.string(),
  session: z.string().nullable(),
  isMeal: z.int(),
  balanceDeltaMinor: z.int(),
  saleNumber: z.int().nullable(),
});

/** An account, and up to which entries of the journal an answer about it has what was taken off it and put onto it. */
interface Since {
  readonly uid: string;
  readonly debits: number;
  readonly credits: number;
}

const ownSince = `tag_uid = @uid AND tag_transaction_number IS NULL AND state = 'Committed'
  AND journal_seq > iif(balance_delta_minor < 0, @debits, @credits)`;

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
    const since = { uid, debits: row?.debitsIncludedSeq ?? 0, credits: row?.creditsIncludedSeq ?? 0 };
    const member = row?.member ? this.#knownMember(memberLookupSchema.parse(JSON.parse(row.member)), since) : null;
    // What of a member's meals cash pays depends on the credit there was when they were served.
    const ownMinor = this.#ownChangesMinor(since, member === null);
    if (!row && ownMinor === null) return null;
    return {
      balanceMinor: (row?.balanceMinor ?? 0) + (ownMinor ?? 0),
      freeMinor: (row?.freeMinor ?? 0) + (ownMinor ?? 0),
      blocked: row?.blocked ?? false,
      asOf: row?.asOf ?? null,
      member,
    };
  }

  remember(answer: TagLookupAnswer, acknowledgedSeq: number, at: string): void {
    const { uid, balanceMinor, availableMinor, creditMinor, blocked, member } = answer;
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
          member: member === undefined ? null : JSON.stringify(member),
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
  #ownChangesMinor(since: Since, withMeals: boolean): number | null {
    const sum = this.#database
      .prepare(`SELECT sum(balance_delta_minor) FROM txn WHERE ${ownSince} AND (@withMeals = 1 OR NOT is_meal)`)
      .pluck()
      .get({ ...since, withMeals: withMeals ? 1 : 0 });
    return sumSchema.nullable().parse(sum);
  }

  #knownMember(lookup: MemberLookup, since: Since): KnownMember {
    const rows = this.#database
      .prepare(
        `SELECT terminal_transaction_number AS terminalTransactionNumber, opened_at AS openedAt, session,
                is_meal AS isMeal, balance_delta_minor AS balanceDeltaMinor,
                reference_terminal_transaction_number AS saleNumber
         FROM txn WHERE ${ownSince} AND type IN ('Purchase', 'Chargeback') ORDER BY terminal_transaction_number`,
      )
      .all(since);
    const own = rows.map((row) => {
      const { openedAt, isMeal, ...served } = servedSchema.parse(row);
      return { ...served, atMs: Date.parse(openedAt), isMeal: isMeal === 1 };
    });
    return { lookup, own };
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
