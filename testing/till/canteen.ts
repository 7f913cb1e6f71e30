import type { AccountLimits, Configuration } from '../../contract/wire/configuration.ts';
import type { MemberLookup } from '../../contract/wire/member-lookup.ts';
import type { TagLookupAnswer } from '../../contract/wire/tag-lookup.ts';
import * as festival from './festival.ts';
import type { ReceivedRequest, Reply } from './scripted-backend.ts';

/** A canteen: the tag only identifies, the balance is in the backend. */
export const edition = { ...festival.assignment.edition, name: 'Demo canteen', mode: 'account' } as const;
export const assignment = { ...festival.assignment, edition };
export const accountLimits: AccountLimits = {
  offlinePerTagMinor: 1_000,
  offlinePerTillMinor: 1_500,
  overdraftMinor: 0,
};
export const configuration: Configuration = {
  ...festival.configuration,
  fees: { topUp: { fixedMinor: 0, rateBasisPoints: 0 }, refund: { fixedMinor: 0, rateBasisPoints: 0 } },
  accountLimits,
};

const goods = { merchantId: 'bar', taxRate: null, colour: 'lime' } as const;
/** A school's canteen: sessions, meals with what is in them, and something that is no meal. */
export const schoolConfiguration: Configuration = {
  ...configuration,
  products: [
    {
      ...goods,
      productId: 'meal',
      name: 'Meal of the day',
      priceMinor: 250,
      meal: true,
      allergens: ['milk', 'gluten'],
    },
    { ...goods, productId: 'salad', name: 'Salad', priceMinor: 200, meal: true },
    { ...goods, productId: 'juice', name: 'Juice', priceMinor: 80, meal: false },
    { ...goods, productId: 'bar', name: 'Nut bar', priceMinor: 95, meal: false, allergens: ['nuts'] },
  ],
  layout: [{ name: 'All', productIds: ['meal', 'salad', 'juice', 'bar'] }],
  sessions: [
    { session: 'breakfast', from: '07:30', to: '09:00' },
    { session: 'lunch', from: '11:45', to: '13:30' },
  ],
};

/** A pupil with a free meal for this day. */
export function pupil(more: Partial<MemberLookup> = {}): MemberLookup {
  const meal = { title: 'Free School Meals', availableMinor: 250, validFrom: null, expiresAt: null, sessions: null };
  return { displayName: 'Mia Keller', className: '4B', allergens: [], dailyLimit: null, credits: [meal], ...more };
}

/** What a backend would say of an account nobody holds anything of. */
export function accountOf(uid: string, balanceMinor: number, more: Partial<TagLookupAnswer> = {}): TagLookupAnswer {
  return {
    uid,
    known: true,
    blocked: false,
    generation: 1,
    balanceMinor,
    availableMinor: balanceMinor,
    creditMinor: 0,
    pendingAdjustments: [],
    ...more,
  };
}

/** The uid of a request for an account, or null for another request. */
export function askedUid({ resource }: ReceivedRequest): string | null {
  return /^tags\/(\w+)$/.exec(resource)?.[1] ?? null;
}

export function problem(status: number, code: string): Reply {
  return { status, json: { type: 'about:blank', title: code, status, code } };
}
