import type { z } from 'zod';
import type { AccountLimits, FeeRule } from '../../contract/wire/configuration.ts';
import type { Edition, editionLimitsSchema } from '../../contract/wire/enrolment.ts';
import type { EditionMode } from '../../contract/wire/words.ts';
import { createSystemAccounts } from '../ledger/accounts.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Random } from '../ports.ts';
import type { Connection } from '../store/database.ts';

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
  accountLimits?: AccountLimits;
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
       top_up_amounts_minor, demo_code, created_at, account_limits)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) RETURNING edition_id`,
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
  return editionId;
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
