/**
 * Goal: whoever follows a till from its disk is told every step of it once, in order, and nothing that was before.
 * Method: one connection writes as a till does, another one, which may only read, follows.
 */

import path from 'node:path';
import type Database from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import {
  abortedEnd,
  at,
  bookOn,
  committedEnd,
  databaseFile,
  type OpenStore,
  purchaseOf,
  shownBy,
  someImages,
  storesOfTest,
  uid,
  unknownEnd,
} from '../../testing/till/store-folder.ts';
import { openDatabaseReadOnly } from './open-database.ts';
import { StepTrail } from './step-trail.ts';

const stores = storesOfTest();
const readers: Database.Database[] = [];
afterEach(() => {
  for (const reader of readers.splice(0)) reader.close();
});

function followed(): { readonly till: OpenStore; readonly trail: StepTrail } {
  const till = stores.enrolled();
  bookOn(till.store, purchaseOf(100), unknownEnd);
  const opened = openDatabaseReadOnly(databaseFile(path.dirname(till.database.name)));
  if (!opened.ok) throw new Error(opened.fault.message);
  const reader = opened.value;
  readers.push(reader);
  return { till, trail: new StepTrail(reader) };
}

const toldBy = (trail: StepTrail) =>
  trail.news().map(({ event, transaction }) => `${event} ${transaction?.terminalTransactionNumber ?? ''}`.trim());

describe('a sale', () => {
  test('every state as it is reached, and what was before is not told', () => {
    const { till, trail } = followed();
    expect(toldBy(trail)).toEqual([]);
    till.store.open(purchaseOf(200, 2), shownBy(1, 8_900));
    expect(toldBy(trail)).toEqual(['transactionOpened 2', 'tagRead']);
    till.store.startWriting(2, someImages, at);
    expect(toldBy(trail)).toEqual(['checkoutStarted 2']);
    till.store.end(2, committedEnd);
    expect(trail.news()).toEqual([
      {
        at,
        event: 'transactionCommitted',
        transaction: {
          terminalTransactionNumber: 2,
          type: 'Purchase',
          state: 'Committed',
          amountMinor: 200,
          balanceDeltaMinor: -200,
        },
        tag: { uid, generation: 1, transactionNumber: 2, balanceMinor: 8_800 },
        details: { cause: 'checkout' },
      },
    ]);
    expect(toldBy(trail)).toEqual([]);
  });

  test('several at once, and one from before the watch that is resolved now', () => {
    const { till, trail } = followed();
    till.store.open(purchaseOf(200, 2), shownBy(0, 9_000));
    till.store.end(2, abortedEnd);
    till.store.end(1, { ...committedEnd, cause: 'backend' });
    expect(toldBy(trail).toSorted()).toEqual(['cleanup 1', 'transactionAborted 2', 'transactionOpened 2']);
    expect(toldBy(trail)).toEqual([]);
  });
});

test('tags, shifts, what was sent and what was rejected', () => {
  const { till, trail } = followed();
  till.store.recordTagEvent({ event: 'issue', uid, generation: 1, detail: null }, at);
  till.database.transaction(() =>
    till.journal.append('shift', at, {
      shiftId: 's1',
      event: 'opened',
      cashierId: 'ada',
      countedCashMinor: 10_000,
      unknownCashMinor: 0,
    }),
  )();
  expect(toldBy(trail)).toEqual(['tagIssued', 'shiftOpened']);
  const error = { code: 'CONTENT_CONFLICT' as const, message: 'not so' };
  till.journal.acknowledge(4, [{ seq: 2, outcome: 'rejected', error }], at);
  expect(trail.news()).toMatchObject([
    { event: 'entryRejected', details: { seq: 2, code: 'CONTENT_CONFLICT', message: 'not so' } },
    { event: 'replicated', details: { sentCount: 4, unsentCount: 0 } },
  ]);
  expect(toldBy(trail)).toEqual([]);
});

test('cash that was given back', () => {
  const { till, trail } = followed();
  const { tag } = purchaseOf(500);
  till.store.open(
    {
      ...purchaseOf(500),
      type: 'TopUp',
      paymentMethod: 'cash',
      balanceDeltaMinor: 500,
      items: [{ kind: 'topup', debit: 'customer', credit: 'top-up:cash', amountMinor: 500 }],
      tag: { ...tag, balanceAfterMinor: tag.balanceBeforeMinor + 500 },
    },
    shownBy(0, 9_000),
  );
  till.store.end(2, abortedEnd);
  trail.news();
  const aborted = till.store.find(2);
  if (!aborted) throw new Error('it is gone');
  till.cashReturns.confirm(aborted, null, at);
  expect(toldBy(trail)).toEqual(['cashReturned 2']);
});
