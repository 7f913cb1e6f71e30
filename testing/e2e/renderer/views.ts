import type { AttentionItem } from '../../../contract/ipc/attention.ts';
import type { CatalogueView, ProductView } from '../../../contract/ipc/catalogue.ts';
import type { ClosedShiftReport, ShiftReport } from '../../../contract/ipc/shift.ts';
import type { SimulatorView } from '../../../contract/ipc/simulator.ts';
import type { ScreenView, TillView } from '../../../contract/ipc/till-view.ts';
import type { ListedTransaction, SalePart, TransactionDetails } from '../../../contract/ipc/transactions.ts';
import { makeCanteenViews } from './canteen-views.ts';

/** Views as a till host sends them, one for every state a window can be in, with the longest texts a festival has. */

const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

const drinks: readonly ProductView[] = [
  { productId: 'beer', name: 'Beer 0.5 l', priceMinor: 750, colour: 'amber', meal: false },
  { productId: 'beer-small', name: 'Beer 0.3 l', priceMinor: 550, colour: 'amber', meal: false },
  { productId: 'water', name: 'Water', priceMinor: 400, colour: 'sky', meal: false },
  { productId: 'lemonade', name: 'Elderflower lemonade', priceMinor: 550, colour: 'lime', meal: false },
  { productId: 'wine', name: 'White wine', priceMinor: 900, colour: 'rose', meal: false },
  { productId: 'gin', name: 'Gin & tonic', priceMinor: 1400, colour: 'violet', meal: false },
  { productId: 'coffee', name: 'Coffee', priceMinor: 450, colour: 'slate', meal: false },
  { productId: 'deposit-back', name: 'Deposit back', priceMinor: -200, colour: 'slate', meal: false },
];
const food: readonly ProductView[] = [
  { productId: 'curry', name: 'Vegetable curry with rice', priceMinor: 1650, colour: 'lime', meal: true },
  { productId: 'burger', name: 'Burger', priceMinor: 1800, colour: 'rose', meal: true },
];

const idsOf = (products: readonly ProductView[]): string[] => products.map(({ productId }) => productId);

/** What the bar at the lake sells: two pages. */
export const catalogue: CatalogueView = {
  version: 'small',
  products: [...drinks, ...food],
  pages: [
    { name: 'Drinks', productIds: idsOf(drinks) },
    { name: 'Food', productIds: idsOf(food) },
  ],
};

const base: TillView = {
  revision: 7,
  till: {
    terminalName: 'Main bar 1',
    assignmentId: 12,
    editionName: 'Lakeside Festival 2026',
    merchantName: 'Bar at the lake',
    mode: 'tag',
    currency: 'CHF',
    timeZone: 'Europe/Zurich',
  },
  reader: { kind: 'simulated', state: 'ready', name: 'Simulated', detail: null },
  uplink: {
    state: 'online',
    since: inMs(-3_600_000),
    unsentCount: 0,
    lastAcknowledgedAt: inMs(-8_000),
    fault: null,
  },
  attentionCount: 0,
  loginNeeded: false,
  cashier: null,
  approver: null,
  shift: null,
  openPayment: null,
  training: false,
  seal: 'sealed',
  catalogueVersion: 'small',
  topUp: { amountsMinor: [1_000, 2_000, 5_000, 10_000, 20_000], feeFixedMinor: 500, feeRateBasisPoints: 0 },
  cart: { lines: [], discount: null, totalMinor: 0, parts: [], toPayMinor: 0 },
  checkoutTaps: 1,
  screen: { screen: 'sale' },
};

const cart: TillView['cart'] = {
  lines: [
    { productId: 'beer', name: 'Beer 0.5 l', quantity: 4, unitPriceMinor: 750, lineMinor: 3_000 },
    { productId: 'lemonade', name: 'Elderflower lemonade', quantity: 2, unitPriceMinor: 550, lineMinor: 1_100 },
    { productId: null, name: 'Free amount', quantity: 1, unitPriceMinor: 1_600, lineMinor: 1_600 },
    { productId: 'deposit-back', name: 'Deposit back', quantity: 1, unitPriceMinor: -200, lineMinor: -200 },
  ],
  discount: null,
  totalMinor: 5_500,
  parts: [],
  toPayMinor: 5_500,
};

const staffed = {
  cashier: { cashierId: 'mara', name: 'Mara Blattner-Ferrari', role: 'cashier' },
  shift: { shiftId: 's-12', cashierId: 'mara', openedAt: inMs(-5_400_000) },
} as const satisfies Partial<TillView>;

const cash = {
  floatMinor: 20_000,
  topUpsMinor: 148_500,
  refundsMinor: 12_050,
  reversalsMinor: 500,
  expectedMinor: 156_950,
  unknownMinor: 2_000,
};

/** The X report as a supervisor sees it, and the Z report after a count that was 5.00 short. */
export const shiftReport: ShiftReport = {
  shiftId: 's-12',
  cashierId: 'mara',
  openedAt: inMs(-5_400_000),
  sales: { count: 212, amountMinor: 231_150 },
  chargebacks: { count: 3, amountMinor: 2_250 },
  unknownCount: 1,
  cash,
};
export const closedShift: ClosedShiftReport = {
  ...shiftReport,
  cash,
  closedAt: inMs(0),
  closedBy: 'mara',
  zNumber: 12,
  countedCashMinor: 156_450,
  differenceMinor: -500,
};

/** One of each kind of thing somebody has to look at. */
export const attentionItems: readonly AttentionItem[] = [
  {
    ...{ todo: 'show-tag', code: 'OUTCOME_UNKNOWN', detail: null, at: inMs(-240_000), sent: false },
    ...{ terminalTransactionNumber: 120, type: 'Purchase', amountMinor: 5_500, uid: '04A1B2C3D4E5F6' },
  },
  {
    ...{ todo: 'finish-payment', code: 'PAYMENT_OPEN', detail: null, at: inMs(-90_000), sent: false },
    ...{ terminalTransactionNumber: 121, type: 'TopUp', amountMinor: 10_000, uid: '04A1B2C3D4E5F6' },
  },
  {
    ...{ todo: 'give-cash-back', code: 'TAG_WRITE_FAILED', detail: null, at: inMs(-3_900_000), sent: true },
    ...{ terminalTransactionNumber: 98, type: 'TopUp', amountMinor: 2_000, uid: '04665544332211' },
  },
  {
    ...{ todo: 'give-part-back', code: 'PART_PAID', detail: null, at: inMs(-600_000), sent: false },
    ...{ terminalTransactionNumber: 117, type: 'Purchase', amountMinor: 930, uid: '04FFEEDDCCBBAA' },
  },
  {
    ...{ todo: 'ask-operator', code: 'INVALID_TRANSITION', detail: 'Reserve (TD) → Aborted by TR is not legal.' },
    ...{ at: inMs(-7_300_000), sent: true, terminalTransactionNumber: 77, type: 'Purchase' },
    ...{ amountMinor: 450, uid: '04665544332211' },
  },
];

const past = { paymentMethod: 'tag', uid: '04A1B2C3D4E5F6', abortReason: null, sent: true, rejected: false } as const;

/** The till's list with one of every state, newest first. */
export const pastTransactions: readonly ListedTransaction[] = [
  {
    ...{ ...past, terminalTransactionNumber: 121, type: 'Purchase', state: 'TerminalConfirmUnknown', sent: false },
    ...{ amountMinor: 5_500, balanceDeltaMinor: -5_500, openedAt: inMs(-60_000) },
  },
  {
    ...{ ...past, terminalTransactionNumber: 120, type: 'Refund', paymentMethod: 'cash', state: 'Committed' },
    ...{ amountMinor: 4_000, balanceDeltaMinor: -4_000, openedAt: inMs(-300_000), sent: false },
  },
  {
    ...{ ...past, terminalTransactionNumber: 119, type: 'Purchase', state: 'Aborted', rejected: true },
    ...{ amountMinor: 5_500, balanceDeltaMinor: -5_500, openedAt: inMs(-360_000), abortReason: 'INSUFFICIENT_FUNDS' },
  },
  {
    ...{ ...past, terminalTransactionNumber: 118, type: 'Purchase', state: 'Committed' },
    ...{ amountMinor: 5_500, balanceDeltaMinor: -5_500, openedAt: inMs(-420_000) },
  },
];

export const pastSale: TransactionDetails = {
  ...{ ...past, terminalTransactionNumber: 118, type: 'Purchase', state: 'Committed' },
  ...{ amountMinor: 5_500, balanceDeltaMinor: -5_500, openedAt: inMs(-420_000) },
  ...{ balanceBeforeMinor: 9_500, balanceAfterMinor: 4_000, merchantId: 'bar', groupId: null },
  ...{ cashierId: 'mara', approvedBy: 'sam' },
  lines: [
    {
      ...{ line: 1, kind: 'purchase', name: 'Beer 0.5 l', productId: 'beer' },
      ...{ quantity: 4, amountMinor: 3_000, returnableQuantity: 3 },
    },
    {
      ...{ line: 2, kind: 'purchase', name: 'Amount', productId: null },
      ...{ quantity: 1, amountMinor: 2_700, returnableQuantity: 1 },
    },
    {
      ...{ line: 3, kind: 'purchase-return', name: 'Deposit back', productId: 'deposit-back' },
      ...{ quantity: 1, amountMinor: 200, returnableQuantity: 0 },
    },
  ],
  states: [
    { state: 'Open', at: inMs(-420_000), cause: 'checkout' },
    { state: 'TerminalConfirmStarted', at: inMs(-419_900), cause: 'checkout' },
    { state: 'Committed', at: inMs(-419_000), cause: 'checkout' },
  ],
};

const splitPart: SalePart = {
  ...{ ...pastSale, terminalTransactionNumber: 119, uid: '04FFEEDDCCBBAA', groupId: 'g-1', undo: 'returned' },
  ...{ amountMinor: 930, balanceDeltaMinor: -930, balanceBeforeMinor: 2_000, balanceAfterMinor: 1_070 },
  lines: [
    {
      ...{ line: 1, kind: 'purchase', name: 'Part payment', productId: 'klink:part-payment' },
      ...{ quantity: 1, amountMinor: 930, returnableQuantity: 0 },
    },
  ],
};
const splitGoods: SalePart = {
  ...{ ...pastSale, groupId: 'g-1', undo: 'possible', amountMinor: 4_000, balanceDeltaMinor: -4_000 },
  ...{ balanceBeforeMinor: 4_000, balanceAfterMinor: 0 },
  lines: [
    ...pastSale.lines,
    {
      ...{ line: 4, kind: 'purchase-return', name: 'Discount 10 %', productId: 'klink:discount:1000' },
      ...{ quantity: 1, amountMinor: 570, returnableQuantity: 0 },
    },
    {
      ...{ line: 5, kind: 'purchase-return', name: 'Part payment', productId: 'klink:part-payment' },
      ...{ quantity: 1, amountMinor: 930, returnableQuantity: 0 },
    },
  ],
};
/** The last sale, whole on one tag, on two, and of unknown outcome, by name of the picture. */
export const lastSales: readonly (readonly [string, readonly SalePart[]])[] = [
  ['undo', [{ ...pastSale, undo: 'possible' }]],
  ['undo-split', [splitPart, splitGoods]],
  ['undo-unknown', [{ ...pastSale, undo: 'unknown' }]],
];

const sale = { purpose: 'sale', amountMinor: 5_500, feeMinor: 0 } as const;
const topUp = { purpose: 'top-up', amountMinor: 10_000, feeMinor: 500 } as const;
const cardTopUp = { ...topUp, purpose: 'card-top-up' } as const;
const openPayment = {
  terminalTransactionNumber: 121,
  uid: '04A1B2C3D4E5F6',
  amountMinor: 10_000,
  feeMinor: 500,
  status: 'approved',
  reference: 'pay_7c1f',
  openedAt: inMs(-60_000),
} as const;
const tag = { uid: '04A1B2C3D4E5F6', generation: 1, transactionNumber: 2, balanceMinor: 4_000, blocked: false };

const on = (screen: ScreenView, more: Partial<TillView> = {}): TillView => ({ ...base, ...more, screen });

const short: ScreenView = {
  screen: 'refused',
  charge: sale,
  terminalTransactionNumber: 119,
  fault: { code: 'INSUFFICIENT_FUNDS', message: 'missing 15.00', details: { missingMinor: 1_500 } },
  balanceMinor: 4_000,
};
const discounted: TillView['cart'] = {
  ...cart,
  discount: { rateBasisPoints: 1_000, amountMinor: 570 },
  totalMinor: 4_930,
  toPayMinor: 4_930,
};
const partPaid: TillView['cart'] = {
  ...discounted,
  parts: [
    { terminalTransactionNumber: 120, uid: '04FFEEDDCCBBAA', amountMinor: 930, isKnown: true },
    { terminalTransactionNumber: 121, uid: '04665544332211', amountMinor: 1_000, isKnown: false },
  ],
  toPayMinor: 3_000,
};
const opened = { uid: tag.uid, balanceBeforeMinor: 9_500, balanceAfterMinor: 4_000, isHeld: true } as const;

/** By name of the picture; the screen's own name comes first. Times count from now. */
export const makeViews = (): Readonly<Record<string, TillView>> => ({
  starting: on(
    { screen: 'starting' },
    { till: null, catalogueVersion: null, uplink: { ...base.uplink, state: 'unknown' } },
  ),
  enrolment: on(
    { screen: 'enrolment', busy: false, fault: null },
    { till: null, catalogueVersion: null, seal: 'unknown' },
  ),
  'enrolment-fault': on(
    { screen: 'enrolment', busy: false, fault: { code: 'ENROLMENT_CODE_INVALID', message: 'no such code' } },
    { till: null, catalogueVersion: null, seal: 'unknown' },
  ),
  sale: base,
  'sale-cart': on({ screen: 'sale' }, { cart, seal: 'open', uplink: { ...base.uplink, unsentCount: 3 } }),
  'sale-trouble': on(
    { screen: 'sale' },
    {
      cart,
      seal: 'open',
      attentionCount: 2,
      reader: { kind: 'pcsc', state: 'service-down', name: null, detail: 'pcscd is not running' },
      uplink: { ...base.uplink, state: 'offline', unsentCount: 1_284, lastAcknowledgedAt: inMs(-7_300_000) },
    },
  ),
  'sale-clock': on({ screen: 'sale' }, { uplink: { ...base.uplink, clockDifferenceMs: 18_000_000 } }),
  'sale-discount': on({ screen: 'sale' }, { cart: discounted }),
  'sale-part-paid': on({ screen: 'sale' }, { cart: partPaid, attentionCount: 1 }),
  'sale-staffed': on({ screen: 'sale' }, { cart, ...staffed, training: true }),
  'sale-no-shift': on({ screen: 'sale' }, { ...staffed, shift: null }),
  login: on({ screen: 'sale' }, { loginNeeded: true }),
  'tap-login': on({
    screen: 'tap',
    charge: { purpose: 'login', amountMinor: 0, feeMinor: 0 },
    deadlineAt: inMs(60_000),
    fault: null,
  }),
  'tap-sale': on({ screen: 'tap', charge: sale, deadlineAt: inMs(60_000), fault: null }),
  'tap-open': on(
    { screen: 'tap', charge: sale, deadlineAt: inMs(60_000), fault: null, twoTaps: { tap: 'open' } },
    { cart, checkoutTaps: 2 },
  ),
  // The fullest of them: the tag of the first tap still lies there.
  'tap-confirm': on(
    {
      ...{ screen: 'tap', charge: sale, deadlineAt: inMs(60_000), twoTaps: { tap: 'confirm', opened } },
      fault: { code: 'TAG_SERVED', message: 'still there' },
    },
    { cart, checkoutTaps: 2 },
  ),
  'tap-part': on(
    {
      ...{ screen: 'tap', deadlineAt: inMs(60_000), fault: null },
      charge: { purpose: 'part-payment', amountMinor: 1_500, feeMinor: 0 },
    },
    { cart },
  ),
  'tap-fault': on({
    screen: 'tap',
    charge: topUp,
    deadlineAt: inMs(60_000),
    fault: { code: 'TAG_RANDOM_UID', message: 'random UID' },
  }),
  'tap-issue': on({
    screen: 'tap',
    charge: { purpose: 'issue', amountMinor: 0, feeMinor: 0 },
    deadlineAt: inMs(60_000),
    fault: null,
  }),
  'tap-no-reader': on(
    { screen: 'tap', charge: sale, deadlineAt: inMs(60_000), fault: null },
    { reader: { kind: 'pcsc', state: 'missing', name: null, detail: null } },
  ),
  'tap-blank': on({
    screen: 'tap',
    charge: sale,
    deadlineAt: inMs(60_000),
    fault: { code: 'TAG_UNKNOWN', message: 'blank' },
  }),
  writing: on({ screen: 'writing', charge: sale, progress: { done: 7, total: 17 } }),
  paying: on({ screen: 'paying', charge: cardTopUp, status: 'pending' }),
  'payment-open': on(
    { screen: 'payment-open', charge: cardTopUp, payment: openPayment },
    { openPayment, seal: 'open', attentionCount: 1 },
  ),
  again: on({ screen: 'again', charge: sale, uid: tag.uid, deadlineAt: inMs(27_000) }),
  done: on({
    screen: 'done',
    charge: sale,
    terminalTransactionNumber: 118,
    balanceBeforeMinor: 9_500,
    tag,
    until: inMs(60_000),
  }),
  'done-balance': on({
    screen: 'done',
    charge: { purpose: 'balance', amountMinor: 0, feeMinor: 0 },
    terminalTransactionNumber: null,
    balanceBeforeMinor: null,
    tag: { ...tag, blocked: true, transactionNumber: 1 },
    until: inMs(60_000),
  }),
  refused: on(short, { cart }),
  'refused-enough': on(short, {
    cart: { ...cart, lines: cart.lines.slice(0, 1), totalMinor: 3_000, toPayMinor: 3_000 },
  }),
  'refused-random': on({
    screen: 'refused',
    charge: topUp,
    terminalTransactionNumber: null,
    fault: { code: 'TAG_RANDOM_UID', message: 'random UID' },
    balanceMinor: null,
  }),
  'refused-cash': on({
    screen: 'refused',
    charge: topUp,
    terminalTransactionNumber: 122,
    fault: { code: 'TAG_WRITE_FAILED', message: 'not written' },
    balanceMinor: 4_000,
    cashToReturnMinor: 10_000,
  }),
  unknown: on({ screen: 'unknown', charge: sale, terminalTransactionNumber: 120, uid: tag.uid }, { attentionCount: 1 }),
  'halted-disk': on({ screen: 'halted', fault: { code: 'DISK_FULL', message: 'The disk of this computer is full.' } }),
  'halted-corrupt': on({
    screen: 'halted',
    fault: { code: 'DATABASE_CORRUPT', message: 'The database is damaged: file is not a database.' },
  }),
  halted: on(
    {
      screen: 'halted',
      fault: { code: 'JOURNAL_FORKED', message: 'entry 812 has another hash than the backend has stored for it' },
    },
    { attentionCount: 1, uplink: { ...base.uplink, state: 'refused' } },
  ),
  ...makeCanteenViews(base),
});

export const simulator: SimulatorView = {
  tags: [
    { tagId: 'a', label: 'Wristband 1', uid: '04A1B2C3D4E5F6' },
    { tagId: 'b', label: 'Artist with a long name', uid: '04FFEEDDCCBBAA' },
  ],
  presentTagId: 'a',
};

/** One of `makeViews`, by its name. */
export function viewOf(name: string): TillView {
  const found = makeViews()[name];
  if (found === undefined) throw new Error(`views.ts has no ${name}`);
  return found;
}
