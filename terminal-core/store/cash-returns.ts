import type Database from 'better-sqlite3';
import { asc, eq, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { CashReturnStore } from '../checkout/history-ports.ts';
import { invariant } from '../domain/invariant.ts';
import { awaitsCashReturn, type TillTransaction, transactionPayload } from '../domain/transaction.ts';
import type { Journal } from './journal.ts';
import { cashReturn, txn, txnItem } from './schema.ts';
import { transactionOf } from './transaction-rows.ts';

/** The cash of aborted top-ups: to be given back, or given back (money rule 4). */
export class StoredCashReturns implements CashReturnStore {
  readonly #database: Database.Database;
  readonly #drizzle: BetterSQLite3Database;
  readonly #journal: Journal;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database.Database, drizzle: BetterSQLite3Database, journal: Journal) {
    this.#database = database;
    this.#drizzle = drizzle;
    this.#journal = journal;
    this.#statements = prepare(drizzle);
  }

  awaited(): readonly TillTransaction[] {
    return this.#statements.awaited.all().map((row) => {
      const items = this.#statements.items.all({ number: row.terminalTransactionNumber });
      return transactionOf(row, items);
    });
  }

  isConfirmed(terminalTransactionNumber: number): boolean {
    return this.#statements.one.get({ number: terminalTransactionNumber }) !== undefined;
  }

  confirm(transaction: TillTransaction, cashierId: string | null, at: string): void {
    const { terminalTransactionNumber, stateVersion } = transaction;
    invariant(
      'INV-13',
      awaitsCashReturn(transaction),
      `transaction ${terminalTransactionNumber} has no cash to return`,
    );
    this.#database
      .transaction(() => {
        this.#drizzle.insert(cashReturn).values({ terminalTransactionNumber, at, cashierId }).run();
        // Newer words about a state that stays (Q11): the next version, all else as it was said before.
        const payload = { ...transactionPayload(transaction), stateVersion: stateVersion + 1, cashReturned: true };
        this.#journal.append('transaction', at, payload);
      })
      .immediate();
  }
}

function prepare(drizzle: BetterSQLite3Database) {
  return {
    awaited: drizzle
      .select()
      .from(txn)
      // As literals: only so can SQLite see that the partial index `txn_aborted_cash` applies.
      .where(
        sql`${txn.state} = 'Aborted' and ${txn.type} = 'TopUp' and ${txn.paymentMethod} = 'cash' and not exists (
          select 1 from ${cashReturn} where ${cashReturn.terminalTransactionNumber} = ${txn.terminalTransactionNumber})`,
      )
      .orderBy(asc(txn.terminalTransactionNumber))
      .prepare(),
    items: drizzle
      .select()
      .from(txnItem)
      .where(eq(txnItem.terminalTransactionNumber, sql.placeholder('number')))
      .orderBy(asc(txnItem.line))
      .prepare(),
    one: drizzle
      .select({ at: cashReturn.at })
      .from(cashReturn)
      .where(eq(cashReturn.terminalTransactionNumber, sql.placeholder('number')))
      .prepare(),
  };
}
