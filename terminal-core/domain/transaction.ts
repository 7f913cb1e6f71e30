import type { Allergen } from '../../contract/wire/allergens.ts';
import type { TransactionItem, TransactionPayload } from '../../contract/wire/transaction.ts';
import type { PaymentMethod, TerminalState, TransactionType } from '../../contract/wire/words.ts';
import { invariant } from './invariant.ts';
import type { Payment } from './payment.ts';

/** Both slots of a tag, 64 bytes each, as they lie in its memory. */
export type SlotPair = readonly [Uint8Array, Uint8Array];

/**
 * What was on the tag when the write was decided and what will be when it has succeeded: durable before the first write
 * command, and all that the crash cleanup needs (requirements.md 3.2).
 */
export interface WriteImages {
  readonly before: SlotPair;
  readonly after: SlotPair;
  /** The slot that is written; the other one stays as it is. */
  readonly targetSlot: 0 | 1;
}

/** How one transaction of a terminal names another (R17). */
export interface TransactionReference {
  readonly assignmentId: number;
  readonly terminalTransactionNumber: number;
}

/** What a transaction of account mode has besides: it was served in a canteen. */
export interface Serving {
  /** Null between two sessions, and where a day has none. */
  readonly session: string | null;
  /** Credit may pay for it (R109). */
  readonly isMeal: boolean;
  /** What in it the member is allergic to; served all the same, because somebody said that it is known. */
  readonly acknowledgedAllergens: readonly Allergen[];
}

/** A transaction as the till keeps it. */
export interface TillTransaction {
  readonly terminalTransactionNumber: number;
  /** 1 when it is opened, +1 at each change of state. */
  readonly stateVersion: number;
  readonly state: TerminalState;
  readonly type: TransactionType;
  readonly paymentMethod: PaymentMethod;
  readonly currency: string;
  readonly amountMinor: number;
  readonly balanceDeltaMinor: number;
  readonly items: readonly TransactionItem[];
  readonly tag: {
    readonly uid: string;
    readonly generation: number;
    /** The number this transaction has, or would have had, on the tag; null in account mode, which writes none. */
    readonly transactionNumber: number | null;
    readonly balanceBeforeMinor: number;
    readonly balanceAfterMinor: number;
  };
  readonly merchantId: string | null;
  /** Of a `TagAdjustment` that the backend numbered (Q20). */
  readonly adjustmentNumber: number | null;
  /** Of a `TagAdjustment` that sets or lifts the tag's blocked flag; null leaves it. */
  readonly setBlocked: boolean | null;
  /** Of a chargeback or a reversal: the transaction it goes back on. */
  readonly reference: TransactionReference | null;
  /** Both halves of an open loop purchase (R13). */
  readonly groupId: string | null;
  /** Who was logged in; null where nobody has to. */
  readonly cashierId: string | null;
  /** The supervisor who confirmed it for the cashier. */
  readonly approvedBy: string | null;
  /** The shift that was open, if one was. */
  readonly shiftId: string | null;
  readonly openedAt: string;
  readonly writeStartedAt: string | null;
  readonly images: WriteImages | null;
  readonly endedAt: string | null;
  readonly abortReason: string | null;
  /** Of a top-up by card, from the moment its payment is asked for (Q13). */
  readonly payment: Payment | null;
  /** Account mode only. */
  readonly serving: Serving | null;
}

/** What is known of a transaction before it has a number. */
export type TransactionDraft = Pick<
  TillTransaction,
  | 'type'
  | 'paymentMethod'
  | 'currency'
  | 'amountMinor'
  | 'balanceDeltaMinor'
  | 'items'
  | 'tag'
  | 'merchantId'
  | 'adjustmentNumber'
  | 'setBlocked'
  | 'reference'
  | 'groupId'
  | 'cashierId'
  | 'approvedBy'
>;

/** The same in account mode. */
export interface AccountDraft extends TransactionDraft {
  readonly serving: Serving;
}

/** Money rule 4: the customer paid cash for what is not on the tag, and gets it back. */
export function awaitsCashReturn({ state, type, paymentMethod }: TillTransaction): boolean {
  return state === 'Aborted' && type === 'TopUp' && paymentMethod === 'cash';
}

/** The changes of state a till may make (requirements.md 3.1); the backend states its own table. */
export const terminalTransitions: Readonly<Record<TerminalState, readonly TerminalState[]>> = {
  Open: ['TerminalConfirmStarted', 'Aborted'],
  TerminalConfirmStarted: ['Committed', 'Aborted', 'TerminalConfirmUnknown'],
  TerminalConfirmUnknown: ['Committed', 'Aborted'],
  Committed: [],
  Aborted: [],
};

/** INV-06: only legal changes of state, and none out of a final state. */
export function assertTransition(from: TerminalState, to: TerminalState): void {
  invariant('INV-06', terminalTransitions[from].includes(to), `${from} → ${to}`);
}

/**
 * What the journal says of a transaction in a replicable state (protocol.md, "Payload of transaction").
 * An aborted one shows the balance unchanged.
 */
export function transactionPayload(transaction: TillTransaction): TransactionPayload {
  const { tag } = transaction;
  return {
    terminalTransactionNumber: transaction.terminalTransactionNumber,
    stateVersion: transaction.stateVersion,
    state: transaction.state,
    type: transaction.type,
    paymentMethod: transaction.paymentMethod,
    currency: transaction.currency,
    amountMinor: transaction.amountMinor,
    balanceDeltaMinor: transaction.balanceDeltaMinor,
    ...adjustmentFields(transaction),
    items: [...transaction.items],
    tag: {
      ...tag,
      balanceAfterMinor: transaction.state === 'Aborted' ? tag.balanceBeforeMinor : tag.balanceAfterMinor,
    },
    groupId: transaction.groupId,
    cashierId: transaction.cashierId,
    shiftId: transaction.shiftId,
    ...(transaction.approvedBy === null ? {} : { approvedBy: transaction.approvedBy }),
    merchantId: transaction.merchantId,
    reference: transaction.reference && { ...transaction.reference },
    openedAt: transaction.openedAt,
    endedAt: transaction.endedAt,
    abortReason: transaction.abortReason,
    cashReturned: null,
    session: transaction.serving?.session ?? null,
    ...servingFields(transaction),
  };
}

/** What is not so in a canteen is not said. */
function servingFields({ serving }: TillTransaction) {
  if (!serving) return {};
  const { isMeal, acknowledgedAllergens } = serving;
  return {
    ...(isMeal ? { meal: true } : {}),
    ...(acknowledgedAllergens.length > 0 ? { acknowledgedAllergens: [...acknowledgedAllergens] } : {}),
  };
}

function adjustmentFields({ type, adjustmentNumber, setBlocked }: TillTransaction) {
  if (type !== 'TagAdjustment') return {};
  return setBlocked === null ? { adjustmentNumber } : { adjustmentNumber, setBlocked };
}
