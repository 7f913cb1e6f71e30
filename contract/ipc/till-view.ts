import { z } from 'zod';
import { cashierRoles, productColours } from '../wire/configuration.ts';
import { paymentStatuses } from '../wire/payment.ts';
import { editionModes } from '../wire/words.ts';
import { faultSchema } from './fault.ts';
import { readerKinds, readerStates } from './reader.ts';

/** What a person wants from the tag that is to be shown. */
export const purposes = [
  'sale',
  'top-up',
  'card-top-up',
  /** The card has paid: the same tag is wanted once more. */
  'paid-top-up',
  'payment-void',
  'refund',
  'refund-reversal',
  'chargeback',
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

const productViewSchema = z.object({
  productId: z.string(),
  name: z.string(),
  priceMinor: z.int(),
  colour: z.enum(productColours),
  meal: z.boolean(),
});

const cartLineViewSchema = z.object({
  /** Null for a free amount. */
  productId: z.string().nullable(),
  name: z.string(),
  quantity: z.int(),
  unitPriceMinor: z.int(),
  lineMinor: z.int(),
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
  }),
  /** The card is being asked, or asked for its money back. */
  z.object({
    screen: z.literal('paying'),
    charge: chargeViewSchema,
    status: z.enum(['pending', 'unknown', 'voiding']),
  }),
  /** What the work with a card left open: finish it by the same tag, void it, or go on and do that later. */
  z.object({ screen: z.literal('payment-open'), charge: chargeViewSchema, payment: openPaymentViewSchema }),
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
  }),
  z.object({
    screen: z.literal('refused'),
    charge: chargeViewSchema,
    terminalTransactionNumber: z.int().nullable(),
    fault: faultSchema,
    balanceMinor: z.int().nullable(),
    /** Cash to hand back, of an aborted cash top-up; the cashier confirms that it was (money rule 4). */
    cashToReturnMinor: z.int().optional(),
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

/** Who is logged in. */
export const cashierViewSchema = z.object({ cashierId: z.string(), name: z.string(), role: z.enum(cashierRoles) });
export type CashierView = z.infer<typeof cashierViewSchema>;

/** Everything a window shows, whole, so that a reloaded one shows the same. */
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
    })
    .nullable(),
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
  pages: z.array(z.object({ name: z.string(), products: z.array(productViewSchema) })),
  topUp: z.object({ amountsMinor: z.array(z.int()), feeFixedMinor: z.int(), feeRateBasisPoints: z.int() }),
  cart: z.object({ lines: z.array(cartLineViewSchema), totalMinor: z.int() }),
  screen: screenViewSchema,
});
export type TillView = z.infer<typeof tillViewSchema>;
export type CartLineView = z.infer<typeof cartLineViewSchema>;
export type ChargeView = z.infer<typeof chargeViewSchema>;
export type TagView = z.infer<typeof tagViewSchema>;
