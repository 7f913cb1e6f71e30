import type { Action, Showing, Work } from './actions.ts';
import type { Chance } from './chance.ts';

/** Where a mishap happens: at one till, with one wristband, while another till goes on. */
export interface MishapPlaces {
  readonly till: number;
  readonly otherTill: number;
  readonly tagId: string;
  /** Of somebody who comes to the same reader in between. */
  readonly otherTagId: string;
}

/** About when a sale writes its pages and reads them back, after the wristband has come. */
const writingMs = { first: 150, last: 380 } as const;
/** Longer than a reservation holds. */
const offlineMs = 16 * 60_000;
/** About when a top-up that a card has paid writes its pages: the provider is asked first. */
const cardWritingMs = { first: 330, last: 900 } as const;
const hourMs = 60 * 60_000;

/**
 * Chains of events that chance alone would take days for, each of ordinary actions: what they have in common is that one thing is
 * broken off at a bad moment and the world goes on before somebody comes back to it.
 */
export function mishap(chance: Chance, places: MishapPlaces): readonly Action[] {
  const chain = chance.weighted({
    broken: 70,
    'broken-card': 14,
    'held-too-long': 10,
    'card-for-days': 6,
    'disk-put-back': 4,
  });
  switch (chain) {
    case 'broken':
      return brokenOff(chance, places);
    case 'broken-card':
      return brokenCard(chance, places);
    case 'held-too-long':
      return heldTooLong(chance, places);
    case 'card-for-days':
      return cardForDays(chance, places);
    case 'disk-put-back':
      return diskPutBack(chance, places);
  }
}

/** Somebody comes, wants something, and takes the wristband away after a while. */
function visit(till: number, tagId: string, work: Work, holdMs: number): readonly Action[] {
  const showing: Showing = { tagId, afterMs: 5, holdMs };
  return [
    { kind: 'visit', till, work, firstTagOnly: true, showing },
    { kind: 'pass', spanMs: holdMs + 300 },
  ];
}

const sale: Work = { work: 'sell', amountMinor: 50, taps: 1, openLoop: false };
const cardTopUp: Work = { work: 'topUp', amountMinor: 2_000, method: 'card' };
const balance: Work = { work: 'balance' };

/** The till forgets what was broken off: somebody presses it away, or the process ends. */
const givenUp = (chance: Chance, till: number): readonly Action[] => [
  chance.percent(50) ? { kind: 'dismiss', till } : { kind: 'kill', till, moments: 0 },
  { kind: 'start', till },
];

/**
 * Something is broken off while it is written, often at a till that nobody can reach, and the wristband goes on to other tills
 * before it comes back.
 */
function brokenOff(chance: Chance, { till, otherTill, tagId, otherTagId }: MishapPlaces): readonly Action[] {
  const broken = chance.pick<Work>([
    sale,
    { work: 'sell', amountMinor: 300, taps: 1, openLoop: false },
    { work: 'topUp', amountMinor: 2_000, method: 'cash' },
    { work: 'refund', amountMinor: 50 },
    { work: 'block', blocked: false },
    { work: 'collect' },
    { work: 'chargeback', number: null },
  ]);
  const passing: readonly Action[] = [
    { kind: 'show', till, showing: { tagId: otherTagId, afterMs: 5, holdMs: 1_500 } },
    { kind: 'pass', spanMs: 1_800 },
  ];
  const hasty: readonly Action[] = [
    { kind: 'pass', spanMs: 100_000 },
    { kind: 'operator', deed: { deed: 'resolve', key: null, to: chance.pick(['Committed', 'Aborted'] as const) } },
    { kind: 'pass', spanMs: 130_000 },
  ];
  const salesElsewhere = chance.below(5);
  return [
    ...(chance.percent(70) ? [{ kind: 'partition', till, forMs: offlineMs } as const] : []),
    ...visit(till, tagId, broken, chance.between(writingMs.first, writingMs.last)),
    ...(chance.percent(35) ? passing : []),
    ...givenUp(chance, till),
    ...Array.from({ length: salesElsewhere }, () => visit(otherTill, tagId, sale, 2_500)).flat(),
    ...(chance.percent(30) ? [{ kind: 'pass', spanMs: offlineMs } as const] : []),
    ...(chance.percent(30) ? hasty : []),
    ...visit(till, tagId, chance.percent(60) ? balance : sale, 2_500),
  ];
}

/** A card has paid, and the wristband is gone before it holds the money; sometimes an operator decides before the till knows. */
function brokenCard(chance: Chance, { till, otherTill, tagId }: MishapPlaces): readonly Action[] {
  const to = chance.pick(['Committed', 'Aborted'] as const);
  const hasty: readonly Action[] = [
    { kind: 'pass', spanMs: 100_000 },
    { kind: 'operator', deed: { deed: 'resolve', key: null, to } },
    { kind: 'pass', spanMs: 20_000 },
  ];
  return [
    { kind: 'card', fate: 'approves' },
    ...visit(till, tagId, cardTopUp, chance.between(cardWritingMs.first, cardWritingMs.last)),
    ...givenUp(chance, till),
    ...(chance.percent(40) ? visit(otherTill, tagId, chance.percent(50) ? sale : balance, 2_500) : []),
    ...(chance.percent(45) ? hasty : [{ kind: 'pass', spanMs: 70_000 } as const]),
    ...visit(till, tagId, balance, 2_500),
  ];
}

/** What a till was granted is let go before anybody hears what became of it (TM): its line is cut while it writes. */
function heldTooLong(chance: Chance, { till, otherTill, tagId }: MishapPlaces): readonly Action[] {
  const work: Work = chance.percent(60) ? { work: 'refund', amountMinor: 50 } : sale;
  const holdMs = chance.percent(50) ? 2_500 : chance.between(writingMs.first, writingMs.last);
  return [
    { kind: 'visit', till, work, firstTagOnly: true, showing: { tagId, afterMs: 5, holdMs } },
    { kind: 'pass', spanMs: chance.between(150, 260) },
    { kind: 'partition', till, forMs: offlineMs },
    { kind: 'pass', spanMs: holdMs + 300 },
    ...(chance.percent(60) ? givenUp(chance, till) : []),
    { kind: 'pass', spanMs: 11 * 60_000 },
    ...(chance.percent(50) ? visit(otherTill, tagId, balance, 2_500) : []),
    { kind: 'pass', spanMs: 6 * 60_000 },
    ...visit(till, tagId, balance, 2_500),
  ];
}

/** Nobody says for more than a day whether a card has paid; then the provider does, or somebody has had enough (Q12). */
function cardForDays(chance: Chance, { till, tagId }: MishapPlaces): readonly Action[] {
  const end = chance.pick<readonly Action[]>([
    [{ kind: 'operator', deed: { deed: 'end-payment', to: 'Aborted' } }],
    visit(till, tagId, { work: 'voidPayment' }, 2_500),
    [{ kind: 'night', forMs: 36 * hourMs }, ...visit(till, tagId, { work: 'finishPayment' }, 4_000)],
  ]);
  return [
    { kind: 'card', fate: chance.percent(80) ? 'days' : 'silent-forever' },
    ...visit(till, tagId, cardTopUp, 4_000),
    { kind: 'pass', spanMs: 40_000 },
    { kind: 'night', forMs: 25 * hourMs },
    { kind: 'start', till },
    { kind: 'pass', spanMs: 60_000 },
    ...end,
    { kind: 'pass', spanMs: 60_000 },
  ];
}

/** A till goes on from an older copy of its disk: where the backend can be reached it is told so, else it sells until it is. */
function diskPutBack(chance: Chance, { till, otherTill, tagId, otherTagId }: MishapPlaces): readonly Action[] {
  return [
    { kind: 'keep-disk', till },
    ...visit(till, tagId, sale, 2_500),
    ...visit(till, otherTagId, sale, 2_500),
    { kind: 'pass', spanMs: chance.pick([2_000, 70_000, 70_000]) },
    ...(chance.percent(30) ? visit(till, tagId, sale, 2_500) : []),
    { kind: 'kill', till, moments: 0 },
    ...(chance.percent(50) ? [{ kind: 'partition', till, forMs: offlineMs } as const] : []),
    { kind: 'put-disk-back', till },
    { kind: 'start', till },
    ...visit(till, tagId, sale, 2_500),
    ...visit(till, otherTagId, sale, 2_500),
    ...visit(otherTill, tagId, sale, 2_500),
    { kind: 'pass', spanMs: chance.percent(50) ? offlineMs : 70_000 },
    ...visit(till, tagId, sale, 2_500),
    { kind: 'enrol-anew', till },
    ...visit(till, tagId, sale, 2_500),
  ];
}
