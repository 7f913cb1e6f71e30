// Goal: whatever a provider says, in whatever order and however often, a payment takes the first result that is its own and never
// another (Q12, Q13): the money is neither booked twice nor lost.
// Method: the whole table by hand, random sequences of words against its rules, and the intervals of Q12 over a day.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type PaymentStatus, paymentStatuses } from '../../contract/wire/payment.ts';
import { judgeWord, type PaymentPosition, pauseBeforeCheckMs } from './payment-status.ts';
import type { ProviderWord } from './provider.ts';

const position: PaymentPosition = {
  status: 'pending',
  voidRequested: false,
  reference: null,
  amountMinor: 20_00,
  currency: 'CHF',
};
const approved: ProviderWord = { status: 'approved', reference: 'one', amountMinor: 20_00, currency: 'CHF' };
const word = (status: ProviderWord['status']): ProviderWord =>
  status === 'approved' ? approved : { status, reference: 'one' };
const words = ['pending', 'approved', 'declined', 'voided', 'expired'] as const;

describe('the table', () => {
  const open = ['stay', 'approved', 'declined', 'voided', 'declined'];
  const table: readonly (readonly [PaymentStatus, boolean, readonly string[]])[] = [
    ['pending', false, open],
    ['unknown', false, open],
    ['unknown', true, ['stay', 'stay', 'declined', 'voided', 'declined']],
    ['approved', false, ['stay', 'stay', 'contradiction', 'contradiction', 'contradiction']],
    ['declined', false, ['stay', 'contradiction', 'stay', 'stay', 'stay']],
    ['voided', false, ['stay', 'contradiction', 'stay', 'stay', 'stay']],
    ['voided', true, ['stay', 'contradiction', 'stay', 'stay', 'stay']],
  ];
  test.each(table)('%s, void asked for: %s', (status, voidRequested, expected) => {
    const verdicts = words.map((said) => {
      const verdict = judgeWord({ ...position, status, voidRequested }, word(said));
      return verdict.verdict === 'become' ? verdict.status : verdict.verdict;
    });
    expect(verdicts).toEqual(expected);
  });
});

test('an approval counts only for the amount that was asked for, and only under one name', () => {
  for (const other of [
    { ...approved, amountMinor: 20_01 },
    { ...approved, currency: 'EUR' },
  ])
    expect(judgeWord(position, other).verdict).toBe('contradiction');
  expect(judgeWord({ ...position, reference: 'two' }, approved).verdict).toBe('contradiction');
  expect(judgeWord({ ...position, status: 'approved', reference: 'one' }, approved).verdict).toBe('stay');
});

test('Q13: in any sequence of words, a payment gets one result and keeps it', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...words), { maxLength: 12 }), (sequence) => {
      let current = position;
      const results: PaymentStatus[] = [];
      for (const said of sequence) {
        const verdict = judgeWord(current, word(said));
        if (verdict.verdict !== 'become') continue;
        current = { ...current, status: verdict.status, reference: verdict.reference };
        results.push(verdict.status);
      }
      const first = sequence.find((said) => said !== 'pending');
      expect(results).toEqual(first === undefined ? [] : [first === 'expired' ? 'declined' : first]);
      expect(paymentStatuses).toContain(current.status);
    }),
  );
});

test('Q12: the pauses grow from 5 s to 15 min and never pass it', () => {
  const bounds = { firstMs: 5_000, longestMs: 900_000 };
  const pauses = Array.from({ length: 200 }, (_, checks) => pauseBeforeCheckMs(checks, bounds));
  expect(pauses.slice(0, 9)).toEqual([5, 10, 20, 40, 80, 160, 320, 640, 900].map((seconds) => seconds * 1_000));
  expect(Math.max(...pauses)).toBe(900_000);
});
