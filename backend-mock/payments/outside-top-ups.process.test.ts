// Goal: a top-up that no till makes is charged once and booked once, whatever its provider says, how often and in what order, and
// reaches the tag by one adjustment (R14, Q12, Q20; requirements.md 3.4, "Online top-up" and "Auto top-up").
// Method: a backend on one real PostgreSQL with a clock of the test's own, whose jobs the test runs round by round; the simulated
// provider, and notices of the test's own making; a backend in a process of its own where one is killed.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { alertsAnswerSchema, transactionDetailSchema } from '../../contract/wire/operator.ts';
import {
  type AutoTopUpRuleRequest,
  autoTopUpRuleSchema,
  noticeSignatureHeader,
  noticeSkewMsMax,
  outsideTopUpSchema,
  type PaymentNotice,
} from '../../contract/wire/outside-top-up.ts';
import { problemSchema } from '../../contract/wire/problem.ts';
import { tagLookupAnswerSchema } from '../../contract/wire/tag-lookup.ts';
import { silentLog, startTestBackend, startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { cardWish, putPayment } from '../../testing/backend/card-payments.ts';
import { logIn, type OperatorClient, operatorAt } from '../../testing/backend/operator-client.ts';
import { topUp } from '../../testing/backend/payloads.ts';
import { spawnBackend } from '../../testing/backend/spawn-backend.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';
import { checkDuePayments } from '../jobs/check-payments.ts';
import { limits } from '../limits.ts';
import type { RunningBackend } from '../main.ts';
import { systemRandom } from '../ports.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { openDueAutoTopUps } from './auto-top-up.ts';
import { boundedProvider } from './bounded-provider.ts';
import { readNoticeSecret, signNotice } from './notice-secret.ts';
import { sendDueNotices } from './simulated-notices.ts';
import { simulatedProvider } from './simulated-provider.ts';

let server: TestServer;
let backend: RunningBackend;
let database: Database;
let nowMs = Date.parse('2026-07-04T10:00:00Z');
const clock = { now: () => new Date(nowMs) };
const never = 3_600_000;
const providerTimeoutMs = 150;

beforeAll(async () => {
  server = await startTestServer();
  const databaseUrl = await server.newDatabase();
  const intervals = { expiryIntervalMs: never, paymentIntervalMs: never, providerTimeoutMs };
  backend = await startTestBackend(databaseUrl, { clock, ...intervals });
  database = openDatabase({ connectionString: databaseUrl }, systemRandom, silentLog);
});
afterAll(async () => {
  await database.close();
  await backend.close();
  await server.stop();
});
beforeEach(async () => {
  // What the test before left pending, told or ruled is not this one's.
  await database.pool.query('UPDATE payment SET next_check_at = NULL');
  await database.pool.query('UPDATE auto_top_up SET active = false');
  await database.pool.query('DELETE FROM simulated_notice');
  await database.pool.query('DELETE FROM alert');
});

const operator = (): Promise<OperatorClient> => operatorAt(backend.address, nowMs);

async function checkAfter(ms: number): Promise<number> {
  nowMs += ms;
  const provider = boundedProvider(simulatedProvider(database, clock), providerTimeoutMs, silentLog);
  return checkDuePayments({ database, clock, provider });
}
const openAuto = () => openDueAutoTopUps({ database, clock, random: systemRandom });
const tellNotices = () => sendDueNotices({ database, clock, address: backend.address });

let tags = 0;
type Customer = { till: TillClient; uid: string; customerId: number };

/** A customer with a tag and 10.00 on it. */
async function customer(code = 'DEMO-FEST', at = backend.address, stored = database): Promise<Customer> {
  tags += 1;
  const uid = `04AA${tags.toString(16).toUpperCase().padStart(10, '0')}`;
  const till = await enrolTill(at, code);
  const sent = topUp({ number: 1, uid, currency: code === 'DEMO-FEST' ? 'CHF' : 'GBP' }, 10_00, 0);
  const tag = { ...sent.tag, transactionNumber: code === 'DEMO-FEST' ? 1 : null };
  till.journal.append('transaction', { ...sent, tag });
  expect((await till.send()).answer?.results.map((result) => result.outcome)).toEqual(['accepted']);
  const found = await stored.pool.query('SELECT customer_id FROM tag WHERE uid = $1', [uid]);
  return { till, uid, customerId: z.object({ customer_id: z.int() }).parse(found.rows[0]).customer_id };
}

const answerSchema = z.union([outsideTopUpSchema, problemSchema]);
async function open(of: Customer, amountMinor: number, key = `key-${of.uid}-${amountMinor}`, as?: OperatorClient) {
  const by = as ?? (await operator());
  const response = await fetch(`${by.address}/v1/customers/${of.customerId}/online-top-ups`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key, Cookie: by.cookie },
    body: JSON.stringify({ editionId: of.till.editionId, amountMinor }),
  });
  const answer = answerSchema.parse(await response.json());
  return 'code' in answer
    ? { status: response.status, code: answer.code, topUp: undefined }
    : { status: response.status, code: undefined, topUp: answer };
}

async function look(of: Customer, id: number | undefined) {
  const by = await operator();
  const path = `/v1/customers/${of.customerId}/online-top-ups/${id}?editionId=${of.till.editionId}`;
  const response = await fetch(`${by.address}${path}`, { headers: { Cookie: by.cookie } });
  return outsideTopUpSchema.parse(await response.json());
}

/** The customer changes their mind. */
async function cancel(of: Customer, id: number | undefined) {
  const by = await operator();
  const path = `/v1/customers/${of.customerId}/online-top-ups/${id}?editionId=${of.till.editionId}`;
  const response = await fetch(`${by.address}${path}`, { method: 'DELETE', headers: { Cookie: by.cookie } });
  const answer = answerSchema.parse(await response.json());
  return { status: response.status, said: 'code' in answer ? answer.code : answer.state };
}

async function historyOf(of: Customer, id: number | undefined) {
  const path = `/transactions/${id}?editionId=${of.till.editionId}`;
  const { states, postings } = await (await operator()).read(transactionDetailSchema, path);
  return {
    states: states.map((step) => `${step.from} → ${step.to} ${step.cause}`),
    postings: postings.map((line) => `${line.kind} ${line.amountMinor}`),
  };
}

async function alertsOf(of: Customer): Promise<string[]> {
  const { alerts } = await (await operator()).read(alertsAnswerSchema, `/alerts?editionId=${of.till.editionId}`);
  return alerts.map((alert) => alert.code);
}

async function tagOf({ till, uid }: Customer) {
  const answer = tagLookupAnswerSchema.parse(await (await till.request(`/tags/${uid}`)).json());
  return { balanceMinor: answer.balanceMinor, pending: answer.pendingAdjustments.map((line) => line.amountMinor) };
}

async function paymentOf(
  id: number | undefined,
  stored: Database,
): Promise<{ payment_key: string; amount_minor: number }> {
  const found = await stored.pool.query(
    'SELECT payment_key, amount_minor FROM payment WHERE backend_transaction_id = $1',
    [id],
  );
  return z.object({ payment_key: z.string(), amount_minor: z.int() }).parse(found.rows[0]);
}

let notices = 0;
async function noticeAbout(
  id: number | undefined,
  changes: Partial<PaymentNotice> = {},
  stored = database,
): Promise<PaymentNotice> {
  const { payment_key: paymentKey, amount_minor: amountMinor } = await paymentOf(id, stored);
  notices += 1;
  return {
    noticeId: `notice-${notices}`,
    sentAt: clock.now().toISOString(),
    paymentKey,
    status: 'approved',
    reference: `ref-${paymentKey.slice(-6)}`,
    amountMinor,
    currency: 'CHF',
    ...changes,
  };
}

async function tell(notice: unknown, signature?: string, at = backend.address, signedBy = database): Promise<number> {
  const body = Buffer.from(JSON.stringify(notice));
  const right = signNotice(await readNoticeSecret(signedBy.pool), body);
  const headers = { 'Content-Type': 'application/json', [noticeSignatureHeader]: signature ?? right };
  return (await fetch(`${at}/v1/payments/webhook`, { method: 'POST', headers, body })).status;
}

const opened = ['null → Open CU', 'Open → ExternalPending BJ'];

describe('online top-up', () => {
  test('3.4, R9, R10, Q20: opened, started by the job, approved, booked with its fee, and put in line for the tag', async () => {
    const of = await customer();
    const { topUp: first } = await open(of, 50_00);
    expect(first).toMatchObject({ state: 'Open', paymentStatus: 'pending', feeMinor: 5_00, currency: 'CHF' });
    expect(await checkAfter(0)).toBe(1);
    expect(await look(of, first?.backendTransactionId)).toMatchObject({
      state: 'Committed',
      paymentStatus: 'approved',
    });
    expect(await historyOf(of, first?.backendTransactionId)).toEqual({
      states: [...opened, 'ExternalPending → Committed WH'],
      postings: ['topup 5000', 'topup-fee 500'],
    });
    expect(await tagOf(of)).toEqual({ balanceMinor: 55_00, pending: [45_00] });
    expect((await (await operator()).coherence(of.till.editionId)).findings).toBe(0);
  });

  test('the same request with the same key is one top-up; another with it is a conflict', async () => {
    const of = await customer();
    const first = await open(of, 50_00, `the-same-key-${of.uid}`);
    expect(await open(of, 50_00, `the-same-key-${of.uid}`)).toEqual(first);
    expect(await open(of, 60_00, `the-same-key-${of.uid}`)).toMatchObject({
      status: 422,
      code: 'IDEMPOTENCY_CONFLICT',
    });
    expect(await checkAfter(0)).toBe(1);
  });

  test('what would exceed a limit is refused before anything is charged, top-ups under way counted', async () => {
    const of = await customer();
    expect(await open(of, 5_000_00)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect(await open(of, 5_00)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    // 10.00, and 245.00 on its way, of at most 500.00.
    expect(await open(of, 250_00, `first-key-${of.uid}`)).toMatchObject({ status: 200 });
    expect(await open(of, 260_00, `second-key-${of.uid}`)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect(await open({ ...of, customerId: 999_999 }, 20_00, `third-key-${of.uid}`)).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
    });
  });

  test('01: declined ends Aborted and books nothing', async () => {
    const of = await customer();
    const { topUp: it } = await open(of, 50_01);
    await checkAfter(0);
    expect(await historyOf(of, it?.backendTransactionId)).toEqual({
      states: [...opened, 'ExternalPending → Aborted WH'],
      postings: [],
    });
  });

  test('04: approved twice is booked once', async () => {
    const of = await customer();
    await open(of, 50_04);
    await checkAfter(0);
    expect(await tellNotices()).toBe(2);
    expect(await tellNotices()).toBe(0);
    expect(await tagOf(of)).toEqual({ balanceMinor: 55_04, pending: [45_04] });
    expect(await alertsOf(of)).toEqual([]);
  });

  test('Q12: 02 is ExternalUnknown after a day; what the provider says late books it once', async () => {
    const of = await customer();
    const { topUp: it } = await open(of, 50_02);
    await checkAfter(0);
    await checkAfter(limits.paymentCheckForMs);
    expect(await look(of, it?.backendTransactionId)).toMatchObject({
      state: 'ExternalUnknown',
      paymentStatus: 'unknown',
    });
    expect(await tagOf(of)).toEqual({ balanceMinor: 10_00, pending: [] });
    for (let times = 0; times < 3; times += 1)
      expect(await tell(await noticeAbout(it?.backendTransactionId))).toBe(204);
    expect((await historyOf(of, it?.backendTransactionId)).states).toEqual([
      ...opened,
      'ExternalPending → ExternalUnknown TM',
      'ExternalUnknown → Committed WH',
    ]);
    expect(await tagOf(of)).toEqual({ balanceMinor: 55_02, pending: [45_02] });
  });

  test('account mode: booked, and nothing is put in line for a tag', async () => {
    const of = await customer('DEMO-CANTEEN');
    await open(of, 20_00);
    await checkAfter(0);
    expect((await tagOf(of)).pending).toEqual([]);
    expect((await tagOf(of)).balanceMinor).toBeGreaterThan(10_00);
  });
});

describe('webhook', () => {
  test('only what is signed, new and of now is taken', async () => {
    const of = await customer();
    const { topUp: it } = await open(of, 50_02);
    await checkAfter(0);
    const notice = await noticeAbout(it?.backendTransactionId);
    const other = signNotice(Buffer.alloc(32), Buffer.from(JSON.stringify(notice)));
    for (const forged of ['', 'x', other, other.toUpperCase()]) expect(await tell(notice, forged)).toBe(401);
    expect(await tell({ ...notice, sentAt: new Date(nowMs - noticeSkewMsMax - 1).toISOString() })).toBe(409);
    expect(await tell({ ...notice, sentAt: new Date(nowMs + noticeSkewMsMax + 1).toISOString() })).toBe(409);
    expect(await tell({ ...notice, status: 'paid' })).toBe(400);
    expect(await tell({ ...notice, reference: null })).toBe(400);
    expect(await tell({ ...notice, paymentKey: `${notice.paymentKey}0` })).toBe(404);
    expect(await look(of, it?.backendTransactionId)).toMatchObject({ paymentStatus: 'pending' });
    expect(await tell(notice)).toBe(204);
    expect(await tell(notice)).toBe(409);
    expect(await look(of, it?.backendTransactionId)).toMatchObject({ state: 'Committed' });
  });

  test('Q13: out of order, the first result stands, and the other is told to the operator', async () => {
    const of = await customer();
    const { topUp: it } = await open(of, 50_02);
    await checkAfter(0);
    const id = it?.backendTransactionId;
    for (const status of ['approved', 'pending', 'declined', 'voided', 'approved'] as const)
      expect(await tell(await noticeAbout(id, { status }))).toBe(204);
    expect(await historyOf(of, id)).toMatchObject({ postings: ['topup 5002', 'topup-fee 500'] });
    expect(await alertsOf(of)).toEqual(['PAYMENT_CONTRADICTION']);
  });

  test('3.4: the provider knows a payment that this backend, put back to an older state, has not started: its word counts', async () => {
    const of = await customer();
    const paid = (await open(of, 50_02, `first-key-${of.uid}`)).topUp?.backendTransactionId;
    const unpaid = (await open(of, 50_02, `second-key-${of.uid}`)).topUp?.backendTransactionId;
    expect(await tell(await noticeAbout(paid))).toBe(204);
    expect(await tell(await noticeAbout(unpaid, { status: 'declined' }))).toBe(204);
    expect((await historyOf(of, paid)).states).toEqual([...opened, 'ExternalPending → Committed WH']);
    expect((await historyOf(of, unpaid)).states).toEqual([...opened, 'ExternalPending → Aborted WH']);
    expect(await tagOf(of)).toEqual({ balanceMinor: 55_02, pending: [45_02] });
  });

  test('INV-63: one payment never confirms two top-ups, nor one of another amount', async () => {
    const of = await customer();
    const one = (await open(of, 50_02, `first-key-${of.uid}`)).topUp?.backendTransactionId;
    const two = (await open(of, 50_02, `second-key-${of.uid}`)).topUp?.backendTransactionId;
    await checkAfter(0);
    expect(await tell(await noticeAbout(one, { reference: `the same ${of.uid}` }))).toBe(204);
    expect(await tell(await noticeAbout(two, { reference: `the same ${of.uid}` }))).toBe(204);
    expect(await tell(await noticeAbout(two, { amountMinor: 50_03 }))).toBe(204);
    expect([(await look(of, one)).state, (await look(of, two)).state]).toEqual(['Committed', 'ExternalPending']);
    expect(await tagOf(of)).toEqual({ balanceMinor: 55_02, pending: [45_02] });
    expect(await alertsOf(of)).toEqual(['PAYMENT_CONTRADICTION']);
  });

  test('3.3: for a till’s top-up a notice moves the payment alone', async () => {
    const of = await customer();
    const { payment } = await putPayment(of.till, 2, cardWish(20_03));
    expect(await tell(await noticeAbout(payment?.backendTransactionId, { reference: payment?.reference ?? 'x' }))).toBe(
      204,
    );
    const { states } = await historyOf(of, payment?.backendTransactionId);
    expect(states).toEqual(['null → Open TO', 'Open → ExternalPending TO']);
  });

  test('killed in the middle of a notice: told again, it is booked once', async () => {
    const url = await server.newDatabase();
    const options = { dataFolder: join(tmpdir(), 'klink-test-unused'), databaseUrl: url };
    const there = openDatabase({ connectionString: url }, systemRandom, silentLog);
    const holder = new pg.Client(url);
    await holder.connect();
    const backends = [await spawnBackend(options)];
    try {
      const [first] = backends;
      if (first === undefined) throw new Error('a backend was started');
      const of = await customer('DEMO-FEST', first.address, there);
      const { topUp: it } = await open(of, 50_02, 'the-only-key', await logIn(first.address));
      await until(holder, `SELECT 1 FROM transactions WHERE state = 'ExternalPending'`);
      const sentAt = new Date().toISOString();
      const notice = await noticeAbout(it?.backendTransactionId, { sentAt }, there);
      // The notice is taken up to its booking, which waits for an account that somebody holds.
      await holder.query(`BEGIN; SELECT 1 FROM account WHERE name = 'top-up:online' FOR UPDATE`);
      const lost = tell(notice, undefined, first.address, there).catch(() => 'lost');
      await until(
        there.pool,
        `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
      );
      await first.kill();
      expect(await lost).toBe('lost');
      await holder.query('ROLLBACK');
      const second = await spawnBackend(options);
      backends.push(second);
      expect(await tell(notice, undefined, second.address, there)).toBe(204);
      const booked = await holder.query('SELECT kind FROM posting WHERE backend_transaction_id = $1 ORDER BY line', [
        it?.backendTransactionId,
      ]);
      expect(booked.rows).toEqual([{ kind: 'topup' }, { kind: 'topup-fee' }]);
    } finally {
      await Promise.all(backends.map((process) => process.stop()));
      await holder.end();
      await there.close();
    }
  });
});

/** Asks again and again until there is an answer; throws after half a minute. */
async function until(asked: Pick<pg.Pool, 'query'> | pg.Client, query: string): Promise<void> {
  const patience = AbortSignal.timeout(30_000);
  for (;;) {
    const found = await asked.query(query);
    if ((found.rowCount ?? 0) > 0) return;
    patience.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('auto top-up', () => {
  async function rule(of: Customer, changes: Partial<AutoTopUpRuleRequest> = {}) {
    const wish = { thresholdMinor: 20_00, amountMinor: 30_00, limitPerDayMinor: 60_00, active: true };
    const body = { editionId: of.till.editionId, ...wish, cardToken: 'card-1234', ...changes };
    const init = { method: 'PUT', body: JSON.stringify(body) };
    const response = await (await operator()).request(`/customers/${of.customerId}/auto-top-up`, init);
    return autoTopUpRuleSchema.parse(await response.json());
  }

  async function topUpsOf({ customerId }: Customer): Promise<string[]> {
    const found = await database.pool.query<{ state: string; amount_minor: number }>(
      `SELECT state, amount_minor FROM transactions WHERE customer_id = $1 AND origin = 'auto' ORDER BY backend_transaction_id`,
      [customerId],
    );
    return found.rows.map((row) => `${row.state} ${row.amount_minor}`);
  }

  async function spend(of: Customer, amountMinor: number): Promise<void> {
    await database.pool.query(
      `WITH paid AS (UPDATE account SET balance_minor = balance_minor - $2 WHERE customer_id = $1)
       UPDATE account SET balance_minor = balance_minor + $2 WHERE name = 'merchant:bar' AND edition_id = $3`,
      [of.customerId, amountMinor, of.till.editionId],
    );
  }

  test('R14, 3.4: below the threshold the card on file pays, once, and the money goes to the tag', async () => {
    const of = await customer();
    expect(await rule(of)).toMatchObject({ hasCard: true, active: true });
    expect(await openAuto()).toBe(1);
    expect(await openAuto()).toBe(0);
    await checkAfter(0);
    expect(await topUpsOf(of)).toEqual(['Committed 3000']);
    expect(await tagOf(of)).toEqual({ balanceMinor: 35_00, pending: [25_00] });
    expect(await openAuto()).toBe(0);
  });

  test('two processes at once open one', async () => {
    const of = await customer();
    await rule(of);
    await Promise.all([openAuto(), openAuto(), openAuto()]);
    expect(await topUpsOf(of)).toEqual(['Open 3000']);
  });

  test('3.4: beyond the day’s limit one ends Aborted, and the next day it pays again', async () => {
    const of = await customer();
    await rule(of);
    for (let round = 0; round < 2; round += 1) {
      await openAuto();
      await checkAfter(0);
      await spend(of, 25_00);
    }
    for (let round = 0; round < 3; round += 1) await openAuto();
    expect(await topUpsOf(of)).toEqual(['Committed 3000', 'Committed 3000', 'Aborted 3000']);
    nowMs += 24 * 60 * 60 * 1000;
    await openAuto();
    await checkAfter(0);
    expect((await topUpsOf(of)).at(-1)).toBe('Committed 3000');
  });

  test('3.4: without a card one ends Aborted; a new card pays at once', async () => {
    const of = await customer();
    await rule(of, { cardToken: null });
    for (let round = 0; round < 3; round += 1) await openAuto();
    expect(await topUpsOf(of)).toEqual(['Aborted 3000']);
    await rule(of, { cardToken: 'card-5678' });
    await openAuto();
    expect(await topUpsOf(of)).toEqual(['Aborted 3000', 'Open 3000']);
  });

  test('a declined card is not tried again at once', async () => {
    const of = await customer();
    await rule(of, { amountMinor: 30_01, limitPerDayMinor: 100_00 });
    await openAuto();
    await checkAfter(0);
    await openAuto();
    expect(await topUpsOf(of)).toEqual(['Aborted 3001']);
    nowMs += limits.autoTopUpPauseMs;
    await openAuto();
    expect(await topUpsOf(of)).toEqual(['Aborted 3001', 'Open 3001']);
  });

  test('a rule that is not active does nothing, and a change of it keeps the card', async () => {
    const of = await customer();
    await rule(of);
    expect(await rule(of, { cardToken: undefined, active: false })).toMatchObject({ active: false, hasCard: true });
    expect(await openAuto()).toBe(0);
  });
});

describe('a customer who changes their mind (3.4: Open → Aborted by CU)', () => {
  test('before the payment is started: nothing is charged, and the same again is answered the same', async () => {
    const of = await customer();
    const { topUp: opened } = await open(of, 50_00);
    expect(await cancel(of, opened?.backendTransactionId)).toEqual({ status: 200, said: 'Aborted' });
    expect(await cancel(of, opened?.backendTransactionId)).toEqual({ status: 200, said: 'Aborted' });
    for (let round = 0; round < 3; round += 1) await checkAfter(limits.paymentCheckLongestMs);
    const { states, postings } = await historyOf(of, opened?.backendTransactionId);
    expect({ states, postings }).toEqual({ states: ['null → Open CU', 'Open → Aborted CU'], postings: [] });
    expect(await look(of, opened?.backendTransactionId)).toMatchObject({ state: 'Aborted', paymentStatus: 'voided' });
    const { payment_key: key } = await paymentOf(opened?.backendTransactionId, database);
    const charges = await database.pool.query('SELECT times_charged FROM simulated_charge WHERE charge_key = $1', [
      key,
    ]);
    expect(charges.rows).toEqual([{ times_charged: 0 }]);
    expect(await alertsOf(of)).toEqual([]);
    expect(await tagOf(of)).toMatchObject({ balanceMinor: 10_00, pending: [] });
  });

  test('in the very moment in which the payment is started: one of them wins, and nothing that was taken is kept unbooked', async () => {
    for (let attempt = 0; attempt < 12; attempt += 1) {
      const of = await customer();
      const { topUp: opened } = await open(of, 50_00);
      const [{ said }] = await Promise.all([cancel(of, opened?.backendTransactionId), checkAfter(0)]);
      for (let round = 0; round < 3; round += 1) await checkAfter(limits.paymentCheckLongestMs);
      const { state, paymentStatus } = await look(of, opened?.backendTransactionId);
      expect([said, state, paymentStatus]).toEqual(
        said === 'Aborted' ? ['Aborted', 'Aborted', 'voided'] : ['BAD_REQUEST', 'Committed', 'approved'],
      );
    }
  });

  test('afterwards it is refused: what is under way or booked is not a customer’s to stop', async () => {
    const of = await customer();
    const { topUp: opened } = await open(of, 50_00);
    await checkAfter(0);
    expect(await cancel(of, opened?.backendTransactionId)).toEqual({ status: 400, said: 'BAD_REQUEST' });
    expect(await look(of, opened?.backendTransactionId)).toMatchObject({ state: 'Committed' });
    const silent = await open(of, 20_02);
    await checkAfter(0);
    expect(await cancel(of, silent.topUp?.backendTransactionId)).toEqual({ status: 400, said: 'BAD_REQUEST' });
    expect(await look(of, silent.topUp?.backendTransactionId)).toMatchObject({ state: 'ExternalPending' });
    expect(await cancel(await customer(), opened?.backendTransactionId)).toEqual({ status: 404, said: 'NOT_FOUND' });
  });
});
