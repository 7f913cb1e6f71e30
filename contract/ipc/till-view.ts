import { z } from 'zod';
import { cashierRoles, productColours } from '../wire/configuration.ts';
import { editionModes } from '../wire/words.ts';
import { faultSchema } from './fault.ts';
import { readerKinds, readerStates } from './reader.ts';

/** What a person wants from the tag that is to be shown. */
export const purposes = [
  'sale',
  'top-up',
  'refund',
  'refund-reversal',
  'chargeback',
  'adjustment',
  'block',
  'unblock',
  'issue',
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
const chargeViewSchema = z.object({
  purpose: z.enum(purposes),
  /** Price of the cart or gross amount of the top-up; 0 for issue and balance. */
  amountMinor: z.int(),
  feeMinor: z.int(),
});

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
