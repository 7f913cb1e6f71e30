import type Database from 'better-sqlite3';
import { eq } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { TagEventPayload, TagSnapshotPayload } from '../../contract/wire/journal.ts';
import type { ReplacementStore, TagReplacement } from '../checkout/replacement-ports.ts';
import { invariant } from '../domain/invariant.ts';
import { tagReplacement } from './schema.ts';
import type { StoredTransactions } from './transactions.ts';

/** Lost tags that were replaced, over the same connection as the till's transactions. */
export class StoredReplacements implements ReplacementStore {
  readonly #database: Database.Database;
  readonly #drizzle: BetterSQLite3Database;
  readonly #transactions: Pick<StoredTransactions, 'recordTagEvent' | 'recordSnapshot'>;

  constructor(
    database: Database.Database,
    drizzle: BetterSQLite3Database,
    transactions: Pick<StoredTransactions, 'recordTagEvent' | 'recordSnapshot'>,
  ) {
    this.#database = database;
    this.#drizzle = drizzle;
    this.#transactions = transactions;
  }

  ofNewTag(newUid: string): TagReplacement | null {
    const row = this.#drizzle.select().from(tagReplacement).where(eq(tagReplacement.newUid, newUid)).get();
    return row ? replacementOf(row) : null;
  }

  ask(lostUid: string, newUid: string, at: string): void {
    const asked = { lostUid, askedAt: at, slot: null };
    this.#commit(() =>
      this.#drizzle
        .insert(tagReplacement)
        .values({ newUid, ...asked })
        .onConflictDoUpdate({ target: tagReplacement.newUid, set: asked })
        .run(),
    );
  }

  begin(newUid: string, slot: Uint8Array): void {
    this.#change(newUid, { slot: Buffer.from(slot) });
  }

  conclude(newUid: string, event: TagEventPayload, shown: TagSnapshotPayload): void {
    this.#commit(() => {
      if (this.ofNewTag(newUid)?.isWritten) return;
      this.#change(newUid, { writtenAt: shown.readAt });
      this.#transactions.recordTagEvent(event, shown.readAt);
      this.#transactions.recordSnapshot(shown);
    });
  }

  #change(newUid: string, columns: Partial<typeof tagReplacement.$inferInsert>): void {
    this.#commit(() => {
      const { changes } = this.#drizzle
        .update(tagReplacement)
        .set(columns)
        .where(eq(tagReplacement.newUid, newUid))
        .run();
      invariant('INV-14', changes === 1, `tag ${newUid} was asked for before it is written`);
    });
  }

  #commit<Value>(work: () => Value): Value {
    return this.#database.transaction(work).immediate();
  }
}

function replacementOf({ lostUid, newUid, slot, writtenAt }: typeof tagReplacement.$inferSelect): TagReplacement {
  return { lostUid, newUid, slot, isWritten: writtenAt !== null };
}
