import { type Allergen, allergens } from '../../contract/wire/allergens.ts';
import type { MemberLookup } from '../../contract/wire/member-lookup.ts';
import type { AccountLinePort, AccountStore } from '../checkout/account-ports.ts';
import type { AssignmentStore, Clock } from '../checkout/ports.ts';
import { ok } from '../domain/result.ts';

export interface PracticeAccountsParts {
  readonly accounts: Pick<AccountStore, 'known' | 'remember'>;
  readonly assignments: Pick<AssignmentStore, 'configuration'>;
  readonly clock: Clock;
}

const cashMinor = 1_000;
const mealMinor = 250;

/**
 * In the place of the line to the backend in a canteen's training: every tag that is shown belongs to somebody made up, so
 * that what a cashier meets can be practised. One has a free meal, the next an allergy to what is sold here, the next a limit
 * for the day.
 */
export function practiceAccounts({ accounts, assignments, clock }: PracticeAccountsParts): AccountLinePort {
  let met = 0;
  return {
    refresh(uid) {
      const isKnown = accounts.known(uid)?.member != null;
      if (!isKnown) {
        const sold = assignments.configuration()?.configuration.products ?? [];
        const inGoods = new Set(sold.flatMap((product) => product.allergens ?? []));
        const member = somebody(met, uid, [...inGoods]);
        met += 1;
        const creditMinor = member.credits.reduce((sum, { availableMinor }) => sum + availableMinor, 0);
        const money = { balanceMinor: cashMinor, availableMinor: cashMinor, creditMinor };
        const tag = { uid, known: true, blocked: false, generation: 1, pendingAdjustments: [] };
        accounts.remember({ ...tag, ...money, member }, 0, new Date(clock.nowMs()).toISOString());
      }
      return Promise.resolve(ok(undefined));
    },
  };
}

function somebody(place: number, uid: string, inGoods: readonly Allergen[]): MemberLookup {
  const kind = place % 3;
  const meal = { title: 'Meals', availableMinor: mealMinor, validFrom: null, expiresAt: null, sessions: null };
  return {
    displayName: `Alex ${uid.slice(-4)}`,
    className: `${1 + (place % 9)}A`,
    allergens: kind === 1 ? (inGoods.length > 0 ? [...inGoods] : [...allergens]) : [],
    dailyLimit: kind === 2 ? { limitMinor: 2 * mealMinor, spentMinor: 0, day: '1970-01-01' } : null,
    credits: kind === 0 ? [meal] : [],
  };
}
