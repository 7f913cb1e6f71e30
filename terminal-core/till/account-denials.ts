import { denyOnOwnWord } from '../domain/account-admission.ts';
import type { Denial } from '../domain/admission.ts';
import { denyBeyondDay } from '../domain/member-account.ts';
import type { ChargedAccount } from './account-drafts.ts';
import type { Charge } from './charge.ts';
import type { Desk } from './desk.ts';
import type { Accounts } from './identify-tag.ts';

/** Why a member may not buy this today, whoever else allows it; null where nothing limits the day. */
export function denialOfDay({ standing, charges }: ChargedAccount): Denial | null {
  const member = standing?.member;
  const boughtMinor = -deltaOf(charges.filter(({ type }) => type === 'Purchase'));
  return member && boughtMinor > 0 ? denyBeyondDay(member, boughtMinor, standing.at) : null;
}

/** Why the till may not book this on its own word (Q52); null where it may. */
export function denialOnOwnWord(desk: Desk, { store }: Accounts, account: ChargedAccount): Denial | null {
  const { uid, standing, charges } = account;
  const { limits, accountLimits = null } = desk.configuration;
  return denyOnOwnWord({
    balanceDeltaMinor: deltaOf(charges),
    mealMinor: Math.max(0, -deltaOf(charges.filter(({ takesCredit }) => takesCredit))),
    known: standing && { ...standing, balanceMinor: standing.cashMinor },
    maximumBalanceMinor: limits.maximumBalanceMinor,
    exposureOfTagMinor: store.exposureMinor(uid),
    exposureOfTillMinor: store.exposureMinor(null),
    limits: accountLimits,
  });
}

function deltaOf(charges: readonly Charge[]): number {
  return charges.reduce((sum, { balanceDeltaMinor }) => sum + balanceDeltaMinor, 0);
}
