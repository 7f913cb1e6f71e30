import type { Configuration } from '../../contract/wire/configuration.ts';
import type { Edition } from '../../contract/wire/enrolment.ts';
import type { Assignment, TillSecrets } from '../../terminal-core/checkout/ports.ts';

/** A small festival, as the backend would describe it to a till. */
export const limits = { maximumBalanceMinor: 30_000, maximumTopUpMinor: 20_000, maximumPurchaseMinor: 15_000 };

const keySets = [{ id: 1, keyHex: '000102030405060708090A0B0C0D0E0F' }];
export const edition: Edition = {
  id: 7,
  name: 'Demo festival',
  mode: 'tag',
  currency: 'CHF',
  timeZone: 'Europe/Zurich',
  limits,
  keySets,
};
export const secrets: TillSecrets = { token: 'f'.repeat(64), keySets };

export const configuration: Configuration = {
  merchants: [{ merchantId: 'bar', name: 'Bar' }],
  products: [
    {
      productId: 'beer',
      name: 'Beer',
      priceMinor: 600,
      merchantId: 'bar',
      taxRate: '8.1',
      colour: 'amber',
      meal: false,
    },
    {
      productId: 'cup-back',
      name: 'Cup returned',
      priceMinor: -200,
      merchantId: 'bar',
      taxRate: null,
      colour: 'slate',
      meal: false,
    },
  ],
  layout: [{ name: 'Drinks', productIds: ['beer', 'cup-back'] }],
  fees: { topUp: { fixedMinor: 500, rateBasisPoints: 0 }, refund: { fixedMinor: 0, rateBasisPoints: 0 } },
  limits,
  blockedTags: [],
  topUpAmountsMinor: [2_000, 5_000, 10_000],
  cashiers: [],
};

const { keySets: _, ...openEdition } = edition;
/** Nobody listens at port 1: the till is offline. */
export const assignment: Omit<Assignment, 'haltedCode'> = {
  assignmentId: 41,
  terminalId: 'terminal-1',
  terminalName: 'Bar 1',
  backendUrl: 'http://127.0.0.1:1',
  journalId: '0123456789abcdef0123456789abcdef',
  edition: openEdition,
};
