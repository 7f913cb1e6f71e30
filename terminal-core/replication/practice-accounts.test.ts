/**
 * Goal: in the training of a canteen a cashier meets a free meal, an allergy and a daily limit, whatever tags are shown, and
 * each stays the person it was.
 * Method: the real store of accounts in a folder of its own; tags are shown by asking for them.
 */
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { expect, test } from 'vitest';
import { schoolConfiguration } from '../../testing/till/canteen.ts';
import { at, storesOfTest } from '../../testing/till/store-folder.ts';
import { StoredAccounts } from '../store/accounts.ts';
import { practiceAccounts } from './practice-accounts.ts';

const stores = storesOfTest();

test('the first has a free meal, the second may not eat what is sold, the third has a limit; nobody changes', async () => {
  const { database, journal, assignments } = stores.enrolled();
  assignments.saveConfiguration('"1"', schoolConfiguration, at);
  const accounts = new StoredAccounts(database, drizzle(database), journal);
  const line = practiceAccounts({ accounts, assignments, clock: { nowMs: () => Date.parse(at) } });
  const uids = ['04000000000001', '04000000000002', '04000000000003'];
  for (const uid of [...uids, ...uids]) expect(await line.refresh(uid)).toEqual({ ok: true, value: undefined });
  const [first, second, third] = uids.map((uid) => accounts.known(uid));
  expect(first).toMatchObject({
    ...{ balanceMinor: 1_000, freeMinor: 1_000, asOf: at },
    member: { lookup: { displayName: 'Alex 0001', credits: [{ availableMinor: 250 }], allergens: [] } },
  });
  expect(second?.member?.lookup.allergens.toSorted()).toEqual(['gluten', 'milk', 'nuts']);
  expect(third?.member?.lookup).toMatchObject({ dailyLimit: { limitMinor: 500 }, credits: [] });
});
