import type { AccountView } from '../../../contract/ipc/account-view.ts';
import type { ScreenView, TillView } from '../../../contract/ipc/till-view.ts';

/** What only a canteen shows, with the longest texts a school has; on top of a festival's view. */

const till = {
  terminalName: 'Servery 2',
  assignmentId: 14,
  editionName: 'Gottfried Keller School',
  merchantName: 'School canteen',
  mode: 'account',
  currency: 'GBP',
  timeZone: 'Europe/London',
  isCatering: true,
} as const;

const cart: TillView['cart'] = {
  lines: [
    {
      ...{ productId: 'meal', name: 'Meal of the day', quantity: 1, unitPriceMinor: 250, lineMinor: 250 },
      meal: true,
      allergens: ['gluten', 'milk', 'celery'],
    },
    { productId: 'juice', name: 'Orange juice', quantity: 2, unitPriceMinor: 80, lineMinor: 160 },
    {
      ...{ productId: 'flapjack', name: 'Flapjack with hazelnuts', quantity: 1, unitPriceMinor: 95, lineMinor: 95 },
      allergens: ['gluten', 'nuts'],
    },
  ],
  discount: null,
  totalMinor: 505,
  parts: [],
  toPayMinor: 505,
  kinds: { mealMinor: 250, otherMinor: 255 },
};

const account: AccountView = {
  member: {
    displayName: 'Maximilian Featherstonehaugh',
    className: '7B',
    allergens: ['milk', 'nuts'],
    dailyLimit: { limitMinor: 600, leftMinor: 95 },
  },
  cashMinor: 240,
  creditMinor: 0,
  toSpendMinor: 95,
  asOf: '2026-09-14T11:05:00.000Z',
  isFresh: true,
};

const charge = { purpose: 'sale', amountMinor: 505, feeMinor: 0 } as const;
const uid = '04A1B2C3D4E5F6';
const inMs = (ms: number): string => new Date(Date.now() + ms).toISOString();

/** @param base of any till that is enrolled */
export function makeCanteenViews(base: TillView): Readonly<Record<string, TillView>> {
  const on = (screen: ScreenView, more: Partial<TillView> = {}): TillView => ({
    ...base,
    till,
    session: { session: 'lunch', until: '13:30' },
    ...more,
    screen,
  });
  return {
    'sale-canteen': on({ screen: 'sale' }, { cart }),
    allergens: on(
      {
        ...{ screen: 'allergens', charge, uid, deadlineAt: inMs(42_000) },
        account: { ...account, creditMinor: 250 },
        conflicts: [
          { allergen: 'milk', productNames: ['Meal of the day'] },
          { allergen: 'nuts', productNames: ['Flapjack with hazelnuts'] },
        ],
      },
      { cart },
    ),
    'done-canteen': on({
      ...{ screen: 'done', charge, terminalTransactionNumber: 118, balanceBeforeMinor: 745, until: inMs(2_600) },
      tag: { uid, generation: 1, transactionNumber: null, balanceMinor: 240, blocked: false },
      account: { ...account, isFresh: false },
      saleParts: [
        { terminalTransactionNumber: 118, isMeal: true, amountMinor: 250, creditMinor: 250 },
        { terminalTransactionNumber: 119, isMeal: false, amountMinor: 255, creditMinor: 0 },
      ],
    }),
    'refused-canteen': on(
      {
        ...{ screen: 'refused', charge, terminalTransactionNumber: 118, balanceMinor: 350 },
        fault: { code: 'INSUFFICIENT_FUNDS', message: 'missing 1.55', details: { missingMinor: 155 } },
        account: { ...account, cashMinor: 100, creditMinor: 250, toSpendMinor: 350 },
      },
      { cart, session: null },
    ),
  };
}
