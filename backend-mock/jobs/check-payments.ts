import { moveTransaction } from '../ingest/move-transaction.ts';
import { invariant } from '../ledger/invariant.ts';
import { limits } from '../limits.ts';
import { alertAboutPayment } from '../payments/alert-about-payment.ts';
import type { BoundedProvider, ProviderAnswer } from '../payments/bounded-provider.ts';
import { isOutside, kindOfOutside, startOutsideTopUp } from '../payments/outside-top-up.ts';
import { lockPayment, movePayment, type PaymentKey, type PaymentRow, readPayment } from '../payments/payment-rows.ts';
import { pauseBeforeCheckMs } from '../payments/payment-status.ts';
import { settlePayment } from '../payments/settle-payment.ts';
import type { Clock } from '../ports.ts';
import type { Database } from '../store/database.ts';

type Parts = { database: Database; clock: Clock; provider: BoundedProvider };

/**
 * Looks at every payment that is due (Q12): after 5 s at first, then ever later, and after a day no more. A payment that its process
 * left before the provider heard of it is charged here, under the same key. Each process takes the payments that no other is
 * looking at. Returns how many it looked at.
 */
export async function checkDuePayments(parts: Parts): Promise<number> {
  let total = 0;
  for (;;) {
    const due = await claimDue(parts);
    await Promise.all(due.map((key) => checkPayment(parts, key)));
    total += due.length;
    if (due.length < limits.paymentRowsMax) return total;
  }
}

/** Takes due payments by setting their next check, in one commit: should this process end, they are due again by themselves. */
async function claimDue({ database, clock }: Parts): Promise<PaymentKey[]> {
  return database.transaction(async (connection) => {
    const now = clock.now();
    const found = await connection.query<PaymentKey & { checks: number }>({
      name: 'due-payments',
      text: `SELECT edition_id AS "editionId", backend_transaction_id AS "backendTransactionId", checks FROM payment
              WHERE next_check_at <= $1 ORDER BY next_check_at LIMIT $2 FOR NO KEY UPDATE SKIP LOCKED`,
      values: [now, limits.paymentRowsMax],
    });
    if (found.rows.length === 0) return [];
    const claims = found.rows.map(({ checks, ...key }) => ({ ...key, nextCheckAt: nextCheckAfter(checks + 1, now) }));
    await connection.query({
      name: 'claim-payments',
      text: `UPDATE payment p SET checks = p.checks + 1, next_check_at = row."nextCheckAt"
               FROM jsonb_to_recordset($1::jsonb) AS row("editionId" bigint, "backendTransactionId" bigint, "nextCheckAt" timestamptz)
              WHERE p.edition_id = row."editionId" AND p.backend_transaction_id = row."backendTransactionId"`,
      values: [JSON.stringify(claims)],
    });
    return claims;
  });
}

function nextCheckAfter(checks: number, now: Date): Date {
  const bounds = { firstMs: limits.paymentCheckFirstMs, longestMs: limits.paymentCheckLongestMs };
  return new Date(now.getTime() + pauseBeforeCheckMs(checks, bounds));
}

async function checkPayment(parts: Parts, key: PaymentKey): Promise<void> {
  const { database, clock } = parts;
  const known = await readPayment(database.pool, key);
  if (known === undefined || known.nextCheckAt === null) return;
  // Whoever was quicker, the customer who gives it up or this job, is heard here: a void is asked for, or the charge.
  const row = known.state === 'Open' ? await startPayment(parts, known) : known;
  const answer = await consult(parts, row);
  const settled = await settlePayment(database, clock, key, answer, row.voidRequestedAt === null ? 'check' : 'void');
  const since = settled.voidRequestedAt ?? settled.createdAt;
  if (settled.nextCheckAt !== null && clock.now().getTime() - since.getTime() >= limits.paymentCheckForMs)
    await giveUp(parts, key);
}

/** Committed before the provider hears of it: a top-up of the backend's own. Returns the payment as it stands then. */
async function startPayment({ database, clock }: Parts, known: PaymentRow): Promise<PaymentRow> {
  return database.transaction(async (connection) => {
    const row = await lockPayment(connection, known);
    invariant('INV-63', row !== undefined, 'a payment is never deleted');
    return isOutside(row) ? startOutsideTopUp(connection, row, clock.now()) : row;
  });
}

/** The one question that the payment's position asks for; each may be asked any number of times. */
async function consult({ provider }: Parts, row: PaymentRow): Promise<ProviderAnswer> {
  if (row.voidRequestedAt !== null) return provider.void(row.key);
  const found = await provider.look(row.key);
  return found === 'unheard' ? provider.charge(row) : found;
}

/** Q12: a day is over. Nobody asks any more; what the provider still says by itself, or an operator finds out, is late. */
async function giveUp({ database, clock }: Parts, key: PaymentKey): Promise<void> {
  await database.transaction(async (connection) => {
    const row = await lockPayment(connection, key);
    if (row === undefined || row.nextCheckAt === null) return;
    const now = clock.now();
    const { reference, voidRequestedAt } = row;
    await movePayment(
      connection,
      row,
      { status: 'unknown', reference, voidRequestedAt, nextCheckAt: null, cause: 'time' },
      now,
    );
    if (voidRequestedAt !== null) {
      const detail = `the provider has not confirmed for a day that ${row.amountMinor} was given back; ask it`;
      await alertAboutPayment(connection, row, 'PAYMENT_VOID_UNCONFIRMED', detail, now);
      return;
    }
    const detail = `the provider has not said for a day whether ${row.amountMinor} was paid; ask it`;
    await alertAboutPayment(connection, row, 'PAYMENT_UNKNOWN', detail, now);
    if (row.state !== 'ExternalPending') return;
    const { editionId, backendTransactionId } = row;
    const kind = isOutside(row) ? kindOfOutside(row.origin) : 'terminal-card-top-up';
    const move = { backendTransactionId, kind, from: row.state, to: 'ExternalUnknown', cause: 'TM' } as const;
    await moveTransaction(connection, editionId, move, now);
  });
}
