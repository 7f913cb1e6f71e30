import { createHash } from 'node:crypto';
import { z } from 'zod';
import { limits } from '../limits.ts';
import type { Connection } from '../store/database.ts';
import type { Charge } from './provider.ts';

/** What the amount's last two digits decide (protocol.md, "Operator API"). */
export type SimulatedFate = 'approved' | 'declined' | 'silent' | 'late' | 'twice';

/** What becomes of a charge of this amount. */
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

const chargeSchema = z.object({
  key: z.string(),
  /** Null, like the currency, where a void arrived before any charge. */
  amountMinor: z.int().nullable(),
  currency: z.string().nullable(),
  status: z.enum(['pending', 'approved', 'declined', 'voided']),
  reference: z.string().nullable(),
  chargedAt: z.date().nullable(),
});
/** A charge as the simulated provider remembers it. */
export type SimulatedCharge = z.infer<typeof chargeSchema>;

/** Remembers a charge once; false where its key is known. */
export async function insertSimulatedCharge(connection: Connection, charge: Charge, now: Date): Promise<boolean> {
  const fate = fateOf(charge.amountMinor);
  const approved = fate === 'approved' || fate === 'twice';
  const status = approved ? 'approved' : fate === 'declined' ? 'declined' : 'pending';
  const reference = fate === 'silent' ? null : referenceOf(charge.key);
  const { key, amountMinor, currency } = charge;
  const made = await connection.query(
    `INSERT INTO simulated_charge (charge_key, amount_minor, currency, status, reference, charged_at, times_charged)
     VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING`,
    [key, amountMinor, currency, status, reference, now, approved ? 1 : 0],
  );
  return made.rowCount === 1;
}

/** Reads and locks a charge. An approval that comes late is there as soon as somebody looks after its time. */
export async function readSimulatedCharge(
  connection: Connection,
  key: string,
  now: Date,
): Promise<SimulatedCharge | undefined> {
  const found = await connection.query(
    `SELECT charge_key AS key, amount_minor AS "amountMinor", currency, status, reference, charged_at AS "chargedAt"
       FROM simulated_charge WHERE charge_key = $1 FOR UPDATE`,
    [key],
  );
  const charge = chargeSchema.optional().parse(found.rows[0]);
  if (charge?.status !== 'pending' || charge.chargedAt === null || charge.amountMinor === null) return charge;
  const lateSince = charge.chargedAt.getTime() + limits.simulatedLateMs;
  if (fateOf(charge.amountMinor) !== 'late' || now.getTime() < lateSince) return charge;
  await connection.query(
    `UPDATE simulated_charge SET status = 'approved', times_charged = times_charged + 1 WHERE charge_key = $1`,
    [key],
  );
  return { ...charge, status: 'approved' };
}

/** The provider's name for a payment, as it would stand on a card statement. */
export function referenceOf(key: string): string {
  return `sim-${createHash('sha256').update(key).digest('hex').slice(0, 16)}`;
}
