import type { PaymentStatus } from '../../contract/wire/payment.ts';
import type { ProviderWord } from './provider.ts';

/** What a payment has come to, as far as the provider's next word depends on it. */
export type PaymentPosition = {
  status: PaymentStatus;
  voidRequested: boolean;
  reference: string | null;
  amountMinor: number;
  currency: string;
};

export type WordVerdict =
  | { verdict: 'stay' }
  /** `expired`: it took nothing because its time was over. */
  | { verdict: 'become'; status: 'approved' | 'declined' | 'voided'; reference: string | null; expired: boolean }
  /** The provider takes back what it said, or says it of another payment: nothing changes, and an operator has to look. */
  | { verdict: 'contradiction'; detail: string };

const stay: WordVerdict = { verdict: 'stay' };
const contradiction = (detail: string): WordVerdict => ({ verdict: 'contradiction', detail });

/**
 * Judges the provider's word about a payment, by whichever way and however often it came (Q13): the first result stands, the same
 * again is nothing new, and an approval counts only for the very amount that was asked for. A payment that is being voided is
 * voided when the provider says so, and not a moment sooner. One that has expired took nothing: it is as good as declined.
 */
export function judgeWord(position: PaymentPosition, word: ProviderWord): WordVerdict {
  const { status, voidRequested, reference } = position;
  if (word.status === 'pending') return stay;
  if (reference !== null && word.reference !== null && word.reference !== reference)
    return contradiction(`the provider names ${word.reference}, and ${reference} before`);
  if (word.status === 'approved') {
    const { amountMinor, currency } = word;
    if (amountMinor !== position.amountMinor || currency !== position.currency)
      return contradiction(
        `${amountMinor} ${currency} approved, ${position.amountMinor} ${position.currency} asked for`,
      );
  }
  switch (status) {
    case 'pending':
    case 'unknown':
      // The approval of a payment that is on its way back changes nothing: the void is what is waited for.
      if (word.status === 'approved' && voidRequested) return stay;
      return {
        verdict: 'become',
        status: word.status === 'expired' ? 'declined' : word.status,
        reference: word.reference,
        expired: word.status === 'expired',
      };
    case 'approved':
      return word.status === 'approved' ? stay : contradiction(`${word.status} after approved`);
    case 'declined':
    case 'voided':
      return word.status === 'approved' ? contradiction(`approved after ${status}`) : stay;
  }
}

/** When a payment without a result is looked at again: after 5 s at first, then ever later, 15 min at most (Q12). */
export function pauseBeforeCheckMs(checks: number, bounds: { firstMs: number; longestMs: number }): number {
  return Math.min(bounds.longestMs, bounds.firstMs * 2 ** Math.min(checks, 30));
}
