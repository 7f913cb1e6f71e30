// Goal: a round takes its members in lots side by side, and comes to what one after the other would come to: everybody's credit once,
// everybody's sale paid once, whatever other rounds run at the same time (R75, R76, R93, Q37); a lot that fails leaves the others be.
// Method: more members than one lot takes, on a real PostgreSQL; rounds at once; and a trigger that refuses one member's sale.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { type Canteen, openCanteen } from '../../testing/canteen/canteen.ts';
import { limits } from '../limits.ts';
import { applyCredits, processSales } from './canteen-rounds.ts';
import { createTransactions } from './create-transactions.ts';
import { createCreditPurses } from './credit-purses.ts';
import { createMembers } from './members.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const pupilsCount = 2 * limits.canteenMembersMin + 20;
const credit = { amountMinor: 2_50, creditApply: '30 9 * * *', expiryDurationDays: 1 };

/** A school in which everybody has free meals and has bought a lunch of 3.00 after they came; nothing was processed. */
async function afterLunch(canteen: Canteen): Promise<number[]> {
  const { editionId } = canteen;
  const wanted = Array.from({ length: pupilsCount }, (_, index) => ({
    memberType: 'pupil' as const,
    displayName: `Pupil ${index + 1}`,
  }));
  const customerIds = await canteen.within(async (connection) => {
    const made = await createMembers(connection, editionId, wanted, canteen.now());
    const plans = made.map(({ customerId }) => ({ customerId, title: 'Free School Meals', credit }));
    await createCreditPurses(connection, editionId, plans, canteen.now());
    return made.map(({ customerId }) => customerId);
  });
  canteen.setNow('2026-09-07T11:00:00Z');
  const lunches = customerIds.map((customerId) => ({
    customerId,
    purseId: 'sales',
    type: 'sale' as const,
    amountMinor: -3_00,
    transactionDate: canteen.now(),
  }));
  await canteen.within((connection) => createTransactions(connection, editionId, lunches, canteen.now()));
  return customerIds;
}

/** Members by what their default purse shows. */
async function cashes(canteen: Canteen): Promise<Record<string, number>> {
  const found = await canteen.database.pool.query<{ minor: number; members: number }>(
    `SELECT balance_minor AS minor, count(*)::integer AS members FROM (
       SELECT customer_id, sum(balance_minor) AS balance_minor FROM account
        WHERE edition_id = $1 AND (name LIKE '%/default' OR name LIKE '%/overspend') GROUP BY customer_id) AS cash
      GROUP BY 1 ORDER BY 1`,
    [canteen.editionId],
  );
  return Object.fromEntries(found.rows.map(({ minor, members }) => [minor, members]));
}

test('R75, R76, R93, Q37: rounds at once, each in lots side by side: every credit comes once, every sale is paid once', async () => {
  const canteen = await openCanteen(await server.newDatabase());
  try {
    await afterLunch(canteen);
    const { database, clock } = canteen;
    const came = await Promise.all([applyCredits(database, clock), applyCredits(database, clock)]);
    expect(came[0] + came[1]).toBe(pupilsCount);
    const done = await Promise.all([processSales(database, clock), processSales(database, clock)]);
    expect(done[0] + done[1]).toBe(pupilsCount);
    expect(canteen.database.pool.totalCount, 'lots ran side by side').toBeGreaterThan(1);
    expect(await cashes(canteen)).toEqual({ '-50': pupilsCount });
    expect(await processSales(database, clock)).toBe(0);
    expect(await canteen.findings()).toBe(0);
  } finally {
    await canteen.close();
  }
});

test('R75, R76: a lot that fails leaves the others be, is told, and is made up for by the next round', async () => {
  const canteen = await openCanteen(await server.newDatabase());
  try {
    const customerIds = await afterLunch(canteen);
    const { database, clock } = canteen;
    await database.pool.query(`
      CREATE FUNCTION refuse_one() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'not this one'; END $$;
      CREATE TRIGGER refuse_one BEFORE UPDATE ON purse_transaction FOR EACH ROW
        WHEN (OLD.customer_id = ${Math.max(...customerIds)}) EXECUTE FUNCTION refuse_one()`);
    await expect(processSales(database, clock)).rejects.toThrow('not this one');
    const lotsMembers = pupilsCount / limits.canteenLotsAtOnce;
    expect(await cashes(canteen)).toEqual({ '-50': lotsMembers, '0': lotsMembers });
    expect(await canteen.findings()).toBe(0);
    await database.pool.query('DROP TRIGGER refuse_one ON purse_transaction');
    await processSales(database, clock);
    expect(await cashes(canteen)).toEqual({ '-50': pupilsCount });
    expect(await canteen.findings()).toBe(0);
  } finally {
    await canteen.close();
  }
});
