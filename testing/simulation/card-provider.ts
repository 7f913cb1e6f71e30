import { createHash } from 'node:crypto';
import type { Charge, PaymentProvider, ProviderWord } from '../../backend-mock/payments/provider.ts';
import type { Chance } from './chance.ts';
import type { SimulatedTime } from './simulated-time.ts';
import type { Tally } from './tally.ts';

/** `days`: decided after more than a day, when nobody asks any more (Q12). */
export const cardFates = [
  'approves',
  'declines',
  'late',
  'late-declined',
  'silent-taken',
  'silent-forever',
  'days',
] as const;
export type CardFate = (typeof cardFates)[number];

const hourMs = 3_600_000;
/** How often a charge goes which way. */
const shares = {
  approves: 60,
  declines: 12,
  late: 10,
  'late-declined': 4,
  'silent-taken': 10,
  'silent-forever': 4,
} as const;

const referenceOf = (key: string): string => `card-${createHash('sha256').update(key).digest('hex').slice(0, 12)}`;

/** A charge as the provider has it. */
export interface Taken {
  readonly amountMinor: number;
  readonly currency: string;
  status: 'pending' | 'approved' | 'declined' | 'voided';
}

/**
 * Whoever takes money from cards, with a memory of its own that no crash of the backend touches: approves, declines, answers
 * late, takes the money and says nothing, or never says anything.
 */
export class CardProvider implements PaymentProvider {
  /** By payment key; the money truly taken is what is approved here. */
  readonly charges = new Map<string, Taken>();
  /** When false nobody answers, whatever is asked. */
  isReachable = true;
  /** What becomes of the next charge, where somebody has decided it. */
  nextFate: CardFate | null = null;
  /** Told of every word that there is about a charge. */
  onWord: (key: string, taken: Taken, reference: string) => void = () => undefined;
  readonly #time: SimulatedTime;
  readonly #chance: Chance;
  readonly #tally: Tally;

  constructor(time: SimulatedTime, chance: Chance, tally: Tally) {
    this.#time = time;
    this.#chance = chance;
    this.#tally = tally;
  }

  /** What the card of a till's transaction has truly paid; 0 where it has nothing. @param name assignment and number */
  paidMinor(name: string): number {
    for (const [key, { status, amountMinor }] of this.charges) {
      const [, , assignmentId, number] = key.split('-');
      if (`${assignmentId}/${number}` === name && status === 'approved') return amountMinor;
    }
    return 0;
  }

  charge(charge: Charge): Promise<ProviderWord> {
    const known = this.charges.get(charge.key);
    if (known) return this.#say(charge.key, known);
    // By its key, because the backend asks about several payments at a time.
    const chance = this.#chance.stream(charge.key);
    const fate = this.nextFate ?? chance.weighted<CardFate>(shares);
    this.nextFate = null;
    this.#tally.fault(`card ${fate}`);
    const { amountMinor, currency } = charge;
    const status =
      fate === 'approves' || fate === 'silent-taken' ? 'approved' : fate === 'declines' ? 'declined' : 'pending';
    const taken: Taken = { amountMinor, currency, status };
    this.charges.set(charge.key, taken);
    if (status !== 'pending') this.#announce(charge.key, taken);
    if (fate === 'late' || fate === 'late-declined' || fate === 'days') {
      const delayMs = fate === 'days' ? chance.between(26, 60) * hourMs : chance.pick([3_000, 60_000, hourMs]);
      const isApproved = fate === 'late' || (fate === 'days' && chance.percent(70));
      this.#time.after(delayMs, () => {
        if (taken.status !== 'pending') return;
        taken.status = isApproved ? 'approved' : 'declined';
        this.#announce(charge.key, taken);
      });
    }
    return fate === 'silent-taken' ? Promise.reject(new Error('no answer')) : this.#say(charge.key, taken);
  }

  look(key: string): Promise<ProviderWord | undefined> {
    const known = this.charges.get(key);
    return known ? this.#say(key, known) : this.#answer(undefined);
  }

  void(key: string): Promise<ProviderWord> {
    const known = this.charges.get(key) ?? { amountMinor: 0, currency: '', status: 'voided' };
    this.charges.set(key, known);
    const isNews = known.status !== 'declined' && known.status !== 'voided';
    if (isNews) known.status = 'voided';
    if (isNews && known.amountMinor > 0) this.#announce(key, known);
    return this.#say(key, known);
  }

  #announce(key: string, taken: Taken): void {
    this.onWord(key, taken, referenceOf(key));
  }

  #say(key: string, { status, amountMinor, currency }: Taken): Promise<ProviderWord> {
    const reference = referenceOf(key);
    return this.#answer(status === 'approved' ? { status, reference, amountMinor, currency } : { status, reference });
  }

  #answer<Word>(word: Word): Promise<Word> {
    return !this.isReachable ? Promise.reject(new Error('no answer')) : Promise.resolve(word);
  }
}
