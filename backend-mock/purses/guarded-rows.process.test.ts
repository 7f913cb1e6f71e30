// Goal: what members' purses are made of cannot be changed behind the ledger's back (INV-70 to INV-72), and where a hand has done it all
// the same, coherence names the rule that is broken.
// Method: a member with a day of everything on a real PostgreSQL; every guarded column is attacked by a statement, and, with the triggers
// switched off for that one transaction, every rule of the report is broken once and taken back.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { type Canteen, openCanteen } from '../../testing/canteen/canteen.ts';
import type { Connection } from '../store/database.ts';
import { findPurseDifferences } from './purse-coherence.ts';

let server: TestServer;
let canteen: Canteen;
beforeAll(async () => {
  server = await startTestServer();
  canteen = await openCanteen(await server.newDatabase());
  const pupil = await canteen.newMember();
  await canteen.newPurse(pupil, 'Free School Meals', {
    amountMinor: 2_50,
    creditApply: '30 9 * * *',
    expiryDurationDays: 1,
  });
  await canteen.post(pupil, { purseId: 'default', type: 'cash', amountMinor: 10_00 });
  await canteen.runAt('2026-09-07T11:00:00Z');
  await canteen.sell(pupil, 1_00);
  await canteen.runAt('2026-09-07T23:30:00Z');
  await canteen.sell(pupil, 3_00);
  await canteen.runAt('2026-09-08T09:00:00Z');
  await canteen.sell(pupil, 50);
  expect(await canteen.findings()).toBe(0);
});
afterAll(async () => {
  await canteen.close();
  await server.stop();
});

describe('a hand that changes what is guarded is refused', () => {
  test.each([
    ['INV-70', 'UPDATE credit SET amount_minor = 500'],
    ['INV-70', `UPDATE credit SET expires_at = expires_at + interval '1 day'`],
    ['INV-70', 'UPDATE credit SET cleared = false WHERE cleared'],
    ['INV-70', 'DELETE FROM credit'],
    ['violates check constraint', 'UPDATE credit SET usage_minor = amount_minor + 1'],
    ['violates check constraint', 'UPDATE credit SET usage_minor = -1'],
    ['INV-71', `UPDATE purse_transaction SET amount_minor = amount_minor - 1 WHERE type = 'sale'`],
    ['INV-71', `UPDATE purse_transaction SET state = 'notProcessed' WHERE type = 'sale' AND state = 'processed'`],
    ['INV-71', `UPDATE purse_transaction SET credit_portion_minor = 0 WHERE credit_portion_minor > 0`],
    ['INV-71', `UPDATE purse_transaction SET business_date = '2026-09-06'`],
    ['INV-71', 'DELETE FROM purse_transaction'],
    ['append-only', 'UPDATE sale_settlement SET amount_minor = 1'],
    ['append-only', 'DELETE FROM sale_settlement'],
    ['append-only', 'TRUNCATE sale_settlement'],
    ['INV-72', `UPDATE purse SET credit_apply = '0 9 * * *' WHERE type = 'credit'`],
    ['INV-72', 'UPDATE purse SET account_id = account_id + 1000'],
    ['INV-72', 'DELETE FROM purse'],
  ])('%s: %s', async (refusal, statement) => {
    await expect(canteen.database.pool.query(statement)).rejects.toThrow(refusal);
  });

  test('INV-70, Q37: the database itself takes one credit a day of a purse', async () => {
    const again = `INSERT INTO credit (edition_id, backend_transaction_id, customer_id, purse_id, amount_minor, granted_at, applied_on)
      SELECT c.edition_id, (SELECT min(backend_transaction_id) FROM purse_transaction WHERE type = 'cash'), c.customer_id, c.purse_id,
             c.amount_minor, c.granted_at, c.applied_on FROM credit c LIMIT 1`;
    await expect(canteen.database.pool.query(again)).rejects.toThrow('credit_of_day');
  });
});

/** What the report says while a spoilt state stands; it is rolled back. */
async function foundWhile(statement: string): Promise<string[]> {
  const found: string[] = [];
  class TakenBack extends Error {}
  const spoil = async (connection: Connection) => {
    await connection.query('SET LOCAL session_replication_role = replica');
    const changed = await connection.query(statement);
    expect(changed.rowCount).toBeGreaterThan(0);
    found.push(...(await findPurseDifferences(connection, canteen.editionId)).map(({ rule }) => rule));
    throw new TakenBack();
  };
  await expect(canteen.within(spoil)).rejects.toThrow(TakenBack);
  return [...new Set(found)].sort();
}

describe('coherence names the rule that was broken', () => {
  test.each([
    [`UPDATE account SET balance_minor = balance_minor + 1 WHERE name LIKE 'customer:%/default'`, ['purse-balance']],
    [`UPDATE purse_transaction SET amount_minor = amount_minor + 1 WHERE type = 'cash'`, ['purse-balance']],
    [`DELETE FROM purse_transaction WHERE state = 'notProcessed'`, ['purse-balance']],
    [
      `UPDATE purse_transaction SET amount_minor = amount_minor - 1 WHERE type = 'sale' AND state = 'processed'`,
      ['sales-settled'],
    ],
    ['UPDATE credit SET usage_minor = usage_minor + 1 WHERE NOT cleared', ['credit-usage']],
    [`UPDATE credit SET usage_minor = 0 WHERE cleared`, ['credit-cleared', 'credit-usage']],
    [
      `UPDATE sale_settlement SET amount_minor = amount_minor + 1 WHERE purse_id = 'default'`,
      ['purse-balance', 'sales-settled'],
    ],
    [`DELETE FROM purse_transaction WHERE type = 'clearedCredit'`, ['credit-cleared', 'purse-balance']],
  ])('%s', async (statement, rules) => {
    expect(await foundWhile(statement)).toEqual(rules);
  });
});
