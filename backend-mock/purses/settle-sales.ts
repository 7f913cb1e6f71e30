import type { CalendarDay } from './wall-clock.ts';

/** A sale, or the refund of one, that waits to be processed (R76, R88). */
export type WaitingSale = {
  transactionId: number;
  /** A sale is negative and its refund positive. */
  amountMinor: number;
  transactionDate: Date;
  createdAt: Date;
  businessDate: CalendarDay;
  session: string | null;
  meal: boolean;
};

/** A credit with what is left of it; one that was cleared has what was cleared left, for a sale that comes late. */
export type UsableCredit = {
  transactionId: number;
  purseId: string;
  availableMinor: number;
  grantedAt: Date;
  createdAt: Date;
  expiresAt: Date | null;
  /** Of its purse (R70–R72). */
  validFrom: Date | null;
  validTo: Date | null;
  validSessions: readonly string[] | null;
};

/** What sales of the same day, session and kind were paid with before, refunds taken off; in the order in which it was drawn. */
export type EarlierDraw = Pick<WaitingSale, 'businessDate' | 'session' | 'meal'> & {
  /** `undefined`: the cash. */
  creditId: number | undefined;
  amountMinor: number;
};

export type SettlementRules = {
  /** False: an integrator manages the credits, and everything is the cash's (Q33, R121). */
  drawsCredits: boolean;
  /** Q34. */
  sessionCredits: boolean;
};

/** Positive: drawn for a sale; negative: given back by a refund. Without a credit it is the cash (R78). */
export type Settlement = { transactionId: number; creditId: number | undefined; amountMinor: number };

/**
 * How one member's waiting sales are paid (R77–R81, R86, Q29, Q38, Q39).
 *
 * A refund is as if the net sale had been made: it first takes off what waits of its own day, session and kind, then gives back what
 * was drawn there, cash before credits. Each sale then draws, in their order, on the credits that were there when it was made: granted
 * by then, not expired, in a valid purse; the cash pays the rest. So it makes no difference when the job runs.
 */
export function settleSales(
  waiting: readonly WaitingSale[],
  credits: readonly UsableCredit[],
  draws: readonly EarlierDraw[],
  rules: SettlementRules,
): Settlement[] {
  const inOrder = [...waiting].sort(byDate);
  const openMinor = new Map(inOrder.map((sale) => [sale.transactionId, -sale.amountMinor]));
  const leftMinor = new Map(credits.map((credit) => [credit.transactionId, credit.availableMinor]));
  const returned = returnedByRefunds(inOrder, openMinor, { credits, draws }, rules);
  for (const { creditId, amountMinor } of returned)
    if (creditId !== undefined) leftMinor.set(creditId, (leftMinor.get(creditId) ?? 0) - amountMinor);
  const drawn = inOrder.flatMap((sale) =>
    drawnBySale(sale, openMinor.get(sale.transactionId) ?? 0, credits, leftMinor, rules),
  );
  return [...returned, ...drawn];
}

/** Takes refunds off the sales that wait beside them, in `openMinor`, and says what the rest of each gives back. */
function returnedByRefunds(
  inOrder: readonly WaitingSale[],
  openMinor: Map<number, number>,
  { credits, draws }: { credits: readonly UsableCredit[]; draws: readonly EarlierDraw[] },
  rules: SettlementRules,
): Settlement[] {
  const stacks = new Map<string, Returnable[]>();
  return inOrder
    .filter(({ amountMinor }) => amountMinor > 0)
    .flatMap((refund) => {
      const group = groupOf(refund);
      const beside = inOrder.filter((sale) => sale.amountMinor < 0 && groupOf(sale) === group).reverse();
      let restMinor = refund.amountMinor;
      for (const sale of beside) {
        const open = openMinor.get(sale.transactionId) ?? 0;
        const taken = Math.min(open, restMinor);
        openMinor.set(sale.transactionId, open - taken);
        restMinor -= taken;
      }
      openMinor.set(refund.transactionId, 0);
      const stack = stacks.get(group) ?? returnable(draws, credits, group, rules);
      stacks.set(group, stack);
      return returnedBy(refund.transactionId, restMinor, stack);
    });
}

/** What a group's sales have drawn, net, in the order in which it goes back: the cash, then the credits, the latest first (Q29). */
function returnable(
  draws: readonly EarlierDraw[],
  credits: readonly UsableCredit[],
  group: string,
  { drawsCredits }: SettlementRules,
): Returnable[] {
  const net = new Map<number | undefined, number>();
  for (const draw of draws)
    if (groupOf(draw) === group) net.set(draw.creditId, (net.get(draw.creditId) ?? 0) + draw.amountMinor);
  const cash = { creditId: undefined, amountMinor: net.get(undefined) ?? 0 };
  if (!drawsCredits) return [cash];
  const used = [...credits].sort(byGrant).reverse();
  return [
    cash,
    ...used.map(({ transactionId }) => ({ creditId: transactionId, amountMinor: net.get(transactionId) ?? 0 })),
  ];
}

type Returnable = { creditId: number | undefined; amountMinor: number };

/** What is more than was ever drawn goes to the cash: an operator's, or a till's that has paid it out (Q28). */
function returnedBy(transactionId: number, amountMinor: number, stack: Returnable[]): Settlement[] {
  let restMinor = amountMinor;
  const settlements: Settlement[] = [];
  for (const drawn of stack) {
    const back = Math.min(restMinor, Math.max(0, drawn.amountMinor));
    if (back === 0) continue;
    drawn.amountMinor -= back;
    restMinor -= back;
    settlements.push({ transactionId, creditId: drawn.creditId, amountMinor: -back });
  }
  const cash = settlements.find(({ creditId }) => creditId === undefined);
  if (restMinor > 0 && cash !== undefined) cash.amountMinor -= restMinor;
  else if (restMinor > 0) settlements.push({ transactionId, creditId: undefined, amountMinor: -restMinor });
  return settlements;
}

function drawnBySale(
  sale: WaitingSale,
  openMinor: number,
  credits: readonly UsableCredit[],
  leftMinor: Map<number, number>,
  rules: SettlementRules,
): Settlement[] {
  const { transactionId } = sale;
  let restMinor = openMinor;
  const settlements: Settlement[] = [];
  for (const credit of rules.drawsCredits ? creditsFor(sale, credits, rules) : []) {
    const left = leftMinor.get(credit.transactionId) ?? 0;
    const drawn = Math.min(restMinor, left);
    if (drawn <= 0) continue;
    leftMinor.set(credit.transactionId, left - drawn);
    restMinor -= drawn;
    settlements.push({ transactionId, creditId: credit.transactionId, amountMinor: drawn });
  }
  if (restMinor > 0) settlements.push({ transactionId, creditId: undefined, amountMinor: restMinor });
  return settlements;
}

/** The credits that may pay for a sale, the earliest first (R80, Q39). */
export function creditsFor(
  sale: Pick<WaitingSale, 'transactionDate' | 'createdAt' | 'session' | 'meal'>,
  credits: readonly UsableCredit[],
  { sessionCredits }: Pick<SettlementRules, 'sessionCredits'>,
): UsableCredit[] {
  if (!sale.meal) return [];
  // A pre-order is paid when it is made (R92, Q43), a sale that its till sent late with what there was when it was made.
  const at = Math.min(sale.transactionDate.getTime(), sale.createdAt.getTime());
  return credits
    .filter((credit) => {
      const { grantedAt, expiresAt, validFrom, validTo, validSessions } = credit;
      const isThere = grantedAt.getTime() <= at && (expiresAt === null || at < expiresAt.getTime());
      const isValid = (validFrom === null || validFrom.getTime() <= at) && (validTo === null || at < validTo.getTime());
      const fits =
        !sessionCredits || validSessions === null || sale.session === null || validSessions.includes(sale.session);
      return isThere && isValid && fits;
    })
    .sort(byGrant);
}

/** Q39. */
function byGrant(one: UsableCredit, other: UsableCredit): number {
  return (
    one.grantedAt.getTime() - other.grantedAt.getTime() ||
    one.createdAt.getTime() - other.createdAt.getTime() ||
    one.transactionId - other.transactionId
  );
}

function byDate(one: WaitingSale, other: WaitingSale): number {
  return (
    one.transactionDate.getTime() - other.transactionDate.getTime() ||
    one.createdAt.getTime() - other.createdAt.getTime() ||
    one.transactionId - other.transactionId
  );
}

/** Sales that a refund may be about: of one day, session and kind of goods (R89, R109). */
export function groupOf({
  businessDate,
  session,
  meal,
}: Pick<WaitingSale, 'businessDate' | 'session' | 'meal'>): string {
  return JSON.stringify([businessDate, session, meal]);
}
