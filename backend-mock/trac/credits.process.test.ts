// Goal: credits that come by themselves and the sources of funds that a till names, as seeds 001 to 003 say it, seen through the
// Trac-compatible API alone; both examples of seed 003 to the penny.
// Method: two schools on one real PostgreSQL, one whose credits are managed here and one whose till manages them, with clocks that the
// test moves; what the backend does every few minutes is run when a test says so.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TracTransactionAnswer } from '../../contract/wire/trac-entities.ts';
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

  describe('with 2.50 each weekday at half past nine, for a day', () => {
    let memberId: string;
    let purseId: string;
    let early: TracTransactionAnswer[];
    let came: TracTransactionAnswer[];
    beforeAll(async () => {
      await school.setNow('2026-09-07T07:00:00Z');
      ({ memberId, purseId } = await entitled());
      await school.setNow('2026-09-07T08:29:59Z');
      await school.runJobs();
      early = await inPurse(memberId, purseId);
      await school.setNow('2026-09-07T08:31:00Z');
      await school.runJobs();
      came = await inPurse(memberId, purseId);
    });

    test('R93: "By specifying the amount, creditApply, and expiryDuration ... credits can automatically be created"', () => {
      expect(came).toMatchObject([{ type: 'credit', amount: '2.50', state: 'processed' }]);
    });

    test('R94: "30 9 * * 1-5 ... would make the credit be applied at 9:30 am, Monday - Friday", on the school’s own clock', async () => {
      expect(early).toEqual([]);
      expect(came[0]?.transactionDate).toBe('2026-09-07T08:30:00.000Z');
      const week = await entitled();
      await school.setNow('2026-09-13T12:00:00Z');
      await school.runJobs();
      const days = (await inPurse(week.memberId, week.purseId)).filter(({ type }) => type === 'credit');
      const dates = days.map(({ transactionDate }) => transactionDate.slice(0, 10));
      expect(dates).toEqual(['2026-09-08', '2026-09-09', '2026-09-10', '2026-09-11']);
    });

    test('R98: "Credits added are always positive (increasing the balance)": any other amount is refused', async () => {
      expect(came[0]?.amountAsInteger).toBe(2_50);
      for (const amount of ['-2.50', '0.00']) {
        const purse = { title: 'FSM', credit: { ...weekdays, amount } };
        expect((await school.till().post(`/members/${memberId}/purses`, purse)).status).toBe(400);
      }
      const taken = { amount: '-1.00', type: 'credit', transactionDate: '2026-09-07' };
      expect((await school.till().post(`/members/${memberId}/purses/${purseId}/transactions`, taken)).status).toBe(400);
    });

    test('R101: "The creditCleared value in the credit namespace is set as NOT_CLEARED"', () => {
      expect(came[0]?.credit).toMatchObject({ creditCleared: 'NOT_CLEARED', creditUsageAmount: '0.00' });
    });
  });

  test('R97: "Credits will only be applied if the current date is within the validTo and validFrom values on the purse"', async () => {
    await school.setNow('2026-09-07T07:00:00Z');
    const bounds = [
      { validFrom: '2026-09-08' },
      { validTo: '2026-09-07' },
      { validFrom: '2026-09-07', validTo: '2026-09-08' },
    ];
    const made = await Promise.all(bounds.map((each) => entitled(weekdays, each)));
    await school.setNow('2026-09-07T12:00:00Z');
    await school.runJobs();
    const counts = await Promise.all(made.map(async (each) => (await inPurse(each.memberId, each.purseId)).length));
    expect(counts).toEqual([0, 0, 1]);
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
    for (const creditApply of ['0 9,12 * * *', '*/5 9 * * *', 'every morning', '0 0 30 2 *']) {
      const purse = { title: 'FSM', credit: { ...weekdays, creditApply } };
      expect((await school.till().post(`/members/${memberId}/purses`, purse)).status).toBe(400);
    }
  });

  describe('of 2.50 for a day, of which 1.00 is eaten', () => {
    let purseAt: string[];
    let before: TracTransactionAnswer[];
    let cleared: TracTransactionAnswer[];
    beforeAll(async () => {
      await school.setNow('2026-09-07T07:00:00Z');
      const { memberId, purseId } = await entitled();
      const balance = async () => (await school.till().purse(memberId, purseId)).balance;
      await school.setNow('2026-09-07T11:00:00Z');
      await school.runJobs();
      await school.till().newTransaction(memberId, 'sales', sale('-1.00'));
      await school.setNow('2026-09-07T22:59:59Z');
      await school.runJobs();
      purseAt = [await balance()];
      before = await inPurse(memberId, purseId);
      await school.setNow('2026-09-07T23:00:00Z');
      await school.runJobs();
      purseAt.push(await balance());
      cleared = await inPurse(memberId, purseId);
    });

    test('R99: expiryDuration: "If set to 1, the credit will expire at midnight"', () => {
      expect(purseAt).toEqual(['1.50', '0.00']);
    });

    test('R100: "The expiry is set to 00:00:00 at the start of the expiry day", which is local (Q36)', () => {
      expect(before[0]?.credit?.expiry).toBe('2026-09-07T23:00:00.000Z');
    });

    test('R102: "Credit transactions that have passed their expiry date and time are automatically cleared"', () => {
      expect([before.length, cleared.length]).toEqual([1, 2]);
    });

    test('R103: "a new ... transaction with a negative amount is created to balance out the remaining credit"', () => {
      expect(cleared[0]).toMatchObject({ amount: '2.50', credit: { creditUsageAmount: '1.00' } });
      expect(cleared[1]).toMatchObject({ amount: '-1.50', state: 'processed' });
    });

    test('R104: "The credit transaction creditCleared field in the credit namespace is updated to be CLEARED"', () => {
      expect([before[0]?.credit?.creditCleared, cleared[0]?.credit?.creditCleared]).toEqual(['NOT_CLEARED', 'CLEARED']);
    });

    test('R105: "This transaction will have the type clearedCredit" (Q25), and sets the purse to 0', () => {
      expect([cleared[1]?.type, purseAt[1]]).toEqual(['clearedCredit', '0.00']);
    });
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

  describe('over three days with 5.00 of cash', () => {
    let purseId: string;
    const seen: Record<string, string>[] = [];
    beforeAll(async () => {
      await school.setNow('2026-09-14T07:00:00Z');
      const made = await entitled();
      ({ purseId } = made);
      const cash = { amount: '5.00', type: 'epayment', transactionDate: '2026-09-14' };
      await school.payments().newTransaction(made.memberId, 'default', cash);
      for (const [day, amount] of [
        ['14', '-1.00'],
        ['15', '-2.50'],
        ['16', '-3.00'],
      ] as const) {
        await school.setNow(`2026-09-${day}T11:00:00Z`);
        await school.runJobs();
        await school.till().newTransaction(made.memberId, 'sales', sale(amount));
        await school.runJobs();
        seen.push(await school.till().balances(made.memberId));
      }
    });

    test('R106: "Pupils who are entitled to FSM are able to purchase up to a defined amount each day"', () => {
      expect(seen[1]).toEqual({ default: '5.00', sales: '0.00', [purseId]: '0.00' });
    });

    test('R107: "The unspent balance does not roll-over"', () => {
      expect([seen[0]?.[purseId], seen[1]?.[purseId]]).toEqual(['1.50', '0.00']);
    });

    test('R108: "They can spend more than this amount, if they have the cash"', () => {
      expect(seen[2]).toEqual({ default: '4.50', sales: '0.00', [purseId]: '0.00' });
    });
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

  describe('seen by a payment system', () => {
    let memberId: string;
    let own: TracTransactionAnswer[];
    const till = { products: [{ name: 'Jacket potato', quantity: 2 }] };
    beforeAll(async () => {
      await school.setNow('2026-09-21T07:00:00Z');
      ({ memberId } = await entitled());
      const cash = { amount: '5.00', type: 'epayment', transactionDate: '2026-09-21' };
      await school.payments().newTransaction(memberId, 'default', cash);
      await school.setNow('2026-09-21T11:00:00Z');
      await school.runJobs();
      await school.till().newTransaction(memberId, 'sales', sale('-4.00', { till }));
      await school.till().newTransaction(memberId, 'sales', sale('-0.80', { accountType: 'SNACK' }));
    });

    test('R110: balances "should show only the amount credited by parents, and debited by purchases", no free meals', async () => {
      expect((await school.payments().purse(memberId, 'default')).balance).toBe('5.00');
      await school.runJobs();
      expect((await school.payments().purse(memberId, 'default')).balance).toBe('2.70');
    });

    test('R111: transactions "show all items purchased", and their cost for the cash tallies with the running balance', async () => {
      own = await school.payments().organisationTransactions(`&meta.memberId.eq=${memberId}`);
      const sales = own.filter(({ type }) => type === 'sale');
      expect(sales[0]).toMatchObject({ till });
      const minorOf = (text = '0.00') => Number(text.replace('.', ''));
      const costs = sales.map((each) => each.amountAsInteger + minorOf(each.credit?.creditPortionOfSale));
      expect(costs).toEqual([-1_50, -80]);
      const paidIn = own.find(({ type }) => type === 'epayment')?.amountAsInteger ?? 0;
      const balance = (await school.payments().purse(memberId, 'default')).balanceAsInteger;
      expect(balance).toBe(costs.reduce((sum, cost) => sum + cost, paidIn));
    });
  });

  test('R114: a purse may be swept down when the catering is over, before midnight (Q35)', async () => {
    await school.setNow('2026-09-21T07:00:00Z');
    const swept = { ...weekdays, sweepAfterSession: true };
    const { memberId, purseId } = await entitled(swept, { validSessions: ['lunch'] });
    await school.setNow('2026-09-21T12:59:00Z');
    await school.runJobs();
    expect(await school.till().purse(memberId, purseId)).toMatchObject({ balance: '2.50', credit: swept });
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

  describe('in the sale of seed 003', () => {
    let memberId: string;
    let seen: TracTransactionAnswer;
    beforeAll(async () => {
      memberId = await newMember();
      const id = await tillSchool.till().newTransaction(memberId, 'sales', example);
      seen = await tillSchool.till().transaction(memberId, 'sales', id);
    });

    test('R118: "The amount of the transaction attributed to that purse": the field comes back as it was sent', () => {
      expect(seen).toMatchObject({
        ...example,
        transactionDate: '2004-10-11T12:24:12.000Z',
        credit: { creditPortionOfSale: '2.50' },
        till: { ...example.till, status: 'synced' },
      });
    });

    test('R119: "If a specified purse does not exist, Trac automatically creates it"; one that exists is taken (Q24)', async () => {
      const before = (await tillSchool.till().purses(memberId)).length;
      const sourceOfFunds = { ' FREE school Meals ': { amount: '1.00' } };
      const more = { ...example, amount: '-1.00', sourceOfFunds };
      const other = await newMember();
      for (const each of [other, other]) await tillSchool.till().newTransaction(each, 'sales', more);
      expect(await tillSchool.till().purses(other)).toHaveLength(before);
    });

    test('R120: "Credit transactions are logged against this purse", and its balance "will remain at 0" (Q31)', async () => {
      expect(await inCredits(memberId)).toMatchObject([{ type: 'credit', amount: '2.50', state: 'processed' }]);
      expect((await tillSchool.till().purse(memberId, 'free-school-meals')).balance).toBe('0.00');
    });

    test('R123: "£7.50 is then taken from the default purse to cover the rest of this sale", at once (Q32)', async () => {
      expect((await tillSchool.till().purse(memberId, 'default')).balance).toBe('-7.50');
      expect(seen.state).toBe('processed');
      expect((await tillSchool.till().purse(memberId, 'sales')).balance).toBe('0.00');
    });

    test('R126: a purse "with the title “Free School Meals”, and the ID free-school-meals"', async () => {
      expect(await tillSchool.till().purse(memberId, 'free-school-meals')).toMatchObject({
        title: 'Free School Meals',
        type: 'credit',
      });
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
