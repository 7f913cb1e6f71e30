import { accountNamePattern } from '../../contract/wire/accounts.ts';
import type { RejectionCode } from '../../contract/wire/batch.ts';
import type { TransactionPayload } from '../../contract/wire/transaction.ts';
import {
  type BackendState,
  type EditionMode,
  type ReplicableState,
  replicableStates,
} from '../../contract/wire/words.ts';
import { findImbalance } from './item-balance.ts';
import { type KnownPayment, paymentObjection } from './payment-guard.ts';
import { judgeReplication, type TransitionCause, type TransitionKind } from './transitions.ts';

/** What a transaction must agree with: its edition. */
export type EditionRules = { mode: EditionMode; currency: string; accountNames: ReadonlySet<string> };

/** The content that no later version of the same transaction may change. */
export type TransactionIdentity = {
  type: TransactionPayload['type'];
  /** `undefined` while only its payment is known: the till had not told the tag yet. */
  uid: string | undefined;
  /** `undefined`, like the currency, while only a reservation or a tag has told of the transaction. */
  paymentMethod: TransactionPayload['paymentMethod'] | undefined;
  currency: string | undefined;
};

/** What the backend has of a transaction before the entry. */
export type KnownTransaction = {
  state: BackendState;
  stateCause: TransitionCause;
  stateVersion: number;
  identity: TransactionIdentity;
  /** Booking content of the stored version: what {@link bookingContent} makes of its payload. */
  bookingContent: string;
  /** Where an operator booked it on a tag's word alone: what {@link settlementContent} makes of that booking. */
  settlementContent?: string;
  /** Content hash of every version received so far. */
  contentHashes: ReadonlyMap<number, string>;
  /** Of a card top-up that was paid through the backend's provider. */
  payment: KnownPayment | undefined;
};

export type Decision =
  | { outcome: 'accepted'; effect: 'move'; to: ReplicableState }
  /** Newer words about a state that stays: the payload is kept, nothing is booked. */
  | { outcome: 'accepted'; effect: 'note' }
  /** Q9: the backend knows better; the answer carries its state. */
  | { outcome: 'accepted'; effect: 'none' }
  | { outcome: 'duplicate' }
  | { outcome: 'rejected'; code: RejectionCode; message: string };

const reject = (code: RejectionCode, message: string): Decision => ({ outcome: 'rejected', code, message });

/**
 * Decides one replicated transaction whose payload has parsed (ingest rules 3 and 4). The checks stand in the order of
 * precedence of protocol.md; `hash` is the hash of the whole payload.
 */
export function decideTransaction(
  payload: TransactionPayload,
  hash: string,
  edition: EditionRules,
  known: KnownTransaction | undefined,
): Decision {
  const foreign = foreignContent(payload, edition);
  if (foreign !== undefined) return reject('SCHEMA_INVALID', foreign);
  const to = replicableStates.find((state) => state === payload.state);
  if (to === undefined) return reject('NOT_REPLICABLE_STATE', `${payload.state} never leaves a till.`);
  const unknownAccount = findUnknownAccount(payload, edition);
  if (unknownAccount !== undefined) {
    // As JSON, because the name is whatever was sent, and the message is stored.
    return reject('UNKNOWN_ACCOUNT', `The edition has no account ${JSON.stringify(unknownAccount)}.`);
  }
  const imbalance = findImbalance(payload);
  if (imbalance !== undefined) return reject('UNBALANCED_ITEMS', imbalance);
  return known === undefined ? decideNew(payload, to) : decideKnown(payload, hash, to, known);
}

function decideNew(payload: TransactionPayload, to: ReplicableState): Decision {
  const kind = transitionKind(payload);
  if (kind === undefined) return reject('INVALID_TRANSITION', noTable(payload));
  if (judgeReplication(kind, undefined, to) !== 'move')
    return reject('INVALID_TRANSITION', `[*] → ${to} is not legal.`);
  return { outcome: 'accepted', effect: 'move', to };
}

function decideKnown(
  payload: TransactionPayload,
  hash: string,
  to: ReplicableState,
  known: KnownTransaction,
): Decision {
  const sameVersion = known.contentHashes.get(payload.stateVersion);
  if (sameVersion !== undefined && sameVersion !== hash) {
    return reject('CONTENT_CONFLICT', `Version ${payload.stateVersion} was received with other content.`);
  }
  // Q9, Q11: a version that is not newer than the stored one is a retry and changes nothing.
  if (payload.stateVersion <= known.stateVersion) return { outcome: 'duplicate' };
  const changed = changedIdentity(payload, known.identity);
  if (changed !== undefined)
    return reject('CONTENT_CONFLICT', `${changed} may not change after a transaction was received.`);
  const kind = transitionKind(payload);
  if (kind === undefined) return reject('INVALID_TRANSITION', noTable(payload));
  const verdict = judgeReplication(kind, { state: known.state, cause: known.stateCause }, to);
  switch (verdict) {
    case 'move': {
      const objection = paymentObjection(payload, known.state, to, known.payment);
      return objection === undefined
        ? { outcome: 'accepted', effect: 'move', to }
        : reject(objection.code, objection.message);
    }
    case 'unchanged':
      return { outcome: 'accepted', effect: 'none' };
    case 'replay':
      // Q11: the same state again. What was booked must be what is said now.
      return replayAgrees(payload, to, known)
        ? { outcome: 'accepted', effect: 'note' }
        : reject('CONTENT_CONFLICT', `${to} was received before with other amounts, items or tag.`);
    case 'invalid':
      return reject('INVALID_TRANSITION', `${known.state} (${known.stateCause}) → ${to} by TR is not legal.`);
  }
}

/**
 * Whether a state that comes again says what the backend has. Aborted books nothing, so that where evidence or an operator ended
 * it there is nothing to compare; a sale that an operator booked on a tag's word has its goods only in its till's.
 */
function replayAgrees(payload: TransactionPayload, to: ReplicableState, known: KnownTransaction): boolean {
  if (to === 'Aborted' && known.stateCause !== 'TR') return true;
  if (known.settlementContent !== undefined) return settlementContent(payload) === known.settlementContent;
  return bookingContent(payload) === known.bookingContent;
}

/** The table of 3.4 that governs this transaction, or `undefined` where this release has none. */
export function transitionKind(
  payload: Pick<TransactionPayload, 'type' | 'paymentMethod'>,
): TransitionKind | undefined {
  const { type, paymentMethod } = payload;
  const byTag = paymentMethod === 'tag' || paymentMethod === 'none';
  switch (type) {
    case 'Purchase':
      return byTag ? 'terminal-purchase' : undefined;
    case 'Refund':
      return paymentMethod === 'cash' ? 'terminal-cash-refund' : undefined;
    case 'TopUp':
      return topUpKind(paymentMethod);
    case 'Chargeback':
      return byTag ? 'terminal-chargeback' : undefined;
    case 'TagAdjustment':
      return byTag ? 'terminal-tag-adjustment' : undefined;
  }
}

/** What is paid online never passes through a till. */
function topUpKind(paymentMethod: TransactionPayload['paymentMethod']): TransitionKind | undefined {
  if (paymentMethod === 'card') return 'terminal-card-top-up';
  return paymentMethod === 'cash' ? 'terminal-cash-top-up' : undefined;
}

function noTable(payload: TransactionPayload): string {
  return `There are no transitions for a ${payload.type} paid by ${payload.paymentMethod}.`;
}

/** Content that parses but cannot belong to this edition. */
function foreignContent(payload: TransactionPayload, edition: EditionRules): string | undefined {
  if (payload.currency !== edition.currency) return `currency: the edition uses ${edition.currency}.`;
  if (edition.mode === 'tag' && payload.state === 'Committed' && (payload.tag.transactionNumber ?? 0) < 1) {
    return 'tag.transactionNumber: a committed transaction has a number on the tag, from 1.';
  }
  const texts = [payload.groupId, payload.cashierId, payload.shiftId, payload.merchantId, payload.session];
  if (texts.some((text) => text?.includes('\0') === true)) return 'a text contains the character U+0000.';
  return undefined;
}

function findUnknownAccount(payload: TransactionPayload, edition: EditionRules): string | undefined {
  return payload.items
    .flatMap((item) => [item.debit, item.credit])
    .find((name) => !accountNamePattern.test(name) || !isResolvable(name, edition));
}

/** `customer` is the customer of the transaction's own tag, whom the backend makes where it does not know the tag. */
function isResolvable(name: string, edition: EditionRules): boolean {
  return name === 'customer' || name === 'customer/default' || edition.accountNames.has(name);
}

function changedIdentity(payload: TransactionPayload, known: TransactionIdentity): string | undefined {
  if (payload.type !== known.type) return 'type';
  if (known.paymentMethod !== undefined && payload.paymentMethod !== known.paymentMethod) return 'paymentMethod';
  if (known.currency !== undefined && payload.currency !== known.currency) return 'currency';
  return known.uid === undefined || payload.tag.uid === known.uid ? undefined : 'tag.uid';
}

/** What reaches the accounts, without the goods it was for, as comparable text. */
export function settlementContent({ type, currency, balanceDeltaMinor, items, tag }: TransactionPayload): string {
  const sums = new Map<string, number>();
  for (const { debit, credit, amountMinor } of items)
    sums.set(`${debit} ${credit}`, (sums.get(`${debit} ${credit}`) ?? 0) + amountMinor);
  const moved = [...sums].sort(([one], [other]) => (one < other ? -1 : 1));
  return JSON.stringify([type, currency, balanceDeltaMinor, moved, [tag.uid, tag.generation, tag.transactionNumber]]);
}

/** Everything of a payload that money or numbers depend on, as comparable text. */
export function bookingContent(payload: TransactionPayload): string {
  const { type, paymentMethod, currency, amountMinor, balanceDeltaMinor, tag } = payload;
  const items = payload.items.map((item) => [
    item.kind,
    item.debit,
    item.credit,
    item.amountMinor,
    item.productId ?? null,
  ]);
  return JSON.stringify([
    type,
    paymentMethod,
    currency,
    amountMinor,
    balanceDeltaMinor,
    items,
    [payload.adjustmentNumber ?? null, payload.reference ?? null],
    [tag.uid, tag.generation, tag.transactionNumber, tag.balanceBeforeMinor, tag.balanceAfterMinor],
  ]);
}
