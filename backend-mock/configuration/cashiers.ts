import type { CashierChange, CashierRequest, CashierRow } from '../../contract/wire/admin-cashiers.ts';
import { cashierRowSchema } from '../../contract/wire/admin-cashiers.ts';
import { type Cashier, cashierSchema } from '../../contract/wire/configuration.ts';
import { limits } from '../limits.ts';
import type { Connection, Database } from '../store/database.ts';

const rowColumns = 'cashier_id AS "cashierId", name, role, tag_uid AS "tagUid", active';

/** Everybody who works or worked at the tills of an edition, without their PINs. */
export async function listCashiers(pool: Database['pool'], editionId: number): Promise<CashierRow[]> {
  const found = await pool.query(`SELECT ${rowColumns} FROM cashier WHERE edition_id = $1 ORDER BY cashier_id`, [
    editionId,
  ]);
  return cashierRowSchema.array().parse(found.rows);
}

/** Who may work now, as tills learn it. */
export async function activeCashiers(pool: Database['pool'], editionId: number): Promise<Cashier[]> {
  const found = await pool.query<{ tagUid: string | null }>(
    `SELECT cashier_id AS "cashierId", name, role, pin_hash AS "pinHash", tag_uid AS "tagUid"
       FROM cashier WHERE edition_id = $1 AND active ORDER BY cashier_id`,
    [editionId],
  );
  return found.rows.map(({ tagUid, ...row }) => cashierSchema.parse(tagUid === null ? row : { ...row, tagUid }));
}

/**
 * Adds a cashier, whose PIN comes hashed. Throws a unique violation (23505) where the edition has the id, or somebody active
 * the tag. `undefined` where the edition has as many as a configuration can carry.
 */
export async function createCashier(
  connection: Connection,
  { editionId, cashierId, name, role, tagUid }: CashierRequest,
  pinHash: string,
  now: Date,
): Promise<CashierRow | undefined> {
  await connection.query('SELECT 1 FROM edition WHERE edition_id = $1 FOR NO KEY UPDATE', [editionId]);
  const made = await connection.query(
    `INSERT INTO cashier (edition_id, cashier_id, name, role, pin_hash, tag_uid, active, created_at, changed_at)
     SELECT $1, $2, $3, $4, $5, $6, true, $7, $7
      WHERE (SELECT count(*) FROM cashier WHERE edition_id = $1) < $8
     RETURNING ${rowColumns}`,
    [editionId, cashierId, name, role, pinHash, tagUid ?? null, now, limits.cashiersMax],
  );
  return made.rows[0] === undefined ? undefined : cashierRowSchema.parse(made.rows[0]);
}

/** Changes a cashier; `undefined` where the edition has none of this id. Throws a unique violation where the tag is another's. */
export async function changeCashier(
  connection: Connection,
  cashierId: string,
  change: CashierChange,
  pinHash: string | undefined,
  now: Date,
): Promise<CashierRow | undefined> {
  const changed = await connection.query(
    `UPDATE cashier SET name = coalesce($3, name), role = coalesce($4, role), pin_hash = coalesce($5, pin_hash),
            tag_uid = CASE WHEN $6 THEN $7 ELSE tag_uid END, active = coalesce($8, active), changed_at = $9
      WHERE edition_id = $1 AND cashier_id = $2 RETURNING ${rowColumns}`,
    [
      change.editionId,
      cashierId,
      change.name ?? null,
      change.role ?? null,
      pinHash ?? null,
      change.tagUid !== undefined,
      change.tagUid ?? null,
      change.active ?? null,
      now,
    ],
  );
  return changed.rows[0] === undefined ? undefined : cashierRowSchema.parse(changed.rows[0]);
}
