import type { AllergenConflict } from '../../contract/ipc/account-view.ts';
import type { AccountDraft } from '../domain/transaction.ts';
import { type AccountStanding, momentOf } from './account-standing.ts';
import type { Charge } from './charge.ts';
import type { Desk } from './desk.ts';

/** A tag's account, and what is to be booked on it. */
export interface ChargedAccount {
  readonly uid: string;
  readonly charges: readonly Charge[];
  /** Null where nobody has ever told this till of it. */
  readonly standing: AccountStanding | null;
  readonly conflicts: readonly AllergenConflict[];
}

/**
 * What one tap books on an account, before it has numbers: each finds the balance that the one before leaves. The balance is
 * the one this kind of till shows (R112, R113); the backend has its own.
 */
export function accountDrafts(desk: Desk, account: ChargedAccount, at: string): readonly AccountDraft[] {
  const { uid, charges, standing, conflicts } = account;
  const { currency } = desk.assignment.edition;
  const { session } = momentOf(desk, Date.parse(at));
  const acknowledgedAllergens = conflicts.map(({ allergen }) => allergen);
  let balanceBeforeMinor = standing?.balanceMinor ?? 0;
  return charges.map((charge) => {
    const { view: _, takesBlockedTags: __, reserves: ___, takesCredit, ...rest } = charge;
    const balanceAfterMinor = balanceBeforeMinor + charge.balanceDeltaMinor;
    const tag = { uid, generation: 1, transactionNumber: null, balanceBeforeMinor, balanceAfterMinor };
    balanceBeforeMinor = balanceAfterMinor;
    const serving = { session, isMeal: takesCredit, acknowledgedAllergens };
    return { ...rest, ...desk.staff, currency, tag, serving };
  });
}
