/**
 * Goal: the model that judges the books says of contradicting tags what Q9 and Q49 say, not what the backend happens to do.
 * Method: the model alone is given what tills sent, entry by entry, and asked which states it wants.
 */
import { expect, test } from 'vitest';
import { BooksModel, type SentEntry, type SentSnapshot, type SentTransaction } from './books-model.ts';

const tag = { uid: '04A28972780A4A', generation: 1 };
const line = (assignmentId: number, terminalTransactionNumber: number, amountMinor = -50) =>
  ({ assignmentId, terminalTransactionNumber, amountMinor, type: 'Purchase' }) as const;

class World {
  readonly books = new BooksModel();

  batch(assignmentId: number, ...sent: readonly (SentTransaction | SentSnapshot)[]): void {
    const before = this.books.seals.get(assignmentId)?.seq ?? 0;
    const entries = sent.map(
      (each, index): SentEntry => ({
        seq: before + index + 1,
        hash: `${before + index + 1}`,
        ...('state' in each
          ? { kind: 'transaction', transaction: each, snapshot: null }
          : { kind: 'tagSnapshot', transaction: null, snapshot: each }),
      }),
    );
    this.books.received(assignmentId, entries, new Map());
  }

  state(key: string) {
    return this.books.known.get(key)?.state;
  }
}

const unknown = (number: number, tagNumber: number, deltaMinor = -50): SentTransaction => ({
  ...tag,
  number,
  tagNumber,
  deltaMinor,
  version: 3,
  state: 'TerminalConfirmUnknown',
  type: 'Purchase',
  method: 'tag',
  moves: new Map(),
});
const showing = (transactionNumber: number, ...history: SentSnapshot['history']): SentSnapshot => ({
  ...tag,
  transactionNumber,
  history,
});

test('Q9: a number of a till shown twice on a tag is not the unknown one’s, either time (simulation, seed 80)', () => {
  const world = new World();
  world.batch(4, unknown(51, 14, -6_450));
  world.batch(6, showing(15, line(1, 33), line(1, 33), line(5, 23, -600)));
  expect(world.state('4/51')).toBe('Aborted');
});

test('Q49: a number of a till that is told of in two ways in one batch holds nothing and settles nothing of that till', () => {
  const lacked = new World();
  lacked.batch(6, showing(15, line(1, 33), line(1, 33)));
  expect(lacked.state('1/33')).toBeUndefined();
  const unsure = new World();
  unsure.batch(1, unknown(33, 14));
  unsure.batch(6, showing(15, line(1, 33), line(1, 33)));
  expect(unsure.state('1/33')).toBe('TerminalConfirmUnknown');
  unsure.batch(6, showing(14, line(1, 33)));
  expect(unsure.state('1/33')).toBe('Reserve');
});

test('Q49: a number shown as the unknown one’s and as another’s is not proof that it was not written', () => {
  const world = new World();
  world.batch(1, unknown(33, 14));
  world.batch(6, showing(15, line(1, 33), line(1, 33)), showing(14, line(5, 23, -600)));
  expect(world.state('1/33')).toBe('TerminalConfirmUnknown');
  world.batch(6, showing(14, line(5, 23, -600)));
  expect(world.state('1/33')).toBe('Aborted');
});
