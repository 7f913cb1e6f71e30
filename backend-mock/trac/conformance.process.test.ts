// Goal: the Trac-compatible API does what seeds 000 to 002 say, sentence by sentence: members, purses, transactions, what the sales
// processing shows, how other systems keep in step.
// Method: a backend on a real PostgreSQL with a clock that the test moves, reached over HTTP by two integrations, a till and a payment
// system, that know nothing else. What the backend does every few minutes is run when a test says so.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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
  test('R58, R62: a member has one default and one sales purse: no request makes another', async () => {
    const memberId = await pupil();
    const purseId = await school.till().newPurse(memberId, { title: 'default' });
    expect(purseId).not.toBe('default');
    expect((await school.till().purse(memberId, purseId)).type).toBe('credit');
    expect((await school.till().purses(memberId)).filter(({ type }) => type !== 'credit')).toHaveLength(2);
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

  test('R60, R61: top-ups are credited to the default purse, and money that is taken out is taken from it', async () => {
    const memberId = await pupil('10.00');
    await school.till().newTransaction(memberId, 'default', { ...topUp('-4.00'), type: 'cash' });
    expect(await school.till().balances(memberId)).toEqual({ default: '6.00', sales: '0.00' });
    const refused = await school.till().post(`/members/${memberId}/purses/sales/transactions`, topUp('1.00'));
    expect(refused.status).toBe(400);
  });

  test('R63, R64: a sale is in the sales purse, notProcessed by default, and its balance is what waits', async () => {
    const memberId = await pupil('10.00');
    const id = await school.till().newTransaction(memberId, 'sales', sale('-3.00'));
    expect((await school.till().transaction(memberId, 'sales', id)).state).toBe('notProcessed');
    expect(await school.till().balances(memberId)).toEqual({ default: '10.00', sales: '-3.00' });
    await school.runJobs();
    expect(await school.till().balances(memberId)).toEqual({ default: '7.00', sales: '0.00' });
  });

  test('R65, R66: a credit purse is made by POST; its id is a ULID made then, its title is the request’s', async () => {
    const memberId = await pupil();
    const purseId = await school.till().newPurse(memberId, { title: 'Duty meals', externalIds: { 'till-id': '9' } });
    expect(purseId).toMatch(/^[0-7][0-9A-HJKMNP-TV-Z]{25}$/);
    expect(await school.till().purse(memberId, purseId)).toMatchObject({
      title: 'Duty meals',
      type: 'credit',
      balance: '0.00',
      balanceAsInteger: 0,
      externalIds: { 'till-id': '9' },
      validFrom: null,
      validTo: null,
      validSessions: null,
    });
    expect((await school.till().post(`/members/${memberId}/purses`, {})).status).toBe(400);
  });

  test('R67, R68: purseId and purseTitle stand in a transaction’s meta, and the title finds a kind of credit across members', async () => {
    const one = await withCredit('2.50');
    const other = await withCredit('2.50');
    const found = await school
      .till()
      .organisationTransactions('&meta.purseTitle.eq=Free%20School%20Meals&core.type.eq=credit');
    for (const { memberId, purseId } of [one, other])
      expect(found.map(({ meta }) => meta)).toContainEqual(
        expect.objectContaining({ memberId, purseId, purseTitle: 'Free School Meals' }),
      );
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

  test.each([
    ['R70: validFrom', { validFrom: '2026-09-08' }, '-2.50'],
    ['R71: validTo', { validTo: '2026-09-07' }, '-2.50'],
    ['R72: validSessions', { validSessions: ['breakfast'] }, '-2.50'],
    ['R70–R72: no bound', {}, '0.00'],
  ])('%s decides whether a purse pays; R73: outside of it no funds are drawn', async (_name, bounds, cash) => {
    const memberId = await pupil();
    const purseId = await school.till().newPurse(memberId, { title: 'FSM', ...bounds });
    const at = school.now().toISOString();
    await school.till().newTransaction(memberId, purseId, { amount: '2.50', type: 'credit', transactionDate: at });
    await school.till().newTransaction(memberId, 'sales', sale('-2.50'));
    await school.runJobs();
    expect((await school.till().balances(memberId))['default']).toBe(cash);
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
  test('R75, R76: the processing takes every sale whose state is notProcessed, and no other', async () => {
    const memberId = await pupil('10.00');
    for (const amount of ['-1.00', '-2.00']) await school.till().newTransaction(memberId, 'sales', sale(amount));
    const waiting = '&core.state.eq=notProcessed';
    const ofMember = `&meta.memberId.eq=${memberId}`;
    expect(await school.till().organisationTransactions(waiting + ofMember)).toHaveLength(2);
    await school.runJobs();
    expect(await school.till().organisationTransactions(waiting + ofMember)).toEqual([]);
    await school.runJobs();
    expect(await school.till().balances(memberId)).toEqual({ default: '7.00', sales: '0.00' });
  });

  test('R77–R79, R81, R87: credits pay first and cash the rest; the sale says how much credits paid and not which', async () => {
    const { memberId, purseId } = await withCredit('2.50', '10.00');
    const id = await school.till().newTransaction(memberId, 'sales', sale('-4.00'));
    await school.runJobs();
    expect(await school.till().balances(memberId)).toEqual({ default: '8.50', sales: '0.00', [purseId]: '0.00' });
    const processed = await school.till().transaction(memberId, 'sales', id);
    expect(processed).toMatchObject({ state: 'processed', credit: { creditPortionOfSale: '2.50' } });
    expect(JSON.stringify(processed)).not.toContain(purseId);
  });

  test('R80, R86: "a £5 sale can be fully covered by a £2.50 FSM and a £2.50 UIFSM credit", the earliest first', async () => {
    const { memberId, purseId } = await withCredit('2.50');
    const second = await school.till().newPurse(memberId, { title: 'UIFSM' });
    const earlier = { amount: '2.50', type: 'credit', transactionDate: '2026-09-01T08:00:00Z' };
    await school.till().newTransaction(memberId, second, earlier);
    const first = await school.till().newTransaction(memberId, 'sales', sale('-2.00'));
    await school.runJobs();
    expect(await school.till().balances(memberId)).toMatchObject({ [second]: '0.50', [purseId]: '2.50' });
    const big = await school.till().newTransaction(memberId, 'sales', sale('-3.00'));
    await school.runJobs();
    expect(await school.till().balances(memberId)).toMatchObject({
      default: '0.00',
      [second]: '0.00',
      [purseId]: '0.00',
    });
    expect((await school.till().transaction(memberId, 'sales', first)).credit?.creditPortionOfSale).toBe('2.00');
    expect((await school.till().transaction(memberId, 'sales', big)).credit?.creditPortionOfSale).toBe('3.00');
  });

  test('R82, R83: "You won’t see transfers": the sale stays in the sales purse, and no other transaction comes of it', async () => {
    const { memberId } = await withCredit('2.50', '10.00');
    const id = await school.till().newTransaction(memberId, 'sales', sale('-4.00'));
    const ofMember = `&meta.memberId.eq=${memberId}`;
    const before = (await school.till().organisationTransactions(ofMember)).map(({ meta }) => meta.transactionId);
    await school.runJobs();
    expect((await school.till().organisationTransactions(ofMember)).map(({ meta }) => meta.transactionId)).toEqual(
      before,
    );
    const inSales = await school.till().transactions(`/members/${memberId}/purses/sales/transactions`);
    expect(inSales.map(({ meta }) => meta.transactionId)).toEqual([id]);
  });

  test('R84, R91: cash and credit move at once and are processed; R85, R90: a sale moves when it is processed', async () => {
    const { memberId, purseId } = await withCredit('2.50', '10.00');
    expect(await school.till().balances(memberId)).toEqual({ default: '10.00', sales: '0.00', [purseId]: '2.50' });
    const ofMember = `&meta.memberId.eq=${memberId}`;
    expect((await school.till().organisationTransactions(ofMember)).map(({ state }) => state)).toEqual([
      'processed',
      'processed',
    ]);
    const id = await school.till().newTransaction(memberId, 'sales', sale('-1.00', { state: 'processed' }));
    expect((await school.till().transaction(memberId, 'sales', id)).state).toBe('notProcessed');
    expect((await school.till().balances(memberId))['default']).toBe('10.00');
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
