// Goal: credits come, sales are processed and what is left is cleared as the seeds say (R57–R105), in the one ledger, once, whoever does it
// and however late.
// Method: the rounds of the jobs on a real PostgreSQL, with a clock moved by hand; after every scenario the coherence report has no
// finding.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { type Canteen, openCanteen } from '../../testing/canteen/canteen.ts';
import { applyCredits, processSales } from './canteen-rounds.ts';
import { changeCreditMode } from './credit-mode.ts';
import { readPurses } from './purses.ts';

let server: TestServer;
let canteen: Canteen;
beforeAll(async () => {
  server = await startTestServer();
  canteen = await openCanteen(await server.newDatabase());
});
afterEach(async () => {
  expect(await canteen.findings()).toBe(0);
});
afterAll(async () => {
  await canteen.close();
  await server.stop();
});

const freeMeals = { amountMinor: 2_50, creditApply: '30 9 * * 1-5', expiryDurationDays: 1 };

test('R57: a new member has exactly two purses; R58: default, Cash, cash; R62: sales, Sales, sales; R56: so has a proxy', async () => {
  for (const memberType of ['pupil', 'system'] as const) {
    const member = await canteen.newMember({ memberType });
    const purses = await canteen.within((connection) => readPurses(connection, canteen.editionId, [member.customerId]));
    expect(purses.map(({ purseId, title, type, balanceMinor }) => [purseId, title, type, balanceMinor])).toEqual([
      ['default', 'Cash', 'cash', 0],
      ['sales', 'Sales', 'sales', 0],
    ]);
  }
});

describe('a pupil with free school meals', () => {
  test('R77, R78, R81: the credit pays first, the cash the rest; R85: when it is processed; R105: what is left goes at midnight', async () => {
    canteen.setNow('2026-09-07T07:00:00Z');
    const pupil = await canteen.newMember();
    const purse = await canteen.newPurse(pupil, 'Free School Meals', freeMeals);
    // R60, R84: at once.
    await canteen.post(pupil, { purseId: 'default', type: 'cash', amountMinor: 10_00 });
    expect(await canteen.balances(pupil)).toEqual({ default: 10_00, sales: 0, [purse]: 0 });
    await canteen.runAt('2026-09-07T08:31:00Z');
    expect(await canteen.balances(pupil)).toEqual({ default: 10_00, sales: 0, [purse]: 2_50 });
    canteen.setNow('2026-09-07T11:30:00Z');
    await canteen.sell(pupil, 3_10);
    expect(await canteen.balances(pupil)).toEqual({ default: 10_00, sales: -3_10, [purse]: 2_50 });
    await canteen.runAt('2026-09-07T11:35:00Z');
    expect(await canteen.balances(pupil)).toEqual({ default: 9_40, sales: 0, [purse]: 0 });
    // R83, R87, R91: the sale stays where it is, and does not say which purse paid.
    expect(await canteen.transactions(pupil)).toMatchObject([
      { purseId: 'default', type: 'cash', state: 'processed' },
      {
        purseId: purse,
        type: 'credit',
        amountMinor: 2_50,
        state: 'processed',
        transactionDate: '2026-09-07T08:30:00.000Z',
      },
      { purseId: 'sales', type: 'sale', amountMinor: -3_10, state: 'processed', creditPortionMinor: 2_50 },
    ]);
    await canteen.runAt('2026-09-08T08:31:00Z');
    await canteen.runAt('2026-09-08T22:59:00Z');
    expect(await canteen.balances(pupil)).toEqual({ default: 9_40, sales: 0, [purse]: 2_50 });
    await canteen.runAt('2026-09-08T23:00:00Z');
    expect(await canteen.balances(pupil)).toEqual({ default: 9_40, sales: 0, [purse]: 0 });
    expect((await canteen.transactions(pupil)).at(-1)).toMatchObject({
      type: 'clearedCredit',
      amountMinor: -2_50,
      transactionDate: '2026-09-08T23:00:00.000Z',
    });
  });

  test('R106, R107: every school day once, nothing rolls over; R94: none at the weekend; R96, Q37: once, however often it is looked at', async () => {
    canteen.setNow('2026-09-11T07:00:00Z');
    const pupil = await canteen.newMember();
    const purse = await canteen.newPurse(pupil, 'Free School Meals', freeMeals);
    const seen: number[] = [];
    for (const day of ['11', '12', '13', '14', '15'])
      for (const time of ['08:30:00', '08:31:00', '15:00:00']) {
        await canteen.runAt(`2026-09-${day}T${time}Z`);
        seen.push((await canteen.balances(pupil))[purse] ?? 0);
      }
    expect(seen).toEqual([2_50, 2_50, 2_50, 0, 0, 0, 0, 0, 0, 2_50, 2_50, 2_50, 2_50, 2_50, 2_50]);
    expect((await canteen.credits(pupil)).map(({ cleared }) => cleared)).toEqual(['CLEARED', 'CLEARED', 'NOT_CLEARED']);
  });

  test('R96: a credit by hand that is the one of its day is followed by none on that day; any other one is', async () => {
    canteen.setNow('2026-09-07T07:00:00Z');
    const seen: number[][] = [];
    for (const isCreditOfDay of [true, false]) {
      const pupil = await canteen.newMember();
      const purseId = await canteen.newPurse(pupil, 'Free School Meals', freeMeals);
      await canteen.post(pupil, { purseId, type: 'credit', amountMinor: 2_50, isCreditOfDay });
      const balances: number[] = [];
      for (const at of ['2026-09-07T08:31:00Z', '2026-09-08T08:31:00Z']) {
        await canteen.runAt(at);
        balances.push((await canteen.balances(pupil))[purseId] ?? 0);
      }
      seen.push(balances);
      canteen.setNow('2026-09-07T07:00:00Z');
    }
    expect(seen).toEqual([
      [2_50, 2_50],
      [5_00, 2_50],
    ]);
  });

  test('R97, R115: only from validFrom to validTo; R98: positive, R101: NOT_CLEARED at first', async () => {
    canteen.setNow('2026-09-07T07:00:00Z');
    const pupil = await canteen.newMember();
    const validity = { validFrom: new Date('2026-09-08T23:00:00Z'), validTo: new Date('2026-09-10T23:00:00Z') };
    await canteen.newPurse(pupil, 'Free School Meals', freeMeals, validity);
    for (const day of ['07', '08', '09', '10', '11']) await canteen.runAt(`2026-09-${day}T12:00:00Z`);
    expect(await canteen.credits(pupil)).toEqual([
      { amountMinor: 2_50, usageMinor: 0, cleared: 'CLEARED', expiresAt: '2026-09-09T23:00:00.000Z' },
      { amountMinor: 2_50, usageMinor: 0, cleared: 'CLEARED', expiresAt: '2026-09-10T23:00:00.000Z' },
    ]);
  });

  test('R95: where amount, creditApply or expiryDuration is missing none comes', async () => {
    canteen.setNow('2026-09-07T07:00:00Z');
    const pupil = await canteen.newMember();
    for (const missing of ['amountMinor', 'creditApply', 'expiryDurationDays'])
      await canteen.newPurse(pupil, missing, { ...freeMeals, [missing]: null });
    await canteen.runAt('2026-09-07T12:00:00Z');
    expect(await canteen.credits(pupil)).toEqual([]);
  });

  test('R102, R103, R104, Q26: each credit by itself: of two that are live, the old one’s rest goes and the younger one stays', async () => {
    canteen.setNow('2026-09-07T06:00:00Z');
    const pupil = await canteen.newMember();
    const rolling = { amountMinor: 2_00, creditApply: '0 8 * * *', expiryDurationDays: 2 };
    const purse = await canteen.newPurse(pupil, 'Bursary', rolling);
    await canteen.runAt('2026-09-07T07:00:00Z');
    await canteen.sell(pupil, 1_20);
    await canteen.runAt('2026-09-08T07:00:00Z');
    expect((await canteen.balances(pupil))[purse]).toBe(2_80);
    await canteen.runAt('2026-09-08T23:00:00Z');
    expect((await canteen.balances(pupil))[purse]).toBe(2_00);
    expect(await canteen.credits(pupil)).toMatchObject([
      { usageMinor: 1_20, cleared: 'CLEARED' },
      { usageMinor: 0, cleared: 'NOT_CLEARED' },
    ]);
    // A credit that is used up is marked, and nothing is cleared of it.
    await canteen.sell(pupil, 2_00);
    await canteen.runAt('2026-09-09T06:00:00Z');
    await canteen.runAt('2026-09-09T23:00:00Z');
    const clearings = (await canteen.transactions(pupil)).filter(({ type }) => type === 'clearedCredit');
    expect(clearings.map(({ amountMinor }) => amountMinor)).toEqual([-80]);
  });

  test('R114, Q35: swept down when lunch is over, on the day of 25 hours too', async () => {
    await canteen.setSessions([{ session: 'lunch', from: '12:00', to: '13:30' }]);
    canteen.setNow('2026-10-25T08:00:00Z');
    const pupil = await canteen.newMember();
    const credit = { amountMinor: 2_40, creditApply: '0 11 * * *', expiryDurationDays: 1, sweepAfterSession: true };
    const purse = await canteen.newPurse(pupil, 'Infant meals', credit, { validSessions: ['lunch'] });
    await canteen.runAt('2026-10-25T13:29:00Z');
    expect((await canteen.balances(pupil))[purse]).toBe(2_40);
    await canteen.runAt('2026-10-25T13:30:00Z');
    expect((await canteen.balances(pupil))[purse]).toBe(0);
  });
});

describe('R74: other credit details', () => {
  test('the purse is closed and another one made at once; no day has two credits, or none', async () => {
    canteen.setNow('2026-09-07T07:00:00Z');
    const pupil = await canteen.newMember();
    const old = await canteen.newPurse(pupil, 'Free School Meals', freeMeals);
    const changed = await canteen.replacePurse(pupil, old, { amountMinor: 2_70 });
    await canteen.runAt('2026-09-07T12:00:00Z');
    expect(await canteen.balances(pupil)).toMatchObject({ [old]: 0, [changed]: 2_70 });
    // Today's has come: the next details count from tomorrow on.
    const again = await canteen.replacePurse(pupil, changed, { amountMinor: 3_00 });
    expect(await canteen.balances(pupil)).toMatchObject({ [old]: 0, [changed]: 2_70, [again]: 0 });
    await canteen.sell(pupil, 1_00);
    await canteen.runAt('2026-09-07T12:05:00Z');
    expect(await canteen.balances(pupil)).toMatchObject({ default: 0, [changed]: 1_70 });
    await canteen.runAt('2026-09-08T12:00:00Z');
    expect(await canteen.balances(pupil)).toMatchObject({ [old]: 0, [changed]: 0, [again]: 3_00 });
  });

  test('Q37: between the moment at which the old one’s credit is due and the round that brings it, today has that one', async () => {
    canteen.setNow('2026-09-07T07:00:00Z');
    const pupil = await canteen.newMember();
    const old = await canteen.newPurse(pupil, 'Free School Meals', freeMeals);
    canteen.setNow('2026-09-07T08:30:30Z');
    const changed = await canteen.replacePurse(pupil, old, { amountMinor: 2_70, creditApply: '0 11 * * 1-5' });
    canteen.setNow('2026-09-07T11:30:00Z');
    await canteen.sell(pupil, 2_50);
    await canteen.runAt('2026-09-07T11:35:00Z');
    expect(await canteen.balances(pupil)).toEqual({ default: 0, sales: 0, [old]: 0, [changed]: 0 });
    await canteen.runAt('2026-09-08T10:05:00Z');
    expect(await canteen.balances(pupil)).toEqual({ default: 0, sales: 0, [old]: 0, [changed]: 2_70 });
  });

  test('INV-72: they never change in place, not by a hand either', async () => {
    const pupil = await canteen.newMember();
    const purseId = await canteen.newPurse(pupil, 'Free School Meals', freeMeals);
    const change = await canteen.tryChange(pupil, purseId, { credit: { amountMinor: 9_99 } });
    expect(change).toMatchObject({ outcome: 'refused', code: 'CREDIT_DETAILS_FIXED' });
    const byHand = 'UPDATE purse SET credit_amount_minor = 999 WHERE purse_id = $1';
    await expect(canteen.database.pool.query(byHand, [purseId])).rejects.toThrow('INV-72');
  });

  test('R73: a purse that is closed pays nothing, though its credit is there until midnight', async () => {
    canteen.setNow('2026-09-07T07:00:00Z');
    const pupil = await canteen.newMember();
    const purseId = await canteen.newPurse(pupil, 'Free School Meals', freeMeals);
    await canteen.runAt('2026-09-07T09:00:00Z');
    await canteen.tryChange(pupil, purseId, { validTo: canteen.now() });
    await canteen.sell(pupil, 1_00);
    await canteen.runAt('2026-09-07T12:00:00Z');
    expect(await canteen.balances(pupil)).toMatchObject({ default: -1_00, [purseId]: 2_50 });
  });
});

describe('R75, R76: however late, and whoever does it', () => {
  test('after days without the jobs the purses are what they would be: each day’s sales on its own credit', async () => {
    canteen.setNow('2026-10-22T06:00:00Z');
    const [inTime, late] = [await canteen.newMember(), await canteen.newMember()];
    for (const pupil of [inTime, late]) await canteen.newPurse(pupil, 'Free School Meals', freeMeals);
    for (const day of ['22', '23', '24', '25', '26']) {
      canteen.setNow(`2026-10-${day}T12:00:00Z`);
      for (const pupil of [inTime, late]) await canteen.sell(pupil, day === '23' ? 1_00 : 3_00);
      // Only for the one of them, as if the other one's backend stood still.
      await canteen.runFor(inTime);
    }
    await canteen.runAt('2026-10-27T06:00:00Z');
    const [balances, lateBalances] = [await canteen.balances(inTime), await canteen.balances(late)];
    expect(Object.values(lateBalances)).toEqual(Object.values(balances));
    // Three school days of 2.50 at most; on Saturday and Sunday there is none.
    expect(balances['default']).toBe(-(50 + 0 + 3_00 + 3_00 + 50));
    expect(await canteen.credits(late)).toEqual(await canteen.credits(inTime));
  });

  test('a sale that its till sends the next day is paid by its own day’s credit, which had been cleared', async () => {
    canteen.setNow('2026-09-07T07:00:00Z');
    const pupil = await canteen.newMember();
    const purse = await canteen.newPurse(pupil, 'Free School Meals', freeMeals);
    await canteen.runAt('2026-09-07T23:30:00Z');
    await canteen.runAt('2026-09-08T07:00:00Z');
    await canteen.sell(pupil, 1_80, { transactionDate: new Date('2026-09-07T11:30:00Z') });
    await canteen.runAt('2026-09-08T07:05:00Z');
    expect(await canteen.balances(pupil)).toEqual({ default: 0, sales: 0, [purse]: 0 });
    const clearings = (await canteen.transactions(pupil)).filter(({ type }) => type === 'clearedCredit');
    expect(clearings.map(({ amountMinor }) => amountMinor)).toEqual([-2_50, 1_80]);
    // What comes back of it is cleared again.
    await canteen.post(pupil, { ...refund(80), transactionDate: new Date('2026-09-07T11:40:00Z') });
    await canteen.runAt('2026-09-08T07:10:00Z');
    expect(await canteen.balances(pupil)).toEqual({ default: 0, sales: 0, [purse]: 0 });
  });

  test('any number of processes at once book everything once', async () => {
    canteen.setNow('2026-09-07T07:00:00Z');
    const pupils = await Promise.all(Array.from({ length: 12 }, () => canteen.newMember()));
    for (const pupil of pupils) await canteen.newPurse(pupil, 'Free School Meals', freeMeals);
    canteen.setNow('2026-09-07T12:00:00Z');
    for (const pupil of pupils) await canteen.sell(pupil, 3_00);
    const { database, clock } = canteen;
    const rounds = Array.from({ length: 6 }, (_, index) =>
      (index % 2 === 0 ? processSales : applyCredits)(database, clock),
    );
    const done = await Promise.all(rounds);
    expect(done.reduce((sum, count) => sum + count, 0)).toBe(24);
    expect(await processSales(database, clock)).toBe(0);
    for (const pupil of pupils) expect(Object.values(await canteen.balances(pupil))).toEqual([-50, 0, 0]);
  });
});

const refund = (amountMinor: number) => ({ purseId: 'sales', type: 'sale', amountMinor }) as const;

describe('refunds, money out and orders', () => {
  test('R88, R89, Q28: a positive sale takes back what was sold on its day in its session, and no more', async () => {
    canteen.setNow('2026-09-07T11:00:00Z');
    const pupil = await canteen.newMember();
    await canteen.sell(pupil, 3_00, { session: 'lunch' });
    await canteen.runAt('2026-09-07T11:05:00Z');
    const beyond = { outcome: 'refused', code: 'REFUND_BEYOND_SALES' };
    expect(await canteen.tryPost(pupil, { ...refund(1_00), session: 'tea' })).toMatchObject(beyond);
    expect(await canteen.tryPost(pupil, { ...refund(3_01), session: 'lunch' })).toMatchObject(beyond);
    await canteen.post(pupil, { ...refund(2_00), session: 'lunch' });
    expect(await canteen.tryPost(pupil, { ...refund(1_01), session: 'lunch' })).toMatchObject(beyond);
    canteen.setNow('2026-09-08T11:00:00Z');
    expect(await canteen.tryPost(pupil, { ...refund(1_00), session: 'lunch' })).toMatchObject(beyond);
    await canteen.runAt('2026-09-08T11:05:00Z');
    expect(await canteen.balances(pupil)).toEqual({ default: -1_00, sales: 0 });
  });

  test('R59, R61, Q27: money that is paid out is negative in the default purse, which may go below zero', async () => {
    const pupil = await canteen.newMember();
    await canteen.post(pupil, { purseId: 'default', type: 'cash', amountMinor: -2_00 });
    expect(await canteen.balances(pupil)).toEqual({ default: -2_00, sales: 0 });
  });

  test('R64, R90: the sales purse is what waits, and comes to zero', async () => {
    canteen.setNow('2026-09-07T11:00:00Z');
    const pupil = await canteen.newMember();
    await canteen.sell(pupil, 2_00);
    await canteen.sell(pupil, 1_00);
    expect(await canteen.balances(pupil)).toEqual({ default: 0, sales: -3_00 });
    expect((await canteen.transactions(pupil)).map(({ state }) => state)).toEqual(['notProcessed', 'notProcessed']);
    await canteen.runAt('2026-09-07T11:05:00Z');
    expect(await canteen.balances(pupil)).toEqual({ default: -3_00, sales: 0 });
  });

  test('R92, Q43: a pre-order moves the balance when it is made, and nothing more comes of its day; a cancellation takes it back', async () => {
    canteen.setNow('2026-09-07T11:00:00Z');
    const pupil = await canteen.newMember();
    const purse = await canteen.newPurse(pupil, 'Free School Meals', freeMeals);
    await canteen.runAt('2026-09-08T09:00:00Z');
    const order = await canteen.sell(pupil, 3_00, { transactionDate: new Date('2026-09-10T11:00:00Z') });
    await canteen.runAt('2026-09-08T09:05:00Z');
    expect(await canteen.balances(pupil)).toEqual({ default: -50, sales: 0, [purse]: 0 });
    const cancel = { purseId: 'sales', type: 'cancellation', amountMinor: 3_00, contraTransactionId: order } as const;
    expect(await canteen.tryPost(pupil, { ...cancel, amountMinor: 2_00 })).toMatchObject({ code: 'AMOUNT_INVALID' });
    await canteen.post(pupil, cancel);
    expect(await canteen.tryPost(pupil, cancel)).toMatchObject({ code: 'CANCELLED_ALREADY' });
    await canteen.runAt('2026-09-08T09:10:00Z');
    expect(await canteen.balances(pupil)).toEqual({ default: 0, sales: 0, [purse]: 2_50 });
    await canteen.runAt('2026-09-11T06:00:00Z');
    expect(await canteen.balances(pupil)).toEqual({ default: 0, sales: 0, [purse]: 0 });
  });

  test('R89: a sale is not cancelled on a later day', async () => {
    canteen.setNow('2026-09-07T11:00:00Z');
    const pupil = await canteen.newMember();
    const contraTransactionId = await canteen.sell(pupil, 3_00);
    canteen.setNow('2026-09-08T11:00:00Z');
    const cancel = { purseId: 'sales', type: 'cancellation', amountMinor: 3_00, contraTransactionId } as const;
    expect(await canteen.tryPost(pupil, cancel)).toMatchObject({ code: 'REFUND_BEYOND_SALES' });
    await canteen.runAt('2026-09-08T11:05:00Z');
  });

  test('R109, Q50: what is no meal is paid by the cash', async () => {
    canteen.setNow('2026-09-07T07:00:00Z');
    const pupil = await canteen.newMember();
    const purse = await canteen.newPurse(pupil, 'Free School Meals', freeMeals);
    await canteen.runAt('2026-09-07T12:00:00Z');
    await canteen.sell(pupil, 1_00, { accountType: 'SNACK' });
    await canteen.runAt('2026-09-07T12:05:00Z');
    expect(await canteen.balances(pupil)).toEqual({ default: -1_00, sales: 0, [purse]: 2_50 });
  });

  test('R72, Q34: credit for breakfasts pays no lunch, unless the edition lets every session use it', async () => {
    const paidBy = async (sessionCredits: boolean) => {
      canteen.setNow('2026-09-07T07:00:00Z');
      const pupil = await canteen.newMember();
      const purse = await canteen.newPurse(pupil, 'Breakfast', freeMeals, { validSessions: ['breakfast'] });
      await canteen.within((connection) =>
        changeCreditMode(connection, canteen.editionId, { sessionCredits }, canteen.now()),
      );
      await canteen.runAt('2026-09-07T12:00:00Z');
      await canteen.sell(pupil, 1_00, { session: 'lunch' });
      await canteen.runAt('2026-09-07T12:05:00Z');
      const { default: cash, [purse]: credit } = await canteen.balances(pupil);
      return [cash, credit];
    };
    expect(await paidBy(false)).toEqual([0, 1_50]);
    expect(await paidBy(true)).toEqual([-1_00, 2_50]);
  });

  test('R121, Q33: where the tills manage the credits by now, one of before pays nothing', async () => {
    canteen.setNow('2026-09-07T07:00:00Z');
    const pupil = await canteen.newMember();
    const purse = await canteen.newPurse(pupil, 'Free School Meals', freeMeals);
    await canteen.runAt('2026-09-07T12:00:00Z');
    await canteen.setCreditMode('TILL');
    await canteen.sell(pupil, 1_00);
    await canteen.runAt('2026-09-07T12:05:00Z');
    await canteen.setCreditMode('TRAC');
    expect(await canteen.balances(pupil)).toEqual({ default: -1_00, sales: 0, [purse]: 2_50 });
  });

  test('R55, R58, R62, R98: what belongs into no such purse, and to nobody, is refused', async () => {
    const pupil = await canteen.newMember();
    const purseId = await canteen.newPurse(pupil, 'Duty meals', {});
    const refusals = [
      [{ purseId: 'default', type: 'sale', amountMinor: -1_00 }, 'TYPE_NOT_OF_PURSE'],
      [{ purseId: 'sales', type: 'cash', amountMinor: 1_00 }, 'TYPE_NOT_OF_PURSE'],
      [{ purseId, type: 'clearedCredit', amountMinor: -1_00 }, 'TYPE_NOT_OF_PURSE'],
      [{ purseId, type: 'credit', amountMinor: -1_00 }, 'AMOUNT_INVALID'],
      [{ purseId: 'sales', type: 'sale', amountMinor: 0 }, 'AMOUNT_INVALID'],
      [{ purseId: 'nowhere', type: 'cash', amountMinor: 1_00 }, 'UNKNOWN_PURSE'],
    ] as const;
    for (const [transaction, code] of refusals)
      expect(await canteen.tryPost(pupil, transaction)).toMatchObject({ code });
    expect(await canteen.tryPost({ ...pupil, customerId: 999_999 }, refusals[0][0])).toMatchObject({
      code: 'UNKNOWN_MEMBER',
    });
    // R69: a credit by hand is there at once.
    await canteen.post(pupil, { purseId, type: 'credit', amountMinor: 1_00 });
    expect(await canteen.balances(pupil)).toEqual({ default: 0, sales: 0, [purseId]: 1_00 });
  });
});
