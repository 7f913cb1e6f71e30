// Goal: two systems stay in step over the Trac-compatible API as seeds 000 and 002 say: windows of time, defaults and namespaces that
// decide who is sent what, no loop-backs, pages, changes by those alone who have seen what they change.
// Method: a school on a real PostgreSQL with a clock that the test moves, reached over HTTP by a till and a payment system; sales of
// Klink's own till come in as its journal does.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enrolmentCodeAnswerSchema } from '../../contract/wire/admin.ts';
import { terminalRowSchema } from '../../contract/wire/operator.ts';
import { tracMembersAnswerSchema, tracTransactionsAnswerSchema } from '../../contract/wire/trac-entities.ts';
import { startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { purchase } from '../../testing/backend/payloads.ts';
import { enrolTill } from '../../testing/backend/till-client.ts';
import { openSchool, type School } from '../../testing/trac/school.ts';
import { makeApp, registerApp, TracClient } from '../../testing/trac/trac-client.ts';

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

const body = (amount: string, type: string, more: object = {}) => ({
  amount,
  type,
  transactionDate: school.now().toISOString(),
  ...more,
});
const ids = (transactions: readonly { meta: { transactionId: string } }[]) =>
  transactions.map(({ meta }) => meta.transactionId);

describe('who is sent what', () => {
  test('R127: defaults fill any field of any entity that an integration makes, and a value of the request wins (Q40)', async () => {
    const app = makeApp('nursery');
    const defaults = {
      member: { memberType: 'staff', mis: { className: 'Kitchen' }, nursery: { shift: 'early' } },
      purse: { validSessions: ['breakfast'] },
      transaction: { description: 'From the nursery', default: { type: 'cash' } },
    };
    const row = await registerApp(school.operator, app, school.editionId, { defaults });
    const client = await TracClient.enter(school.address, app, row, school.now());
    const memberId = await client.newMember({ displayName: 'Cy' });
    expect(await client.member(memberId)).toMatchObject({
      memberType: 'staff',
      mis: { className: 'Kitchen' },
      nursery: { shift: 'early' },
    });
    const purseId = await client.newPurse(memberId, { title: 'Duty meals' });
    expect((await client.purse(memberId, purseId)).validSessions).toEqual(['breakfast']);
    const { type: _type, ...untyped } = body('1.00', 'cash');
    const id = await client.newTransaction(memberId, 'default', untyped);
    expect(await client.transaction(memberId, 'default', id)).toMatchObject({
      type: 'cash',
      description: 'From the nursery',
    });
    const other = await client.newTransaction(memberId, 'default', { ...untyped, description: 'Own', type: 'cheque' });
    expect(await client.transaction(memberId, 'default', other)).toMatchObject({ type: 'cheque', description: 'Own' });
  });

  describe('by the defaults of seed 002', () => {
    const statusOf = async (type: string, amount: string, purse?: string) => {
      const memberId = await school.till().newMember();
      const purseId = purse ?? (await school.till().newPurse(memberId, { title: 'FSM' }));
      const id = await school.till().newTransaction(memberId, purseId, body(amount, type));
      const { till, parentPay } = await school.till().transaction(memberId, purseId, id);
      return { till, parentPay };
    };
    const [unsynced, synced] = [{ status: 'unsynced' }, { status: 'synced' }];

    test('R128: "defaults can be configured in a purse basis": those of default and of sales', async () => {
      expect(await statusOf('cash', '1.00', 'default')).toEqual({ till: unsynced, parentPay: unsynced });
      expect(await statusOf('sale', '-1.00', 'sales')).toEqual({ till: synced, parentPay: unsynced });
    });

    test('R129: "If a transaction purseId is anything other than sales or default the credit defaults will be used"', async () => {
      expect(await statusOf('credit', '1.00')).toEqual({ till: unsynced, parentPay: synced });
    });
  });

  test('R128: credits that come by themselves begin as their purse’s integration laid down', async () => {
    const memberId = await school.till().newMember();
    const credit = { amount: '2.50', creditApply: '30 9 * * *', expiryDuration: 1 };
    const purseId = await school.till().newPurse(memberId, { title: 'FSM', credit });
    await school.setNow('2026-09-07T09:00:00Z');
    await school.runJobs();
    const [came] = await school.till().transactions(`/members/${memberId}/purses/${purseId}/transactions`);
    expect(came).toMatchObject({ till: { status: 'unsynced' }, parentPay: { status: 'synced' } });
    const { meta } = await school.till().purse(memberId, purseId);
    expect(JSON.stringify(await school.till().purse(memberId, purseId))).not.toContain('creditTransactions');
    const path = `/members/${memberId}/purses/${purseId}`;
    const changed = await school
      .till()
      .put(path, meta.updatedAt, { creditTransactions: { parentPay: { status: 'x' } } });
    expect(changed.status).toBe(200);
    const [still] = await school.till().transactions(`${path}/transactions`);
    expect(still).toMatchObject({ parentPay: { status: 'synced' } });
  });

  test('R130: an integration sets its own status to synced; who says nothing has it set, in its own namespace alone', async () => {
    const memberId = await school.payments().newMember();
    const silent = await school.payments().newTransaction(memberId, 'default', body('1.00', 'epayment'));
    const seen = await school.payments().transaction(memberId, 'default', silent);
    expect(seen).toMatchObject({ parentPay: { status: 'synced' } });
    expect(seen['till']).toBeUndefined();
    const said = body('1.00', 'cash', { till: { status: 'synced' } });
    const own = await school.till().newTransaction(memberId, 'default', said);
    expect(await school.till().transaction(memberId, 'default', own)).toMatchObject({ till: { status: 'synced' } });
  });

  test('R131: "cash transactions originating from a till system should not be sent back to the till", but to the payment system', async () => {
    const memberId = await school.till().newMember();
    const own = body('5.00', 'cash', { till: { status: 'synced' } });
    const id = await school.till().newTransaction(memberId, 'default', own);
    const ofMember = `&meta.memberId.eq=${memberId}`;
    expect(await school.till().organisationTransactions(`&till.status.eq=unsynced${ofMember}`)).toEqual([]);
    const fetched = await school.payments().organisationTransactions(`&parentPay.status.eq=unsynced${ofMember}`);
    expect(ids(fetched)).toEqual([id]);
    const path = `/members/${memberId}/purses/default/transactions/${id}`;
    const since = fetched[0]?.meta.updatedAt ?? '';
    expect((await school.payments().put(path, since, { parentPay: { status: 'synced' } })).status).toBe(200);
    expect(await school.payments().organisationTransactions(`&parentPay.status.eq=unsynced${ofMember}`)).toEqual([]);
    expect((await school.till().transaction(memberId, 'default', id))['till']).toEqual({ status: 'synced' });
  });

  test('section 4: sales of Klink’s own tills are synced for tills, carry their numbers and goods, and begin as klink lays down', async () => {
    const name = 'Till 1';
    const { terminalId } = terminalRowSchema.parse((await school.operator.post('/terminals', { name })).body);
    const request = { terminalName: name, editionId: school.editionId };
    const code = await school.operator.post(`/terminals/${terminalId}/enrolment-codes`, request);
    const till = await enrolTill(school.address, enrolmentCodeAnswerSchema.parse(code.body).code);
    const sold = purchase({ number: 1, uid: '04C0FFEE000001', before: 0, tagNumber: 1 }, 2_50);
    const inAccount = {
      ...sold,
      currency: 'GBP',
      tag: { ...sold.tag, transactionNumber: null },
      merchantId: 'canteen',
    };
    const items = sold.items.map((item) => ({ ...item, debit: 'merchant:canteen', name: 'Soup', productId: 'soup' }));
    till.journal.append('transaction', { ...inAccount, items }, school.now().toISOString());
    expect((await till.send()).answer?.results).toMatchObject([{ outcome: 'accepted', state: 'Committed' }]);
    const klink = makeApp('klink');
    const defaults = { transaction: { sales: { parentPay: { status: 'unsynced' } } } };
    await registerApp(school.operator, klink, school.editionId, { defaults });
    const filter = `&externalIds.klink-assignmentId.eq=${till.assignmentId}`;
    const seen = await school.payments().organisationTransactions(filter);
    expect(seen).toMatchObject([
      {
        type: 'sale',
        amount: '-2.50',
        meta: { purseId: 'sales', memberDetails: { memberType: 'system' } },
        externalIds: { 'klink-assignmentId': String(till.assignmentId), 'klink-txnNo': '1' },
        till: { status: 'synced', products: [{ productId: 'soup', name: 'Soup', quantity: 1, amount: '2.50' }] },
        parentPay: { status: 'unsynced' },
      },
    ]);
    expect(await school.till().organisationTransactions(`&till.status.eq=unsynced${filter}`)).toEqual([]);
  });
});

describe('windows of time', () => {
  test('R133: member transactions of an organisation come with member_txns=true, oldest first; without it there are none', async () => {
    const memberId = await school.till().newMember();
    const made: string[] = [];
    for (const amount of ['1.00', '2.00', '3.00'])
      made.push(await school.till().newTransaction(memberId, 'default', body(amount, 'cash')));
    const ofMember = `meta.memberId.eq=${memberId}`;
    expect(ids(await school.till().organisationTransactions(`&${ofMember}`))).toEqual(made);
    expect((await school.till().get(`/transactions?${ofMember}`)).body).toEqual({ transactions: [] });
    const sale = await school.till().newTransaction(memberId, 'sales', body('-1.00', 'sale'));
    expect(ids(await school.till().organisationTransactions(`&member_txns_sales=false&${ofMember}`))).toEqual(made);
    expect(ids(await school.till().organisationTransactions(`&${ofMember}`))).toEqual([...made, sale]);
  });

  describe('of a top-up at ten, and one twenty minutes later that bears an older date', () => {
    let memberId: string;
    let first: string;
    let second: string;
    const found = async (filter: string) =>
      ids(await school.till().organisationTransactions(`&${filter}&meta.memberId.eq=${memberId}`));
    beforeAll(async () => {
      memberId = await school.till().newMember();
      await school.setNow('2026-09-07T10:00:00Z');
      first = await school.till().newTransaction(memberId, 'default', body('1.00', 'cash'));
      await school.setNow('2026-09-07T10:20:00Z');
      const backdated = body('2.00', 'cash', { transactionDate: '2026-08-01T12:00:00Z' });
      second = await school.till().newTransaction(memberId, 'default', backdated);
    });

    test('R134: meta.createdAt.gt "gets all transactions created after a specific date/time", which is left out itself (Q42)', async () => {
      expect(await found('meta.createdAt.gt=2026-09-07T10:00:00')).toEqual([second]);
      expect(await found('meta.createdAt.gt=2026-09-07T09:59:59.999Z')).toEqual([first, second]);
      expect(await found('meta.createdAt.gt=2026-09-07T10:20:00Z')).toEqual([]);
    });

    test('R135: whoever asks from 15 minutes before the last one gets it again, under the same id', async () => {
      expect(await found('meta.createdAt.gt=2026-09-07T10:05:00Z')).toEqual([second]);
    });

    test('R136: "Avoid relying solely on transactionDate, as backdated transactions may exist": by it the second is missed', async () => {
      expect(await found('core.transactionDate.gt=2026-09-07T09:00:00Z')).toEqual([first]);
      expect(await found('meta.createdAt.gt=2026-09-07T09:00:00Z')).toEqual([first, second]);
    });
  });

  test('R135: pages of a window leave nothing out and give nothing twice, also of transactions of one moment', async () => {
    const memberId = await school.till().newMember();
    const made: string[] = [];
    for (let count = 0; count < 7; count += 1)
      made.push(await school.till().newTransaction(memberId, 'default', body('1.00', 'cash')));
    const seen: string[] = [];
    let start = '';
    for (let page = 0; page < 10; page += 1) {
      const path = `/transactions?member_txns=true&per_page=3&meta.memberId.eq=${memberId}${start}`;
      const { transactions, lastKey } = tracTransactionsAnswerSchema.parse((await school.till().get(path)).body);
      seen.push(...ids(transactions));
      if (lastKey === undefined) break;
      start = `&start_key=${encodeURIComponent(lastKey)}`;
    }
    expect(seen).toEqual(made);
  });

  test.each([
    'per_page=0',
    'per_page=1001',
    'start_key=nothing',
    'meta.createdAt.gt=yesterday',
    'core.state.gt=processed',
    'meta.unknown.eq=1',
    'core.type.ne=sale',
    'core.type.eq=sale&core.type.eq=cash',
  ])('a list with %s is refused, not given without it', async (query) => {
    expect((await school.till().get(`/transactions?member_txns=true&${query}`)).status).toBe(400);
  });

  test('a page holds 100 where nobody says otherwise', async () => {
    const app = makeApp('bulk');
    const row = await registerApp(school.operator, app, school.editionId);
    const client = await TracClient.enter(school.address, app, row, school.now());
    await Promise.all(Array.from({ length: 101 }, () => client.newMember({ memberType: 'pupil', bulk: { lot: '7' } })));
    const first = tracMembersAnswerSchema.parse((await client.get('/members?bulk.lot.eq=7')).body);
    expect(first.members).toHaveLength(100);
    const second = await client.get(`/members?bulk.lot.eq=7&start_key=${first.lastKey}`);
    expect(second.body).toEqual({ members: [expect.anything()] });
  });
});

describe('what integrations make and change', () => {
  test('R137: top-ups in notes and coins are posted with the type cash, and are in the balance', async () => {
    const memberId = await school.till().newMember();
    const id = await school.till().newTransaction(memberId, 'default', body('5.00', 'cash'));
    expect(await school.till().transaction(memberId, 'default', id)).toMatchObject({ type: 'cash', amount: '5.00' });
    expect((await school.till().balances(memberId))['default']).toBe('5.00');
  });

  test('R138: "using the externalIds field to store your transaction metadata is acceptable", and finds it again', async () => {
    const memberId = await school.till().newMember();
    const externalIds = { 'till-assignmentId': '12', 'till-txnNo': '345', 'any.thing else': 'x y' };
    const id = await school.till().newTransaction(memberId, 'default', body('5.00', 'cash', { externalIds }));
    const by = async (filter: string) => await school.till().organisationTransactions(`&${filter}`);
    const found = await by('externalIds.till-txnNo.eq=345&externalIds.till-assignmentId.eq=12');
    expect(found).toMatchObject([{ externalIds, meta: { transactionId: id } }]);
    expect(ids(await by(`externalIds.${encodeURIComponent('any.thing else')}.eq=x%20y`))).toEqual([id]);
    expect(await by('externalIds.till-txnNo.eq=346')).toEqual([]);
  });

  test('R139: an opening balance is one ePayment transaction per person, and may be negative', async () => {
    const [one, other] = [await school.till().newMember(), await school.till().newMember()];
    await school.till().newTransaction(one, 'default', body('12.34', 'epayment'));
    await school.till().newTransaction(other, 'default', body('-1.20', 'epayment'));
    expect((await school.till().balances(one))['default']).toBe('12.34');
    expect((await school.till().balances(other))['default']).toBe('-1.20');
  });

  test('a change says which state it goes by: who has not seen the newest one is told 412, and changes nothing', async () => {
    const memberId = await school.till().newMember();
    const path = `/members/${memberId}`;
    const { updatedAt } = (await school.till().member(memberId)).meta;
    const whole = updatedAt.slice(0, 19);
    expect((await school.till().put(path, whole, { mis: { className: '7A' } })).status).toBe(200);
    const stale = await school.payments().put(path, whole, { mis: { className: '7B' } });
    expect([stale.status, stale.body]).toMatchObject([412, { code: 'PRECONDITION_FAILED' }]);
    expect((await school.till().member(memberId)).mis).toMatchObject({ className: '7A' });
    expect((await school.till().put(path, 'Mon, 07 Sep 2026 10:00:00 GMT', {})).status).toBe(400);
    expect((await school.till().request(path, { method: 'PUT', body: '{}' })).status).toBe(400);
  });

  test('of two who change the same state at once one is told 412', async () => {
    const memberId = await school.till().newMember();
    const { updatedAt } = (await school.till().member(memberId)).meta;
    const replies = await Promise.all(
      ['7A', '7B', '7C'].map((className) =>
        school.till().put(`/members/${memberId}`, updatedAt, { mis: { className } }),
      ),
    );
    expect(replies.map(({ status }) => status).sort()).toEqual([200, 412, 412]);
  });

  test('INV-71: the core of a transaction never changes; what comes back as it is, is taken', async () => {
    const memberId = await school.till().newMember();
    const id = await school.till().newTransaction(memberId, 'sales', body('-1.00', 'sale'));
    const whole = await school.till().transaction(memberId, 'sales', id);
    const path = `/members/${memberId}/purses/sales/transactions/${id}`;
    for (const change of [
      { amount: '-2.00' },
      { state: 'processed' },
      { type: 'cash' },
      { transactionDate: '2026-09-07' },
      { accountType: 'SNACK' },
      { description: 'other' },
    ])
      expect((await school.till().put(path, whole.meta.updatedAt, change)).status).toBe(400);
    const named = await school
      .till()
      .put(path, whole.meta.updatedAt, { ...whole, session: 'lunch', till: { seen: true } });
    expect(named.body).toMatchObject({ session: 'lunch', amount: '-1.00', till: { status: 'synced', seen: true } });
    await school.runJobs();
    expect((await school.till().balances(memberId))['default']).toBe('-1.00');
  });

  test('with an Idempotency-Key a transaction is made once, however often it is sent; another request with it is refused', async () => {
    const memberId = await school.till().newMember();
    const path = `/members/${memberId}/purses/default/transactions`;
    const headers = { 'Idempotency-Key': `till-${memberId}` };
    const topUp = body('5.00', 'cash');
    const replies = await Promise.all([1, 2, 3].map(() => school.till().post(path, topUp, headers)));
    expect(replies.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(new Set(replies.map(({ text }) => text)).size).toBe(1);
    expect((await school.till().post(path, { ...topUp, amount: '6.00' }, headers)).status).toBe(422);
    expect((await school.till().balances(memberId))['default']).toBe('5.00');
    expect((await school.payments().post(path, topUp, headers)).status).toBe(201);
  });

  test('what an integration keeps with an entity is bounded', async () => {
    const memberId = await school.till().newMember();
    const path = `/members/${memberId}/purses/default/transactions`;
    const large = body('1.00', 'cash', { till: { note: 'x'.repeat(70_000) } });
    expect((await school.till().post(path, large)).status).toBe(413);
    expect((await school.till().balances(memberId))['default']).toBe('0.00');
  });
});
