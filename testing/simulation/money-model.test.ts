/**
 * Goal: the model that judges wristbands says of the limits what tag.md says, not what tills happen to do.
 * Method: the model alone is told of one sale or top-up that a till stores and writes.
 */
import { expect, test } from 'vitest';
import type { TransactionType } from '../../contract/wire/words.ts';
import { type ModelImage, MoneyModel } from './money-model.ts';

const uid = '04A28972780A4A';
const rules = { topUpFeeMinor: 0, maximumBalanceMinor: 50_000 };
const made: ModelImage = {
  generation: 1,
  transactionNumber: 0,
  balanceMinor: 0,
  adjustmentNumber: 0,
  blocked: false,
  history: [],
};

/** What is found when a wristband with so much on it takes so much more, or less. */
function changing(balanceMinor: number, deltaMinor: number): () => void {
  const model = new MoneyModel(rules);
  model.tamper('tag-1', uid, { ...made, balanceMinor });
  const type: TransactionType = deltaMinor < 0 ? 'Purchase' : 'TopUp';
  const method = deltaMinor < 0 ? 'tag' : 'cash';
  const amountMinor = Math.abs(deltaMinor);
  model.intend(1, [{ type, method, amountMinor }]);
  model.opened({
    assignmentId: 1,
    number: 1,
    type,
    method,
    amountMinor,
    deltaMinor,
    uid,
    generation: 1,
    tagNumber: 1,
    balanceBeforeMinor: balanceMinor,
    balanceAfterMinor: balanceMinor + deltaMinor,
    adjustmentNumber: null,
    reference: null,
    moves: movesOf(deltaMinor),
  });
  model.moved(1, 1, 'Open', 'TerminalConfirmStarted', 'checkout');
  const row = model.row(1, 1);
  if (row) row.writeStarted = true;
  const history = [{ assignmentId: 1, terminalTransactionNumber: 1, amountMinor: deltaMinor, type }];
  const after = { ...made, transactionNumber: 1, balanceMinor: balanceMinor + deltaMinor, history };
  return () => model.tagShows('tag-1', uid, after, false);
}

const movesOf = (deltaMinor: number): ReadonlyMap<string, number> =>
  deltaMinor < 0
    ? new Map([['merchant:bar', -deltaMinor] as const, ['customer', deltaMinor] as const])
    : new Map([['customer', deltaMinor] as const, ['fee', 0] as const, ['top-up:cash', -deltaMinor] as const]);

test('tag.md: a sale takes nothing below zero, a top-up nothing above the limit', () => {
  expect(changing(500, -500)).not.toThrow();
  expect(changing(500, -501)).toThrow('tag limits');
  expect(changing(20_000, 30_000)).not.toThrow();
  expect(changing(20_000, 30_001)).toThrow('tag limits');
});

test('tag.md: what an adjustment brought beyond a limit is spent, or paid in, towards it (simulation, seed 191)', () => {
  expect(changing(51_950, -50)).not.toThrow();
  expect(changing(-500, 200)).not.toThrow();
  expect(changing(51_950, 50)).toThrow('tag limits');
  expect(changing(-500, -50)).toThrow('tag limits');
});
