import type { Connection } from '../store/database.ts';
import type { PlacedSettlement } from './purse-postings.ts';

/** Keeps how sales were paid, beside the postings of the same lines (R83, R86). */
export async function writeSettlements(
  connection: Connection,
  editionId: number,
  settlements: readonly PlacedSettlement[],
  now: Date,
): Promise<void> {
  if (settlements.length === 0) return;
  await connection.query({
    name: 'write-settlements',
    text: `INSERT INTO sale_settlement (edition_id, backend_transaction_id, line, purse_id, credit_transaction_id, amount_minor, settled_at)
           SELECT $1, *, $2::timestamptz FROM unnest($3::bigint[], $4::integer[], $5::text[], $6::bigint[], $7::bigint[])`,
    values: [
      editionId,
      now,
      settlements.map(({ transactionId }) => transactionId),
      settlements.map(({ line }) => line),
      settlements.map(({ purseId }) => purseId),
      settlements.map(({ creditId }) => creditId ?? null),
      settlements.map(({ amountMinor }) => amountMinor),
    ],
  });
}

/** A credit that has come (R98, R101). */
export type NewCredit = {
  backendTransactionId: number;
  customerId: number;
  purseId: string;
  amountMinor: number;
  usageMinor: number;
  grantedAt: Date;
  /** Null: it stays. */
  expiresAt: Date | null;
  /** The local day it came for by itself (Q37). */
  appliedOn: string | null;
};

export async function writeCredits(
  connection: Connection,
  editionId: number,
  credits: readonly NewCredit[],
): Promise<void> {
  if (credits.length === 0) return;
  await connection.query({
    name: 'write-credits',
    text: `INSERT INTO credit (edition_id, backend_transaction_id, customer_id, purse_id, amount_minor, usage_minor, granted_at, expires_at,
             applied_on)
           SELECT $1, row.* FROM jsonb_to_recordset($2::jsonb) AS row("backendTransactionId" bigint, "customerId" bigint, "purseId" text,
             "amountMinor" bigint, "usageMinor" bigint, "grantedAt" timestamptz, "expiresAt" timestamptz, "appliedOn" date)`,
    values: [editionId, JSON.stringify(credits)],
  });
}
