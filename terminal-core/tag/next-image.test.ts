/**
 * Goal: an image that must not come to be is refused before anything is written.
 * Method: the bounds of tag.md, one change on each side of each of them.
 */
import { describe, expect, test } from 'vitest';
import { i32Max, i32Min, type TagImage, u16Max, u32Max } from './image.ts';
import { issuedImage, nextImage, type TagChange } from './next-image.ts';

const purchase: TagChange = {
  type: 'Purchase',
  amountMinor: -500,
  assignmentId: 41,
  terminalTransactionNumber: 3,
  writtenAtSeconds: 1_800_000_000,
};
const adjustment: TagChange = { ...purchase, type: 'TagAdjustment', adjustmentNumber: 1 };

function holding(balanceMinor: number): TagImage {
  return { ...issuedImage(1_767_225_600), balanceMinor };
}

describe('balance', () => {
  test('exactly the whole balance can be spent, and not one minor unit more', () => {
    expect(nextImage(holding(500), purchase)).toMatchObject({ ok: true, value: { balanceMinor: 0 } });
    expect(nextImage(holding(499), purchase)).toEqual({ ok: false, fault: 'balance-out-of-range' });
  });

  test('32 bits are the end', () => {
    const topUp: TagChange = { ...purchase, type: 'TopUp', amountMinor: 1 };
    expect(nextImage(holding(i32Max - 1), topUp)).toMatchObject({ ok: true, value: { balanceMinor: i32Max } });
    expect(nextImage(holding(i32Max), topUp)).toEqual({ ok: false, fault: 'balance-out-of-range' });
    expect(nextImage(holding(i32Min), { ...adjustment, amountMinor: -1 })).toEqual({
      ok: false,
      fault: 'balance-out-of-range',
    });
  });

  test('only a correction of the backend goes below zero', () => {
    expect(nextImage(holding(100), adjustment)).toMatchObject({ ok: true, value: { balanceMinor: -400 } });
    expect(nextImage(holding(100), { ...purchase, type: 'Refund' })).toMatchObject({ ok: false });
  });

  test('what a correction left below zero may be added to, even where it stays there, and not taken from', () => {
    const topUp: TagChange = { ...purchase, type: 'TopUp', amountMinor: 400 };
    expect(nextImage(holding(-1_000), topUp)).toMatchObject({ ok: true, value: { balanceMinor: -600 } });
    expect(nextImage(holding(-1_000), { ...topUp, type: 'Chargeback' })).toMatchObject({ ok: true });
    expect(nextImage(holding(-1_000), { ...purchase, amountMinor: -1 })).toMatchObject({ ok: false });
  });

  test('a fraction of a minor unit is refused', () => {
    expect(nextImage(holding(1000), { ...purchase, amountMinor: -0.5 })).toMatchObject({ ok: false });
  });
});

describe('numbers', () => {
  test('R21: the number is one higher, whatever the change', () => {
    expect(nextImage(holding(500), purchase)).toMatchObject({ value: { transactionNumber: 1, generation: 1 } });
  });

  test('the last number there is can be used, and nothing after it', () => {
    const last = { ...holding(5000), transactionNumber: u32Max - 1 };
    expect(nextImage(last, purchase)).toMatchObject({ ok: true, value: { transactionNumber: u32Max } });
    expect(nextImage({ ...last, transactionNumber: u32Max }, purchase)).toEqual({
      ok: false,
      fault: 'number-exhausted',
    });
  });

  test.each([0, 1, 2, 4])('Q20: after adjustment 2 the adjustment %i is refused', (adjustmentNumber) => {
    const current = { ...holding(5000), adjustmentNumber: 2 };
    expect(nextImage(current, { ...adjustment, adjustmentNumber })).toEqual({
      ok: false,
      fault: 'adjustment-out-of-order',
    });
  });

  test('Q20: after adjustment 2 comes 3, and after the last there is none', () => {
    const current = { ...holding(5000), adjustmentNumber: 2 };
    expect(nextImage(current, { ...adjustment, adjustmentNumber: 3 })).toMatchObject({
      value: { adjustmentNumber: 3 },
    });
    const last = { ...current, adjustmentNumber: u16Max };
    expect(nextImage(last, { ...adjustment, adjustmentNumber: u16Max + 1 })).toEqual({
      ok: false,
      fault: 'number-exhausted',
    });
  });
});

test('a tag is blocked by an adjustment of 0 that has a number and a history entry like any other write', () => {
  const block: TagChange = {
    type: 'TagAdjustment',
    amountMinor: 0,
    assignmentId: 41,
    terminalTransactionNumber: 9,
    writtenAtSeconds: 1_800_000_000,
    setBlocked: true,
  };
  const blocked = nextImage(holding(700), block);
  expect(blocked).toMatchObject({
    value: { blocked: true, transactionNumber: 1, adjustmentNumber: 0, balanceMinor: 700 },
  });
  expect(blocked.ok && nextImage(blocked.value, purchase)).toMatchObject({ value: { blocked: true } });
  expect(blocked.ok && nextImage(blocked.value, { ...block, setBlocked: false })).toMatchObject({
    value: { blocked: false },
  });
});

test('a clock beyond four bytes does not stop a sale', () => {
  expect(nextImage(holding(500), { ...purchase, writtenAtSeconds: 1e12 })).toMatchObject({
    value: { writtenAtSeconds: u32Max },
  });
  expect(nextImage(holding(500), { ...purchase, writtenAtSeconds: -5.5 })).toMatchObject({
    value: { writtenAtSeconds: 0 },
  });
});
