import type { AccountLimits } from '../../contract/wire/configuration.ts';
import type { Denial } from './admission.ts';

/** What decides over a booking on an account that the backend does not hold; all in minor units. */
export interface AccountCase {
  /** Signed: what the account is to be changed by. */
  readonly balanceDeltaMinor: number;
  /** How much of what it takes credit may pay for (R109). */
  readonly mealMinor: number;
  /** Null where nobody has ever told this till of the account. */
  readonly known: {
    readonly balanceMinor: number;
    readonly freeMinor: number;
    /** Meal credit that may be used now. */
    readonly creditMinor: number;
  } | null;
  readonly maximumBalanceMinor: number;
  /** What this till has sold offline and not sent yet: with this tag, and with all. */
  readonly exposureOfTagMinor: number;
  readonly exposureOfTillMinor: number;
  /** Null: no overdraft, and no limit but the balance. */
  readonly limits: AccountLimits | null;
}

/**
 * Whether a till may book on an account on its own word (Q52): the cached balance less what others hold and what this till
 * has taken since, for meals with the credit that is known (R109), plus the overdraft; and no more at risk than a tag's limit and the till's share of the edition's.
 */
export function denyOnOwnWord(account: AccountCase): Denial | null {
  return account.balanceDeltaMinor < 0 ? denySpending(account) : denyReceiving(account);
}

function denySpending(account: AccountCase): Denial | null {
  const { balanceDeltaMinor, mealMinor, known, limits } = account;
  const amountMinor = -balanceDeltaMinor;
  const cashMinor = amountMinor - Math.min(mealMinor, known?.creditMinor ?? 0);
  const missingMinor = cashMinor - (known?.freeMinor ?? 0) - (limits?.overdraftMinor ?? 0);
  if (missingMinor > 0) {
    if (!known) return { code: 'BALANCE_UNKNOWN', details: { missingMinor } };
    return { code: 'INSUFFICIENT_FUNDS', details: { balanceMinor: known.balanceMinor, missingMinor } };
  }
  if (!limits) return null;
  const { exposureOfTagMinor, exposureOfTillMinor } = account;
  const { offlinePerTagMinor, offlinePerTillMinor } = limits;
  if (exposureOfTagMinor + amountMinor > offlinePerTagMinor)
    return {
      code: 'OFFLINE_TAG_LIMIT',
      details: { exposureMinor: exposureOfTagMinor, maximumMinor: offlinePerTagMinor },
    };
  if (exposureOfTillMinor + amountMinor > offlinePerTillMinor)
    return {
      code: 'OFFLINE_TILL_LIMIT',
      details: { exposureMinor: exposureOfTillMinor, maximumMinor: offlinePerTillMinor },
    };
  return null;
}

/** An account that the backend has left below zero may always be topped up. */
function denyReceiving({ balanceDeltaMinor, known, maximumBalanceMinor }: AccountCase): Denial | null {
  const balanceMinor = known?.balanceMinor ?? 0;
  const excessMinor = balanceMinor + balanceDeltaMinor - maximumBalanceMinor;
  if (balanceDeltaMinor === 0 || excessMinor <= 0) return null;
  return { code: 'BALANCE_LIMIT', details: { balanceMinor, maximumBalanceMinor, excessMinor } };
}
