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
const offlineMs = 40 * 60_000;

/**
 * Chains of events that chance alone would take days for, each of ordinary actions: a sale that is broken off while it is
 * written, at a till that nobody can reach, and a wristband that goes on to other tills before it comes back.
 */
export function mishap(chance: Chance, { till, otherTill, tagId, otherTagId }: MishapPlaces): readonly Action[] {
  const visit = (at: number, work: Work, holdMs: number): readonly Action[] => {
    const showing: Showing = { tagId, afterMs: 5, holdMs };
    return [
      { kind: 'visit', till: at, work, firstTagOnly: true, showing },
      { kind: 'pass', spanMs: holdMs + 300 },
    ];
  };
  const broken = chance.pick<Work>([
    { work: 'sell', amountMinor: 300, taps: 1, openLoop: false },
    { work: 'topUp', amountMinor: 2_000, method: 'cash' },
    { work: 'refund', amountMinor: 50 },
    { work: 'block', blocked: false },
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
  const sale: Work = { work: 'sell', amountMinor: 50, taps: 1, openLoop: false };
  return [
    ...(chance.percent(70) ? [{ kind: 'partition', till, forMs: offlineMs } as const] : []),
    ...visit(till, broken, chance.between(writingMs.first, writingMs.last)),
    ...(chance.percent(35) ? passing : []),
    chance.percent(50) ? { kind: 'dismiss', till } : { kind: 'kill', till, moments: 0 },
    { kind: 'start', till },
    ...Array.from({ length: salesElsewhere }, () => visit(otherTill, sale, 2_500)).flat(),
    ...(chance.percent(30) ? [{ kind: 'pass', spanMs: offlineMs } as const] : []),
    ...(chance.percent(30) ? hasty : []),
    ...visit(till, chance.percent(60) ? { work: 'balance' } : sale, 2_500),
  ];
}
