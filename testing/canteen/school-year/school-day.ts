import { applyCredits, processSales } from '../../../backend-mock/purses/canteen-rounds.ts';
import type { Canteen } from '../canteen.ts';
import { dayAfter, londonInstant } from './london-time.ts';
import { type Happening, happen, type Pupil } from './school.ts';
import { type Dice, isDown, isSchoolDay } from './school-plan.ts';

type PreOrder = { pupil: Pupil; number: number; minor: number; day: string };

/** What one day leaves to the next ones. */
export type Carried = { late: Happening[]; preOrders: PreOrder[]; counts: Record<string, number> };

export const nothingCarried = (): Carried => ({ late: [], preOrders: [], counts: {} });

/** One day of the school, from its first till to the night; `look` is called whenever the purses are to be compared. */
export async function liveDay(
  canteen: Canteen,
  pupils: readonly Pupil[],
  day: string,
  dice: Dice,
  carried: Carried,
  look: () => Promise<void>,
): Promise<void> {
  const at = (time: string) => londonInstant(day, time);
  const round = async (instant: Date) => {
    canteen.setNow(instant.toISOString());
    if (isDown(day)) return;
    const rounds = applyCredits(canteen.database, canteen.clock).then(() =>
      processSales(canteen.database, canteen.clock),
    );
    // While the database is at work.
    for (const { reckoning } of pupils) reckoning.settle(instant);
    await rounds;
  };
  if (isSchoolDay(day)) {
    const book = booker(canteen, carried);
    const some = (share: number) => pupils.filter(() => dice.isTrue(share));
    await book(
      'cash',
      at('08:00'),
      some(0.08).map((pupil) => ({ pupil, minor: dice.between(4, 30) * 50, at: at('07:55') })),
    );
    const breakfast = { session: 'breakfast', isMeal: true };
    await book(
      'sale',
      at('08:15'),
      some(0.15).map((pupil) => ({ pupil, minor: -dice.between(60, 1_90), at: at('08:14'), sale: breakfast })),
    );
    await round(at('09:35'));
    await book('late', at('10:00'), carried.late.splice(0));
    const lunch = lunches(pupils, dice, at('12:10'));
    const isLate = lunch.map(() => dice.isTrue(0.03));
    carried.late.push(...lunch.filter((_, index) => isLate[index]));
    const inTime = lunch.filter((_, index) => !isLate[index]);
    await book('sale', at('12:10'), inTime);
    // Some of what follows meets sales that are processed, and some meets sales that wait.
    if (dice.isTrue(0.5)) await round(at('12:45'));
    await book('refund', at('13:10'), refundsOf(inTime, dice, at('13:09')));
    await round(at('13:45'));
    await book(
      'cash',
      at('14:00'),
      some(0.005).map((pupil) => ({ pupil, minor: -dice.between(1, 4) * 50, at: at('14:00') })),
    );
    await preOrder(book, some(0.04), dice, carried, at('15:00'), day);
    await round(at('18:00'));
    await look();
    const night = { session: null, isMeal: true };
    await book(
      'sale',
      at('23:58'),
      some(0.01).map((pupil) => ({ pupil, minor: -dice.between(50, 2_00), at: at('23:58'), sale: night })),
    );
  }
  const tomorrow = dayAfter(day);
  // Tonight's round falls on tomorrow: it does not come where the jobs of either day do not run.
  if (!isDown(tomorrow)) await round(londonInstant(tomorrow, '00:05'));
  await look();
  for (const { reckoning } of pupils) reckoning.forgetBefore(dayAfter(day, -20));
  carried.preOrders = carried.preOrders.filter((order) => order.day > day);
}

type Book = (name: string, now: Date, happenings: readonly Happening[]) => Promise<number[]>;

function booker(canteen: Canteen, { counts }: Carried): Book {
  return async (name, now, happenings) => {
    canteen.setNow(now.toISOString());
    counts[name] = (counts[name] ?? 0) + happenings.length;
    return happen(canteen, happenings);
  };
}

function lunches(pupils: readonly Pupil[], dice: Dice, at: Date): Happening[] {
  return pupils.flatMap((pupil) => {
    if (!dice.isTrue(0.5)) return [];
    const meal = { pupil, minor: -dice.between(1_20, 4_10), at, sale: { session: 'lunch', isMeal: true } };
    const sweets = { pupil, minor: -dice.between(40, 95), at, sale: { session: 'lunch', isMeal: false } };
    return dice.isTrue(0.12) ? [meal, sweets] : [meal];
  });
}

/** A few sales come back, in parts or whole. */
function refundsOf(sales: readonly Happening[], dice: Dice, at: Date): Happening[] {
  return sales.flatMap((sale) => {
    if (!dice.isTrue(0.06)) return [];
    return [{ ...sale, minor: dice.isTrue(0.4) ? -sale.minor : dice.between(1, -sale.minor), at }];
  });
}

/** R92: lunches of days to come are paid today; some of yesterday's orders are taken back. */
async function preOrder(
  book: Book,
  pupils: readonly Pupil[],
  dice: Dice,
  carried: Carried,
  now: Date,
  day: string,
): Promise<void> {
  const taken = carried.preOrders.filter((order) => order.day > day && dice.isTrue(0.15));
  const sale = { session: 'lunch', isMeal: true };
  await book(
    'cancellation',
    now,
    taken.map(({ pupil, number, minor, day: of }) => ({
      pupil,
      minor: -minor,
      at: londonInstant(of, '12:00'),
      sale,
      cancels: number,
    })),
  );
  carried.preOrders = carried.preOrders.filter((order) => !taken.includes(order));
  const orders = pupils.map((pupil) => ({
    pupil,
    minor: -dice.between(1_50, 3_50),
    day: dayAfter(day, dice.between(1, 3)),
  }));
  const numbers = await book(
    'pre-order',
    now,
    orders.map(({ pupil, minor, day: of }) => ({ pupil, minor, at: londonInstant(of, '12:00'), sale })),
  );
  carried.preOrders.push(...orders.map((order, index) => ({ ...order, number: numbers[index] ?? 0 })));
}
