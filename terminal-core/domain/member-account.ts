import type { MemberCredit, MemberLookup } from '../../contract/wire/member-lookup.ts';
import type { Denial } from './admission.ts';
import type { CanteenMoment } from './canteen-day.ts';

/** What this till has sold to a member, or taken back, and the backend did not know of when it last spoke of them. */
export interface OwnServing {
  readonly terminalTransactionNumber: number;
  readonly at: CanteenMoment;
  readonly isMeal: boolean;
  /** Signed: what it changed the account by. */
  readonly balanceDeltaMinor: number;
  /** Of goods taken back: the number of the sale they were of. */
  readonly saleNumber: number | null;
}

/** What is left to a member when everything that this till knows is counted. */
export interface MemberStanding {
  readonly credits: readonly MemberCredit[];
  /** Meals that were taken back: whatever had paid for them, meals can be paid with it until the backend has said what. */
  readonly returnedMealMinor: number;
  /** What own meals took of the cash, credit not being enough. */
  readonly mealCashMinor: number;
  readonly member: MemberLookup;
  /** What was bought on the day of `at`, returns taken off. */
  readonly spentMinor: (at: CanteenMoment) => number;
}

/**
 * Counts what this till has done since the backend spoke: every meal takes of the credits that were valid when it was sold,
 * the earliest first, and the rest of cash (R77–R80). Goods taken back of one of these sales make it as if only the rest had
 * been sold (Q29).
 */
export function memberStanding(member: MemberLookup, own: readonly OwnServing[]): MemberStanding {
  const left = new Map(member.credits.map((credit) => [credit, credit.availableMinor]));
  let mealCashMinor = 0;
  for (const sale of own.filter(isSale)) {
    if (!sale.isMeal) continue;
    let openMinor = Math.max(0, -sale.balanceDeltaMinor - returnedOf(sale, own));
    for (const credit of member.credits) {
      if (!isUsable(credit, sale.at)) continue;
      const takenMinor = Math.min(openMinor, left.get(credit) ?? 0);
      left.set(credit, (left.get(credit) ?? 0) - takenMinor);
      openMinor -= takenMinor;
    }
    mealCashMinor += openMinor;
  }
  return {
    member,
    credits: member.credits.map((credit) => ({ ...credit, availableMinor: left.get(credit) ?? 0 })),
    returnedMealMinor: ofEarlierSales(own),
    mealCashMinor,
    spentMinor: (at) => spentOn(at, member, own),
  };
}

/** Meal credit that may be used at a moment (R69–R73). */
export function usableCreditMinor({ credits, returnedMealMinor }: MemberStanding, at: CanteenMoment): number {
  return credits.reduce((sum, credit) => sum + (isUsable(credit, at) ? credit.availableMinor : 0), returnedMealMinor);
}

/** What a member may still buy on this day; null where nothing limits it. */
export function dailyLeftMinor({ member, spentMinor }: MemberStanding, at: CanteenMoment): number | null {
  const limit = member.dailyLimit;
  return limit && Math.max(0, limit.limitMinor - spentMinor(at));
}

/** Whether so much more would be beyond what a member may buy on a day. */
export function denyBeyondDay(standing: MemberStanding, amountMinor: number, at: CanteenMoment): Denial | null {
  const leftMinor = dailyLeftMinor(standing, at);
  if (leftMinor === null || amountMinor <= leftMinor) return null;
  return { code: 'DAILY_LIMIT', details: { limitMinor: standing.member.dailyLimit?.limitMinor ?? 0, leftMinor } };
}

/** Validity by time and session; a credit for certain sessions counts for them alone where a day has sessions (Q34). */
function isUsable({ validFrom, expiresAt, sessions }: MemberCredit, { atMs, session }: CanteenMoment): boolean {
  const hasBegun = validFrom === null || Date.parse(validFrom) <= atMs;
  const isOver = expiresAt !== null && Date.parse(expiresAt) <= atMs;
  return hasBegun && !isOver && (sessions === null || session === null || sessions.includes(session));
}

function isSale({ saleNumber, balanceDeltaMinor }: OwnServing): boolean {
  return saleNumber === null && balanceDeltaMinor < 0;
}

function returnedOf({ terminalTransactionNumber }: OwnServing, own: readonly OwnServing[]): number {
  return own.reduce(
    (sum, serving) => sum + (serving.saleNumber === terminalTransactionNumber ? serving.balanceDeltaMinor : 0),
    0,
  );
}

function ofEarlierSales(own: readonly OwnServing[]): number {
  const sold = new Set(own.filter(isSale).map(({ terminalTransactionNumber }) => terminalTransactionNumber));
  return own.reduce((sum, { saleNumber, isMeal, balanceDeltaMinor }) => {
    const isEarlier = saleNumber !== null && !sold.has(saleNumber);
    return isEarlier && isMeal ? sum + balanceDeltaMinor : sum;
  }, 0);
}

function spentOn({ calendarDay }: CanteenMoment, { dailyLimit }: MemberLookup, own: readonly OwnServing[]): number {
  const toldMinor = dailyLimit?.day === calendarDay ? dailyLimit.spentMinor : 0;
  const ofDay = own.filter(({ at }) => at.calendarDay === calendarDay);
  return ofDay.reduce((sum, { balanceDeltaMinor }) => sum - balanceDeltaMinor, toldMinor);
}
