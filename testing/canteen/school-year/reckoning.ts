import { dayAfter, londonDay, londonInstant, weekdayOf } from './london-time.ts';

/** A kind of credit as a school decides on it, in words of its own. */
export type CreditKind = {
  title: string;
  amountMinor: number;
  weekdays: readonly number[];
  /** When it comes, on the wall. */
  at: string;
  days: number;
  /** Null: all. */
  sessions: readonly string[] | null;
  /** When it is swept on its last day; null: at midnight. */
  sweptAt: string | null;
};

type Credit = { from: number; until: number; leftMinor: number; isCleared: boolean };
type Allowance = {
  kind: CreditKind;
  from: number;
  until: number;
  /** The last day that was looked at. */
  lookedAt: string;
  credits: Credit[];
};
/** `payers` has a credit for every penny that one paid, and undefined for the cash's. */
type Group = { payers: (Credit | undefined)[] };
type Waiting = {
  at: number;
  madeAt: number;
  order: number;
  group: string;
  session: string | null;
  isMeal: boolean;
  minor: number;
};

/**
 * What a pupil's purses must show, reckoned a penny at a time from the words of the seeds. It knows nothing of the product's code.
 */
export class PupilReckoning {
  readonly allowances = new Map<string, Allowance>();
  cashMinor = 0;
  #waiting: Waiting[] = [];
  readonly #groups = new Map<string, Group>();
  #order = 0;

  /** A purse that gives credits of a kind, valid in this time. */
  allow(key: string, kind: CreditKind, from: Date, until: Date | null, madeAt: Date): void {
    const lookedAt = dayAfter(londonDay(madeAt), -1);
    const first = Math.max(from.getTime(), madeAt.getTime());
    this.allowances.set(key, {
      kind,
      from: first,
      until: until?.getTime() ?? Number.POSITIVE_INFINITY,
      lookedAt,
      credits: [],
    });
  }

  end(key: string, until: Date): void {
    const allowance = this.allowances.get(key);
    if (allowance !== undefined) allowance.until = Math.min(allowance.until, until.getTime());
  }

  /** Cash in, or out where it is negative. */
  pay(minor: number): void {
    this.cashMinor += minor;
  }

  /** Negative: something was sold; positive: it came back. */
  sell(minor: number, at: Date, madeAt: Date, session: string | null, isMeal: boolean): void {
    const group = `${londonDay(at)} ${session ?? ''} ${isMeal ? 'meal' : 'other'}`;
    this.#order += 1;
    this.#waiting.push({
      at: at.getTime(),
      madeAt: madeAt.getTime(),
      order: this.#order,
      group,
      session,
      isMeal,
      minor,
    });
  }

  /** Everything that is due by now: credits come, sales are paid, what is left over is cleared. */
  settle(now: Date): void {
    for (const allowance of this.allowances.values()) grant(allowance, now);
    const waiting = this.#waiting.sort((a, b) => a.at - b.at || a.madeAt - b.madeAt || a.order - b.order);
    this.#waiting = [];
    for (const refund of waiting.filter(({ minor }) => minor > 0)) this.#takeBack(refund, waiting);
    for (const sale of waiting) this.#payFor(sale);
    for (const { credits } of this.allowances.values())
      for (const credit of credits) if (credit.until <= now.getTime()) credit.isCleared = true;
  }

  /** A penny at a time: of the last thing that waits beside it, else what the cash paid, else what the latest credit paid. */
  #takeBack(refund: Waiting, waiting: readonly Waiting[]): void {
    const group = this.#groupOf(refund.group);
    for (; refund.minor > 0; refund.minor -= 1) {
      const beside = waiting.findLast((sale) => sale.minor < 0 && sale.group === refund.group);
      if (beside !== undefined) {
        beside.minor += 1;
        continue;
      }
      const latest = group.payers.includes(undefined)
        ? undefined
        : group.payers.reduce((one, other) => ((other?.from ?? 0) > (one?.from ?? 0) ? other : one), undefined);
      group.payers.splice(group.payers.indexOf(latest), 1);
      if (latest === undefined) this.cashMinor += 1;
      else latest.leftMinor += 1;
    }
  }

  #payFor(sale: Waiting): void {
    const group = this.#groupOf(sale.group);
    const credits = sale.isMeal ? this.#creditsAt(Math.min(sale.at, sale.madeAt), sale.session) : [];
    for (; sale.minor < 0; sale.minor += 1) {
      const payer = credits.find((credit) => credit.leftMinor > 0);
      if (payer === undefined) this.cashMinor -= 1;
      else payer.leftMinor -= 1;
      group.payers.push(payer);
    }
  }

  #creditsAt(at: number, session: string | null): Credit[] {
    return [...this.allowances.values()]
      .filter(({ kind, from, until }) => {
        const fits = kind.sessions === null || session === null || kind.sessions.includes(session);
        return fits && from <= at && at < until;
      })
      .flatMap(({ credits }) => credits.filter((credit) => credit.from <= at && at < credit.until))
      .sort((a, b) => a.from - b.from);
  }

  #groupOf(key: string): Group {
    const known = this.#groups.get(key) ?? { payers: [] };
    this.#groups.set(key, known);
    return known;
  }

  /** What the sales purse shows. */
  get waitingMinor(): number {
    return this.#waiting.reduce((sum, { minor }) => sum + minor, 0);
  }

  /** What a credit purse shows. */
  creditMinor(key: string): number {
    const credits = this.allowances.get(key)?.credits ?? [];
    return credits.reduce((sum, { leftMinor, isCleared }) => sum + (isCleared ? 0 : leftMinor), 0);
  }

  /** Nothing of these days comes back any more. */
  forgetBefore(day: string): void {
    for (const key of this.#groups.keys()) if (key < day) this.#groups.delete(key);
    for (const allowance of this.allowances.values())
      allowance.credits = allowance.credits.filter(({ until }) => until >= Date.parse(day));
  }
}

function grant(allowance: Allowance, now: Date): void {
  const { kind, from, until } = allowance;
  for (let day = dayAfter(allowance.lookedAt); day <= londonDay(now); day = dayAfter(day)) {
    const comesAt = londonInstant(day, kind.at).getTime();
    if (comesAt > now.getTime()) return;
    allowance.lookedAt = day;
    if (!kind.weekdays.includes(weekdayOf(day)) || comesAt < from || comesAt >= until) continue;
    const lastDay = dayAfter(day, kind.days - 1);
    const goesAt =
      kind.sweptAt === null ? londonInstant(dayAfter(lastDay), '00:00') : londonInstant(lastDay, kind.sweptAt);
    allowance.credits.push({ from: comesAt, until: goesAt.getTime(), leftMinor: kind.amountMinor, isCleared: false });
  }
}
