import { eq, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { PaymentChange } from '../checkout/transaction-ports.ts';
import { assertPaymentChange, type Payment } from '../domain/payment.ts';
import { txn, txnPaymentLog } from './schema.ts';
import type { TxnRow } from './transaction-rows.ts';

/** How card payments stand, and how they came to stand so. Takes part in the caller's transaction. */
export class StoredPayments {
  readonly #drizzle: BetterSQLite3Database;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(drizzle: BetterSQLite3Database) {
    this.#drizzle = drizzle;
    this.#statements = prepare(drizzle);
  }

  /** The one attempt that is open (INV-12). */
  openRow(): TxnRow | undefined {
    return this.#statements.open.get();
  }

  /** Logs the change and gives the columns it is to be stored in; null where nothing changes. */
  change(
    terminalTransactionNumber: number,
    from: Payment | null,
    { status, reference, at }: PaymentChange,
  ): Partial<TxnRow> | null {
    // A provider that names itself only once is not contradicted by an answer that leaves the name out.
    const paymentReference = reference ?? from?.reference ?? null;
    if (status === from?.status && paymentReference === from.reference) return null;
    if (status !== from?.status) assertPaymentChange(from?.status ?? null, status);
    const line = (this.#statements.lines.get({ number: terminalTransactionNumber })?.lines ?? 0) + 1;
    const logged = { terminalTransactionNumber, line, fromStatus: from?.status ?? null, toStatus: status, at };
    this.#drizzle
      .insert(txnPaymentLog)
      .values({ ...logged, reference: paymentReference })
      .run();
    return { paymentStatus: status, paymentReference };
  }
}

function prepare(drizzle: BetterSQLite3Database) {
  return {
    // As literals: only so can SQLite see that the partial index `txn_open_payment` applies.
    open: drizzle.select().from(txn).where(sql`${txn.state} = 'Open' and ${txn.paymentStatus} is not null`).prepare(),
    lines: drizzle
      .select({ lines: sql<number>`count(*)` })
      .from(txnPaymentLog)
      .where(eq(txnPaymentLog.terminalTransactionNumber, sql.placeholder('number')))
      .prepare(),
  };
}
