// Goal: the Trac-compatible API does what seeds 000 to 002 say, sentence by sentence: members, purses, transactions, what the sales
// processing shows, how other systems keep in step.
// Method: a backend on a real PostgreSQL with a clock that the test moves, reached over HTTP by two integrations, a till and a payment
// system, that know nothing else. What the backend does every few minutes is run when a test says so.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TracTransactionAnswer, tracPurseMadeSchema } from '../../contract/wire/trac-entities.ts';
import { startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { openSchool, type School } from '../../testing/trac/school.ts';

let server: TestServer;
let school: School;
beforeAll(async () => {
  server = await startTestServer();
  school = await openSchool(await server.newDatabase());
});
afterAll(async () => {
  await school.close();
  await server.stop();
});

const lunch = '2026-09-07T12:00:00Z';
const topUp = (amount: string, more: object = {}) => ({ amount, type: 'epayment', transactionDate: lunch, ...more });
const sale = (amount: string, more: object = {}) => ({
  amount,
  type: 'sale',
  transactionDate: school.now().toISOString(),
  session: 'lunch',
  ...more,
});

/** A pupil with some cash, paid in through the payment system. */
async function pupil(cash?: string): Promise<string> {
  const memberId = await school.till().newMember({ memberType: 'pupil', displayName: 'Ada', mis: { misId: '123' } });
  if (cash !== undefined) await school.payments().newTransaction(memberId, 'default', topUp(cash));
  return memberId;
}

async function withCredit(amount: string, cash?: string): Promise<{ memberId: string; purseId: string }> {
  const memberId = await pupil(cash);
  const purseId = await school.till().newPurse(memberId, { title: 'Free School Meals' });
  await school
    .till()
    .newTransaction(memberId, purseId, { amount, type: 'credit', transactionDate: school.now().toISOString() });
  return { memberId, purseId };
}

describe('members', () => {
  test('R55: every transaction is of a member: without one there is no place for it, and each says whose it is', async () => {
    const memberId = await pupil('5.00');
    const body = topUp('1.00');
    expect((await school.till().post('/members/nobody/purses/default/transactions', body)).status).toBe(404);
    expect((await school.till().post('/transactions', body)).status).toBe(404);
    const [transaction] = await school.till().transactions(`/members/${memberId}/purses/default/transactions`);
    expect(transaction?.meta).toMatchObject({
      memberId,
      memberDetails: { memberType: 'pupil', mis: { misId: '123' } },
    });
  });

  test('R56: a proxy member stands for whom no person does, as the till guide makes it', async () => {
    const body = {
      isActive: true,
      externalIds: { 'till-group': '7' },
      displayName: 'Contractors',
      memberType: 'system',
    };
    const memberId = await school.till().newMember(body);
    expect(await school.till().member(memberId)).toMatchObject({ ...body, meta: { memberId } });
    await school.till().newTransaction(memberId, 'sales', sale('-3.00'));
    await school.runJobs();
    expect(await school.till().balances(memberId)).toEqual({ default: '-3.00', sales: '0.00' });
  });

  test('a day of birth that no calendar has is refused, when a member is made and when it is changed', async () => {
    const born = (dateOfBirth: string) => ({ memberType: 'pupil', displayName: 'Ada', dateOfBirth });
    const memberId = await school.till().newMember(born('0001-01-01'));
    const { meta } = await school.till().member(memberId);
    for (const day of ['0000-02-29', '2015-02-29', '29.02.2016']) {
      expect((await school.till().post('/members', born(day))).status).toBe(400);
      expect((await school.till().put(`/members/${memberId}`, meta.updatedAt, { dateOfBirth: day })).status).toBe(400);
    }
  });

  test('R57: "Upon creating a new member in Trac, two purses are automatically generated"', async () => {
    const purses = await school.till().purses(await pupil());
    expect(purses.map(({ title, type, meta }) => [title, meta.purseId, type])).toEqual([
      ['Cash', 'default', 'cash'],
      ['Sales', 'sales', 'sales'],
    ]);
  });

  test('a member is found by what the school’s register calls it, as the till guide says', async () => {
    const memberId = await school
      .till()
      .newMember({ memberType: 'pupil', mis: { misId: 'A-77', upn: 'U-77', firstName: 'Bea' } });
    await school.till().newMember({ memberType: 'staff', mis: { misId: 'A-77' } });
    const found = await school.till().get('/members?core.memberType.eq=pupil&mis.misId.eq=A-77');
    expect(found.body).toMatchObject({ members: [{ meta: { memberId }, displayName: 'Bea', mis: { upn: 'U-77' } }] });
    expect((await school.till().get('/members?mis.upn.eq=U-77')).body).toMatchObject({
      members: [{ meta: { memberId } }],
    });
  });
});

describe('purses', () => {
  test('R58: "Members can only have one default purse": Cash, id default, type cash, and no request makes another', async () => {
    const memberId = await pupil();
    const purseId = await school.till().newPurse(memberId, { title: 'default' });
    expect(purseId).not.toBe('default');
    const cash = (await school.till().purses(memberId)).filter(({ type }) => type === 'cash');
    expect(cash).toMatchObject([{ title: 'Cash', meta: { purseId: 'default' } }]);
  });

  test('R62: "Members can only have one sales purse": Sales, id sales, type sales, and all sales are in it', async () => {
    const memberId = await pupil();
    expect(await school.till().newPurse(memberId, { title: 'sales' })).not.toBe('sales');
    const sales = (await school.till().purses(memberId)).filter(({ type }) => type === 'sales');
    expect(sales).toMatchObject([{ title: 'Sales', meta: { purseId: 'sales' } }]);
    const elsewhere = await school.till().post(`/members/${memberId}/purses/default/transactions`, sale('-1.00'));
    expect(elsewhere.status).toBe(400);
  });

  test('R59: "The cash purse can have a positive, zero, or even negative balance"', async () => {
    const memberId = await pupil();
    const seen: (string | undefined)[] = [];
    for (const amount of ['2.50', '-2.50', '-1.00']) {
      await school.till().newTransaction(memberId, 'default', { ...topUp(amount), type: 'cash' });
      seen.push((await school.till().balances(memberId))['default']);
    }
    expect(seen).toEqual(['2.50', '0.00', '-1.00']);
  });

  test('R60: "All top-up transactions ... are credited to this purse": no other takes one', async () => {
    const memberId = await pupil('10.00');
    expect(await school.till().balances(memberId)).toEqual({ default: '10.00', sales: '0.00' });
    const refused = await school.till().post(`/members/${memberId}/purses/sales/transactions`, topUp('1.00'));
    expect(refused.status).toBe(400);
  });

  test('R61: "Any refunds should be created against this purse too": money that is taken out (Q27)', async () => {
    const memberId = await pupil('10.00');
    await school.till().newTransaction(memberId, 'default', { ...topUp('-4.00'), type: 'cash' });
    expect(await school.till().balances(memberId)).toEqual({ default: '6.00', sales: '0.00' });
  });

  test('R63: transactions of the sales purse "will automatically gain a state field, which by default will be notProcessed"', async () => {
    const memberId = await pupil();
    const id = await school.till().newTransaction(memberId, 'sales', sale('-3.00'));
    expect((await school.till().transaction(memberId, 'sales', id)).state).toBe('notProcessed');
  });

  test('R64: "Once all sales are processed the sales purse balance should be 0"; until then it is what waits', async () => {
    const memberId = await pupil('10.00');
    const inSales = async () => (await school.till().purse(memberId, 'sales')).balance;
    await school.till().newTransaction(memberId, 'sales', sale('-3.00'));
    expect(await inSales()).toBe('-3.00');
    await school.runJobs();
    expect(await inSales()).toBe('0.00');
  });

  test('R65: "Credit purses are created by posting to the purses endpoint /orgs/{org_id}/members/{member_id}/purses"', async () => {
    const memberId = await pupil();
    const reply = await school
      .till()
      .post(`/members/${memberId}/purses`, { title: 'Duty meals', externalIds: { 'till-id': '9' } });
    expect(reply.status).toBe(201);
    const { purseId } = tracPurseMadeSchema.parse(reply.body);
    expect(await school.till().purse(memberId, purseId)).toMatchObject({
      type: 'credit',
      balance: '0.00',
      balanceAsInteger: 0,
      externalIds: { 'till-id': '9' },
      validFrom: null,
      validTo: null,
      validSessions: null,
    });
  });

  test('R66: "The purseId is a ULID generated when the purse is created. The purse title is set in the request"', async () => {
    const memberId = await pupil();
    const purseId = await school.till().newPurse(memberId, { title: 'Duty meals' });
    expect(purseId).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    expect((await school.till().purse(memberId, purseId)).title).toBe('Duty meals');
    expect((await school.till().post(`/members/${memberId}/purses`, {})).status).toBe(400);
  });

  test('R67: "purseId and purseTitle are both included in the meta data of a transaction"', async () => {
    const { memberId, purseId } = await withCredit('2.50');
    const [credit] = await school.till().transactions(`/members/${memberId}/purses/${purseId}/transactions`);
    expect(credit?.meta).toMatchObject({ purseId, purseTitle: 'Free School Meals' });
  });

  test('R68: "purseTitle can be used to identify a type of credit across members"', async () => {
    const [one, other] = [await withCredit('2.50'), await withCredit('2.50')];
    const found = await school.till().organisationTransactions('&meta.purseTitle.eq=Free%20School%20Meals');
    const members = new Set(found.map(({ meta }) => meta.memberId));
    expect([members.has(one.memberId), members.has(other.memberId)]).toEqual([true, true]);
    expect(new Set(found.map(({ meta }) => meta.purseTitle))).toEqual(new Set(['Free School Meals']));
  });

  test('R69: the balance of a credit purse is the credit that is available now', async () => {
    const { memberId, purseId } = await withCredit('2.50');
    await school.till().newTransaction(memberId, 'sales', sale('-1.00'));
    await school.runJobs();
    expect((await school.till().purse(memberId, purseId)).balance).toBe('1.50');
  });

  test('a purse made with a balance has it by a credit', async () => {
    const memberId = await pupil();
    const purseId = await school.till().newPurse(memberId, { title: 'Prize', balance: '4.00' });
    expect((await school.till().purse(memberId, purseId)).balance).toBe('4.00');
    const [credit] = await school.till().transactions(`/members/${memberId}/purses/${purseId}/transactions`);
    expect(credit).toMatchObject({ type: 'credit', amount: '4.00', till: { status: 'unsynced' } });
  });

  /** What of a sale of 2.50 comes out of the cash of somebody with a credit of as much in a purse of this validity. */
  async function cashWith(bounds: object): Promise<string | undefined> {
    const memberId = await pupil();
    const purseId = await school.till().newPurse(memberId, { title: 'FSM', ...bounds });
    const transactionDate = school.now().toISOString();
    await school.till().newTransaction(memberId, purseId, { amount: '2.50', type: 'credit', transactionDate });
    await school.till().newTransaction(memberId, 'sales', sale('-2.50'));
    await school.runJobs();
    return (await school.till().balances(memberId))['default'];
  }

  test('R70: without validFrom a purse "is valid from the start of time"', async () => {
    expect(await cashWith({ validTo: '2026-09-30' })).toBe('0.00');
  });

  test('R71: without validTo a purse "is valid until the end of time"', async () => {
    expect(await cashWith({ validFrom: '2026-09-01' })).toBe('0.00');
  });

  test('R72: without validSessions a purse "is valid for all sessions", with them for those alone (Q34)', async () => {
    expect(await cashWith({ validSessions: null })).toBe('0.00');
    expect(await cashWith({ validSessions: ['breakfast'] })).toBe('-2.50');
  });

  test('R73: "beyond or before its validity period ... funds will not be drawn from it during sales processing"', async () => {
    expect(await cashWith({ validFrom: '2026-09-08' })).toBe('-2.50');
    expect(await cashWith({ validTo: '2026-09-07' })).toBe('-2.50');
  });

  test('R74: credit details never change; validTo of today closes the purse, and another takes its place', async () => {
    const memberId = await pupil();
    const credit = { amount: '2.50', creditApply: '30 9 * * 1-5', expiryDuration: 1 };
    const purseId = await school.till().newPurse(memberId, { title: 'FSM', credit });
    const path = `/members/${memberId}/purses/${purseId}`;
    const { meta } = await school.till().purse(memberId, purseId);
    expect((await school.till().put(path, meta.updatedAt, { credit: { ...credit, amount: '3.00' } })).status).toBe(400);
    expect((await school.till().put(path, meta.updatedAt, { validTo: '2026-09-07' })).body).toMatchObject({
      validTo: '2026-09-06T23:00:00.000Z',
      credit,
    });
    expect(await school.till().newPurse(memberId, { title: 'FSM', credit: { ...credit, amount: '3.00' } })).not.toBe(
      purseId,
    );
  });

  test('a purse’s balance and title never change by a PUT; its own fields may come back as they are', async () => {
    const { memberId, purseId } = await withCredit('2.50');
    const whole = await school.till().purse(memberId, purseId);
    const path = `/members/${memberId}/purses/${purseId}`;
    expect((await school.till().put(path, whole.meta.updatedAt, { balance: '9.00' })).status).toBe(400);
    expect((await school.till().put(path, whole.meta.updatedAt, { title: 'Other' })).status).toBe(400);
    const changed = await school.till().put(path, whole.meta.updatedAt, { ...whole, externalIds: { x: '1' } });
    expect(changed.body).toEqual({
      ...whole,
      externalIds: { x: '1' },
      meta: { ...whole.meta, updatedAt: expect.any(String) },
    });
  });
});

describe('sales', () => {
  test('R75: the processing takes "all sales in the sales purse", however often it runs', async () => {
    const memberId = await pupil('10.00');
    for (const amount of ['-1.00', '-2.00']) await school.till().newTransaction(memberId, 'sales', sale(amount));
    for (let rounds = 0; rounds < 2; rounds += 1) {
      await school.runJobs();
      expect(await school.till().balances(memberId)).toEqual({ default: '7.00', sales: '0.00' });
    }
  });

  test('R76: they are those "where the state field has the value notProcessed", and none is left', async () => {
    const memberId = await pupil('10.00');
    const waiting = () =>
      school.till().organisationTransactions(`&core.state.eq=notProcessed&meta.memberId.eq=${memberId}`);
    await school.till().newTransaction(memberId, 'sales', sale('-1.00'));
    expect(await waiting()).toHaveLength(1);
    await school.runJobs();
    expect(await waiting()).toEqual([]);
  });

  describe('of 4.00 to somebody with 2.50 of credit and 10.00 of cash', () => {
    let memberId: string;
    let purseId: string;
    let made: TracTransactionAnswer;
    let done: TracTransactionAnswer;
    let before: Record<string, string>;
    let after: Record<string, string>;
    const all = () => school.till().organisationTransactions(`&meta.memberId.eq=${memberId}`);
    let allBefore: TracTransactionAnswer[];
    beforeAll(async () => {
      ({ memberId, purseId } = await withCredit('2.50', '10.00'));
      const id = await school.till().newTransaction(memberId, 'sales', sale('-4.00', { state: 'processed' }));
      made = await school.till().transaction(memberId, 'sales', id);
      before = await school.till().balances(memberId);
      allBefore = await all();
      await school.runJobs();
      done = await school.till().transaction(memberId, 'sales', id);
      after = await school.till().balances(memberId);
    });

    test('R77: funds of credit purses with a positive balance cover it first', () => {
      expect([before[purseId], after[purseId]]).toEqual(['2.50', '0.00']);
    });

    test('R78: "If there are not enough funds in any credit purses ... it will start deducting money from the cash purse"', () => {
      expect([before['default'], after['default']]).toEqual(['10.00', '8.50']);
    });

    test('R79: "this order of deduction is fixed": what the request asks for instead changes nothing', async () => {
      const other = await withCredit('2.50', '10.00');
      const wish = { priority: ['default'], credit: { priority: 'cash', creditPortionOfSale: '0.00' } };
      await school.till().newTransaction(other.memberId, 'sales', sale('-4.00', wish));
      await school.runJobs();
      expect((await school.till().balances(other.memberId))['default']).toBe('8.50');
    });

    test('R81: "credit.creditPortionOfSale field set for the amount covered by credits"', () => {
      expect(done.credit?.creditPortionOfSale).toBe('2.50');
    });

    test('R82: "You won’t see transfers": there is no transaction more than before', async () => {
      expect((await all()).map(({ meta }) => meta.transactionId)).toEqual(
        allBefore.map(({ meta }) => meta.transactionId),
      );
    });

    test('R83: "The sales transactions will remain in the sales purse after being processed"; only its balance is offset', async () => {
      const inSales = await school.till().transactions(`/members/${memberId}/purses/sales/transactions`);
      expect(inSales).toMatchObject([{ amount: '-4.00', meta: { transactionId: made.meta.transactionId } }]);
      expect([before['sales'], after['sales']]).toEqual(['-4.00', '0.00']);
    });

    test('R84: "Transactions against the cash or credit purses update the balance immediately"', () => {
      expect(before).toEqual({ default: '10.00', sales: '-4.00', [purseId]: '2.50' });
    });

    test('R85: "For sales purse transactions, the balance updates when the sale is processed"; the state tells', () => {
      expect([made.state, done.state]).toEqual(['notProcessed', 'processed']);
    });

    test('R87: the sale "does not specify what credit purse was used"', () => {
      expect(JSON.stringify(done)).not.toContain(purseId);
      expect(JSON.stringify(done)).not.toContain('Free School Meals');
    });

    test('R90: "The transaction field state is always set to notProcessed", whatever the request says', () => {
      expect(made.state).toBe('notProcessed');
    });

    test('R91: credits and transactions of the default purse are always processed', () => {
      const others = allBefore.filter(({ meta }) => meta.purseId !== 'sales').map(({ type, state }) => [type, state]);
      expect(others).toEqual([
        ['epayment', 'processed'],
        ['credit', 'processed'],
      ]);
    });
  });

  test('R80: "The earliest available credit is used first"', async () => {
    const { memberId, purseId } = await withCredit('2.50');
    const second = await school.till().newPurse(memberId, { title: 'UIFSM' });
    const earlier = { amount: '2.50', type: 'credit', transactionDate: '2026-09-01T08:00:00Z' };
    await school.till().newTransaction(memberId, second, earlier);
    await school.till().newTransaction(memberId, 'sales', sale('-2.00'));
    await school.runJobs();
    expect(await school.till().balances(memberId)).toEqual({
      default: '0.00',
      sales: '0.00',
      [second]: '0.50',
      [purseId]: '2.50',
    });
  });

  test('R86: "a £5 sale can be fully covered by a £2.50 FSM and a £2.50 UIFSM credit"', async () => {
    const { memberId, purseId } = await withCredit('2.50', '10.00');
    const second = await school.till().newPurse(memberId, { title: 'UIFSM', balance: '2.50' });
    const id = await school.till().newTransaction(memberId, 'sales', sale('-5.00'));
    await school.runJobs();
    expect(await school.till().balances(memberId)).toEqual({
      default: '10.00',
      sales: '0.00',
      [second]: '0.00',
      [purseId]: '0.00',
    });
    expect((await school.till().transaction(memberId, 'sales', id)).credit?.creditPortionOfSale).toBe('5.00');
  });

  test('R88: "A positive sale represents a refund": it comes back as if the rest had been sold (Q29)', async () => {
    const { memberId, purseId } = await withCredit('2.50', '10.00');
    await school.till().newTransaction(memberId, 'sales', sale('-5.00'));
    await school.runJobs();
    await school.till().newTransaction(memberId, 'sales', sale('2.00'));
    await school.runJobs();
    expect(await school.till().balances(memberId)).toEqual({ default: '9.50', sales: '0.00', [purseId]: '0.00' });
    await school.till().newTransaction(memberId, 'sales', sale('3.00'));
    await school.runJobs();
    expect(await school.till().balances(memberId)).toEqual({ default: '10.00', sales: '0.00', [purseId]: '2.50' });
  });

  test('R89: a refund is for a sale of the same day and the same session: any other is refused (Q28)', async () => {
    const memberId = await pupil('10.00');
    await school.till().newTransaction(memberId, 'sales', sale('-5.00'));
    const path = `/members/${memberId}/purses/sales/transactions`;
    for (const other of [{ session: 'breakfast' }, { transactionDate: '2026-09-08T12:00:00Z' }, { amount: '5.01' }])
      expect((await school.till().post(path, { ...sale('5.00'), ...other })).status).toBe(400);
    expect((await school.till().post(path, sale('5.00'))).status).toBe(201);
  });

  test('R92: a pre-order is a sale with a date to come: it moves the balance when it is made, and is cancelled as usual', async () => {
    const memberId = await pupil('10.00');
    const id = await school
      .till()
      .newTransaction(memberId, 'sales', sale('-3.00', { transactionDate: '2026-09-11T11:00:00Z' }));
    await school.runJobs();
    expect(await school.till().balances(memberId)).toEqual({ default: '7.00', sales: '0.00' });
    const cancellation = { ...sale('3.00'), type: 'cancellation', contraTransactionId: id };
    const back = await school.till().newTransaction(memberId, 'sales', cancellation);
    await school.runJobs();
    expect(await school.till().balances(memberId)).toEqual({ default: '10.00', sales: '0.00' });
    expect((await school.till().transaction(memberId, 'sales', back)).contraTransactionId).toBe(id);
    const again = await school.till().post(`/members/${memberId}/purses/sales/transactions`, cancellation);
    expect(again.status).toBe(400);
  });

  test('Q46: an amount is decimal text, exact: a number, an exponent and a third decimal are refused', async () => {
    const memberId = await pupil();
    const path = `/members/${memberId}/purses/sales/transactions`;
    for (const amount of [-1, '-1e2', '-1.005', '1,00', '', null])
      expect((await school.till().post(path, { ...sale('-1.00'), amount })).status).toBe(400);
    for (let count = 0; count < 3; count += 1) await school.till().newTransaction(memberId, 'sales', sale('-0.10'));
    expect((await school.till().purse(memberId, 'sales')).balance).toBe('-0.30');
  });
});
