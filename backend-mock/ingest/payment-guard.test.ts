// Goal: a card top-up is booked, or held to be on the tag, only on a payment that covers it (requirements.md 3.4; INV-64).
// Method: every position a payment can have, against every state its till may deliver and every state the backend may be in.
import { describe, expect, test } from 'vitest';
import { paymentStatuses } from '../../contract/wire/payment.ts';
import { transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import { cardTopUp } from '../../testing/backend/card-payments.ts';
import { type KnownPayment, paymentObjection } from './payment-guard.ts';

const payload = transactionPayloadSchema.parse(cardTopUp({ number: 1 }, 100_00, 5_00));
const approved: KnownPayment = { status: 'approved', voidRequested: false, amountMinor: 100_00, feeMinor: 5_00 };

test('a reader that gives a final result by itself has no payment here to be held against', () => {
  expect(paymentObjection(payload, 'Open', 'Committed', undefined)).toBeUndefined();
});

describe.each(['ExternalPending', 'ExternalUnknown', 'TerminalConfirmUnknown'] as const)('from %s', (from) => {
  test.each(['Committed', 'TerminalConfirmUnknown'] as const)('%s needs a payment that may be believed', (to) => {
    for (const status of paymentStatuses) {
      for (const voidRequested of [false, true]) {
        const objection = paymentObjection(payload, from, to, { ...approved, status, voidRequested });
        const believed = status === 'approved' || (status === 'unknown' && from !== 'ExternalPending');
        const position = `${status}${voidRequested ? ', being voided' : ''}`;
        expect(`${position}: ${objection?.code ?? 'fine'}`).toBe(
          `${position}: ${believed && !voidRequested ? 'fine' : 'INVALID_TRANSITION'}`,
        );
      }
    }
  });

  test('Aborted is always taken: the money is given back for it', () => {
    for (const status of paymentStatuses)
      expect(paymentObjection(payload, from, 'Aborted', { ...approved, status, amountMinor: 1 })).toBeUndefined();
  });
});

test('what is booked is what the card paid, amount and fee', () => {
  const objection = (changes: Partial<KnownPayment>) =>
    paymentObjection(payload, 'ExternalPending', 'Committed', { ...approved, ...changes })?.code;
  expect(objection({})).toBeUndefined();
  expect(objection({ amountMinor: 99_99 })).toBe('CONTENT_CONFLICT');
  expect(objection({ feeMinor: 4_99 })).toBe('CONTENT_CONFLICT');
});
