import type { AccountLimits, Configuration } from '../../contract/wire/configuration.ts';
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
