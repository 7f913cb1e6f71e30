// Goal: a Klink edition and a Trac installation are kept in step, whichever way the operator chooses: everything goes over once (R130 to
// R138), and how far they are apart is seen.
// Method: this project's own Trac-compatible API is the other side, a backend of its own on a database of its own, behind a line; one
// clock for both, moved by the test; rounds are played when a test says so. Each test has members of its own.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { purchase } from '../../testing/backend/payloads.ts';
import { enrolTill } from '../../testing/backend/till-client.ts';
import { openTwoSides, type TwoSides } from '../../testing/connector/two-sides.ts';
import { limits } from '../limits.ts';
import { createCreditPurses } from '../purses/credit-purses.ts';
import { linkTag } from '../purses/members.ts';
import type { Connection } from '../store/database.ts';
import { isSendable, sendable } from './sendable.ts';

let server: TestServer;
let sides: TwoSides;
beforeAll(async () => {
  server = await startTestServer();
  sides = await openTwoSides(server);
});
afterAll(async () => {
  await sides.close();
  await server.stop();
});

const sale = (customerId: number, amountMinor: number) => ({
  customerId,
  purseId: 'sales',
  type: 'sale' as const,
  amountMinor,
  transactionDate: sides.now(),
  session: 'lunch',
});
const cash = (customerId: number, amountMinor: number, type: 'cash' | 'epayment' = 'cash') => ({
  customerId,
  purseId: 'default',
  type,
  amountMinor,
  transactionDate: sides.now(),
});
const body = (amount: string, type: string, more: object = {}) => ({
  amount,
  type,
  transactionDate: sides.now().toISOString(),
  ...more,
});
/** What the other side has of a member, in the order in which it came. */
const told = async (memberId: string) =>
  (await sides.there(memberId)).map(({ type, amount, meta }) => [meta.purseId, type, amount].join(' '));
const findings = async () => (await sides.operator.request('/trac-connections/2/findings')).json();

/** Of Free School Meals, valid always, into which nothing comes by itself. */
async function newCreditPurse(customerId: number): Promise<string> {
  const made = await sides.database.transaction((connection) =>
    createCreditPurses(connection, sides.editionId, [{ customerId, title: 'Free School Meals' }], sides.now()),
  );
  if (made.outcome === 'refused' || made.purses[0] === undefined) throw new Error('no purse was made');
  return made.purses[0].purseId;
}

describe('push', () => {
  test('R137, R88: sales, their refunds, cash and online money go over as what they are, and never twice', async () => {
    await sides.set({ direction: 'push' });
    const ada = await sides.newPupil();
    const { customerId } = ada.here;
    await sides.book(cash(customerId, 20_00), cash(customerId, 5_00, 'epayment'), sale(customerId, -3_20));
    await sides.book(sale(customerId, 1_20), cash(customerId, -2_00));
    expect(await sides.round()).toBe(5);
    const expected = ['default cash 20.00', 'default epayment 5.00', 'sales sale -3.20', 'sales sale 1.20'];
    expect(await told(ada.thereId)).toEqual([...expected, 'default cash -2.00']);
    for (let round = 0; round < 3; round += 1) {
      await sides.pass(12);
      expect(await sides.round()).toBe(0);
    }
    await sides.trac.runJobs();
    expect(await sides.trac.till().balances(ada.thereId)).toMatchObject({ default: '21.00', sales: '0.00' });
  });

  test('R130, R138: each carries our own numbers and our own status, synced', async () => {
    await sides.set({ direction: 'push' });
    const { here, thereId } = await sides.newPupil();
    const [id] = await sides.book(sale(here.customerId, -3_20));
    await sides.round();
    expect(await sides.there(thereId)).toMatchObject([
      { externalIds: { 'smart-transactionId': String(id) }, smartTill: { status: 'synced' }, session: 'lunch' },
    ]);
  });

  test('R138: a sale at a till carries its assignment and number, and what was sold; a till that sends it again changes nothing', async () => {
    await sides.set({ direction: 'push' });
    const ada = await sides.newPupil();
    const uid = '04A1B2C3D4E5F6';
    await sides.database.transaction((connection) =>
      linkTag(connection, { editionId: sides.editionId, memberId: ada.here.memberId, uid }, sides.now()),
    );
    const till = await enrolTill(sides.backend.address, 'DEMO-CANTEEN');
    const goods = { kind: 'purchase' as const, debit: 'merchant:canteen', credit: 'customer', amountMinor: 1_50 };
    const items = [{ ...goods, productId: 'milk', name: 'Milk', quantity: 2, unitPriceMinor: 75 }];
    const sold = purchase({ number: 1, uid, currency: 'GBP' }, 1_50, {
      items,
      merchantId: 'canteen',
      session: 'lunch',
      meal: true,
    });
    till.journal.append('transaction', { ...sold, tag: { ...sold.tag, transactionNumber: null } });
    await till.send();
    await sides.round();
    await till.send();
    await sides.pass(12);
    await sides.round();
    expect(await sides.there(ada.thereId)).toMatchObject([
      {
        amount: '-1.50',
        type: 'sale',
        accountType: 'MEAL',
        externalIds: { 'smart-assignmentId': String(till.assignmentId), 'smart-txnNo': '1' },
        smartTill: { products: [{ name: 'Milk', quantity: 2, amount: '1.50' }] },
      },
    ]);
  });

  test('R56: who is in no register is a proxy over there, made once; a pupil who is missing there is waited for', async () => {
    await sides.set({ direction: 'push' });
    const guests = await sides.newMemberHere({ memberType: 'system', displayName: 'Guests' });
    const late = await sides.newMemberHere({ memberType: 'pupil', displayName: 'Late', misId: 'L-1' });
    await sides.book(sale(guests.customerId, -1_00), sale(guests.customerId, -2_00), sale(late.customerId, -3_00));
    await sides.round();
    const proxies = await sides.trac.till().get('/members?core.memberType.eq=system');
    expect(proxies.body).toMatchObject({
      members: [{ displayName: 'Guests', externalIds: { 'smart-memberId': guests.memberId } }],
    });
    expect(await findings()).toMatchObject({
      findings: [{ kind: 'not-sent', amountMinor: -3_00, reason: expect.stringContaining('MIS id L-1') }],
    });
    const lateThere = await sides.trac.till().newMember({ memberType: 'pupil', mis: { misId: 'L-1' } });
    await sides.pass(12);
    expect(await sides.round()).toBe(1);
    expect(await told(lateThere)).toEqual(['sales sale -3.00']);
    expect((await sides.standing()).standing.push).toMatchObject({ pending: 0, refused: 0 });
  });

  test('R118, R123: where credits are managed here, a sale says what they paid as soon as that is known', async () => {
    await sides.set({ direction: 'push', credits: 'klink' });
    const ada = await sides.newPupil();
    const { customerId } = ada.here;
    const purseId = await newCreditPurse(customerId);
    await sides.book({ ...cash(customerId, 2_50), purseId, type: 'credit' });
    await sides.book(cash(customerId, 20_00), sale(customerId, -10_00));
    expect(await sides.round()).toBe(1);
    await sides.processHere();
    await sides.pass(12);
    expect(await sides.round()).toBe(1);
    const sold = (await sides.there(ada.thereId)).find(({ type }) => type === 'sale');
    expect(sold).toMatchObject({ amount: '-10.00', sourceOfFunds: { 'free school meals': { amount: '2.50' } } });
    const there = await sides.trac.till().balances(ada.thereId);
    expect(there).toEqual({ default: '12.50', sales: '0.00', 'free-school-meals': '0.00' });
    expect(await sides.balancesHere(ada.here)).toMatchObject({ default: 12_50, sales: 0, [purseId]: 0 });
  });

  test('what the other side refuses is told with its reason, and sent again when an operator says so', async () => {
    await sides.set({ direction: 'push' });
    const ada = await sides.newPupil();
    await sides.book(sale(ada.here.customerId, -3_00), cash(ada.here.customerId, 5_00));
    sides.line.decide(({ method, path }) => (method === 'POST' && path.includes('/sales/') ? 'says no' : 'goes'));
    await sides.round();
    expect(await told(ada.thereId)).toEqual(['default cash 5.00']);
    expect((await sides.standing()).standing.push).toMatchObject({ refused: 1, pending: 0 });
    expect(await findings()).toMatchObject({ findings: [{ kind: 'not-sent', reason: '400: not today' }] });
    sides.line.decide(() => 'goes');
    // Long afterwards, when everything else has gone.
    await sides.processHere();
    await sides.pass(180);
    expect(await sides.round()).toBe(0);
    const asked = await sides.operator.post('/trac-connections/2/rounds', {});
    expect(asked).toMatchObject({ status: 202, body: { retried: 1 } });
    expect(await sides.round()).toBe(1);
    expect(await told(ada.thereId)).toEqual(['default cash 5.00', 'sales sale -3.00']);
  });
});

describe('pull', () => {
  test('R133, R134, R135: what is made over there is in the books here with the next round, once, from 15 minutes before the last', async () => {
    await sides.set({ direction: 'pull' });
    const ada = await sides.newPupil();
    await sides.trac.payments().newTransaction(ada.thereId, 'default', body('20.00', 'epayment'));
    expect(await sides.round()).toBe(1);
    expect((await sides.balancesHere(ada.here))['default']).toBe(20_00);
    await sides.pass(12);
    const newest = sides.now();
    await sides.trac.payments().newTransaction(ada.thereId, 'default', body('5.00', 'epayment'));
    expect(await sides.round()).toBe(1);
    await sides.pass(12);
    const before = sides.line.passed.length;
    expect(await sides.round()).toBe(0);
    expect((await sides.balancesHere(ada.here))['default']).toBe(25_00);
    const asked = sides.line.passed.slice(before).map(({ path }) => new URL(path, sides.line.address));
    const query = asked.find(({ pathname }) =>
      pathname.endsWith(`/orgs/${sides.trac.editionId}/transactions`),
    )?.searchParams;
    expect(query?.get('member_txns')).toBe('true');
    const from = new Date(newest.getTime() - limits.connectorOverlapMs);
    expect(query?.get('meta.createdAt.gt')).toBe(from.toISOString());
  });

  test('R136: a transaction that was made now for a day long past is taken as well', async () => {
    await sides.set({ direction: 'pull' });
    const ada = await sides.newPupil();
    const backdated = { ...body('7.00', 'epayment'), transactionDate: '2026-03-01T10:00:00Z' };
    await sides.trac.payments().newTransaction(ada.thereId, 'default', backdated);
    await sides.round();
    expect((await sides.balancesHere(ada.here))['default']).toBe(7_00);
  });

  test('R85, Q41: a sale is read again until it is processed, however long that takes, and each side pays it alike', async () => {
    await sides.set({ direction: 'pull' });
    const ada = await sides.newPupil();
    const credit = { title: 'Free School Meals', credit: { expiryDuration: 1 } };
    const purseId = await sides.trac.till().newPurse(ada.thereId, credit);
    await sides.trac.till().newTransaction(ada.thereId, purseId, body('2.50', 'credit'));
    await sides.trac.till().newTransaction(ada.thereId, 'sales', body('-4.00', 'sale', { session: 'lunch' }));
    await sides.round();
    await sides.processHere();
    const bea = await sides.newPupil();
    for (const minutes of [1, 120, 12]) {
      await sides.pass(minutes);
      // Somebody else's news move on what is known; the sale is long before it.
      await sides.trac.payments().newTransaction(bea.thereId, 'default', body('1.00', 'epayment'));
      await sides.round();
      expect((await sides.standing()).standing.pull.unprocessed).toBe(1);
    }
    await sides.trac.runJobs();
    await sides.pass(12);
    await sides.round();
    const { standing } = await sides.standing();
    expect(standing).toMatchObject({ pull: { unprocessed: 0, refused: 0 }, differences: 0 });
    expect(await sides.balancesHere(ada.here)).toMatchObject({ default: -1_50, sales: 0 });
    const there = await sides.trac.till().balances(ada.thereId);
    expect(there).toMatchObject({ default: '-1.50', sales: '0.00', [purseId]: '0.00' });
  });

  test('a member whom nobody here knows is made; one whom the register knows is found, also by UPN', async () => {
    await sides.set({ direction: 'pull' });
    const bea = await sides.newMemberHere({ memberType: 'pupil', displayName: 'Bea', upn: 'U-77' });
    const beaThere = await sides.trac.till().newMember({ memberType: 'pupil', mis: { upn: 'U-77' } });
    const cyThere = await sides.trac
      .till()
      .newMember({ memberType: 'staff', displayName: 'Cy', mis: { misId: 'C-9' } });
    for (const [memberId, amount] of [
      [beaThere, '1.00'],
      [cyThere, '2.00'],
      [cyThere, '3.00'],
    ] as const)
      await sides.trac.payments().newTransaction(memberId, 'default', body(amount, 'epayment'));
    await sides.round();
    expect((await sides.balancesHere(bea))['default']).toBe(1_00);
    const cy = await sides.database.pool.query<{ customer_id: number; member_type: string }>(
      `SELECT customer_id, member_type FROM member WHERE mis_id = 'C-9'`,
    );
    expect(cy.rows).toMatchObject([{ member_type: 'staff' }]);
    expect((await sides.balancesHere({ customerId: cy.rows[0]?.customer_id ?? 0 }))['default']).toBe(5_00);
  });

  test('a cancellation takes back what it names, also where both are news', async () => {
    await sides.set({ direction: 'pull' });
    const ada = await sides.newPupil();
    const contraTransactionId = await sides.trac
      .payments()
      .newTransaction(ada.thereId, 'default', body('20.00', 'epayment'));
    const cancellation = body('-20.00', 'cancellation', { contraTransactionId });
    await sides.trac.payments().newTransaction(ada.thereId, 'default', cancellation);
    expect(await sides.round()).toBe(2);
    expect((await sides.balancesHere(ada.here))['default']).toBe(0);
    expect((await sides.standing()).standing.pull.refused).toBe(0);
  });

  test('nothing older than the connection is booked', async () => {
    await sides.set({ direction: 'pull' });
    const ada = await sides.newPupil();
    await sides.trac.payments().newTransaction(ada.thereId, 'default', body('20.00', 'epayment'));
    await sides.database.pool.query(`UPDATE trac_connection SET since = since + interval '5 minutes'`);
    expect(await sides.round()).toBe(1);
    expect((await sides.balancesHere(ada.here))['default']).toBe(0);
  });
});

describe('both ways', () => {
  test('R131: what went from here never comes back, and what came from there never goes back', async () => {
    await sides.set({ direction: 'both' });
    const ada = await sides.newPupil();
    const { customerId } = ada.here;
    await sides.book(cash(customerId, 20_00), sale(customerId, -3_00));
    await sides.trac.payments().newTransaction(ada.thereId, 'default', body('5.00', 'epayment'));
    for (let round = 0; round < 4; round += 1) {
      await sides.round();
      await sides.processHere();
      await sides.trac.runJobs();
      await sides.pass(12);
    }
    const there = (await told(ada.thereId)).sort();
    expect(there).toEqual(['default cash 20.00', 'default epayment 5.00', 'sales sale -3.00']);
    expect(await sides.balancesHere(ada.here)).toMatchObject({ default: 22_00, sales: 0 });
    expect(await sides.trac.till().balances(ada.thereId)).toMatchObject({ default: '22.00', sales: '0.00' });
    const { standing } = await sides.standing();
    expect(standing).toMatchObject({ differences: 0, push: { pending: 0 }, pull: { unprocessed: 0 } });
  });

  test('a sale that credits paid otherwise over there is a finding with both parts', async () => {
    await sides.set({ direction: 'both' });
    const ada = await sides.newPupil();
    const { customerId } = ada.here;
    await sides.book({ ...cash(customerId, 2_50), purseId: await newCreditPurse(customerId), type: 'credit' });
    await sides.book(sale(customerId, -4_00));
    await sides.processHere();
    await sides.round();
    await sides.trac.runJobs();
    await sides.pass(12);
    await sides.round();
    expect((await sides.standing()).standing.differences).toBe(1);
    expect(await findings()).toMatchObject({
      findings: [{ kind: 'credit-difference', amountMinor: -4_00, reason: 'of it credits paid 0 there and 250 here' }],
    });
  });

  test('R132: the next round is due ten minutes later, a little more or less; how far the sides are apart is told', async () => {
    await sides.set({ direction: 'both' });
    const ada = await sides.newPupil();
    await sides.round();
    const began = sides.now();
    const first = await sides.standing();
    const pauseMs = new Date(first.nextRoundAt).getTime() - began.getTime();
    expect(Math.abs(pauseMs - limits.connectorIntervalMs)).toBeLessThanOrEqual(limits.connectorJitterMs);
    expect(first.standing.pull).toMatchObject({ until: began.toISOString(), lagSeconds: 0 });
    await sides.pass(4);
    await sides.book(sale(ada.here.customerId, -3_00));
    await sides.pass(3);
    expect((await sides.standing()).standing).toMatchObject({
      pull: { until: began.toISOString(), lagSeconds: 7 * 60 },
      push: { pending: 1, lagSeconds: 3 * 60 },
    });
    expect(await sides.round()).toBe(0);
    await sides.pass(5);
    expect(await sides.round()).toBe(1);
    const metrics = await (await fetch(`${sides.backend.address}/metrics`)).text();
    expect(metrics).toContain('klink_trac_waiting{edition="2",what="pending"} 0');
    const seconds = Math.floor(sides.now().getTime() / 1000);
    expect(metrics).toContain(`klink_trac_known_until_seconds{edition="2",direction="pull"} ${seconds}`);
  });
});

test('R132: what has gone is not read again by a round, an operator or the metrics, however much there is', async () => {
  const waiting = `SELECT count(*) FROM purse_transaction t WHERE t.edition_id = c.edition_id AND ${isSendable}`;
  const queries = [`SELECT count(*) ${sendable}`, `SELECT $1::bigint, (${waiting}) FROM trac_connection c`];
  await sides.set({ direction: 'push' });
  const { here } = await sides.newPupil();
  await sides.book(sale(here.customerId, -1_00));
  const enough = new Error('enough was seen');
  const look = async (connection: Connection) => {
    // Thousands of sales of the year before, which have all gone.
    await connection.query('SET LOCAL session_replication_role = replica');
    await connection.query(
      `INSERT INTO purse_transaction SELECT (jsonb_populate_record(t, jsonb_build_object('backend_transaction_id', 1000000 + n,
              'state', 'processed', 'created_at', t.created_at - n * interval '1 hour'))).*
         FROM purse_transaction t, generate_series(1, 5000) AS n WHERE t.edition_id = $1 AND t.customer_id = $2`,
      [sides.editionId, here.customerId],
    );
    await connection.query(`UPDATE trac_connection SET since = '2020-01-01', sent_until = $2 WHERE edition_id = $1`, [
      sides.editionId,
      sides.now(),
    ]);
    await connection.query('ANALYZE purse_transaction');
    for (const query of queries) {
      const plan = await connection.query<{ 'QUERY PLAN': string }>(`EXPLAIN ${query}`, [sides.editionId]);
      const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
      expect(text).toContain('purse_transaction_created');
      const expected = / on purse_transaction t(?:_1)? {2}\(.* rows=(?<rows>\d+)/.exec(text)?.groups?.['rows'];
      // Of a bound whose value it does not know, the planner takes a third of everything.
      expect(Number(expected ?? 'none'), text).toBeLessThan(500);
      expect(text).not.toMatch(/Seq Scan on purse_transaction/);
    }
    throw enough;
  };
  await expect(sides.database.transaction(look)).rejects.toBe(enough);
});
