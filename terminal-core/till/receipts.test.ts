/**
 * Goal: every committed transaction of every kind has a receipt whose lines come to what was written on the tag, and nothing
 * else has one.
 * Method: a whole till in this process does what a festival's till does; each receipt is compared with the journal.
 */
import { describe, expect, test } from 'vitest';
import { receiptAnswerSchema, receiptRequestSchema } from '../../contract/ipc/receipt.ts';
import { sell, tillsOfTest, topUp, withTag } from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';

const tills = tillsOfTest();
const one = { firstTagOnly: true };

async function receiptOf(till: InProcessTill, terminalTransactionNumber: number) {
  const request = receiptRequestSchema.parse({ terminalTransactionNumber });
  const answer = await till.till.operations.receipt(request);
  if (!answer.ok) throw new Error(answer.fault.code);
  return receiptAnswerSchema.parse(answer.value).receipt;
}

async function refusal(till: InProcessTill, terminalTransactionNumber: number) {
  const answer = await till.till.operations.receipt(receiptRequestSchema.parse({ terminalTransactionNumber }));
  return answer.ok ? null : answer.fault.code;
}

describe('screens.md, Receipts', () => {
  test('R9, R10, R11, R5, R6: top-up, sale with a deposit, return, refund and its reversal', async () => {
    const till = await tills.charged();
    const { operations } = till.till;
    await operations.addToCart({ productId: 'beer', quantity: 2 });
    await operations.addToCart({ productId: 'cup-back', quantity: 1 });
    await withTag(till, 0, operations.sell(one));
    await withTag(
      till,
      0,
      operations.chargeback({ ...one, terminalTransactionNumber: 2, lines: [{ line: 1, quantity: 1 }] }),
    );
    await withTag(till, 0, operations.refund({ ...one, amountMinor: 1_000 }));
    await withTag(till, 0, operations.reverseRefund({ ...one, terminalTransactionNumber: 4 }));

    expect(await receiptOf(till, 1)).toMatchObject({
      ...{ type: 'TopUp', total: 'onto-tag', totalMinor: 9_500, paidMinor: 10_000, taxes: [], merchantNames: [] },
      lines: [{ amountMinor: 10_000 }, { kind: 'topup-fee', amountMinor: -500 }],
      tag: { balanceBeforeMinor: 0, balanceAfterMinor: 9_500, transactionNumber: 1 },
    });
    expect(await receiptOf(till, 2)).toMatchObject({
      ...{ type: 'Purchase', total: 'price', totalMinor: 1_000, paidMinor: null, merchantNames: ['Bar'] },
      lines: [
        { name: 'Beer', quantity: 2, unitPriceMinor: 600, amountMinor: 1_200, taxRate: '8.1' },
        { name: 'Cup returned', amountMinor: -200, taxRate: null },
      ],
      taxes: [
        { taxRate: '8.1', grossMinor: 1_200, netMinor: 1_110, taxMinor: 90 },
        { taxRate: null, grossMinor: -200, netMinor: -200, taxMinor: 0 },
      ],
      tag: { balanceBeforeMinor: 9_500, balanceAfterMinor: 8_500, transactionNumber: 2 },
    });
    expect(await receiptOf(till, 3)).toMatchObject({
      ...{ type: 'Chargeback', total: 'onto-tag', totalMinor: 600, paidMinor: null },
      reference: { terminalTransactionNumber: 2 },
      taxes: [{ taxRate: '8.1', grossMinor: 600, taxMinor: 45 }],
    });
    expect(await receiptOf(till, 4)).toMatchObject({
      type: 'Refund',
      total: 'off-tag',
      totalMinor: 1_000,
      paidMinor: 1_000,
    });
    expect(await receiptOf(till, 5)).toMatchObject({
      type: 'Refund',
      total: 'onto-tag',
      totalMinor: 1_000,
      paidMinor: null,
    });
  });

  test('more cups back than goods: money for the customer', async () => {
    const till = await tills.charged();
    await till.till.operations.addToCart({ productId: 'cup-back', quantity: 3 });
    await withTag(till, 0, till.till.operations.sell(one));
    expect(await receiptOf(till, 2)).toMatchObject({ total: 'to-customer', totalMinor: -600 });
  });

  test('R12: a discount is one line in the words of the receipt, and lowers the tax of the goods it was taken off', async () => {
    const till = await tills.charged();
    const { operations } = till.till;
    await operations.addToCart({ productId: 'beer', quantity: 2 });
    await operations.addAmountToCart({ amountMinor: 800 });
    expect(await operations.setDiscount({ rateBasisPoints: 1_000 })).toMatchObject({
      ok: true,
    });
    await withTag(till, 0, operations.sell(one));
    const receipt = await receiptOf(till, 2);
    expect(receipt).toMatchObject({ total: 'price', totalMinor: 1_800 });
    expect(receipt.lines).toEqual([
      expect.objectContaining({ name: 'Beer', amountMinor: 1_200 }),
      expect.objectContaining({ name: null, mark: null, kind: 'purchase', amountMinor: 800 }),
      expect.objectContaining({
        mark: 'discount',
        discountBasisPoints: 1_000,
        amountMinor: -200,
        unitPriceMinor: null,
      }),
    ]);
    expect(receipt.taxes).toEqual([
      { taxRate: '8.1', grossMinor: 1_080, netMinor: 999, taxMinor: 81 },
      { taxRate: null, grossMinor: 720, netMinor: 720, taxMinor: 0 },
    ]);
    const german = await operations.receipt({ terminalTransactionNumber: 2, language: 'de', copy: false });
    const words = german.ok
      ? german.value.document.blocks.flatMap((block) => ('left' in block ? [block.left] : []))
      : [];
    expect(words.map((text) => text.replaceAll('\u00a0', ' '))).toEqual(
      expect.arrayContaining(['Betrag', 'Rabatt 10%']),
    );
  });

  test('what was not completed has no receipt, and what never was neither', async () => {
    const till = await tills.charged();
    await withTag(till, 0, till.till.operations.refund({ ...one, amountMinor: 9_501 }));
    expect(await refusal(till, 2)).toBe('NO_RECEIPT');
    expect(await refusal(till, 3)).toBe('NO_SUCH_TRANSACTION');
  });

  test('a copy says so, and says otherwise the same', async () => {
    const till = await tills.charged();
    await sell(till, 600);
    const request = { terminalTransactionNumber: 2, language: 'fr' } as const;
    const first = await till.till.operations.receipt({ ...request, copy: false });
    const second = await till.till.operations.receipt({ ...request, copy: true });
    if (!first.ok || !second.ok) throw new Error('no receipt');
    expect(second.value.receipt).toEqual({ ...first.value.receipt, copy: true });
    expect(second.value.document.blocks).toContainEqual({ kind: 'mark', text: 'DUPLICATA' });
  });

  test('a till that sold to nobody who is logged in names no cashier', async () => {
    const till = await tills.charged();
    await topUp(till, 2_000);
    expect((await receiptOf(till, 2)).cashierName).toBeNull();
  });
});
