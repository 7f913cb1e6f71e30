/**
 * Goal: the till changes states as requirements 3.1 say, and tells the backend of a transaction in the words of the wire.
 * Method: the table of 3.1 once more by hand; a payload of every replicable state through the contract's schema.
 */
import { describe, expect, test } from 'vitest';
import { transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import { replicableStates, terminalStates } from '../../contract/wire/words.ts';
import { InvariantBroken } from './invariant.ts';
import { assertTransition, type TillTransaction, terminalTransitions, transactionPayload } from './transaction.ts';

const legal = new Set([
  'Open → TerminalConfirmStarted',
  'Open → Aborted',
  'TerminalConfirmStarted → Committed',
  'TerminalConfirmStarted → Aborted',
  'TerminalConfirmStarted → TerminalConfirmUnknown',
  'TerminalConfirmUnknown → Committed',
  'TerminalConfirmUnknown → Aborted',
]);

describe('INV-06: requirements 3.1', () => {
  const pairs = terminalStates.flatMap((from) => terminalStates.map((to) => [from, to] as const));

  test.each(pairs)('%s → %s', (from, to) => {
    const isLegal = legal.has(`${from} → ${to}`);
    expect(terminalTransitions[from].includes(to)).toBe(isLegal);
    if (isLegal) assertTransition(from, to);
    else expect(() => assertTransition(from, to)).toThrow(InvariantBroken);
  });
});

describe('payload', () => {
  const transaction: TillTransaction = {
    terminalTransactionNumber: 7,
    stateVersion: 3,
    state: 'Committed',
    type: 'Purchase',
    paymentMethod: 'tag',
    currency: 'CHF',
    amountMinor: 600,
    balanceDeltaMinor: -600,
    items: [{ kind: 'purchase', debit: 'merchant:bar', credit: 'customer', amountMinor: 600 }],
    tag: {
      uid: '04A1B2C3D4E5F6',
      generation: 1,
      transactionNumber: 2,
      balanceBeforeMinor: 9_500,
      balanceAfterMinor: 8_900,
    },
    merchantId: 'bar',
    adjustmentNumber: null,
    setBlocked: null,
    reference: null,
    groupId: null,
    cashierId: 'anna',
    approvedBy: null,
    shiftId: '41-1',
    openedAt: '2026-07-04T20:15:00.000Z',
    writeStartedAt: '2026-07-04T20:15:01.000Z',
    images: null,
    endedAt: '2026-07-04T20:15:02.000Z',
    abortReason: null,
    payment: null,
    serving: null,
  };

  test.each(replicableStates)('Q1, R30–R32: %s is told in its own word and as the contract wants it', (state) => {
    const payload = transactionPayload({ ...transaction, state });
    expect(transactionPayloadSchema.parse(payload)).toEqual(payload);
    expect(payload.state).toBe(state);
    expect(JSON.stringify(payload)).not.toContain('"Commited"');
  });

  test('an aborted one shows the balance unchanged, the others what the tag shows when it was written', () => {
    const balanceAfter = (state: TillTransaction['state']) =>
      transactionPayload({ ...transaction, state }).tag.balanceAfterMinor;
    expect([balanceAfter('Committed'), balanceAfter('TerminalConfirmUnknown'), balanceAfter('Aborted')]).toEqual([
      8_900, 8_900, 9_500,
    ]);
  });

  test('neither images nor keys leave the till', () => {
    const told = Object.keys(transactionPayload(transaction));
    expect(told).not.toContain('images');
    expect(told).not.toContain('writeStartedAt');
  });
});
