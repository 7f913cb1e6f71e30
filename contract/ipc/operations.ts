import { z } from 'zod';
import { pinSchema } from '../wire/configuration.ts';
import { shortTextSchema, tagUidSchema, terminalTransactionNumberSchema } from '../wire/identifiers.ts';
import { amountMinorSchema, currencySchema } from '../wire/money.ts';
import { attentionItemSchema } from './attention.ts';
import { catalogueSchema } from './catalogue.ts';
import { diagnosticsSchema } from './diagnostics.ts';
import { faultSchema } from './fault.ts';
import { receiptAnswerSchema, receiptRequestSchema } from './receipt.ts';
import { closedShiftSchema, shiftReportSchema } from './shift.ts';
import { stepSchema } from './step.ts';
import { cashierViewSchema, openPaymentViewSchema, tillViewSchema } from './till-view.ts';
import {
  salePartSchema,
  transactionDetailsSchema,
  transactionsAnswerSchema,
  transactionsRequestSchema,
} from './transactions.ts';

const nothing = z.object({});
const waitMs = z.int().min(0).max(86_400_000);
const tapRequest = z.object({
  /** How long a tag, the same tag after it left too early, and a card are each waited for; else as the settings say. */
  timeoutMs: waitMs.optional(),
  /** The first tag that cannot be used ends the work (command line); a window goes on waiting for another one. */
  firstTagOnly: z.boolean().default(false),
});

/** A PIN alone says who it is, unless several cashiers have the same. Never logged. */
const pinRequest = z.object({ pin: pinSchema, cashierId: shortTextSchema.optional() });

/** How a piece of work with a tag ended. */
export const outcomeSchema = z.object({
  /** `payment-open`: a card may have paid, or has, and the tag is not charged yet; nothing is lost (Q13). */
  result: z.enum(['done', 'committed', 'aborted', 'refused', 'unknown', 'payment-open']),
  step: stepSchema,
});
export type Outcome = z.infer<typeof outcomeSchema>;

export const tillStatusSchema = z.object({
  enrolled: z.boolean(),
  terminalName: z.string().nullable(),
  assignmentId: z.int().nullable(),
  editionName: z.string().nullable(),
  currency: currencySchema.nullable(),
  backendUrl: z.string().nullable(),
  lastTerminalTransactionNumber: z.int(),
  journalSeq: z.int(),
  acknowledgedSeq: z.int(),
  unsentCount: z.int(),
  /** Account mode: what was sold offline and is not sent yet (Q52). */
  exposureMinor: z.int(),
  /** How much of that this till may have: its share of what the edition risks (Q52); null where nothing bounds it. */
  exposureLimitMinor: z.int().nullable(),
  /** Transactions in Open or TerminalConfirmStarted: something is running or was cut off. */
  unfinishedCount: z.int(),
  unknownCount: z.int(),
  rejectedCount: z.int(),
  /** Aborted cash top-ups of which nobody has said that the cash was given back. */
  cashToReturnCount: z.int(),
  halted: faultSchema.nullable(),
});
export type TillStatus = z.infer<typeof tillStatusSchema>;

/**
 * What a window or the command line may ask of the till host: one name, one request, one answer. Preload, main and till
 * host all take the list from here, so that none of them can know an operation the others do not.
 */
export const operations = {
  /** The current view; every later one comes by itself. */
  view: { request: nothing, answer: tillViewSchema },
  /** What is sold here, whole; `CONFIGURATION_MISSING` while the view's `catalogueVersion` is null. */
  catalogue: { request: nothing, answer: catalogueSchema },
  enrol: {
    request: z.object({ backendUrl: z.url(), code: z.string().trim().min(1).max(64), terminalName: shortTextSchema }),
    answer: tillStatusSchema,
  },
  addToCart: {
    request: z.object({ productId: shortTextSchema, quantity: z.int().min(-999).max(999) }),
    answer: nothing,
  },
  addAmountToCart: { request: z.object({ amountMinor: amountMinorSchema.min(1) }), answer: nothing },
  removeFromCart: { request: z.object({ line: z.int().min(0) }), answer: nothing },
  /** Not while other tags have paid a part of it (`PART_PAID`). */
  clearCart: { request: nothing, answer: nothing },
  /** The same for a cart that is paid in part: what was paid needs somebody's attention then, until it is given back. */
  setCartAside: { request: nothing, answer: nothing },
  /** Takes something off the price of the goods, instead of what was taken off before; a supervisor confirms it. */
  setDiscount: {
    request: z.union([
      z.object({ rateBasisPoints: z.int().min(1).max(10_000) }),
      z.object({ amountMinor: amountMinorSchema.min(1) }),
    ]),
    answer: nothing,
  },
  clearDiscount: { request: nothing, answer: nothing },
  /** How a sale is paid at this till from now on; kept in its settings (Q51). */
  setCheckout: { request: z.object({ taps: z.union([z.literal(1), z.literal(2)]) }), answer: nothing },
  /** Starts the tap for the cart; answers when the sale has ended, however it did. */
  sell: {
    request: tapRequest.extend({
      /** Absent: as this till does it. */
      taps: z.union([z.literal(1), z.literal(2)]).optional(),
      /**
       * Another tag pays so much of the price first, and then one the rest, with the goods: several transactions of one
       * group. Less than what is left to be paid.
       */
      partMinor: amountMinorSchema.min(1).optional(),
      /** Where the balance is too low, a card pays what is missing, or the full price, before the tag pays (R12, Q16). */
      openLoop: z.enum(['shortfall', 'full-price']).optional(),
      /** Canteens: it is known that the member may be allergic to something in it (command line; a window asks). */
      allergensKnown: z.boolean().optional(),
    }),
    answer: outcomeSchema,
  },
  /** Goes on with a sale although the member is allergic to something in it; `USAGE` where nothing asks for that. */
  acknowledgeAllergens: { request: nothing, answer: nothing },
  /** Whether this till takes meal credit from now on (R112, R113); kept in its settings. */
  setCatering: { request: z.object({ catering: z.boolean() }), answer: nothing },
  /** By card it needs the network, and no other card payment of this till may be open. */
  topUp: {
    request: tapRequest.extend({ amountMinor: amountMinorSchema.min(1), method: z.enum(['cash', 'card']) }),
    answer: outcomeSchema,
  },
  /** How the open card payment stands, asked of the provider where the till does not know; `fault`: it could not be asked. */
  payments: {
    request: nothing,
    answer: z.object({ open: openPaymentViewSchema.nullable(), fault: faultSchema.nullable() }),
  },
  /** Brings the open card payment to its end with the same tag (Q13). */
  finishPayment: { request: tapRequest, answer: outcomeSchema },
  /** Gives the card its money back and aborts the top-up; needs no tag. */
  voidPayment: { request: z.object({ timeoutMs: waitMs.optional() }), answer: outcomeSchema },
  /** Pays leftover money out in cash, only after it is off the tag; null pays out everything less the fee (R6). */
  refund: { request: tapRequest.extend({ amountMinor: amountMinorSchema.min(1).nullable() }), answer: outcomeSchema },
  /** Puts a committed refund back onto the tag whose cash was not handed out. */
  reverseRefund: {
    request: tapRequest.extend({ terminalTransactionNumber: terminalTransactionNumberSchema }),
    answer: outcomeSchema,
  },
  /** Takes goods of a sale of this till back (R5): the tag's last sale where no number is given, all of it where no lines are. */
  chargeback: {
    request: tapRequest.extend({
      terminalTransactionNumber: terminalTransactionNumberSchema.nullable(),
      lines: z.array(z.object({ line: z.int().min(1), quantity: z.int().min(1) })).nullable(),
    }),
    answer: outcomeSchema,
  },
  /**
   * Takes a whole sale back, goods, deposits and discount, as if it had not been: once, and only while nothing of it has
   * come back. Where several tags paid, each gets back its own part.
   */
  undoSale: {
    request: tapRequest.extend({ terminalTransactionNumber: terminalTransactionNumberSchema }),
    answer: outcomeSchema,
  },
  /** Brings the next change that is booked in the backend onto the tag (Q20); needs the backend. */
  collectAdjustment: { request: tapRequest, answer: outcomeSchema },
  /** Sets or lifts the tag's blocked flag, as an adjustment of 0 (tag.md, "Writing" 4). */
  block: { request: tapRequest.extend({ blocked: z.boolean() }), answer: outcomeSchema },
  issue: { request: tapRequest, answer: outcomeSchema },
  /** Rebuilds a corrupt tag from what the backend has booked (R22); needs the backend. */
  repair: { request: tapRequest, answer: outcomeSchema },
  /** A blank tag takes the place of a lost one, and its balance (money rule 2); needs the backend. */
  replace: { request: tapRequest.extend({ lostUid: tagUidSchema }), answer: outcomeSchema },
  balance: { request: tapRequest, answer: outcomeSchema },
  /** Somebody takes over the till, by PIN or by staff tag; also from somebody else, while the shift stays open. */
  login: { request: pinRequest, answer: cashierViewSchema },
  loginByTag: { request: tapRequest, answer: outcomeSchema },
  logout: { request: nothing, answer: nothing },
  /** A supervisor confirms the one action of the cashier that comes next. */
  approve: { request: pinRequest, answer: cashierViewSchema },
  approveByTag: { request: tapRequest, answer: outcomeSchema },
  openShift: { request: z.object({ floatMinor: amountMinorSchema }), answer: shiftReportSchema },
  /** The X report. */
  shiftReport: { request: nothing, answer: shiftReportSchema },
  /** The Z report, after a blind count of the drawer. */
  closeShift: { request: z.object({ countedCashMinor: amountMinorSchema }), answer: closedShiftSchema },
  /** Takes back a tap that was started, until the first write; `NOT_CANCELLABLE` after it. */
  cancel: { request: nothing, answer: nothing },
  /** Leaves `done`, `refused` or `unknown` for the next customer. */
  dismiss: { request: nothing, answer: nothing },
  /** Sends what is unsent now. Answers when nothing is left or `timeoutMs` has passed. */
  replicate: {
    request: z.object({ untilEmpty: z.boolean(), timeoutMs: waitMs }),
    answer: z.object({
      sentCount: z.int(),
      rejectedCount: z.int(),
      unsentCount: z.int(),
      sealed: z.boolean(),
      fault: faultSchema.nullable(),
    }),
  },
  status: { request: nothing, answer: tillStatusSchema },
  /** Resolves what a crash left behind; with `timeoutMs` > 0 it waits for a tag that can tell. */
  cleanup: {
    request: z.object({ timeoutMs: waitMs }),
    answer: z.object({ committed: z.int(), aborted: z.int(), unknown: z.int() }),
  },
  /** What this till has done, newest first. */
  transactions: { request: transactionsRequestSchema, answer: transactionsAnswerSchema },
  /** One of them, with its lines and every state it went through. */
  transaction: {
    request: z.object({ terminalTransactionNumber: terminalTransactionNumberSchema }),
    answer: transactionDetailsSchema,
  },
  /** The last sale of this till that was not aborted, with every tag's part of it; empty where there is none. */
  lastSale: { request: nothing, answer: z.object({ parts: z.array(salePartSchema) }) },
  /** What a committed transaction's receipt says; "NO_RECEIPT" for any other. Prints nothing. */
  receipt: { request: receiptRequestSchema, answer: receiptAnswerSchema },
  /** The till from within, for whoever looks for a fault; it disturbs nobody. */
  diagnostics: { request: nothing, answer: diagnosticsSchema },
  /** What a supervisor has to look at, and what to do about it. */
  attention: { request: nothing, answer: z.object({ items: z.array(attentionItemSchema) }) },
  /** Finds out what became of one transaction: from its tag, or from the backend (Q9); with `timeoutMs` 0 only the latter. */
  resolve: {
    request: tapRequest.extend({ terminalTransactionNumber: terminalTransactionNumberSchema }),
    answer: outcomeSchema,
  },
  /** The customer has the cash of an aborted top-up back (money rule 4). */
  confirmCashReturned: {
    request: z.object({ terminalTransactionNumber: terminalTransactionNumberSchema }),
    answer: nothing,
  },
  /** Writes the whole journal as one JSON object a line to `file`; it holds no secret. */
  exportJournal: { request: z.object({ file: z.string().min(1) }), answer: z.object({ entryCount: z.int() }) },
} as const;

export type Operations = typeof operations;
export type OperationName = keyof Operations;
export type OperationRequest<N extends OperationName> = z.input<Operations[N]['request']>;
export type OperationAnswer<N extends OperationName> = z.output<Operations[N]['answer']>;
export const operationNames = Object.keys(operations) as readonly OperationName[];

/** For names that come from outside. */
export function isOperationName(name: string): name is OperationName {
  return Object.hasOwn(operations, name);
}
