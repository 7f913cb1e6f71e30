import type { z } from 'zod';
import type { AccountLimits, FeeRule } from '../../contract/wire/configuration.ts';
import type { Edition, editionLimitsSchema } from '../../contract/wire/enrolment.ts';
import type { editionChangeSchema } from '../../contract/wire/operator.ts';
import type { Session } from '../../contract/wire/sessions.ts';
import type { EditionMode } from '../../contract/wire/words.ts';
import { createFundingAccount, createSystemAccounts } from '../ledger/accounts.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Random } from '../ports.ts';
import type { Connection } from '../store/database.ts';
import { shareOut } from './offline-shares.ts';

/** What makes an edition; its number and its key are drawn here. */
export type EditionPlan = {
  name: string;
  mode: EditionMode;
  currency: string;
  timeZone: string;
  limits: z.infer<typeof editionLimitsSchema>;
  fees: { topUp: FeeRule; refund: FeeRule };
  topUpAmountsMinor: readonly number[];
  /** Account mode only. */
  accountLimits?: AccountLimits | undefined;
  /** Account mode: what all tills together may sell while they cannot ask. */
  offlineLimitMinor?: number | undefined;
  /** Account mode: the parts of a canteen's day. */
  sessions?: readonly Session[] | undefined;
  demoCode?: string;
};

const firstKeySetId = 1;

/** Makes an edition with its accounts and a random key. Returns its number. */
export async function createEdition(
  connection: Connection,
  plan: EditionPlan,
  random: Random,
  now: Date,
): Promise<number> {
  const made = await connection.query<{ edition_id: number }>(
    `INSERT INTO edition (name, mode, currency, time_zone, maximum_balance_minor, maximum_top_up_minor, maximum_purchase_minor,
       top_up_fee_fixed_minor, top_up_fee_rate_basis_points, refund_fee_fixed_minor, refund_fee_rate_basis_points,
       top_up_amounts_minor, demo_code, created_at, account_limits, offline_limit_minor, sessions)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) RETURNING edition_id`,
    [
      plan.name,
      plan.mode,
      plan.currency,
      plan.timeZone,
      plan.limits.maximumBalanceMinor,
      plan.limits.maximumTopUpMinor,
      plan.limits.maximumPurchaseMinor,
      plan.fees.topUp.fixedMinor,
      plan.fees.topUp.rateBasisPoints,
      plan.fees.refund.fixedMinor,
      plan.fees.refund.rateBasisPoints,
      JSON.stringify(plan.topUpAmountsMinor),
      plan.demoCode ?? null,
      now,
      plan.accountLimits ? JSON.stringify(plan.accountLimits) : null,
      plan.offlineLimitMinor ?? null,
      plan.sessions ? JSON.stringify(plan.sessions) : null,
    ],
  );
  const editionId = made.rows[0]?.edition_id;
  invariant('INV-61', editionId !== undefined, 'a new edition has a number');
  const keyHex = Buffer.from(random.bytes(16)).toString('hex');
  await connection.query('INSERT INTO key_set (edition_id, key_set_id, key_hex) VALUES ($1, $2, $3)', [
    editionId,
    firstKeySetId,
    keyHex,
  ]);
  await createSystemAccounts(connection, editionId);
  if (plan.mode === 'account') await createFundingAccount(connection, editionId);
  return editionId;
}

export type EditionChange = z.infer<typeof editionChangeSchema>;

/**
 * Changes what an edition's tills work by; they learn it with their next configuration, their offline shares included.
 * `false` where there is no such edition.
 */
export async function changeEdition(
  connection: Connection,
  editionId: number,
  change: EditionChange,
): Promise<boolean> {
  const { limits, fees } = change;
  const changed = await connection.query(
    `UPDATE edition SET name = coalesce($2, name),
            maximum_balance_minor = coalesce($3, maximum_balance_minor),
            maximum_top_up_minor = coalesce($4, maximum_top_up_minor),
            maximum_purchase_minor = coalesce($5, maximum_purchase_minor),
            top_up_fee_fixed_minor = coalesce($6, top_up_fee_fixed_minor),
            top_up_fee_rate_basis_points = coalesce($7, top_up_fee_rate_basis_points),
            refund_fee_fixed_minor = coalesce($8, refund_fee_fixed_minor),
            refund_fee_rate_basis_points = coalesce($9, refund_fee_rate_basis_points),
            top_up_amounts_minor = coalesce($10, top_up_amounts_minor),
            account_limits = CASE WHEN $11 THEN $12::jsonb ELSE account_limits END,
            offline_limit_minor = CASE WHEN $13 THEN $14::bigint ELSE offline_limit_minor END,
            sessions = CASE WHEN $15 THEN $16::jsonb ELSE sessions END
      WHERE edition_id = $1`,
    [
      editionId,
      change.name ?? null,
      limits?.maximumBalanceMinor ?? null,
      limits?.maximumTopUpMinor ?? null,
      limits?.maximumPurchaseMinor ?? null,
      fees?.topUp.fixedMinor ?? null,
      fees?.topUp.rateBasisPoints ?? null,
      fees?.refund.fixedMinor ?? null,
      fees?.refund.rateBasisPoints ?? null,
      change.topUpAmountsMinor === undefined ? null : JSON.stringify(change.topUpAmountsMinor),
      change.accountLimits !== undefined,
      change.accountLimits == null ? null : JSON.stringify(change.accountLimits),
      change.offlineLimitMinor !== undefined,
      change.offlineLimitMinor ?? null,
      change.sessions !== undefined,
      change.sessions == null ? null : JSON.stringify(change.sessions),
    ],
  );
  if (changed.rowCount !== 1) return false;
  await shareOut(connection, editionId);
  return true;
}

type EditionRow = {
  edition_id: number;
  name: string;
  mode: EditionMode;
  currency: string;
  time_zone: string;
  maximum_balance_minor: number;
  maximum_top_up_minor: number;
  maximum_purchase_minor: number;
};

/** The edition as a till learns it at enrolment, with its keys: only for the holder of a code. */
export async function readEdition(connection: Connection, editionId: number): Promise<Edition> {
  const found = await connection.query<EditionRow>(
    `SELECT edition_id, name, mode, currency, time_zone, maximum_balance_minor, maximum_top_up_minor, maximum_purchase_minor
       FROM edition WHERE edition_id = $1`,
    [editionId],
  );
  const keys = await connection.query<{ key_set_id: number; key_hex: string }>(
    'SELECT key_set_id, key_hex FROM key_set WHERE edition_id = $1 ORDER BY key_set_id',
    [editionId],
  );
  const row = found.rows[0];
  invariant('INV-61', row !== undefined, 'the edition of an assignment exists');
  return {
    id: row.edition_id,
    name: row.name,
    mode: row.mode,
    currency: row.currency,
    timeZone: row.time_zone,
    limits: {
      maximumBalanceMinor: row.maximum_balance_minor,
      maximumTopUpMinor: row.maximum_top_up_minor,
      maximumPurchaseMinor: row.maximum_purchase_minor,
    },
    keySets: keys.rows.map((key) => ({ id: key.key_set_id, keyHex: key.key_hex })),
  };
}
