import { invariant } from '../ledger/invariant.ts';
import { limits } from '../limits.ts';
import type { Clock } from '../ports.ts';
import type { Database } from '../store/database.ts';
import type { RefundGateway, RefundOrder, RefundWord } from './gateway.ts';

type Row = { amount_minor: number; status: RefundWord; asked_at: Date };

/**
 * The gateway of demonstrations and tests, decided by the amount's last two digits like the payment simulator: 01 declined, 02 no
 * answer for ever, 03 paid late, anything else paid. A party of its own, with its own durable memory and its own idempotency by key.
 */
export function simulatedRefundGateway(database: Database, clock: Clock): RefundGateway {
  return {
    async refund(order, signal) {
      const status = await database.transaction(async (connection) => {
        const now = clock.now();
        const paysAtOnce = firstWord(order) === 'refunded' ? 1 : 0;
        await connection.query(
          `INSERT INTO simulated_refund (refund_key, amount_minor, currency, status, asked_at, times_paid)
           VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING`,
          [order.key, order.amountMinor, order.currency, firstWord(order), now, paysAtOnce],
        );
        const found = await connection.query<Row>(
          'SELECT amount_minor, status, asked_at FROM simulated_refund WHERE refund_key = $1 FOR UPDATE',
          [order.key],
        );
        const row = found.rows[0];
        invariant(
          'INV-67',
          row?.amount_minor === order.amountMinor,
          `refund ${order.key} was asked for another amount`,
        );
        const late = order.amountMinor % 100 === 3 && now.getTime() - row.asked_at.getTime() >= limits.simulatedLateMs;
        if (row.status !== 'pending' || !late) return row.status;
        await connection.query(
          `UPDATE simulated_refund SET status = 'refunded', times_paid = 1 WHERE refund_key = $1`,
          [order.key],
        );
        return 'refunded' as const;
      });
      return order.amountMinor % 100 === 2 ? silence(signal) : status;
    },
  };
}

function firstWord({ amountMinor }: RefundOrder): RefundWord {
  switch (amountMinor % 100) {
    case 1:
      return 'declined';
    case 2:
    case 3:
      return 'pending';
    default:
      return 'refunded';
  }
}

/** Never answers: whoever asked loses patience. */
function silence(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(new Error('the gateway did not answer')), { once: true });
  });
}
