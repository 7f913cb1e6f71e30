import type { AccountView, SalePartView } from '../../contract/ipc/account-view.ts';
import type { Fault } from '../../contract/ipc/fault.ts';
import { unnamedMember } from '../../contract/wire/member-lookup.ts';
import type { KnownBalance } from '../checkout/account-ports.ts';
import { type CanteenMoment, canteenMoment } from '../domain/canteen-day.ts';
import { dailyLeftMinor, type MemberStanding, memberStanding, usableCreditMinor } from '../domain/member-account.ts';
import { ok, type Result } from '../domain/result.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import type { Desk } from './desk.ts';
import type { Accounts } from './identify-tag.ts';

/** What is to be known of an account at one moment, everything counted that this till knows. */
export interface AccountStanding {
  readonly at: CanteenMoment;
  /** Cash alone. */
  readonly cashMinor: number;
  /** Of it, what nobody else holds. */
  readonly freeMinor: number;
  /** Meal credit that may be used now; 0 on a till that takes none (R113). */
  readonly creditMinor: number;
  /** The balance as this kind of till shows it (R112, R113). */
  readonly balanceMinor: number;
  readonly blocked: boolean;
  readonly asOf: string | null;
  readonly member: MemberStanding | null;
}

/** The moment as the edition's canteen sees it. */
export function momentOf(desk: Pick<Desk, 'configuration' | 'assignment'>, atMs: number): CanteenMoment {
  return canteenMoment(atMs, desk.configuration.sessions ?? [], desk.assignment.edition.timeZone);
}

/** Whether a sale was of another day or another session than a moment (R89). */
export function isOfOtherSession(
  desk: Pick<Desk, 'configuration' | 'assignment'>,
  sale: TillTransaction,
  atMs: number,
): boolean {
  const sold = momentOf(desk, Date.parse(sale.openedAt));
  const now = momentOf(desk, atMs);
  return sold.day !== now.day || (sale.serving?.session ?? null) !== now.session;
}

/** What is known of a tag's account now: fresh where the backend answers, else as it was last heard of. */
export async function standingOf(
  desk: Desk,
  accounts: Accounts,
  uid: string,
): Promise<Result<AccountStanding | null, Fault>> {
  const refreshed = await accounts.line.refresh(uid);
  return refreshed.ok ? ok(knownStanding(desk, accounts, uid)) : refreshed;
}

/** The same without asking. */
export function knownStanding(desk: Desk, accounts: Accounts, uid: string): AccountStanding | null {
  const known = accounts.store.known(uid);
  return known && standingFrom(desk, accounts.isCatering(), known);
}

function standingFrom(desk: Desk, isCatering: boolean, known: KnownBalance): AccountStanding {
  const at = momentOf(desk, desk.clock.nowMs());
  const own = known.member?.own.map(({ atMs, session, ...served }) => ({
    ...served,
    at: { ...momentOf(desk, atMs), session },
  }));
  const member = known.member && own ? memberStanding(known.member.lookup, own) : null;
  const cashMinor = known.balanceMinor - (member?.mealCashMinor ?? 0);
  const creditMinor = member && isCatering ? usableCreditMinor(member, at) : 0;
  return {
    at,
    cashMinor,
    freeMinor: known.freeMinor - (member?.mealCashMinor ?? 0),
    creditMinor,
    balanceMinor: cashMinor + creditMinor,
    blocked: known.blocked,
    asOf: known.asOf,
    member,
  };
}

/** An account as a screen shows it. Of a tag whose owner nobody has named there is nobody to show (R56). */
export function accountView(
  desk: Desk,
  isCatering: boolean,
  standing: AccountStanding,
  asked: { readonly uid: string; readonly askedAtMs: number },
): AccountView {
  const { at, cashMinor, freeMinor, creditMinor, asOf, member } = standing;
  const leftMinor = member && dailyLeftMinor(member, at);
  const fundsMinor = freeMinor + creditMinor + (desk.configuration.accountLimits?.overdraftMinor ?? 0);
  return {
    member: member && member.member.displayName !== unnamedMember(asked.uid) ? memberView(member, leftMinor) : null,
    cashMinor,
    creditMinor: isCatering ? creditMinor : null,
    toSpendMinor: Math.max(0, leftMinor === null ? fundsMinor : Math.min(fundsMinor, leftMinor)),
    asOf,
    isFresh: asOf !== null && Date.parse(asOf) >= asked.askedAtMs,
  };
}

function memberView({ member }: MemberStanding, leftMinor: number | null): AccountView['member'] {
  const { displayName, className, allergens, dailyLimit } = member;
  const limit = dailyLimit && leftMinor !== null ? { limitMinor: dailyLimit.limitMinor, leftMinor } : null;
  return { displayName, className, allergens, dailyLimit: limit };
}

/** What of a canteen's sale credit is expected to cover; the backend reckons it when it processes the sale (R77–R81). */
export function salePartViews(
  transactions: readonly TillTransaction[],
  creditBeforeMinor: number,
): readonly SalePartView[] {
  return transactions.map(({ terminalTransactionNumber, serving, amountMinor, balanceDeltaMinor }) => {
    const isMeal = serving?.isMeal ?? false;
    const creditMinor = isMeal && balanceDeltaMinor < 0 ? Math.min(amountMinor, creditBeforeMinor) : 0;
    return { terminalTransactionNumber, isMeal, amountMinor, creditMinor };
  });
}
