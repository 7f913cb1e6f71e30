// Goal: Q21: a refund through the gateway is paid once, under one key for ever, after the tag has lost it; declined it goes back;
// unclear it stays held and is asked again, also by a process that comes after one that was killed.
// Method: backends on a real PostgreSQL with the simulated gateway, and with one whose answers the test decides; rounds of the job
// are awaited by what they leave in the books.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { refundAnswerSchema, refundsAnswerSchema } from '../../contract/wire/admin-money.ts';
import { alertsAnswerSchema } from '../../contract/wire/operator.ts';
import { tagLookupAnswerSchema } from '../../contract/wire/tag-lookup.ts';
import { silentLog } from '../../testing/backend/backend.ts';
import { logIn, type OperatorClient } from '../../testing/backend/operator-client.ts';
import { type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import { tagAdjustment, topUp } from '../../testing/backend/payloads.ts';
import { uidsFrom } from '../../testing/backend/tag-uids.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';
import { systemRandom } from '../ports.ts';
import { openDatabase } from '../store/database.ts';
import type { RefundOrder, RefundWord } from './gateway.ts';
import { payDueRefunds } from './pay-due-refunds.ts';
import { simulatedRefundGateway } from './simulated-gateway.ts';

let backend: OwnBackend;
let operator: OperatorClient;
let now = new Date('2026-07-04T12:00:00Z');
const clock = { now: () => now };
const later = (ms: number) => {
  now = new Date(now.getTime() + ms);
};
const editionId = 1;

beforeAll(async () => {
  // The job of this backend never comes round: the tests take its rounds themselves.
  backend = await startOwnBackend({ clock, paymentIntervalMs: 1_000_000_000 });
  operator = await logIn(backend.address);
});
afterAll(() => backend.close());

const database = () => openDatabase({ connectionString: backend.databaseUrl }, systemRandom, silentLog);

/** One round of the job with a gateway, as a process of its own would do it. */
async function round(refund: (order: RefundOrder) => Promise<RefundWord>): Promise<number> {
  const own = database();
  try {
    return await payDueRefunds({ database: own, clock, gateway: { refund }, log: silentLog });
  } finally {
    await own.close();
  }
}
async function simulatedRound(): Promise<number> {
  const own = database();
  try {
    return await payDueRefunds({ database: own, clock, gateway: simulatedRefundGateway(own, clock), log: silentLog });
  } finally {
    await own.close();
  }
}

const newTagUid = uidsFrom('04AA');
/** A customer with 50.00, of which 40.00 were paid by a card. */
async function cardCustomer(): Promise<{ till: TillClient; uid: string; reference: string }> {
  const uid = newTagUid();
  const till = await enrolTill(backend.address);
  await send(till, topUp({ number: 1, uid }, 10_00, 0));
  const payment = await till.request('/transactions/2/payment', {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ amountMinor: 40_00, feeMinor: 0, currency: 'CHF' }),
  });
  const { status, reference } = await payment.json();
  expect(status).toBe('approved');
  const items = [{ kind: 'topup' as const, debit: 'customer', credit: 'top-up:card', amountMinor: 40_00 }];
  await send(till, topUp({ number: 2, uid, before: 10_00 }, 40_00, 0, { paymentMethod: 'card', items }));
  return { till, uid, reference };
}

async function send(till: TillClient, payload: unknown) {
  till.journal.append('transaction', payload);
  const at = till.journal.entries.length;
  expect((await till.send(at, at)).answer?.results).toMatchObject([{ outcome: 'accepted' }]);
}

let keys = 0;
async function giveBack(uid: string, paymentReference: string, amountMinor = 20_00) {
  keys += 1;
  const response = await operator.request('/gateway-refunds', {
    method: 'POST',
    headers: { 'Idempotency-Key': `gateway-${keys}` },
    body: JSON.stringify({ editionId, uid, amountMinor, paymentReference, reason: 'goes home' }),
  });
  const body: unknown = await response.json();
  return { status: response.status, body };
}
const idOf = (body: unknown) => refundAnswerSchema.parse(body).backendTransactionId;
const collect = (till: TillClient, uid: string, amountMinor = 20_00) =>
  send(till, tagAdjustment({ number: 3, uid, before: 50_00 }, -amountMinor, 1));
const look = async (till: TillClient, uid: string) =>
  tagLookupAnswerSchema.parse(await (await till.request(`/tags/${uid}`)).json());
async function stateOf(id: number) {
  const { refunds } = await operator.read(refundsAnswerSchema, `/refunds?editionId=${editionId}`);
  return refunds.find(({ backendTransactionId }) => backendTransactionId === id)?.state;
}
async function timesPaid(id: number): Promise<number> {
  const client = new pg.Client(backend.databaseUrl);
  await client.connect();
  const found = await client.query<{ times_paid: number }>(
    'SELECT times_paid FROM simulated_refund WHERE refund_key = $1',
    [`klink-refund-${editionId}-${id}`],
  );
  await client.end();
  return found.rows[0]?.times_paid ?? 0;
}

describe('Q21: a refund to a payment of the gateway', () => {
  test('waits for the tag, is then paid once and booked, whoever asks at once and again', async () => {
    const { till, uid, reference } = await cardCustomer();
    const id = idOf((await giveBack(uid, reference)).body);
    expect(await simulatedRound()).toBe(0);
    expect(await stateOf(id)).toBe('ReservePending');
    await collect(till, uid);
    const card = (await operator.balances(editionId)).get('top-up:card') ?? 0;
    const rounds = await Promise.all([simulatedRound(), simulatedRound(), simulatedRound()]);
    expect(rounds.reduce((sum, done) => sum + done, 0)).toBe(1);
    expect([await stateOf(id), await timesPaid(id)]).toEqual(['Committed', 1]);
    later(60 * 60 * 1000);
    expect(await simulatedRound()).toBe(0);
    expect((await operator.balances(editionId)).get('top-up:card')).toBe(card + 20_00);
    expect(await look(till, uid)).toMatchObject({ balanceMinor: 30_00, availableMinor: 30_00 });
    expect(await operator.coherence(editionId)).toMatchObject({ sumMinor: 0, tagDifferences: [] });
  });

  test('declined, it ends, and the tag gets it back', async () => {
    const { till, uid, reference } = await cardCustomer();
    const id = idOf((await giveBack(uid, reference, 20_01)).body);
    await collect(till, uid, 20_01);
    expect(await simulatedRound()).toBe(1);
    expect(await stateOf(id)).toBe('Aborted');
    expect((await look(till, uid)).pendingAdjustments).toEqual([{ adjustmentNumber: 2, amountMinor: 20_01 }]);
    expect(await look(till, uid)).toMatchObject({ balanceMinor: 50_00, availableMinor: 50_00 });
  });

  test('unclear, it stays held with an alert, is asked again ever later under the same key, and a late word ends it', async () => {
    const { till, uid, reference } = await cardCustomer();
    const id = idOf((await giveBack(uid, reference)).body);
    await collect(till, uid);
    const asked: string[] = [];
    const lost = async ({ key }: RefundOrder): Promise<RefundWord> => {
      asked.push(key);
      throw new Error('the line is dead');
    };
    expect(await round(lost)).toBe(1);
    expect(await round(lost)).toBe(0);
    later(60 * 60 * 1000);
    expect(await round(lost)).toBe(1);
    expect(new Set(asked).size).toBe(1);
    expect(await stateOf(id)).toBe('ReservePending');
    expect(await look(till, uid)).toMatchObject({ availableMinor: 30_00 });
    const { alerts } = await operator.read(alertsAnswerSchema, `/alerts?editionId=${editionId}`);
    expect(alerts.find(({ subject }) => subject === `transaction ${id}`)).toMatchObject({
      code: 'REFUND_UNCLEAR',
      times: 2,
    });
    later(60 * 60 * 1000);
    expect(await round(async () => 'refunded')).toBe(1);
    expect(await stateOf(id)).toBe('Committed');
  });

  test('a process that ends between the gateway’s word and the books leaves it to the next: paid once', async () => {
    const { till, uid, reference } = await cardCustomer();
    const id = idOf((await giveBack(uid, reference)).body);
    await collect(till, uid);
    const own = database();
    const gateway = simulatedRefundGateway(own, clock);
    // The gateway paid; the process that asked is gone before it hears of it.
    await round(async (order) => {
      await gateway.refund(order, AbortSignal.timeout(5_000));
      throw new Error('killed here');
    });
    await own.close();
    expect([await stateOf(id), await timesPaid(id)]).toEqual(['ReservePending', 1]);
    later(60 * 60 * 1000);
    expect(await simulatedRound()).toBe(1);
    expect([await stateOf(id), await timesPaid(id)]).toEqual(['Committed', 1]);
  });

  test('not more goes back than was paid, to nobody else’s payment, and through the gateway only', async () => {
    const { uid, reference } = await cardCustomer();
    const other = await cardCustomer();
    expect(await giveBack(uid, other.reference)).toMatchObject({ status: 404 });
    expect(await giveBack(uid, 'invented')).toMatchObject({ status: 404 });
    expect(await giveBack(uid, reference, 40_01)).toMatchObject({ status: 400 });
    const id = idOf((await giveBack(uid, reference, 25_00)).body);
    expect(await giveBack(uid, reference, 20_00)).toMatchObject({ status: 400 });
    expect(await giveBack(uid, reference, 15_00)).toMatchObject({ status: 200 });
    for (const end of ['payment', 'abortion'])
      expect(await operator.post(`/manual-refunds/${id}/${end}`, { editionId, note: 'x' })).toMatchObject({
        status: 404,
      });
  });
});
