import type { TransactionResolutionRequest } from '../../contract/wire/admin-money.ts';
import { unallocatedMerchantId } from '../../contract/wire/admin-money.ts';
import { type TransactionPayload, transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import { type BackendState, backendStateSchema, transactionTypeSchema } from '../../contract/wire/words.ts';
import { createMerchantAccount, readSharedAccounts } from '../ledger/accounts.ts';
import { book } from '../ledger/booking.ts';
import { resolveCustomers } from '../ledger/customers.ts';
import { readCustomersTags } from '../ledger/customers-tags.ts';
import { lockTags } from '../ledger/tags.ts';
import { lockPayment, readPayment } from '../payments/payment-rows.ts';
import { endPaidTopUp } from '../payments/settle-by-operator.ts';
import { voidPaymentsOfAborted } from '../payments/void-payment.ts';
import type { Connection } from '../store/database.ts';
import { canonicalJson, contentHash } from './chain.ts';
import { transitionKind } from './decide.ts';
import { findImbalance } from './item-balance.ts';
import { moveTransaction } from './move-transaction.ts';
import { postingsOfItems } from './postings.ts';
import { logRefusedStep } from './refused-step.ts';
import { isSettlement, settlementOf } from './settlement.ts';
import { isLegalTransition } from './transitions.ts';

export type SettlementOutcome =
  | { outcome: 'settled'; state: BackendState; again?: boolean }
  | { outcome: 'unknown' }
  | { outcome: 'refused'; reason: string };

const refuse = (reason: string): SettlementOutcome => ({ outcome: 'refused', reason });

type Row = {
  uid: string | null;
  state: string;
  state_cause: string;
  type: string;
  terminal_transaction_number: number | null;
  currency: string;
  balance_delta_minor: number;
  tag_generation: number | null;
  tag_transaction_number: number | null;
  opened_at: Date;
  payload: string;
  merchant_id: string | null;
  provisional: boolean;
};

/**
 * Ends a transaction that its till left `TerminalConfirmUnknown` or that a tag has shown (`Reserve`), on an operator's word
 * (cause AD; money rule 3). `Committed` books what the till sent or, where it never did, one line that says what the tag lost.
 * The till that comes back later learns it (Q9), and its own word is held against it. What is refused is logged (R49).
 */
export async function settleTransaction(
  connection: Connection,
  backendTransactionId: number,
  request: TransactionResolutionRequest,
  actor: string,
  now: Date,
): Promise<SettlementOutcome> {
  const outcome = await endTransaction(connection, backendTransactionId, request, actor, now);
  if (outcome.outcome === 'refused') {
    const { editionId, to } = request;
    const { reason } = outcome;
    const step = {
      editionId,
      backendTransactionId,
      to,
      cause: 'AD',
      reason,
      asked: { resolution: request },
      actor,
    } as const;
    await logRefusedStep(connection, step, now);
  }
  return outcome;
}

async function endTransaction(
  connection: Connection,
  backendTransactionId: number,
  request: TransactionResolutionRequest,
  actor: string,
  now: Date,
): Promise<SettlementOutcome> {
  const { editionId, to } = request;
  const row = await lockTransaction(connection, editionId, backendTransactionId, request.uid);
  if (row === undefined) return { outcome: 'unknown' };
  const state = backendStateSchema.parse(row.state);
  const payment = await lockPayment(connection, { editionId, backendTransactionId });
  if (payment !== undefined && (state === 'ExternalPending' || state === 'ExternalUnknown'))
    return endPaidTopUp(connection, payment, { to, uid: request.uid, actor }, now);
  // Q11: whoever did not hear the answer asks again, and changes nothing; what differs from it was not done.
  if (state === to && row.state_cause === 'AD')
    return isEndedFor(request, row, payment !== undefined)
      ? { outcome: 'settled', state, again: true }
      : refuse('It was booked before, for another merchant or tag.');
  if (state !== 'TerminalConfirmUnknown' && state !== 'Reserve')
    return refuse(`The transaction is ${state}; an operator ends only what is unknown or held.`);
  if (
    to === 'Committed' &&
    payment !== undefined &&
    ((payment.status !== 'approved' && payment.status !== 'unknown') || payment.voidRequestedAt !== null)
  )
    return refuse(`Its payment is ${payment.status}: there is nothing to book.`);
  const content = row.provisional ? contentFromTag(row, request, actor, now) : parsed(row.payload);
  if (content === undefined) return refuse('What the tag shows cannot be booked by itself.');
  const kind = transitionKind(content);
  if (kind === undefined || !isLegalTransition(kind, state, to, 'AD'))
    return refuse(`${state} → ${to} is not legal for a ${content.type}.`);
  const move = { backendTransactionId, kind, from: state, to, cause: 'AD' } as const;
  if (to === 'Aborted') {
    await moveTransaction(connection, editionId, move, now);
    await voidPaymentsOfAborted(connection, editionId, [backendTransactionId], now);
    return { outcome: 'settled', state: to };
  }
  const imbalance = findImbalance({ ...content, state: 'Committed' });
  if (imbalance !== undefined) return refuse(imbalance);
  const accounts = await accountsOf(connection, editionId, content);
  if (typeof accounts === 'string') return refuse(accounts);
  if (row.provisional) await writeContent(connection, editionId, backendTransactionId, content);
  await moveTransaction(connection, editionId, move, now);
  await bookContent(connection, editionId, backendTransactionId, content, accounts, now);
  await collectAdjustment(connection, editionId, backendTransactionId, content, now);
  return { outcome: 'settled', state: to };
}

/** Whether what is asked for, as far as it says so, is what the operator's word booked: the customer whose card paid, or the merchant. */
function isEndedFor({ merchantId, uid }: TransactionResolutionRequest, row: Row, isPaid: boolean): boolean {
  if (row.state !== 'Committed' || !isSettlement(JSON.parse(row.payload))) return true;
  const [asked, booked] = isPaid ? [uid, row.uid] : [merchantId, row.merchant_id];
  return asked === undefined || booked === null || asked === booked;
}

/** Locks the tags that the end may touch and then the transaction, in the order in which everybody locks. */
async function lockTransaction(
  connection: Connection,
  editionId: number,
  id: number,
  alsoUid: string | undefined,
): Promise<Row | undefined> {
  const named = await connection.query<{ uid: string | null }>(
    'SELECT uid FROM transactions WHERE edition_id = $1 AND backend_transaction_id = $2',
    [editionId, id],
  );
  const { customerId } = (await readPayment(connection, { editionId, backendTransactionId: id })) ?? {
    customerId: null,
  };
  const tags = customerId === null ? [] : await readCustomersTags(connection, editionId, customerId);
  const uids = [named.rows[0]?.uid, alsoUid, ...tags.map(({ uid }) => uid)];
  await lockTags(connection, editionId, new Set(uids.filter((uid) => uid != null)));
  const found = await connection.query<Row>(
    `SELECT uid, state, state_cause, type, terminal_transaction_number, currency, balance_delta_minor, tag_generation, tag_transaction_number,
            opened_at, payload, merchant_id, provisional
       FROM transactions WHERE edition_id = $1 AND backend_transaction_id = $2 FOR NO KEY UPDATE`,
    [editionId, id],
  );
  return found.rows[0];
}

function parsed(payload: string): TransactionPayload | undefined {
  return transactionPayloadSchema.safeParse(JSON.parse(payload)).data;
}

function contentFromTag(
  row: Row,
  { merchantId }: TransactionResolutionRequest,
  actor: string,
  now: Date,
): TransactionPayload | undefined {
  const { uid, tag_generation: generation, tag_transaction_number: tagTransactionNumber } = row;
  const number = row.terminal_transaction_number;
  if (uid === null || generation === null || tagTransactionNumber === null || number === null) return undefined;
  const held = {
    terminalTransactionNumber: number,
    type: transactionTypeSchema.parse(row.type),
    currency: row.currency,
    balanceDeltaMinor: row.balance_delta_minor,
    uid,
    generation,
    tagTransactionNumber,
    openedAt: row.opened_at,
  };
  return settlementOf(held, merchantId, actor, now);
}

/** The accounts of the edition, with one for goods of nobody knows whom where it is needed; a name that it lacks is told. */
async function accountsOf(
  connection: Connection,
  editionId: number,
  { items }: TransactionPayload,
): Promise<ReadonlyMap<string, number> | string> {
  const accounts = await readSharedAccounts(connection, editionId);
  const unknown = items
    .flatMap(({ debit, credit }) => [debit, credit])
    .find((name) => !name.startsWith('customer') && !accounts.has(name));
  if (unknown === undefined) return accounts;
  if (unknown !== `merchant:${unallocatedMerchantId}`) return `The edition has no account ${unknown}.`;
  await createMerchantAccount(connection, editionId, unallocatedMerchantId);
  return readSharedAccounts(connection, editionId);
}

async function writeContent(
  connection: Connection,
  editionId: number,
  backendTransactionId: number,
  content: TransactionPayload,
): Promise<void> {
  const payload = canonicalJson(content) ?? '{}';
  await connection.query(
    `UPDATE transactions SET provisional = false, payment_method = $3, amount_minor = $4, merchant_id = $5, ended_at = $6, payload = $7, content_hash = $8
      WHERE edition_id = $1 AND backend_transaction_id = $2`,
    [
      editionId,
      backendTransactionId,
      content.paymentMethod,
      content.amountMinor,
      content.merchantId ?? null,
      content.endedAt ?? null,
      payload,
      contentHash(payload),
    ],
  );
}

async function bookContent(
  connection: Connection,
  editionId: number,
  backendTransactionId: number,
  { items, tag }: TransactionPayload,
  accounts: ReadonlyMap<string, number>,
  now: Date,
): Promise<void> {
  const customers = await resolveCustomers(connection, editionId, new Set([tag.uid]), now);
  const postings = postingsOfItems(backendTransactionId, items, accounts, customers.get(tag.uid));
  await book(connection, editionId, postings, now);
}

/** An adjustment that an operator knows to be on the tag is collected (Q20). */
async function collectAdjustment(
  connection: Connection,
  editionId: number,
  backendTransactionId: number,
  { type, adjustmentNumber, tag }: TransactionPayload,
  now: Date,
): Promise<void> {
  if (type !== 'TagAdjustment' || adjustmentNumber == null) return;
  await connection.query(
    `UPDATE tag_adjustment SET collected_at = coalesce(collected_at, $4), collected_by_transaction_id = $5
      WHERE edition_id = $1 AND uid = $2 AND adjustment_number = $3 AND collected_by_transaction_id IS NULL`,
    [editionId, tag.uid, adjustmentNumber, now, backendTransactionId],
  );
}
