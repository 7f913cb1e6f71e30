import type { AdminTopUpAnswer, AdminTopUpRequest } from '../../contract/wire/admin-tags.ts';
import { canonicalJson, contentHash } from '../ingest/chain.ts';
import { readSharedAccounts } from '../ledger/accounts.ts';
import { book } from '../ledger/booking.ts';
import { resolveCustomers } from '../ledger/customers.ts';
import { readFunds } from '../ledger/holds.ts';
import { invariant } from '../ledger/invariant.ts';
import { lockTags } from '../ledger/tags.ts';
import type { Connection } from '../store/database.ts';
import { type AdjustableTag, nextAdjustmentNumber, readAdjustableTag } from './adjustable-tag.ts';

export type AdminTopUpOutcome =
  | { outcome: 'booked'; answer: AdminTopUpAnswer }
  | { outcome: 'unknown-tag' }
  | { outcome: 'refused'; reason: string };

/**
 * Books money the festival gives a customer (R14; `[*] → Open → Committed` by AD) and, in tag mode, numbers the adjustment
 * that brings it onto the tag (Q20). The tag must be known: money for a mistyped UID would wait for ever.
 */
export async function topUpByAdmin(
  connection: Connection,
  request: AdminTopUpRequest,
  actor: string,
  now: Date,
): Promise<AdminTopUpOutcome> {
  const { editionId, uid, amountMinor } = request;
  await lockTags(connection, editionId, new Set([uid]));
  const tag = await readAdjustableTag(connection, editionId, uid);
  if (tag === undefined) return { outcome: 'unknown-tag' };
  if (tag.replacedBy !== undefined) return { outcome: 'refused', reason: `The tag was replaced by ${tag.replacedBy}.` };
  const customer = (await resolveCustomers(connection, editionId, new Set([uid]), now)).get(uid);
  const topUpAccountId = (await readSharedAccounts(connection, editionId)).get('top-up:admin');
  invariant(
    'INV-61',
    customer !== undefined && topUpAccountId !== undefined,
    'a tag and an edition have their accounts',
  );
  const adjustmentNumber = tag.mode === 'tag' ? nextAdjustmentNumber(tag) : null;
  if (adjustmentNumber === undefined) return { outcome: 'refused', reason: 'The tag has no adjustment number left.' };
  const { bookedMinor } = await readFunds(connection, editionId, customer.customerId, now);
  if (bookedMinor + amountMinor > tag.maximumBalanceMinor)
    return { outcome: 'refused', reason: `The balance would exceed ${tag.maximumBalanceMinor}.` };
  const backendTransactionId = await insertTopUp(connection, tag, request, now);
  if (adjustmentNumber !== null) {
    await connection.query({
      name: 'insert-numbered-adjustment',
      text: `INSERT INTO tag_adjustment (edition_id, uid, adjustment_number, amount_minor, booked_by_transaction_id, reason, created_by, created_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
      values: [editionId, uid, adjustmentNumber, amountMinor, backendTransactionId, request.reason, actor, now],
    });
  }
  const debitAccountId = customer.accountId;
  const line = {
    backendTransactionId,
    line: 1,
    kind: 'topup',
    debitAccountId,
    creditAccountId: topUpAccountId,
    amountMinor,
  };
  await book(connection, editionId, [line], now);
  return { outcome: 'booked', answer: { backendTransactionId, adjustmentNumber } };
}

async function insertTopUp(
  connection: Connection,
  { customerId }: AdjustableTag,
  { editionId, uid, amountMinor, reason }: AdminTopUpRequest,
  now: Date,
): Promise<number> {
  const payload = canonicalJson({ adminTopUp: { uid, amountMinor, reason } }) ?? '{}';
  const made = await connection.query<{ backend_transaction_id: number }>({
    name: 'insert-admin-top-up',
    text: `WITH made AS (
             INSERT INTO transactions (edition_id, backend_transaction_id, origin, state, state_cause, state_version, type, payment_method,
               currency, amount_minor, balance_delta_minor, customer_id, uid, opened_at, ended_at, payload, content_hash, received_at)
             SELECT edition_id, nextval('backend_transaction_number'), 'admin', 'Committed', 'AD', 1, 'TopUp', 'none', currency, $2, $2, $3, $4,
                    $5, $5, $6, $7, $5
               FROM edition WHERE edition_id = $1
             RETURNING backend_transaction_id
           ), steps AS (
             INSERT INTO transaction_state (edition_id, backend_transaction_id, step, from_state, to_state, cause, state_version, content_hash, received_at)
             SELECT $1, backend_transaction_id, step.number, step.from_state, step.to_state, 'AD', step.number, $7, $5
               FROM made, (VALUES (1, NULL, 'Open'), (2, 'Open', 'Committed')) AS step(number, from_state, to_state)
           )
           SELECT backend_transaction_id FROM made`,
    values: [editionId, amountMinor, customerId, uid, now, payload, contentHash(payload)],
  });
  const id = made.rows[0]?.backend_transaction_id;
  invariant('INV-61', id !== undefined, 'the edition of a tag exists');
  return id;
}
