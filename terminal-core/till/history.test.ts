/**
 * Goal: whoever looks back at a till sees every transaction it made, newest first and a page at a time, with its lines, every
 * state it went through, and what of a sale may still come back (R5); looking changes nothing.
 * Method: a whole till in this process sells, takes back and tops up; the list is compared with what was done.
 */
import { describe, expect, test } from 'vitest';
import type { ListedTransaction, TransactionDetails } from '../../contract/ipc/transactions.ts';
import { issue, patient, sell, tillsOfTest, topUp, withTag } from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';

const tills = tillsOfTest();

async function listed(till: InProcessTill, before?: number, limit = 50) {
  const answer = await till.till.operations.transactions(before === undefined ? { limit } : { before, limit });
  if (!answer.ok) throw new Error(answer.fault.message);
  return answer.value;
}

const numbers = (list: readonly ListedTransaction[]) => list.map((row) => row.terminalTransactionNumber);

async function details(till: InProcessTill, terminalTransactionNumber: number): Promise<TransactionDetails> {
  const answer = await till.till.operations.transaction({ terminalTransactionNumber });
  if (!answer.ok) throw new Error(answer.fault.message);
  return answer.value;
}

describe('screens.md, Transactions: the list', () => {
  test('newest first, a page at a time, and where it ends', async () => {
    const till = tills.open();
    await issue(till);
    for (const amountMinor of [10_000, 1_000, 1_100, 1_200, 1_300]) await topUp(till, amountMinor);
    const first = await listed(till, undefined, 2);
    expect([numbers(first.transactions), first.hasMore]).toEqual([[5, 4], true]);
    const second = await listed(till, 4, 2);
    expect([numbers(second.transactions), second.hasMore]).toEqual([[3, 2], true]);
    const last = await listed(till, 2, 2);
    expect([numbers(last.transactions), last.hasMore]).toEqual([[1], false]);
  });

  test('what each was, and that it is not sent yet', async () => {
    const till = await tills.charged();
    await sell(till, 12_000);
    expect((await listed(till)).transactions).toMatchObject([
      { type: 'Purchase', state: 'Aborted', amountMinor: 12_000, abortReason: 'INSUFFICIENT_FUNDS', sent: false },
      { type: 'TopUp', paymentMethod: 'cash', state: 'Committed', amountMinor: 10_000, balanceDeltaMinor: 9_500 },
    ]);
  });

  test('an empty till has an empty list', async () => {
    expect(await listed(tills.open())).toEqual({ transactions: [], hasMore: false });
  });
});

describe('screens.md, Transactions: one of them', () => {
  test('R28–R32: every state it went through, with its time and cause', async () => {
    const till = await tills.charged();
    await sell(till, 5_500);
    const sale = await details(till, 2);
    expect(sale.states.map(({ state, cause }) => `${state} ${cause}`)).toEqual([
      'Open checkout',
      'TerminalConfirmStarted checkout',
      'Committed checkout',
    ]);
    expect(sale).toMatchObject({ balanceBeforeMinor: 9_500, balanceAfterMinor: 4_000, uid: till.uid(0) });
  });

  test('R5: what of a sale may still come back, before and after some of it did', async () => {
    const till = await tills.charged();
    const { operations } = till.till;
    await operations.addToCart({ productId: 'beer', quantity: 3 });
    await withTag(till, 0, operations.sell(patient));
    expect((await details(till, 2)).lines).toMatchObject([
      { line: 1, productId: 'beer', quantity: 3, returnableQuantity: 3 },
    ]);
    const back = { terminalTransactionNumber: 2, lines: [{ line: 1, quantity: 2 }] };
    expect(await withTag(till, 0, operations.chargeback({ ...patient, ...back }))).toMatchObject({
      value: { result: 'committed' },
    });
    expect((await details(till, 2)).lines).toMatchObject([{ quantity: 3, returnableQuantity: 1 }]);
    expect((await details(till, 3)).lines).toMatchObject([{ kind: 'chargeback', quantity: 2, returnableQuantity: 0 }]);
  });

  test('an aborted one left the balance as it was', async () => {
    const till = await tills.charged();
    await sell(till, 12_000);
    expect(await details(till, 2)).toMatchObject({ balanceBeforeMinor: 9_500, balanceAfterMinor: 9_500 });
  });

  test('a number that was never drawn is refused', async () => {
    const till = await tills.charged();
    for (const terminalTransactionNumber of [2, 99])
      expect(await till.till.operations.transaction({ terminalTransactionNumber })).toMatchObject({
        fault: { code: 'NO_SUCH_TRANSACTION' },
      });
  });
});
