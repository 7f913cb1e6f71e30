/**
 * Goal: whatever comes in which order, a till never believes an account to have more than it has (Q52), and knows it to the
 * unit where no top-up was on its way while the backend was asked.
 * Method: random days of one account: top-ups, sales held or not, batches that arrive, arrive without an answer, or not at
 * all, questions at any moment, holds of other tills. The ledger of the model has all that was ever booked.
 */
import { drizzle } from 'drizzle-orm/better-sqlite3';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { accountOf } from '../../testing/till/canteen.ts';
import { at, committedEnd, purchaseOf, servingOf, storesOfTest, uid } from '../../testing/till/store-folder.ts';
import { StoredAccounts } from './accounts.ts';

const stores = storesOfTest();

const amountMinor = fc.integer({ min: 1, max: 5_000 });
const step = fc.oneof(
  fc.record({ kind: fc.constant('top-up' as const), amountMinor }),
  fc.record({ kind: fc.constant('sell' as const), amountMinor, isReserved: fc.boolean() }),
  fc.record({ kind: fc.constant('batch' as const), isAnswered: fc.boolean() }),
  fc.record({ kind: fc.constant('ask' as const) }),
  fc.record({ kind: fc.constant('other-holds' as const), amountMinor: fc.integer({ min: 0, max: 2_000 }) }),
);

interface Entry {
  readonly deltaMinor: number;
  readonly isReserved: boolean;
}

test('Q52: never more than is there, and to the unit where nothing is on its way', { timeout: 60_000 }, () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), (steps) => {
      const { store, journal, database } = stores.enrolled();
      const accounts = new StoredAccounts(database, drizzle(database), journal);
      const entries: Entry[] = [];
      let bookedCount = 0;
      let heldByOthersMinor = 0;
      let heldWhenAskedMinor = 0;
      let isExact = true;
      const sumOf = (some: readonly Entry[]) => some.reduce((sum, { deltaMinor }) => sum + deltaMinor, 0);
      const book = (deltaMinor: number, isReserved: boolean) => {
        const { tag, ...draft } = purchaseOf(Math.abs(deltaMinor));
        const items =
          deltaMinor < 0
            ? draft.items
            : [{ kind: 'topup', debit: 'customer', credit: 'top-up:cash', amountMinor: deltaMinor } as const];
        const account = { ...tag, transactionNumber: null, balanceAfterMinor: tag.balanceBeforeMinor + deltaMinor };
        const booked = servingOf({ ...draft, balanceDeltaMinor: deltaMinor, items: [...items], tag: account });
        const numbers = store
          .openOfAccount([booked], at)
          .map(({ terminalTransactionNumber }) => terminalTransactionNumber);
        store.checkoutOfAccount(numbers, isReserved, at);
        store.endTogether(numbers, committedEnd);
        entries.push({ deltaMinor, isReserved });
      };
      const ask = () => {
        const balanceMinor = sumOf(entries.slice(0, bookedCount));
        const unbooked = entries.slice(bookedCount);
        const ownHeldMinor = -sumOf(unbooked.filter(({ isReserved }) => isReserved));
        const acknowledgedSeq = journal.acknowledgedSeq();
        const answer = { availableMinor: balanceMinor - ownHeldMinor - heldByOthersMinor };
        accounts.remember(accountOf(uid, balanceMinor, answer), acknowledgedSeq, at);
        heldWhenAskedMinor = heldByOthersMinor;
        isExact = acknowledgedSeq === bookedCount && unbooked.every(({ deltaMinor }) => deltaMinor < 0);
      };
      for (const now of steps) {
        if (now.kind === 'top-up') book(now.amountMinor, false);
        if (now.kind === 'sell') book(-now.amountMinor, now.isReserved);
        if (now.kind === 'other-holds') heldByOthersMinor = now.amountMinor;
        if (now.kind === 'ask') ask();
        if (now.kind === 'batch') {
          bookedCount = entries.length;
          if (now.isAnswered) journal.acknowledge(entries.length, [], at);
        }
        const known = accounts.known(uid);
        const trueMinor = sumOf(entries);
        const knownMinor = known?.balanceMinor ?? 0;
        expect(knownMinor).toBeLessThanOrEqual(trueMinor);
        expect(known?.freeMinor ?? 0).toBeLessThanOrEqual(trueMinor - (isExact ? heldWhenAskedMinor : 0));
        if (isExact) expect([knownMinor, known?.freeMinor ?? 0]).toEqual([trueMinor, trueMinor - heldWhenAskedMinor]);
      }
      database.close();
    }),
    { numRuns: 150 },
  );
});
