/**
 * Goal: a person reads the right amounts (R10: what is paid in, the fee, and what the tag holds before and after).
 * Method: the steps of the example of the design (100.00 with a fee of 5.00, then 55.00) and their sentences.
 */
import { describe, expect, test } from 'vitest';
import type { Step } from '../contract/ipc/step.ts';
import { progressSentence, resultSentence } from './sentences.ts';

const at = '2026-07-04T20:15:03.120Z';
const tag = (transactionNumber: number, balanceMinor: number): NonNullable<Step['tag']> => ({
  uid: '04A1B2C3D4E5F6',
  generation: 1,
  transactionNumber,
  balanceMinor,
});

describe('sentences', () => {
  test('R10: a top-up names the fee and both balances', () => {
    const step: Step = {
      at,
      event: 'transactionCommitted',
      transaction: {
        terminalTransactionNumber: 1,
        type: 'TopUp',
        state: 'Committed',
        amountMinor: 10_000,
        balanceDeltaMinor: 9_500,
      },
      tag: tag(1, 9_500),
    };
    expect(resultSentence(step, 'CHF')).toBe('Topped up 100.00 CHF, fee 5.00 CHF. Balance 0.00 → 95.00.');
  });

  test('Q13: while a card pays a person is told what is waited for, and told nothing twice', () => {
    const changed = (paymentStatus: string): Step => ({ at, event: 'paymentChanged', details: { paymentStatus } });
    expect(progressSentence(changed('pending'))).toBe('The card is paying…');
    expect(progressSentence(changed('approved'))).toContain('Hold the same tag');
    expect(progressSentence(changed('declined'))).toBeNull();
    expect(resultSentence(changed('approved'), 'CHF')).toBeNull();
  });

  test('R11: a sale names the price and both balances', () => {
    const step: Step = {
      at,
      event: 'transactionCommitted',
      transaction: {
        terminalTransactionNumber: 2,
        type: 'Purchase',
        state: 'Committed',
        amountMinor: 5_500,
        balanceDeltaMinor: -5_500,
      },
      tag: tag(2, 4_000),
    };
    expect(resultSentence(step, 'CHF')).toBe('Sold 55.00 CHF. Balance 95.00 → 40.00.');
  });

  test('a tag that was made anew is named, with what is on it', () => {
    expect(resultSentence({ at, event: 'tagRepaired', tag: tag(0, 8_500) }, 'CHF')).toBe(
      'Repaired tag 04A1B2C3D4E5F6. Balance 85.00 CHF.',
    );
    const replaced: Step = { at, event: 'tagReplaced', tag: tag(0, 8_500), details: { lostUid: '04FFFFFFFFFFFF' } };
    expect(resultSentence(replaced, 'CHF')).toBe(
      'Tag 04A1B2C3D4E5F6 is in the place of 04FFFFFFFFFFFF, which is blocked. Balance 85.00 CHF.',
    );
  });

  test('a deposit that is paid back is no negative sale', () => {
    const step: Step = {
      at,
      event: 'transactionCommitted',
      transaction: {
        terminalTransactionNumber: 3,
        type: 'Purchase',
        state: 'Committed',
        amountMinor: 200,
        balanceDeltaMinor: 200,
      },
      tag: tag(3, 4_200),
    };
    expect(resultSentence(step, 'CHF')).toBe('Paid back 2.00 CHF. Balance 40.00 → 42.00.');
  });

  test('waiting is progress, not a result', () => {
    expect(resultSentence({ at, event: 'waitingForTag' }, 'CHF')).toBeNull();
    expect(progressSentence({ at, event: 'waitingForTag' })).toMatch(/Hold the tag/);
    expect(progressSentence({ at, event: 'balance' })).toBeNull();
  });
});
