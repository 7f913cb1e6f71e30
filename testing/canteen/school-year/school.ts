import { createTransactions } from '../../../backend-mock/purses/create-transactions.ts';
import { createCreditPurses, replaceCreditPurse } from '../../../backend-mock/purses/credit-purses.ts';
import { createMembers } from '../../../backend-mock/purses/members.ts';
import type { NewPurseTransaction } from '../../../backend-mock/purses/new-transaction.ts';
import type { Canteen } from '../canteen.ts';
import { londonInstant } from './london-time.ts';
import { type CreditKind, PupilReckoning } from './reckoning.ts';
import { bursary, crontabOf, type Dice, freeMeals, infantMeals, sessions } from './school-plan.ts';

export type Pupil = {
  customerId: number;
  reckoning: PupilReckoning;
  /** Id of the product's purse by the reckoning's key. */
  purses: Map<string, string>;
};

/** A thing that happens to a pupil, told to the product and to the reckoning. */
export type Happening = {
  pupil: Pupil;
  minor: number;
  at: Date;
  /** Of a sale: its session and whether it is a meal; absent: cash in or out. */
  sale?: { session: string | null; isMeal: boolean };
  /** What it cancels, by the product's number. */
  cancels?: number;
};

/** A school of so many pupils and their purses: most have none, some one, some two, and some for a part of the year alone. */
export async function openSchool(
  canteen: Canteen,
  pupilsCount: number,
  dice: Dice,
  firstDay: string,
): Promise<Pupil[]> {
  await canteen.database.pool.query('UPDATE edition SET sessions = $2 WHERE edition_id = $1', [
    canteen.editionId,
    JSON.stringify(sessions),
  ]);
  const wanted = Array.from({ length: pupilsCount }, (_, index) => ({
    memberType: 'pupil' as const,
    displayName: `Pupil ${index + 1}`,
  }));
  const members = await canteen.within((connection) =>
    createMembers(connection, canteen.editionId, wanted, canteen.now()),
  );
  const pupils = members.map(
    ({ customerId }): Pupil => ({
      customerId,
      reckoning: new PupilReckoning(),
      purses: new Map(),
    }),
  );
  await allow(
    canteen,
    pupils.filter(() => dice.isTrue(0.3)),
    freeMeals,
    null,
    null,
  );
  await allow(
    canteen,
    pupils.filter(() => dice.isTrue(0.25)),
    infantMeals,
    null,
    null,
  );
  await allow(
    canteen,
    pupils.filter(() => dice.isTrue(0.2)),
    bursary,
    null,
    null,
  );
  const late = pupils.filter(({ purses }) => purses.size === 0 && dice.isTrue(0.3));
  const inTheMiddle = { from: londonInstant('2026-10-20', '00:00'), until: londonInstant('2027-03-03', '00:00') };
  await allow(canteen, late, freeMeals, inTheMiddle.from, firstDay > '2027' ? null : inTheMiddle.until);
  return pupils;
}

async function allow(canteen: Canteen, pupils: Pupil[], kind: CreditKind, from: Date | null, until: Date | null) {
  const credit = {
    amountMinor: kind.amountMinor,
    creditApply: crontabOf(kind),
    expiryDurationDays: kind.days,
    sweepAfterSession: kind.sweptAt !== null,
  };
  const plans = pupils.map(({ customerId }) => ({
    customerId,
    title: kind.title,
    credit,
    validFrom: from,
    validTo: until,
    validSessions: kind.sessions,
  }));
  const made = await canteen.within((connection) =>
    createCreditPurses(connection, canteen.editionId, plans, canteen.now()),
  );
  if (made.outcome === 'refused') throw new Error(made.detail);
  for (const [index, pupil] of pupils.entries()) {
    pupil.purses.set(kind.title, made.purses[index]?.purseId ?? '');
    pupil.reckoning.allow(kind.title, kind, from ?? new Date(0), until, canteen.now());
  }
}

/** R74: free meals are worth more from now on: each purse is closed and another one made. */
export async function raiseFreeMeals(canteen: Canteen, pupils: readonly Pupil[], amountMinor: number): Promise<void> {
  const { editionId } = canteen;
  const now = canteen.now();
  for (const pupil of pupils) {
    const purseId = pupil.purses.get(freeMeals.title);
    if (purseId === undefined) continue;
    const { customerId } = pupil;
    const replaced = await canteen.within((connection) =>
      replaceCreditPurse(connection, { editionId, customerId, purseId }, { amountMinor }, now),
    );
    if (replaced.outcome === 'refused') throw new Error(replaced.detail);
    const key = `${freeMeals.title}, raised`;
    const old = pupil.reckoning.allowances.get(freeMeals.title);
    const until = old === undefined || old.until === Number.POSITIVE_INFINITY ? null : new Date(old.until);
    pupil.reckoning.end(freeMeals.title, now);
    pupil.purses.set(key, replaced.purse.purseId);
    const from = new Date(Math.max(now.getTime(), old?.from ?? 0));
    pupil.reckoning.allow(key, { ...freeMeals, amountMinor }, from, until, now);
  }
}

/** Tells the product, many at once, and the reckoning, one by one. Returns the product's numbers. */
export async function happen(canteen: Canteen, happenings: readonly Happening[]): Promise<number[]> {
  // Two tills: each pupil stands at one of them.
  const tills = [0, 1].map((till) => happenings.filter(({ pupil }) => pupil.customerId % 2 === till));
  const numbers = new Map<Happening, number>();
  await Promise.all(tills.map((atTill) => tellProduct(canteen, atTill, numbers)));
  const now = canteen.now();
  for (const { pupil, minor, at, sale } of happenings)
    if (sale === undefined) pupil.reckoning.pay(minor);
    else pupil.reckoning.sell(minor, at, now, sale.session, sale.isMeal);
  return happenings.map((happening) => numbers.get(happening) ?? 0);
}

async function tellProduct(
  canteen: Canteen,
  happenings: readonly Happening[],
  numbers: Map<Happening, number>,
): Promise<void> {
  if (happenings.length === 0) return;
  const wanted = happenings.map(({ pupil, minor, at, sale, cancels }): NewPurseTransaction => {
    const { customerId } = pupil;
    const more = { customerId, amountMinor: minor, transactionDate: at };
    if (sale === undefined) return { ...more, purseId: 'default', type: 'cash' };
    const type = cancels === undefined ? 'sale' : 'cancellation';
    const contra = cancels === undefined ? {} : { contraTransactionId: cancels };
    return {
      ...more,
      ...contra,
      purseId: 'sales',
      type,
      session: sale.session,
      accountType: sale.isMeal ? null : 'SNACK',
    };
  });
  const outcomes = await canteen.within((connection) =>
    createTransactions(connection, canteen.editionId, wanted, canteen.now()),
  );
  for (const [index, happening] of happenings.entries()) {
    const outcome = outcomes[index];
    if (outcome?.outcome !== 'created') throw new Error(JSON.stringify(outcome));
    numbers.set(happening, outcome.backendTransactionId);
  }
}

/** Every purse of every pupil that does not show what was reckoned, in words. */
export async function compare(
  canteen: Canteen,
  pupils: readonly Pupil[],
): Promise<{ differences: string[]; purses: number }> {
  const found = await canteen.database.pool.query<{ balances: Record<string, number> | null }>(
    'SELECT json_object_agg(name, balance_minor) AS balances FROM account WHERE edition_id = $1 AND customer_id IS NOT NULL',
    [canteen.editionId],
  );
  const shown = new Map(Object.entries(found.rows[0]?.balances ?? {}));
  const differences: string[] = [];
  let purses = 0;
  for (const [index, { customerId, reckoning, purses: ids }] of pupils.entries()) {
    const expected = [
      ['default', reckoning.cashMinor],
      ['sales', reckoning.waitingMinor],
      ...[...ids].map(([key, purseId]) => [purseId, reckoning.creditMinor(key)] as const),
    ] as const;
    for (const [purse, minor] of expected) {
      const account = `customer:${customerId}/${purse}`;
      // What was sold above the limit is cash that is owed, on an account of its own.
      const overspend = purse === 'default' ? `customer:${customerId}/overspend` : account;
      const balance = shown.get(account);
      const real = overspend === account ? balance : (balance ?? 0) + (shown.get(overspend) ?? 0);
      if (real !== minor) differences.push(`pupil ${index + 1}, ${purse}: ${real}, reckoned ${minor}`);
      shown.delete(account);
      shown.delete(overspend);
    }
    purses += expected.length;
  }
  if (shown.size !== 0) differences.push(`nobody reckoned with ${[...shown.keys()].join(', ')}`);
  return { differences, purses };
}
