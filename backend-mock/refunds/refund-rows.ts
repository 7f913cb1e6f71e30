import type { RefundAnswer } from '../../contract/wire/admin-money.ts';
import { type BackendState, backendStateSchema } from '../../contract/wire/words.ts';
import type { Connection } from '../store/database.ts';

export type RefundKind = 'manual' | 'gateway';
export type RefundChannel = 'cash' | 'card' | 'online' | 'admin';

/** A refund of the backend with its transaction. */
export type RefundRow = {
  editionId: number;
  backendTransactionId: number;
  kind: RefundKind;
  channel: RefundChannel;
  amountMinor: number;
  feeMinor: number;
  uid: string;
  customerId: number;
  currency: string;
  state: BackendState;
  adjustmentNumber: number | null;
  paymentReference: string | null;
  checks: number;
  /** Nothing of it is on a tag any more, or no till is left that could spend it (Q20); or it was paid on that ground. */
  collected: boolean;
};

const isCollected = `(r.adjustment_uid IS NULL OR r.requested_at IS NOT NULL OR a.collected_at IS NOT NULL
         OR NOT EXISTS (SELECT FROM assignment s WHERE s.edition_id = r.edition_id AND s.closed_at IS NULL))`;

const rows = `SELECT r.edition_id AS "editionId", r.backend_transaction_id AS "backendTransactionId", r.kind, r.channel,
         r.amount_minor AS "amountMinor", r.fee_minor AS "feeMinor", t.uid, t.customer_id AS "customerId", t.currency, t.state,
         r.adjustment_number AS "adjustmentNumber", r.payment_reference AS "paymentReference", r.checks, ${isCollected} AS collected,
         r.requested_at AS "requestedAt", t.received_at AS "receivedAt"
    FROM refund r
    JOIN transactions t ON t.edition_id = r.edition_id AND t.backend_transaction_id = r.backend_transaction_id
    LEFT JOIN tag_adjustment a ON a.edition_id = r.edition_id AND a.uid = r.adjustment_uid AND a.adjustment_number = r.adjustment_number`;

type FoundRow = Omit<RefundRow, 'state'> & { state: string; requestedAt: Date | null; receivedAt: Date };

/** The condition on which a gateway is asked, over the names of {@link readRefund}'s statement. */
export const mayBePaid = isCollected;

/** Locks a refund's transaction and reads it; `undefined` where there is none of this number. */
export async function lockRefund(
  connection: Connection,
  editionId: number,
  backendTransactionId: number,
): Promise<RefundRow | undefined> {
  await connection.query(
    'SELECT 1 FROM transactions WHERE edition_id = $1 AND backend_transaction_id = $2 FOR NO KEY UPDATE',
    [editionId, backendTransactionId],
  );
  const found = await connection.query<FoundRow>(`${rows} WHERE r.edition_id = $1 AND r.backend_transaction_id = $2`, [
    editionId,
    backendTransactionId,
  ]);
  const row = found.rows[0];
  return row === undefined ? undefined : { ...row, state: backendStateSchema.parse(row.state) };
}

/** Refunds of an edition, newest first. */
export async function listRefunds(connection: Pick<Connection, 'query'>, editionId: number, rowsMax: number) {
  const found = await connection.query<FoundRow>(
    `${rows} WHERE r.edition_id = $1 ORDER BY r.backend_transaction_id DESC LIMIT $2`,
    [editionId, rowsMax],
  );
  return found.rows.map((row) => ({
    ...refundAnswer({ ...row, state: backendStateSchema.parse(row.state) }),
    kind: row.kind,
    uid: row.uid,
    amountMinor: row.amountMinor,
    feeMinor: row.feeMinor,
    channel: row.channel,
    requestedAt: row.requestedAt?.toISOString() ?? null,
    receivedAt: row.receivedAt.toISOString(),
  }));
}

export function refundAnswer({ backendTransactionId, state, adjustmentNumber, collected }: RefundRow): RefundAnswer {
  return { backendTransactionId, state, adjustmentNumber, collected };
}
