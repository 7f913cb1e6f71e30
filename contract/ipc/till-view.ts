import { z } from 'zod';
import { allergenListSchema } from '../wire/allergens.ts';
import { cashierRoles } from '../wire/configuration.ts';
import { paymentStatuses } from '../wire/payment.ts';
import { editionModes } from '../wire/words.ts';
import { accountViewSchema, allergenConflictSchema, salePartViewSchema, sessionViewSchema } from './account-view.ts';
import { faultSchema } from './fault.ts';
import { readerKinds, readerStates } from './reader.ts';

/** What a person wants from the tag that is to be shown. */
export const purposes = [
  'sale',
  /** Of a sale that several tags pay, what one of them pays before the one that takes the goods. */
  'part-payment',
  'top-up',
  'card-top-up',
  /** The card has paid: the same tag is wanted once more. */
  'paid-top-up',
  'payment-void',
  'refund',
  'refund-reversal',
  'chargeback',
  /** A whole sale, as if it had not been. */
  'undo',
  'adjustment',
  'block',
  'unblock',
  'issue',
  'repair',
  'replacement',
  'balance',
  'login',
  'approval',
] as const;
export type Purpose = (typeof purposes)[number];

const cartLineViewSchema = z.object({
  /** Null for a free amount. */
  productId: z.string().nullable(),
  name: z.string(),
  quantity: z.int(),
  unitPriceMinor: z.int(),
  lineMinor: z.int(),
  /** Canteens: credit may pay for it (R109). */
  meal: z.boolean().optional(),
  /** Canteens: what the catalogue says is in it. */
  allergens: allergenListSchema.optional(),
});

/** What the tag pays or receives, before it is shown. */
export const chargeViewSchema = z.object({
  purpose: z.enum(purposes),
  /** Price of the cart or gross amount of the top-up; 0 for issue and balance. */
  amountMinor: z.int(),
  feeMinor: z.int(),
});

/** A card payment that is not decided, or is paid and not on a tag: to be finished by the same tag, or voided (Q13). */
export const openPaymentViewSchema = z.object({
  terminalTransactionNumber: z.int(),
  uid: z.string(),
  amountMinor: z.int(),
  feeMinor: z.int(),
  status: z.enum(paymentStatuses),
  /** The provider's own name for it. */
  reference: z.string().nullable(),
  openedAt: z.string(),
});
export type OpenPaymentView = z.infer<typeof openPaymentViewSchema>;

const tagViewSchema = z.object({
  uid: z.string(),
  generation: z.int(),
  /** Null in account mode: the tag has no numbers. */
  transactionNumber: z.int().nullable(),
  balanceMinor: z.int(),
  blocked: z.boolean(),
});

/** What the first of two taps has opened, and the second agrees to (Q51). */
const openedSaleViewSchema = z.object({
  uid: z.string(),
  balanceBeforeMinor: z.int(),
  balanceAfterMinor: z.int(),
  /** The backend keeps the amount for this sale meanwhile. */
  isHeld: z.boolean(),
});

/** One unmistakable state at a time (screens.md); `screen` is the renderer's file of the same name. */
export const screenViewSchema = z.discriminatedUnion('screen', [
  z.object({ screen: z.literal('starting') }),
  z.object({ screen: z.literal('enrolment'), busy: z.boolean(), fault: faultSchema.nullable() }),
  z.object({ screen: z.literal('sale') }),
  z.object({
    screen: z.literal('tap'),
    charge: chargeViewSchema,
    deadlineAt: z.string(),
    fault: faultSchema.nullable(),
    /** Two taps (Q51): which of them is waited for; absent where one is enough. */
    twoTaps: z
      .discriminatedUnion('tap', [
        z.object({ tap: z.literal('open') }),
        z.object({ tap: z.literal('confirm'), opened: openedSaleViewSchema }),
      ])
      .optional(),
  }),
  /** The card is being asked, or asked for its money back. */
  z.object({
    screen: z.literal('paying'),
    charge: chargeViewSchema,
    status: z.enum(['pending', 'unknown', 'voiding']),
  }),
  /** What the work with a card left open: finish it by the same tag, void it, or go on and do that later. */
  z.object({ screen: z.literal('payment-open'), charge: chargeViewSchema, payment: openPaymentViewSchema }),
  /** The member is allergic to something in the cart: nothing is booked before somebody has said that it is known. */
  z.object({
    screen: z.literal('allergens'),
    charge: chargeViewSchema,
    uid: z.string(),
    account: accountViewSchema,
    conflicts: z.array(allergenConflictSchema).min(1),
    deadlineAt: z.string(),
  }),
  z.object({
    screen: z.literal('writing'),
    charge: chargeViewSchema,
    progress: z.object({ done: z.int(), total: z.int() }),
  }),
  z.object({ screen: z.literal('again'), charge: chargeViewSchema, uid: z.string(), deadlineAt: z.string() }),
  z.object({
    screen: z.literal('done'),
    charge: chargeViewSchema,
    terminalTransactionNumber: z.int().nullable(),
    balanceBeforeMinor: z.int().nullable(),
    tag: tagViewSchema,
    until: z.string(),
    /** Account mode: as it is now. */
    account: accountViewSchema.optional(),
    /** Canteens: what was paid, meals first. */
    saleParts: z.array(salePartViewSchema).optional(),
  }),
  z.object({
    screen: z.literal('refused'),
    charge: chargeViewSchema,
    terminalTransactionNumber: z.int().nullable(),
    fault: faultSchema,
    balanceMinor: z.int().nullable(),
    /** Cash to hand back, of an aborted cash top-up; the cashier confirms that it was (money rule 4). */
    cashToReturnMinor: z.int().optional(),
    /** Account mode: what there would have been to spend. */
    account: accountViewSchema.optional(),
  }),
  z.object({
    screen: z.literal('unknown'),
    charge: chargeViewSchema,
    terminalTransactionNumber: z.int(),
    uid: z.string(),
  }),
  /** The till cannot go on by itself; `fault` says what to do. */
  z.object({ screen: z.literal('halted'), fault: faultSchema }),
]);
export type ScreenView = z.infer<typeof screenViewSchema>;
export type Screen = ScreenView['screen'];
export const screens = screenViewSchema.options.map((option) => option.shape.screen.value);

const cartViewSchema = z.object({
  lines: z.array(cartLineViewSchema),
  /** What is taken off the goods, as it comes to now; with its rate in hundredths of a percent where it has one. */
  discount: z.object({ rateBasisPoints: z.int().nullable(), amountMinor: z.int() }).nullable(),
  /** The price, less the discount; negative where the customer is paid. */
  totalMinor: z.int(),
  /** What other tags have paid of it already: while there are any, the cart does not change. */
  parts: z.array(
    z.object({
      terminalTransactionNumber: z.int(),
      uid: z.string(),
      amountMinor: z.int(),
      /** False while nobody knows whether that tag has paid; its tag, shown again, tells. */
      isKnown: z.boolean(),
    }),
  ),
  /** What is left to be paid. */
  toPayMinor: z.int(),
  /** Canteens, where there are both: what of the price credit may pay for, and what only cash may (R109, Q50). */
  kinds: z.object({ mealMinor: z.int(), otherMinor: z.int() }).optional(),
});

/** Who is logged in. */
export const cashierViewSchema = z.object({ cashierId: z.string(), name: z.string(), role: z.enum(cashierRoles) });
export type CashierView = z.infer<typeof cashierViewSchema>;

/** Everything a window shows but the catalogue, whole, so that a reloaded one shows the same. */
export const tillViewSchema = z.object({
  /** +1 at every change. */
  revision: z.int(),
  till: z
    .object({
      terminalName: z.string(),
      assignmentId: z.int(),
      editionName: z.string(),
      merchantName: z.string(),
      mode: z.enum(editionModes),
      currency: z.string(),
      timeZone: z.string(),
      /** Canteens: whether it shows and takes meal credit (R112, R113). */
      isCatering: z.boolean().optional(),
    })
    .nullable(),
  /** Canteens: the session that is on; null between two, absent where a day has none. */
  session: sessionViewSchema.nullish(),
  reader: z.object({
    kind: z.enum(readerKinds),
    state: z.enum(readerStates),
    name: z.string().nullable(),
    detail: z.string().nullable(),
  }),
  uplink: z.object({
    state: z.enum(['unknown', 'online', 'offline', 'refused']),
    since: z.string(),
    unsentCount: z.int(),
    lastAcknowledgedAt: z.string().nullable(),
    fault: faultSchema.nullable(),
    /** How far the backend's clock is ahead of this computer's; only where that is so much that one of them must be wrong. */
    clockDifferenceMs: z.int().optional(),
  }),
  /** Rejected and unknown transactions that somebody has to look at. */
  attentionCount: z.int(),
  /** The event has cashiers and none is logged in: nothing can be sold until one is. */
  loginNeeded: z.boolean(),
  cashier: cashierViewSchema.nullable(),
  /** The supervisor who has confirmed the next action. */
  approver: cashierViewSchema.nullable(),
  shift: z.object({ shiftId: z.string(), cashierId: z.string(), openedAt: z.string() }).nullable(),
  /** At most one: what stands in the way of the next card payment. */
  openPayment: openPaymentViewSchema.nullable(),
  /** Own colour everywhere: a database and simulated tags of its own, and nothing is ever sent. */
  training: z.boolean(),
  /** `sealed` only when the backend's seal equals the till's and nothing is left open. */
  seal: z.enum(['unknown', 'open', 'sealed']),
  /** Which catalogue is sold from (`catalogue`); null while the till has none. */
  catalogueVersion: z.string().nullable(),
  topUp: z.object({ amountsMinor: z.array(z.int()), feeFixedMinor: z.int(), feeRateBasisPoints: z.int() }),
  cart: cartViewSchema,
  /** How a sale is paid here: cart first and one tap, or a tap that opens it and one that confirms (Q51). */
  checkoutTaps: z.union([z.literal(1), z.literal(2)]),
  screen: screenViewSchema,
});
export type TillView = z.infer<typeof tillViewSchema>;
export type CartLineView = z.infer<typeof cartLineViewSchema>;
export type ChargeView = z.infer<typeof chargeViewSchema>;
export type CartView = z.infer<typeof cartViewSchema>;
export type TwoTapsView = NonNullable<Extract<ScreenView, { screen: 'tap' }>['twoTaps']>;
export type TagView = z.infer<typeof tagViewSchema>;
