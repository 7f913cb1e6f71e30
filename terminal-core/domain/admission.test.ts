/**
 * Goal: an amount or a balance outside what the event allows is refused, and the refusal says by how much.
 * Method: one amount on each side of every limit.
 */
import { describe, expect, test } from 'vitest';
import { denyAmount, denyBalance } from './admission.ts';

const limits = { maximumBalanceMinor: 30_000, maximumTopUpMinor: 20_000, maximumPurchaseMinor: 15_000 };

describe('before a tag is shown', () => {
  const purchase = (amountMinor: number) => denyAmount({ type: 'Purchase', amountMinor, feeMinor: 0 }, limits);
  const topUp = (amountMinor: number, feeMinor = 500) => denyAmount({ type: 'TopUp', amountMinor, feeMinor }, limits);

  test('the most that may be paid or paid in at once', () => {
    expect([purchase(15_000), topUp(20_000)]).toEqual([null, null]);
    expect(purchase(15_001)).toEqual({ code: 'AMOUNT_LIMIT', details: { amountMinor: 15_001, maximumMinor: 15_000 } });
    expect(topUp(20_001)).toEqual({ code: 'AMOUNT_LIMIT', details: { amountMinor: 20_001, maximumMinor: 20_000 } });
  });

  test('a top-up has to leave something after its fee', () => {
    expect(topUp(501)).toBeNull();
    expect(topUp(500)).toEqual({ code: 'AMOUNT_BELOW_FEE', details: { amountMinor: 500, feeMinor: 500 } });
    expect(topUp(0, 0)).toMatchObject({ code: 'AMOUNT_BELOW_FEE' });
  });
});

describe('with the tag', () => {
  test('tag.md: never below zero by a purchase; the last minor unit may be spent', () => {
    expect(denyBalance(500, -500, limits)).toBeNull();
    expect(denyBalance(500, -501, limits)).toEqual({
      code: 'INSUFFICIENT_FUNDS',
      details: { balanceMinor: 500, missingMinor: 1 },
    });
  });

  test('tag.md: never above the maximum by anything that adds', () => {
    expect(denyBalance(20_000, 10_000, limits)).toBeNull();
    expect(denyBalance(20_000, 10_001, limits)).toEqual({
      code: 'BALANCE_LIMIT',
      details: { balanceMinor: 20_000, maximumBalanceMinor: 30_000, excessMinor: 1 },
    });
  });

  test('a tag above the maximum, or below zero by a correction, may come nearer to what is allowed', () => {
    expect(denyBalance(40_000, -1, limits)).toBeNull();
    expect(denyBalance(-500, 200, limits)).toBeNull();
    expect(denyBalance(-500, -1, limits)).toMatchObject({ code: 'INSUFFICIENT_FUNDS' });
  });
});
