// Goal: `sourceOfFunds` books what seed 003 says, both of its examples to the penny, and never where this backend manages the credits
// (R117–R126, Q23, Q24, Q30–Q33).
// Method: the functions on a real PostgreSQL; after every scenario the coherence report has no finding.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { type Canteen, openCanteen, type Posted } from '../../testing/canteen/canteen.ts';
import type { Member } from './members.ts';

let server: TestServer;
let canteen: Canteen;
let pupil: Member;
beforeAll(async () => {
  server = await startTestServer();
  canteen = await openCanteen(await server.newDatabase());
  await canteen.setCreditMode('TILL');
});
beforeEach(async () => {
  pupil = await canteen.newMember();
});
afterEach(async () => {
  expect(await canteen.findings()).toBe(0);
});
afterAll(async () => {
  await canteen.close();
  await server.stop();
});

const sources = (amounts: Record<string, number>) =>
  Object.entries(amounts).map(([name, amountMinor]) => ({ name, amountMinor }));
const sale = (amountMinor: number, amounts?: Record<string, number>): Posted => ({
  purseId: 'sales',
  type: 'sale',
  amountMinor: -amountMinor,
  session: 'lunch',
  ...(amounts === undefined ? {} : { sourceOfFunds: sources(amounts), sourceOfFundsText: JSON.stringify(amounts) }),
});

describe('the examples of seed 003', () => {
  test('R123, R119, R120, R126: a sale of 10.00 with 2.50 makes the purse, leaves it at 0 and takes 7.50 of the cash', async () => {
    await canteen.post(pupil, sale(10_00, { 'free school meals': 2_50 }));
    expect(await canteen.balances(pupil)).toEqual({ default: -7_50, sales: 0, 'free-school-meals': 0 });
    expect(await canteen.titles(pupil)).toContain('Free School Meals');
    // Q32: settled at once. Q31: the credit and its use are booked together.
    expect(await canteen.transactions(pupil)).toMatchObject([
      { purseId: 'sales', type: 'sale', amountMinor: -10_00, state: 'processed', creditPortionMinor: 2_50 },
      { purseId: 'free-school-meals', type: 'credit', amountMinor: 2_50, state: 'processed' },
    ]);
    await canteen.runAt('2026-09-07T12:00:00Z');
    expect(await canteen.balances(pupil)).toEqual({ default: -7_50, sales: 0, 'free-school-meals': 0 });
  });

  test('R120: the credit names the sale that it was for, has its date, and is of who sent it', async () => {
    const transactionDate = new Date('2026-09-04T11:00:00Z');
    const id = await canteen.post(pupil, { ...sale(10_00, { uifsm: 2_50 }), transactionDate, integration: 'till' });
    const credits = await canteen.database.pool.query(
      `SELECT contra_transaction_id AS contra, transaction_date AS at, business_date::text AS day, integration
         FROM purse_transaction WHERE customer_id = $1 AND type = 'credit'`,
      [pupil.customerId],
    );
    expect(credits.rows).toEqual([{ contra: id, at: transactionDate, day: '2026-09-04', integration: 'till' }]);
  });

  test('R124: its refund gives 7.50 back to the cash and makes a credit of −2.50', async () => {
    await canteen.post(pupil, sale(10_00, { 'free school meals': 2_50 }));
    await canteen.post(pupil, sale(-10_00, { 'free school meals': 2_50 }));
    expect(await canteen.balances(pupil)).toEqual({ default: 0, sales: 0, 'free-school-meals': 0 });
    expect((await canteen.transactions(pupil)).at(-1)).toMatchObject({ type: 'credit', amountMinor: -2_50 });
  });
});

test('R121: a sale that names no source is the cash’s', async () => {
  await canteen.post(pupil, sale(3_00));
  await canteen.post(pupil, sale(1_00, {}));
  await canteen.runAt('2026-09-07T12:00:00Z');
  expect(await canteen.balances(pupil)).toEqual({ default: -4_00, sales: 0 });
});

test('R118, R122, Q30: several sources in the order of the keys; what is too much is not applied, and is kept with the sale', async () => {
  const id = await canteen.post(pupil, sale(10_00, { uifsm: 6_00, 'free school meals': 6_00, duty: 1_00 }));
  expect(await canteen.balances(pupil)).toEqual({ default: 0, sales: 0, uifsm: 0, 'free-school-meals': 0, duty: 0 });
  const shown = await canteen.transactions(pupil);
  expect(shown[0]).toMatchObject({ creditPortionMinor: 10_00, excessIgnoredMinor: 3_00 });
  expect(shown.slice(1).map(({ purseId, amountMinor }) => [purseId, amountMinor])).toEqual([
    ['uifsm', 6_00],
    ['free-school-meals', 4_00],
  ]);
  expect(await canteen.sourceOfFunds(id)).toBe('{"uifsm":600,"free school meals":600,"duty":100}');
});

test('Q23, Q24: one purse for every spelling, whose first title stays', async () => {
  await canteen.post(pupil, sale(2_00, { 'Free School Meals': 1_00 }));
  await canteen.post(pupil, sale(2_00, { ' free  school MEALS ': 1_00 }));
  expect(await canteen.titles(pupil)).toEqual(['Cash', 'Sales', 'Free School Meals']);
});

test('names of purses that are no credit purses, and amounts below zero, are refused', async () => {
  for (const name of ['default', 'Sales', '  ', 'overspend'])
    expect(await canteen.tryPost(pupil, sale(2_00, { [name]: 1_00 }))).toMatchObject({
      code: 'SOURCE_OF_FUNDS_REFUSED',
    });
  expect(await canteen.tryPost(pupil, sale(2_00, { duty: -1 }))).toMatchObject({ code: 'AMOUNT_INVALID' });
});

describe('Q33: one of the two manages the credits', () => {
  test('R125: while the tills do, no purse or credit is made by hand, and none comes by itself', async () => {
    const credit = { amountMinor: 2_50, creditApply: '30 9 * * *', expiryDurationDays: 1 };
    await expect(canteen.newPurse(pupil, 'Free School Meals', credit)).rejects.toThrow('tills manage the credits');
    await canteen.post(pupil, sale(1_00, { duty: 1_00 }));
    const byHand = { purseId: 'duty', type: 'credit', amountMinor: 1_00 } as const;
    expect(await canteen.tryPost(pupil, byHand)).toMatchObject({ code: 'CREDITS_BY_TILL' });
  });

  test('R117: while this backend does, sourceOfFunds is refused; what changes hands comes by itself from then on alone', async () => {
    await canteen.setCreditMode('TRAC');
    canteen.setNow('2026-09-07T07:00:00Z');
    expect(await canteen.tryPost(pupil, sale(2_00, { duty: 1_00 }))).toMatchObject({ code: 'SOURCE_OF_FUNDS_REFUSED' });
    const credit = { amountMinor: 2_50, creditApply: '30 9 * * *', expiryDurationDays: 1 };
    const purse = await canteen.newPurse(pupil, 'Free School Meals', credit);
    await canteen.runAt('2026-09-07T09:00:00Z');
    await canteen.setCreditMode('TILL');
    await canteen.runAt('2026-09-09T12:00:00Z');
    await canteen.setCreditMode('TRAC');
    await canteen.runAt('2026-09-09T13:00:00Z');
    // The one of before is cleared; of the days between none comes.
    expect(await canteen.credits(pupil)).toMatchObject([{ cleared: 'CLEARED' }]);
    await canteen.runAt('2026-09-10T09:00:00Z');
    expect((await canteen.balances(pupil))[purse]).toBe(2_50);
    await canteen.setCreditMode('TILL');
  });
});
