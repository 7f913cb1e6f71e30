import { createHash } from 'node:crypto';
import { z } from 'zod';
import { invariant } from '../ledger/invariant.ts';
import { limits } from '../limits.ts';
import type { Clock } from '../ports.ts';
import type { Connection, Database } from '../store/database.ts';
import type { Charge, PaymentProvider, ProviderWord } from './provider.ts';

/** What the amount's last two digits decide (protocol.md, "Operator API"). */
export type SimulatedFate = 'approved' | 'declined' | 'silent' | 'late' | 'twice';

export function fateOf(amountMinor: number): SimulatedFate {
  switch (amountMinor % 100) {
    case 1:
      return 'declined';
    case 2:
      return 'silent';
    case 3:
      return 'late';
    case 4:
      return 'twice';
    default:
      return 'approved';
  }
}

const rowSchema = z.object({
  charge_key: z.string(),
  amount_minor: z.int().nullable(),
  currency: z.string().nullable(),
  status: z.enum(['pending', 'approved', 'declined', 'voided']),
  reference: z.string().nullable(),
  charged_at: z.date().nullable(),
});
type Row = z.infer<typeof rowSchema>;

/**
 * The payment provider of demonstrations and tests, decided by the amount. It is a party of its own: it has its own durable memory
 * and its own idempotency by key, and shares with the backend nothing but the database server.
 */
export function simulatedProvider(database: Database, clock: Clock): PaymentProvider {
  return {
    async charge(charge, signal) {
      const row = await database.transaction(async (connection) => {
        await insertCharge(connection, charge, clock.now());
        return settleLate(connection, await lockRow(connection, charge.key), clock.now());
      });
      invariant('INV-63', row !== undefined, 'a charge that was just stored is there');
      const same = row.amount_minor === null || row.amount_minor === charge.amountMinor;
      invariant('INV-63', same, `payment key ${charge.key} was used for another amount`);
      return spoken(row, signal);
    },
    async look(key, signal) {
      const row = await database.transaction(async (connection) =>
        settleLate(connection, await lockRow(connection, key), clock.now()),
      );
      return row === undefined ? undefined : spoken(row, signal);
    },
    async void(key, signal) {
      const row = await database.transaction(async (connection) => {
        await connection.query(
          `INSERT INTO simulated_charge (charge_key, status) VALUES ($1, 'voided') ON CONFLICT DO NOTHING`,
          [key],
        );
        const found = await lockRow(connection, key);
        invariant('INV-63', found !== undefined, 'a void that was just stored is there');
        if (found.status === 'declined' || isSilent(found)) return found;
        await connection.query(`UPDATE simulated_charge SET status = 'voided' WHERE charge_key = $1`, [key]);
        return { ...found, status: 'voided' as const };
      });
      return spoken(row, signal);
    },
  };
}

async function insertCharge(connection: Connection, charge: Charge, now: Date): Promise<void> {
  const fate = fateOf(charge.amountMinor);
  const approved = fate === 'approved' || fate === 'twice';
  const status = approved ? 'approved' : fate === 'declined' ? 'declined' : 'pending';
  await connection.query(
    `INSERT INTO simulated_charge (charge_key, amount_minor, currency, status, reference, charged_at, times_charged)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [
      charge.key,
      charge.amountMinor,
      charge.currency,
      status,
      fate === 'silent' ? null : referenceOf(charge.key),
      now,
      approved ? 1 : 0,
    ],
  );
}

async function lockRow(connection: Connection, key: string): Promise<Row | undefined> {
  const found = await connection.query(
    `SELECT charge_key, amount_minor, currency, status, reference, charged_at
       FROM simulated_charge WHERE charge_key = $1 FOR UPDATE`,
    [key],
  );
  return rowSchema.optional().parse(found.rows[0]);
}

/** An approval that comes late is there as soon as somebody looks after its time. */
async function settleLate(connection: Connection, row: Row | undefined, now: Date): Promise<Row | undefined> {
  if (row?.status !== 'pending' || row.charged_at === null || row.amount_minor === null) return row;
  if (fateOf(row.amount_minor) !== 'late') return row;
  if (now.getTime() < row.charged_at.getTime() + limits.simulatedLateMs) return row;
  await connection.query(
    `UPDATE simulated_charge SET status = 'approved', times_charged = times_charged + 1 WHERE charge_key = $1`,
    [row.charge_key],
  );
  return { ...row, status: 'approved' };
}

const isSilent = (row: Row): boolean => row.amount_minor !== null && fateOf(row.amount_minor) === 'silent';

/** The provider's name for a payment, as it would stand on a card statement. */
export function referenceOf(key: string): string {
  return `sim-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
}

async function spoken(row: Row, signal: AbortSignal): Promise<ProviderWord> {
  if (isSilent(row)) return untilAborted(signal);
  const { status, reference, amount_minor: amountMinor, currency } = row;
  if (status !== 'approved') return { status, reference };
  const complete = reference !== null && amountMinor !== null && currency !== null;
  invariant('INV-63', complete, 'what was approved says how much was taken');
  return { status, reference, amountMinor, currency };
}

/** No answer for ever, as far as whoever asks has patience. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const give = () => reject(new Error('the provider gave no answer'));
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
}
