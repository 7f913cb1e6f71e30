import { dayAfter, weekdayOf } from './london-time.ts';
import type { CreditKind } from './reckoning.ts';

/** A row of numbers from a seed, each from 0 up to 1: the same seed, the same year. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** Mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  isTrue(probability: number): boolean {
    return this.next() < probability;
  }

  /** Whole, both ends included. */
  between(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }
}

const weekdays = [1, 2, 3, 4, 5];
/** Three kinds of credit: one for every day, one for lunch alone that is swept when lunch is over, and one for breakfasts that rolls over. */
export const freeMeals: CreditKind = {
  title: 'Free School Meals',
  amountMinor: 2_50,
  weekdays,
  at: '09:30',
  days: 1,
  sessions: null,
  sweptAt: null,
};
export const infantMeals: CreditKind = {
  title: 'Universal Infant Meals',
  amountMinor: 2_40,
  weekdays,
  at: '11:00',
  days: 1,
  sessions: ['lunch'],
  sweptAt: '13:30',
};
export const bursary: CreditKind = {
  title: 'Bursary',
  amountMinor: 1_80,
  weekdays: [1, 3],
  at: '07:30',
  days: 6,
  sessions: ['breakfast'],
  sweptAt: null,
};

export const crontabOf = ({ at, weekdays: days }: CreditKind): string => {
  const [hour, minute] = at.split(':');
  return `${Number(minute)} ${Number(hour)} * * ${days.join(',')}`;
};

/** By the wall clock; what is outside stands in no session. */
export const sessions = [
  { session: 'breakfast', from: '07:30', to: '09:00' },
  { session: 'lunch', from: '12:00', to: '13:30' },
];

const holidays: readonly (readonly [string, string])[] = [
  ['2026-10-26', '2026-10-30'],
  ['2026-12-21', '2027-01-01'],
  ['2027-02-15', '2027-02-19'],
  ['2027-04-05', '2027-04-16'],
  ['2027-05-31', '2027-06-04'],
];

export function isSchoolDay(day: string): boolean {
  return weekdayOf(day) % 6 !== 0 && !holidays.some(([from, to]) => day >= from && day <= to);
}

/** Days on which the jobs of the backend do not run at all, from one hour to the next whole week. */
export function isDown(day: string): boolean {
  const outages: readonly (readonly [string, string])[] = [
    ['2026-09-16', '2026-09-17'],
    ['2026-10-22', '2026-10-26'],
    ['2026-12-02', '2026-12-02'],
    ['2027-03-23', '2027-03-25'],
    ['2027-06-14', '2027-06-15'],
  ];
  return outages.some(([from, to]) => day >= from && day <= to);
}

export function daysFrom(first: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => dayAfter(first, index));
}
