// Goal: credits that come by themselves and the sources of funds that a till names, as seeds 001 to 003 say it, seen through the
// Trac-compatible API alone; both examples of seed 003 to the penny.
// Method: two schools on one real PostgreSQL, one whose credits are managed here and one whose till manages them, with clocks that the
// test moves; what the backend does every few minutes is run when a test says so.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { openSchool, type School } from '../../testing/trac/school.ts';

let server: TestServer;
let school: School;
let tillSchool: School;
beforeAll(async () => {
  server = await startTestServer();
  school = await openSchool(await server.newDatabase());
  tillSchool = await openSchool(await server.newDatabase(), 'TILL');
});
afterAll(async () => {
  await school.close();
  await tillSchool.close();
  await server.stop();
});

const weekdays = { amount: '2.50', creditApply: '30 9 * * 1-5', expiryDuration: 1 };
const sale = (amount: string, more: object = {}) => ({
  amount,
  type: 'sale',
  transactionDate: school.now().toISOString(),
  session: 'lunch',
  ...more,
});

describe('credits that come by themselves', () => {
  async function entitled(
    credit: object = weekdays,
    more: object = {},
  ): Promise<{ memberId: string; purseId: string }> {
    const memberId = await school.till().newMember();
    return {
      memberId,
      purseId: await school.till().newPurse(memberId, { title: 'Free School Meals', credit, ...more }),
    };
  }
  const inPurse = (memberId: string, purseId: string) =>
    school.till().transactions(`/members/${memberId}/purses/${purseId}/transactions`);

  test('R93, R94, R97, R98, R101: amount, creditApply, expiryDuration: "30 9 * * 1-5" brings 2.50 at half past nine, NOT_CLEARED', async () => {
    await school.setNow('2026-09-07T07:00:00Z');
    const { memberId, purseId } = await entitled();
    const invalid = await entitled(weekdays, { validFrom: '2026-09-08' });
    await school.runJobs();
    expect(await inPurse(memberId, purseId)).toEqual([]);
    await school.setNow('2026-09-07T08:31:00Z');
    await school.runJobs();
    expect(await inPurse(memberId, purseId)).toMatchObject([
      {
        type: 'credit',
        amount: '2.50',
        state: 'processed',
        transactionDate: '2026-09-07T08:30:00.000Z',
        credit: { creditCleared: 'NOT_CLEARED', creditUsageAmount: '0.00', expiry: '2026-09-07T23:00:00.000Z' },
      },
    ]);
    expect(await inPurse(invalid.memberId, invalid.purseId)).toEqual([]);
  });

  test('R95: "If these values are missing then no credit transactions will be added"', async () => {
    await school.setNow('2026-09-07T07:00:00Z');
    const partly = [{ amount: '2.50' }, { creditApply: '30 9 * * *' }, { amount: '2.50', creditApply: '30 9 * * *' }];
    const made = await Promise.all(partly.map((credit) => entitled(credit)));
    await school.setNow('2026-09-08T12:00:00Z');
    await school.runJobs();
    for (const { memberId, purseId } of made) expect(await inPurse(memberId, purseId)).toEqual([]);
  });

  test('R96: "the crontab should specify at most one occurrence daily": another one is refused, and so is what is no crontab', async () => {
    const memberId = await school.till().newMember();
    for (const creditApply of ['0 9,12 * * *', '*/5 9 * * *', 'every morning', '0 0 30 2 *'])
      expect(
        (
          await school
            .till()
            .post(`/members/${memberId}/purses`, { title: 'FSM', credit: { ...weekdays, creditApply } })
        ).status,
      ).toBe(400);
    for (const amount of ['-2.50', '0.00'])
      expect(
        (await school.till().post(`/members/${memberId}/purses`, { title: 'FSM', credit: { ...weekdays, amount } }))
          .status,
      ).toBe(400);
  });

  test('R99, R100, R102–R105: what is left at midnight is cleared by a clearedCredit, the credit is CLEARED, and the purse is 0', async () => {
    await school.setNow('2026-09-07T07:00:00Z');
    const { memberId, purseId } = await entitled();
    await school.setNow('2026-09-07T11:00:00Z');
    await school.runJobs();
    await school.till().newTransaction(memberId, 'sales', sale('-1.00'));
    await school.setNow('2026-09-07T22:59:00Z');
    await school.runJobs();
    expect((await school.till().purse(memberId, purseId)).balance).toBe('1.50');
    await school.setNow('2026-09-07T23:00:00Z');
    await school.runJobs();
    expect((await school.till().purse(memberId, purseId)).balance).toBe('0.00');
    expect(await inPurse(memberId, purseId)).toMatchObject([
      { type: 'credit', amount: '2.50', credit: { creditCleared: 'CLEARED', creditUsageAmount: '1.00' } },
      { type: 'clearedCredit', amount: '-1.50', state: 'processed' },
    ]);
  });

  test('R99: an expiryDuration of more than a day rolls over; over the end of summer time it still ends at local midnight (Q36)', async () => {
    await school.setNow('2026-10-24T07:00:00Z');
    const { memberId, purseId } = await entitled({ amount: '2.50', creditApply: '0 9 24 10 *', expiryDuration: 3 });
    await school.setNow('2026-10-24T08:01:00Z');
    await school.runJobs();
    const [credit] = await inPurse(memberId, purseId);
    expect(credit?.credit?.expiry).toBe('2026-10-27T00:00:00.000Z');
    await school.setNow('2026-10-26T23:59:00Z');
    await school.runJobs();
    expect((await school.till().purse(memberId, purseId)).balance).toBe('2.50');
  });

  test('R106–R108: a pupil eats up to the amount each day, nothing rolls over, and what is more comes out of the cash', async () => {
    await school.setNow('2026-09-14T07:00:00Z');
    const { memberId, purseId } = await entitled();
    await school
      .payments()
      .newTransaction(memberId, 'default', { amount: '5.00', type: 'epayment', transactionDate: '2026-09-14' });
    const seen: unknown[] = [];
    for (const day of ['14', '15', '16']) {
      await school.setNow(`2026-09-${day}T11:00:00Z`);
      await school.runJobs();
      await school.till().newTransaction(memberId, 'sales', sale(day === '14' ? '-1.00' : '-3.00'));
      await school.runJobs();
      seen.push(await school.till().balances(memberId));
    }
    expect(seen).toEqual([
      { default: '5.00', sales: '0.00', [purseId]: '1.50' },
      { default: '4.50', sales: '0.00', [purseId]: '0.00' },
      { default: '4.00', sales: '0.00', [purseId]: '0.00' },
    ]);
  });

  test('R109: "They can only spend this money on meals and not anything else"', async () => {
    await school.setNow('2026-09-14T07:00:00Z');
    const { memberId, purseId } = await entitled();
    await school.setNow('2026-09-14T11:00:00Z');
    await school.runJobs();
    const id = await school.till().newTransaction(memberId, 'sales', sale('-1.00', { accountType: 'UNIFORM' }));
    await school.runJobs();
    expect(await school.till().balances(memberId)).toEqual({ default: '-1.00', sales: '0.00', [purseId]: '2.50' });
    expect((await school.till().transaction(memberId, 'sales', id)).credit?.creditPortionOfSale).toBe('0.00');
  });

  test('R110, R111: payment systems see the cash alone, and all sales with what each took of it, which tallies with the balance', async () => {
    await school.setNow('2026-09-21T07:00:00Z');
    const { memberId } = await entitled();
    const payments = () => school.payments();
    await payments().newTransaction(memberId, 'default', {
      amount: '5.00',
      type: 'epayment',
      transactionDate: '2026-09-21',
    });
    await school.setNow('2026-09-21T11:00:00Z');
    await school.runJobs();
    expect((await payments().purse(memberId, 'default')).balance).toBe('5.00');
    const till = { products: [{ name: 'Jacket potato', quantity: 2 }] };
    await school.till().newTransaction(memberId, 'sales', sale('-4.00', { till }));
    await school.till().newTransaction(memberId, 'sales', sale('-0.80', { accountType: 'SNACK' }));
    await school.runJobs();
    const own = await payments().organisationTransactions(`&meta.memberId.eq=${memberId}`);
    const sales = own.filter(({ type }) => type === 'sale');
    expect(sales[0]).toMatchObject({ till });
    const minorOf = (text = '0.00') => Math.round(Number(text) * 100);
    const cashImpact = sales.reduce(
      (sum, each) => sum + each.amountAsInteger + minorOf(each.credit?.creditPortionOfSale),
      0,
    );
    const paidIn = own.find(({ type }) => type === 'epayment')?.amountAsInteger ?? 0;
    expect((await payments().purse(memberId, 'default')).balanceAsInteger).toBe(paidIn + cashImpact);
    expect(cashImpact).toBe(-2_30);
  });

  test('R114: a purse may be swept down when the catering is over, before midnight (Q35)', async () => {
    await school.setNow('2026-09-21T07:00:00Z');
    const swept = { ...weekdays, sweepAfterSession: true };
    const { memberId, purseId } = await entitled(swept, { validSessions: ['lunch'] });
    await school.setNow('2026-09-21T12:59:00Z');
    await school.runJobs();
    expect(await school.till().purse(memberId, purseId)).toMatchObject({ balance: '2.50', credit: weekdays });
    await school.setNow('2026-09-21T13:00:00Z');
    await school.runJobs();
    expect((await school.till().purse(memberId, purseId)).balance).toBe('0.00');
  });

  test('R115: FSM start and end dates of one pupil: credits come on the days between them', async () => {
    await school.setNow('2026-09-28T07:00:00Z');
    const { memberId, purseId } = await entitled(weekdays, { validFrom: '2026-09-29', validTo: '2026-10-01' });
    for (const day of ['28', '29', '30']) {
      await school.setNow(`2026-09-${day}T12:00:00Z`);
      await school.runJobs();
    }
    await school.setNow('2026-10-01T12:00:00Z');
    await school.runJobs();
    const days = (await inPurse(memberId, purseId))
      .filter(({ type }) => type === 'credit')
      .map(({ transactionDate }) => transactionDate.slice(0, 10));
    expect(days).toEqual(['2026-09-29', '2026-09-30']);
  });

  test('R116: how many pupils made use of their meals is asked of the transactions, as seed 001 says', async () => {
    await school.setNow('2026-10-05T07:00:00Z');
    const eaters = await Promise.all([entitled(), entitled(), entitled()]);
    await school.setNow('2026-10-05T11:00:00Z');
    await school.runJobs();
    for (const { memberId } of eaters.slice(0, 2)) await school.till().newTransaction(memberId, 'sales', sale('-2.00'));
    await school.runJobs();
    const ofDay = await school.till().organisationTransactions('&core.transactionDate.ge=2026-10-05&core.type.eq=sale');
    const covered = ofDay
      .filter(({ credit }) => credit?.creditPortionOfSale !== '0.00')
      .map(({ meta }) => meta.memberId);
    expect(new Set(covered)).toEqual(new Set(eaters.slice(0, 2).map(({ memberId }) => memberId)));
  });
});

describe('sourceOfFunds', () => {
  /** The example of seed 003, word for word. */
  const example = {
    amount: '-10.00',
    transactionDate: '2004-10-11T12:24:12Z',
    type: 'sale',
    sourceOfFunds: { 'free school meals': { amount: '2.50' } },
    till: { salePayments: { ACCOUNT: { paymentTotal: '10.00' } }, paymentMethods: ['ACCOUNT'] },
  };
  const newMember = () => tillSchool.till().newMember();
  const inCredits = (memberId: string) =>
    tillSchool.till().transactions(`/members/${memberId}/purses/free-school-meals/transactions`);

  test('R118–R120, R123, R126: the sale of seed 003: a purse is made, a credit of 2.50 is logged, 7.50 comes from the default purse', async () => {
    const memberId = await newMember();
    const id = await tillSchool.till().newTransaction(memberId, 'sales', example);
    expect(await tillSchool.till().balances(memberId)).toEqual({
      default: '-7.50',
      sales: '0.00',
      'free-school-meals': '0.00',
    });
    expect(await tillSchool.till().purse(memberId, 'free-school-meals')).toMatchObject({
      title: 'Free School Meals',
      type: 'credit',
    });
    expect(await inCredits(memberId)).toMatchObject([{ type: 'credit', amount: '2.50' }]);
    expect(await tillSchool.till().transaction(memberId, 'sales', id)).toMatchObject({
      ...example,
      transactionDate: '2004-10-11T12:24:12.000Z',
      state: 'processed',
      credit: { creditPortionOfSale: '2.50' },
      till: { ...example.till, status: 'synced' },
    });
  });

  test('R124: the refund of seed 003: 7.50 goes back to the default purse, a credit of -2.50 reverses the credit spend (Q47)', async () => {
    const memberId = await newMember();
    await tillSchool.till().newTransaction(memberId, 'sales', example);
    await tillSchool.till().newTransaction(memberId, 'sales', { ...example, amount: '10.00' });
    expect(await tillSchool.till().balances(memberId)).toEqual({
      default: '0.00',
      sales: '0.00',
      'free-school-meals': '0.00',
    });
    expect((await inCredits(memberId)).map(({ amount }) => amount)).toEqual(['2.50', '-2.50']);
  });

  test('R121: "Missing sourceOfFunds will default the entire transaction to the default purse"', async () => {
    const memberId = await newMember();
    const { sourceOfFunds: _none, ...plain } = example;
    await tillSchool.till().newTransaction(memberId, 'sales', plain);
    await tillSchool.runJobs();
    expect(await tillSchool.till().balances(memberId)).toEqual({ default: '-10.00', sales: '0.00' });
  });

  test('R122: what is more than the sale is not applied and stands in the field; in the order of the text, numbers too (Q30)', async () => {
    const memberId = await newMember();
    const text = `{"amount":"-4.00","type":"sale","transactionDate":"2026-09-07T12:00:00Z",
      "sourceOfFunds":{"Year 7":{"amount":"2.50"},"2026":{"amount":"3.00"},"last":{"amount":"1.00"}}}`;
    const id = await tillSchool.till().newTransaction(memberId, 'sales', text);
    const seen = await tillSchool.till().transaction(memberId, 'sales', id);
    expect(seen.sourceOfFunds).toEqual({
      'Year 7': { amount: '2.50' },
      '2026': { amount: '3.00' },
      last: { amount: '1.00' },
    });
    expect(seen.excessIgnored).toBe('2.50');
    const credits = await tillSchool
      .till()
      .organisationTransactions(`&meta.memberId.eq=${memberId}&core.type.eq=credit`);
    expect(credits.map(({ meta, amount }) => [meta.purseId, amount])).toEqual([
      ['year-7', '2.50'],
      ['2026', '1.50'],
    ]);
    expect((await tillSchool.till().balances(memberId))['default']).toBe('0.00');
  });

  test('a source that stands there twice, below zero, as a number or as the default purse is refused, and nothing is booked', async () => {
    const memberId = await newMember();
    const path = `/members/${memberId}/purses/sales/transactions`;
    const funds = (text: string) =>
      `{"amount":"-4.00","type":"sale","transactionDate":"2026-09-07T12:00:00Z","sourceOfFunds":${text}}`;
    for (const text of [
      '{"a":{"amount":"1.00"},"a":{"amount":"2.00"}}',
      '{"a":{"amount":"-1.00"}}',
      '{"a":{"amount":1}}',
      '{"default":{"amount":"1.00"}}',
      '{"a":"1.00"}',
      '["a"]',
    ])
      expect((await tillSchool.till().post(path, funds(text))).status).toBe(400);
    expect(await tillSchool.till().balances(memberId)).toEqual({ default: '0.00', sales: '0.00' });
  });

  test('R117: where credits are managed here, sourceOfFunds is refused before it can disturb them (Q33)', async () => {
    const memberId = await school.till().newMember();
    const refused = await school.till().post(`/members/${memberId}/purses/sales/transactions`, example);
    expect(refused.status).toBe(400);
    expect(await school.till().balances(memberId)).toEqual({ default: '0.00', sales: '0.00' });
  });

  test('R125: "Do not create credit purses or credit transactions manually when using this feature": both are refused', async () => {
    const memberId = await newMember();
    expect((await tillSchool.till().post(`/members/${memberId}/purses`, { title: 'FSM' })).status).toBe(400);
    await tillSchool.till().newTransaction(memberId, 'sales', example);
    const credit = { amount: '2.50', type: 'credit', transactionDate: '2026-09-07' };
    const path = `/members/${memberId}/purses/free-school-meals/transactions`;
    expect((await tillSchool.till().post(path, credit)).status).toBe(400);
  });

  test('R129, R130: credits that sourceOfFunds makes begin with the defaults of credit purses', async () => {
    const memberId = await newMember();
    await tillSchool.till().newTransaction(memberId, 'sales', example);
    expect(await inCredits(memberId)).toMatchObject([
      { till: { status: 'unsynced' }, parentPay: { status: 'synced' } },
    ]);
  });
});
