// Goal: every report adds up to the ledger, row by row and as a whole, in JSON and in CSV.
// Method: a festival's day of everything that can be booked, on a real PostgreSQL; each report is summed here and held against the
// accounts as the operator's API shows them.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { transactionsAnswerSchema } from '../../contract/wire/operator.ts';
import { type ReportName, reportNames, reportSchema } from '../../contract/wire/reports.ts';
import { logIn, type OperatorClient } from '../../testing/backend/operator-client.ts';
import { type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import { chargeback, purchase, refund, refundReversal, snapshot, topUp } from '../../testing/backend/payloads.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';

let backend: OwnBackend;
let operator: OperatorClient;
let tills: [TillClient, TillClient];
const editionId = 1;
const one = '04AF0000000001';
const two = '04AF0000000002';

beforeAll(async () => {
  backend = await startOwnBackend();
  operator = await logIn(backend.address);
  tills = [await enrolTill(backend.address), await enrolTill(backend.address)];
  await spendADay();
});
afterAll(() => backend.close());

async function send(till: TillClient, kind: 'transaction' | 'tagSnapshot' | 'shift', payload: unknown) {
  till.journal.append(kind, payload);
  const at = till.journal.entries.length;
  expect((await till.send(at, at)).answer?.results).toMatchObject([{ outcome: 'accepted' }]);
}

const post = (path: string, body: object) =>
  operator.request(path, {
    method: 'POST',
    headers: { 'Idempotency-Key': `day-${path}-${JSON.stringify(body).length}` },
    body: JSON.stringify({ editionId, reason: 'that day', ...body }),
  });

/** Top-ups, sales, goods and refunds that go both ways, on two tills in three shifts; then what only an operator books. */
async function spendADay(): Promise<void> {
  const [left, right] = tills;
  const shift = { shiftId: 'left-1', cashierId: 'anna', countedCashMinor: 100_00, unknownCashMinor: 0 };
  const inShift = { shiftId: 'left-1', cashierId: 'anna' };
  await send(left, 'shift', { ...shift, event: 'opened' });
  await send(left, 'transaction', topUp({ number: 1, uid: one }, 100_00, 5_00, inShift));
  await send(left, 'transaction', purchase({ number: 2, uid: one, before: 95_00 }, 11_00, inShift));
  const sale = { assignmentId: left.assignmentId, terminalTransactionNumber: 2 };
  await send(left, 'transaction', chargeback({ number: 3, uid: one, before: 84_00 }, 5_50, sale, 1, inShift));
  await send(left, 'transaction', refund({ number: 4, uid: one, before: 89_50 }, 20_00, 1_00, inShift));
  const closing = { expectedCashMinor: 180_00, countedCashMinor: 179_50, zNumber: 1 };
  await send(left, 'shift', { ...shift, ...closing, event: 'closed' });
  const paid = { assignmentId: left.assignmentId, terminalTransactionNumber: 4 };
  await send(left, 'transaction', refundReversal({ number: 5, uid: one, before: 68_50 }, 20_00, paid));
  await send(right, 'shift', { ...shift, shiftId: 'right-1', cashierId: 'bert', event: 'opened', countedCashMinor: 0 });
  await send(right, 'transaction', topUp({ number: 1, uid: two }, 50_00, 5_00, { shiftId: 'right-1' }));
  const aborted = topUp({ number: 2, uid: two, before: 45_00 }, 10_00, 0, { state: 'Aborted' });
  await send(right, 'transaction', { ...aborted, tag: { ...aborted.tag, balanceAfterMinor: 45_00 } });
  // A cloned tag takes customer two below zero; somebody burnt a till, and its sale is known from a tag alone.
  await send(right, 'transaction', purchase({ number: 3, uid: two, tagNumber: 2, before: 45_00 }, 40_00));
  await send(left, 'transaction', purchase({ number: 6, uid: two, tagNumber: 2, before: 45_00 }, 40_00));
  const gone = await enrolTill(backend.address);
  const line = {
    assignmentId: gone.assignmentId,
    terminalTransactionNumber: 1,
    amountMinor: -3_00,
    type: 'Purchase' as const,
  };
  await send(
    left,
    'tagSnapshot',
    snapshot({ uid: one, transactionNumber: 9, balanceMinor: 85_50, history: [line, null, null] }),
  );
  const all = await operator.read(transactionsAnswerSchema, `/transactions?editionId=${editionId}`);
  const held = all.transactions.find(({ state }) => state === 'Reserve');
  expect(
    (await post(`/transactions/${held?.backendTransactionId}/resolution`, { to: 'Committed', note: 'burnt' })).status,
  ).toBe(200);
  const cash = all.transactions.find(({ state }) => state === 'Aborted');
  expect((await post(`/unreturned-cash/${cash?.backendTransactionId}/unclaimed`, { note: 'nobody came' })).status).toBe(
    200,
  );
  expect((await post('/admin-top-ups', { uid: one, amountMinor: 7_00 })).status).toBe(200);
  expect((await post('/chargebacks', { uid: one, amountMinor: 2_00, merchantId: 'bar' })).status).toBe(200);
  expect((await post('/write-offs', { uid: two, amountMinor: 30_00 })).status).toBe(200);
}

const report = (name: ReportName) => operator.read(reportSchema, `/reports/${name}?editionId=${editionId}`);
async function sumOf(prefix: string): Promise<number> {
  const balances = await operator.balances(editionId);
  return [...balances].reduce((sum, [name, minor]) => (name.startsWith(prefix) ? sum + minor : sum), 0);
}
const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0);

describe('every report adds up to the ledger', () => {
  test('settlement: each merchant’s account, the one of nobody’s goods included', async () => {
    const settlement = await report('settlement');
    if (settlement.report !== 'settlement') throw new Error('another report came');
    const balances = await operator.balances(editionId);
    for (const { merchantId, netMinor, salesMinor, returnsMinor } of settlement.rows) {
      expect([merchantId, netMinor]).toEqual([merchantId, balances.get(`merchant:${merchantId}`)]);
      expect(salesMinor - returnsMinor).toBe(netMinor);
    }
    expect(settlement.rows.find(({ merchantId }) => merchantId === 'bar')).toMatchObject({
      salesCount: 3,
      salesMinor: 91_00,
      returnsMinor: 7_50,
    });
    expect(settlement.rows.find(({ merchantId }) => merchantId === 'unallocated')).toMatchObject({ netMinor: 3_00 });
    expect(settlement.totalMinor).toBe(await sumOf('merchant:'));
  });

  test('top-ups: each channel’s account with its sign turned, by till', async () => {
    const topUps = await report('top-ups');
    if (topUps.report !== 'top-ups') throw new Error('another report came');
    const balances = await operator.balances(editionId);
    for (const channel of ['cash', 'admin']) {
      const rows = topUps.rows.filter((row) => row.channel === channel);
      expect(sum(rows.map(({ netMinor }) => netMinor))).toBe(-(balances.get(`top-up:${channel}`) ?? 0));
    }
    expect(topUps.rows.find(({ assignmentId }) => assignmentId === tills[0].assignmentId)).toMatchObject({
      channel: 'cash',
      topUpsCount: 1,
      topUpsMinor: 100_00,
      refundsMinor: 20_00,
      reversalsMinor: 20_00,
      netMinor: 100_00,
    });
    expect(sum(topUps.rows.map(({ unclaimedMinor }) => unclaimedMinor))).toBe(10_00);
    expect(topUps.totalMinor).toBe(-(await sumOf('top-up:')));
  });

  test('fees and liabilities: the fee account; customers, cash without an owner and losses', async () => {
    const fees = await report('fees');
    if (fees.report !== 'fees') throw new Error('another report came');
    expect(fees.rows.map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([
      ['refund-fee', 1_00],
      ['topup-fee', 5_00],
      ['topup-fee', 5_00],
    ]);
    expect(fees.totalMinor).toBe(await sumOf('fee'));
    const owed = await report('liabilities');
    if (owed.report !== 'liabilities') throw new Error('another report came');
    expect(owed.rows.map(({ kind, amountMinor }) => [kind, amountMinor])).toEqual([
      ['customer-balances', 94_50],
      ['customers-below-zero', -5_00],
      ['cash-without-owner', 10_00],
      ['written-off', -30_00],
    ]);
    expect(owed.totalMinor).toBe((await sumOf('customer:')) + (await sumOf('unclaimed')) + (await sumOf('loss')));
  });

  test('shifts: the cash of each beside what was counted, and the cash of none; together the cash account', async () => {
    const shifts = await report('shifts');
    if (shifts.report !== 'shifts') throw new Error('another report came');
    expect(shifts.rows).toMatchObject([
      {
        shiftId: 'left-1',
        cashierId: 'anna',
        zNumber: 1,
        floatMinor: 100_00,
        bookedCashMinor: 80_00,
        expectedCashMinor: 180_00,
        countedCashMinor: 179_50,
        differenceMinor: -50,
        ledgerDifferenceMinor: 0,
      },
      { shiftId: 'right-1', cashierId: 'bert', bookedCashMinor: 50_00, closedAt: null, differenceMinor: null },
    ]);
    expect(sum(shifts.rows.map(({ bookedCashMinor }) => bookedCashMinor)) + shifts.withoutShiftMinor).toBe(
      shifts.totalMinor,
    );
    expect(shifts.totalMinor).toBe(-(await sumOf('top-up:cash')));
  });

  test('each as CSV has the same rows and the same numbers', async () => {
    for (const name of reportNames) {
      const { rows } = await report(name);
      const response = await operator.request(`/reports/${name}?editionId=${editionId}&format=csv`);
      expect(response.headers.get('content-type')).toBe('text/csv; charset=utf-8');
      const lines = (await response.text()).trimEnd().split('\r\n');
      expect(lines).toHaveLength(rows.length + 1);
      expect(lines[0]).toBe([...Object.keys(rows[0] ?? {}), 'currency'].join(','));
      expect(lines.slice(1).every((line) => line.endsWith(',CHF'))).toBe(true);
    }
  });

  test('an empty edition reports nothing and adds up; an unknown report is refused', async () => {
    for (const name of reportNames) {
      const empty = await operator.read(reportSchema, `/reports/${name}?editionId=2`);
      expect([name, empty.totalMinor]).toEqual([name, 0]);
    }
    expect((await operator.request('/reports/secrets?editionId=1')).status).toBe(400);
    expect((await operator.request('/reports/fees?editionId=999')).status).toBe(404);
    const ofDays = '/reports/credits?editionId=2&from=2026-09-08';
    expect((await operator.request(`${ofDays}&to=2026-09-08`)).status).toBe(200);
    expect((await operator.request(`${ofDays}&to=2026-09-07`)).status).toBe(400);
    expect((await operator.request('/reports/fees?editionId=2&from=2026-09-08')).status).toBe(400);
    expect((await operator.request('/members/nobody/statement?editionId=2')).status).toBe(404);
  });
});
