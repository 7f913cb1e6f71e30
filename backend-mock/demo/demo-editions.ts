import type { Allergen } from '../../contract/wire/allergens.ts';
import type { CatalogueProduct } from '../configuration/catalogue.ts';
import type { EditionPlan } from '../configuration/editions.ts';

/** An edition that anybody can enrol in, in demo mode only, any number of times. */
export type DemoEdition = {
  plan: EditionPlan & { demoCode: string };
  merchants: readonly { merchantId: string; name: string }[];
  products: readonly CatalogueProduct[];
};

type Row = [
  productId: string,
  name: string,
  priceMinor: number,
  colour: CatalogueProduct['colour'],
  allergens?: readonly Allergen[],
];

function page(
  name: string,
  merchantId: string,
  taxRate: string,
  meal: boolean,
  rows: readonly Row[],
): CatalogueProduct[] {
  return rows.map(([productId, title, priceMinor, colour, allergens]) => ({
    productId,
    name: title,
    priceMinor,
    merchantId,
    taxRate,
    colour,
    meal,
    page: name,
    ...(allergens === undefined ? {} : { allergens: [...allergens] }),
  }));
}

const noFee = { fixedMinor: 0, rateBasisPoints: 0 };

/** A festival: the balance is on the tag, every top-up costs 5.00, cups carry a deposit. */
const festival: DemoEdition = {
  plan: {
    demoCode: 'DEMO-FEST',
    name: 'Demo Festival',
    mode: 'tag',
    currency: 'CHF',
    timeZone: 'Europe/Zurich',
    limits: { maximumBalanceMinor: 500_00, maximumTopUpMinor: 500_00, maximumPurchaseMinor: 500_00 },
    fees: { topUp: { fixedMinor: 5_00, rateBasisPoints: 0 }, refund: noFee },
    topUpAmountsMinor: [20_00, 50_00, 100_00, 200_00],
  },
  merchants: [
    { merchantId: 'bar', name: 'Main Bar' },
    { merchantId: 'food', name: 'Food Court' },
  ],
  products: [
    ...page('Drinks', 'bar', '8.1', false, [
      ['beer', 'Beer 0.4 l', 5_50, 'amber'],
      ['wine', 'Glass of wine', 7_00, 'rose'],
      ['spritz', 'Spritz', 9_00, 'amber'],
      ['water', 'Water 0.5 l', 3_00, 'sky'],
      ['lemonade', 'Lemonade', 4_50, 'lime'],
      ['coffee', 'Coffee', 4_00, 'slate'],
      ['deposit', 'Cup deposit', 2_00, 'slate'],
      ['deposit-return', 'Cup returned', -2_00, 'violet'],
    ]),
    ...page('Food', 'food', '2.6', true, [
      ['fries', 'French fries', 7_50, 'amber'],
      ['sausage', 'Grilled sausage', 9_00, 'rose'],
      ['raclette', 'Raclette', 12_00, 'amber'],
      ['curry', 'Vegetable curry', 14_00, 'lime'],
      ['crepe', 'Crêpe', 6_50, 'violet'],
    ]),
  ],
};

/** A school canteen: the tag only identifies, the balance is in the backend. */
const canteen: DemoEdition = {
  plan: {
    demoCode: 'DEMO-CANTEEN',
    name: 'Demo Canteen',
    mode: 'account',
    currency: 'GBP',
    timeZone: 'Europe/London',
    limits: { maximumBalanceMinor: 200_00, maximumTopUpMinor: 100_00, maximumPurchaseMinor: 50_00 },
    fees: { topUp: noFee, refund: noFee },
    topUpAmountsMinor: [5_00, 10_00, 20_00, 50_00],
    accountLimits: { offlinePerTagMinor: 15_00, offlinePerTillMinor: 300_00, overdraftMinor: 0 },
    // The whole day, so that there is a session whenever somebody tries it.
    sessions: [
      { session: 'breakfast', from: '05:00', to: '10:00' },
      { session: 'break', from: '10:00', to: '11:30' },
      { session: 'lunch', from: '11:30', to: '14:30' },
      { session: 'afternoon', from: '14:30', to: '18:00' },
      { session: 'supper', from: '18:00', to: '22:00' },
      { session: 'night', from: '22:00', to: '05:00' },
    ],
  },
  merchants: [{ merchantId: 'canteen', name: 'School Canteen' }],
  products: [
    ...page('Meals', 'canteen', '0', true, [
      ['meal-of-the-day', 'Meal of the day', 2_50, 'lime', ['gluten', 'milk']],
      ['vegetarian-meal', 'Vegetarian meal', 2_50, 'lime', ['celery', 'soybeans']],
      ['jacket-potato', 'Jacket potato', 2_10, 'amber', ['milk']],
      ['salad', 'Salad bowl', 1_90, 'lime', ['mustard']],
      ['soup', 'Soup and roll', 1_40, 'amber', ['gluten', 'celery']],
    ]),
    ...page('Snacks', 'canteen', '20', false, [
      ['juice', 'Orange juice', 80, 'amber', []],
      ['water', 'Water', 60, 'sky', []],
      ['milk', 'Milk', 50, 'slate', ['milk']],
      ['fruit', 'Piece of fruit', 45, 'rose', []],
      ['flapjack', 'Flapjack', 95, 'violet', ['gluten', 'nuts']],
    ]),
  ],
};

export const demoEditions: readonly DemoEdition[] = [festival, canteen];
