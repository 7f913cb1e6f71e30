// Goal: the card payment of a till's top-up is charged once, whatever is repeated, lost or killed; what is booked was approved,
// and what was not used is given back (Q12, Q13; requirements.md 3.3 and 3.4).
// Method: backends on one real PostgreSQL with a clock of the test's own and the simulated provider, whose memory is read to see what
// was really charged; backends in processes of their own where two race or one is killed.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { alertsAnswerSchema, transactionDetailSchema, transactionsAnswerSchema } from '../../contract/wire/operator.ts';
import { silentLog, startTestBackend, startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import {
  cardTopUp,
  cardWish,
  deletePayment,
  getPayment,
  type PaymentReply,
  putPayment,
} from '../../testing/backend/card-payments.ts';
import { type OperatorClient, operatorAt } from '../../testing/backend/operator-client.ts';
import { purchase, snapshot } from '../../testing/backend/payloads.ts';
import { spawnBackend } from '../../testing/backend/spawn-backend.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';
import { checkDuePayments } from '../jobs/check-payments.ts';
import { limits } from '../limits.ts';
import type { RunningBackend } from '../main.ts';
import { systemRandom } from '../ports.ts';
import { type Database, openDatabase } from '../store/database.ts';
import { boundedProvider } from './bounded-provider.ts';
import { simulatedProvider } from './simulated-provider.ts';

let server: TestServer;
let databaseUrl: string;
let backend: RunningBackend;
let database: Database;
let till: TillClient;
/** A tag for each test. */
let uid = '';
let tags = 0;
let nowMs = Date.parse('2026-07-04T20:00:00Z');
const clock = { now: () => new Date(nowMs) };
const never = 3_600_000;
/** How long a provider that gives no answer is waited for here. */
const providerTimeoutMs = 150;

beforeAll(async () => {
  server = await startTestServer();
  databaseUrl = await server.newDatabase();
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
  // What the test before left pending is not this one's.
  await database.pool.query('UPDATE payment SET next_check_at = NULL');
  tags += 1;
  uid = `04CC${tags.toString(16).toUpperCase().padStart(10, '0')}`;
  till = await enrolTill(backend.address);
});

const operator = (): Promise<OperatorClient> => operatorAt(backend.address, nowMs);

/** One round of the job, after a time. */
async function checkAfter(ms: number): Promise<number> {
  nowMs += ms;
  const provider = boundedProvider(simulatedProvider(database, clock), providerTimeoutMs, silentLog);
  return checkDuePayments({ database, clock, provider });
}

/** How often each of the till's payments took money at the provider, in the order of their numbers. */
async function chargesOf(of: TillClient): Promise<number[]> {
  const found = await database.pool.query<{ times_charged: number }>(
    `SELECT s.times_charged FROM simulated_charge s JOIN payment p ON p.payment_key = s.charge_key
       JOIN transactions t ON t.edition_id = p.edition_id AND t.backend_transaction_id = p.backend_transaction_id
      WHERE t.assignment_id = $1 ORDER BY t.terminal_transaction_number`,
    [of.assignmentId],
  );
  return found.rows.map((row) => row.times_charged);
}

async function historyOf({ payment }: PaymentReply): Promise<string[]> {
  const path = `/transactions/${payment?.backendTransactionId}?editionId=${till.editionId}`;
  const { states } = await (await operator()).read(transactionDetailSchema, path);
  return states.map((step) => `${step.from} → ${step.to} ${step.cause}`);
}

async function alertsOf(of: TillClient): Promise<string[]> {
  const { alerts } = await (await operator()).read(alertsAnswerSchema, `/alerts?editionId=${of.editionId}`);
  return alerts.filter((alert) => alert.assignmentId === of.assignmentId).map((alert) => alert.code);
}

async function replicate(content: unknown) {
  till.journal.append('transaction', content);
  const seq = till.journal.entries.length;
  const { answer } = await till.send(seq, seq);
  const result = answer?.results[0];
  return {
    outcome: result?.outcome,
    code: result?.error?.code,
    state: result?.state,
    id: result?.backendTransactionId,
  };
}

const begun = ['null → Open TO', 'Open → ExternalPending TO'];

describe('PUT: a payment is started', () => {
  test('3.4: approved at once; the transaction waits for its till, and nothing is booked', async () => {
    const reply = await putPayment(till, 1, cardWish(100_00));
    expect(reply.payment).toMatchObject({
      status: 'approved',
      reference: expect.stringMatching(/^sim-/),
      askAgainMs: 0,
    });
    expect(await historyOf(reply)).toEqual(begun);
    const { transactions } = await (await operator()).read(
      transactionsAnswerSchema,
      `/transactions?editionId=${till.editionId}&assignmentId=${till.assignmentId}`,
    );
    expect(transactions).toEqual([
      expect.objectContaining({ state: 'ExternalPending', type: 'TopUp', amountMinor: 100_00 }),
    ]);
  });

  test('01: declined, without a charge', async () => {
    expect((await putPayment(till, 1, cardWish(20_01))).payment).toMatchObject({ status: 'declined', askAgainMs: 0 });
    expect(await chargesOf(till)).toEqual([0]);
  });

  test('02: no answer is not a failure; the payment stays pending', async () => {
    const { payment } = await putPayment(till, 1, cardWish(20_02));
    expect(payment).toMatchObject({ status: 'pending', reference: null });
    expect(payment?.askAgainMs).toBeGreaterThan(0);
  });

  test('03: pending, then approved once it is looked at after its time', async () => {
    expect((await putPayment(till, 1, cardWish(20_03))).payment).toMatchObject({ status: 'pending' });
    expect(await checkAfter(limits.paymentCheckFirstMs - 1)).toBe(0);
    expect(await checkAfter(1)).toBe(1);
    expect((await getPayment(till, 1)).payment).toMatchObject({ status: 'pending' });
    expect(await checkAfter(limits.simulatedLateMs + limits.paymentCheckFirstMs)).toBe(1);
    expect((await getPayment(till, 1)).payment).toMatchObject({ status: 'approved', askAgainMs: 0 });
    expect(await checkAfter(limits.paymentCheckForMs)).toBe(0);
    expect(await chargesOf(till)).toEqual([1]);
  });

  test('Q13: the same request again is the same payment and charges nothing', async () => {
    const first = await putPayment(till, 1, cardWish(100_00));
    expect(await putPayment(till, 1, cardWish(100_00))).toEqual(first);
    expect(await getPayment(till, 1)).toEqual(first);
    expect(await chargesOf(till)).toEqual([1]);
  });

  test('another payment under the same number is refused, as is a number that is known without one', async () => {
    await putPayment(till, 1, cardWish(100_00));
    for (const other of [cardWish(100_05), cardWish(100_00, 4_00)])
      expect(await putPayment(till, 1, other)).toMatchObject({ status: 422, code: 'PAYMENT_CONFLICT' });
    await replicate(purchase({ uid, number: 2, before: 10_00 }, 5_00));
    expect(await putPayment(till, 2, cardWish(100_00))).toMatchObject({ status: 422, code: 'PAYMENT_CONFLICT' });
    expect(await chargesOf(till)).toEqual([1]);
  });

  test('what cannot be a payment is refused before anything is stored', async () => {
    for (const wish of [cardWish(5_00, 5_00), { ...cardWish(20_00), currency: 'GBP' }, cardWish(0), { amountMinor: 1 }])
      expect(await putPayment(till, 1, wish)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect(await getPayment(till, 1)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  test('a token opens its own assignment only', async () => {
    const other = await enrolTill(backend.address);
    const response = await till.request('/transactions/1/payment', {}, other.assignmentId);
    expect(response.status).toBe(403);
  });
});

describe('DELETE: a payment is taken back', () => {
  test('an approved one is voided when the provider has confirmed it', async () => {
    await putPayment(till, 1, cardWish(100_00));
    expect((await deletePayment(till, 1)).payment).toMatchObject({ status: 'voided', askAgainMs: 0 });
    expect((await deletePayment(till, 1)).payment).toMatchObject({ status: 'voided' });
    expect((await putPayment(till, 1, cardWish(100_00))).payment).toMatchObject({ status: 'voided' });
  });

  test('without a confirmation it is unknown, and the job goes on asking for a day', async () => {
    await putPayment(till, 1, cardWish(20_02));
    expect((await deletePayment(till, 1)).payment).toMatchObject({ status: 'unknown' });
    await checkAfter(limits.paymentCheckFirstMs);
    expect((await getPayment(till, 1)).payment).toMatchObject({ status: 'unknown' });
    await checkAfter(limits.paymentCheckForMs);
    expect(await alertsOf(till)).toEqual(['PAYMENT_VOID_UNCONFIRMED']);
    expect(await checkAfter(limits.paymentCheckForMs)).toBe(0);
  });

  test('Q12: one that nobody confirmed for a day is asked for again by whoever takes it back again (simulation, seed 33)', async () => {
    await putPayment(till, 1, cardWish(20_02));
    await deletePayment(till, 1);
    await checkAfter(limits.paymentCheckForMs);
    // The provider was out of reach all the time, and has an answer now.
    await database.pool.query(
      `UPDATE simulated_charge SET amount_minor = 2000 WHERE charge_key =
         (SELECT payment_key FROM payment JOIN transactions t USING (edition_id, backend_transaction_id) WHERE t.assignment_id = $1)`,
      [till.assignmentId],
    );
    expect((await getPayment(till, 1)).payment).toMatchObject({ status: 'unknown' });
    expect(await checkAfter(limits.paymentCheckForMs)).toBe(0);
    expect((await deletePayment(till, 1)).payment).toMatchObject({ status: 'voided' });
  });

  test('a declined one stays declined', async () => {
    await putPayment(till, 1, cardWish(20_01));
    expect((await deletePayment(till, 1)).payment).toMatchObject({ status: 'declined' });
  });

  test('one that has not arrived yet is remembered: arriving late, it charges nothing', async () => {
    expect(await deletePayment(till, 1)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect(await putPayment(till, 1, cardWish(100_00))).toMatchObject({ status: 422, code: 'PAYMENT_CONFLICT' });
    expect(await chargesOf(till)).toEqual([]);
  });

  test('INV-63: one whose top-up is booked, or may be on the tag, is used and stays', async () => {
    await putPayment(till, 1, cardWish(100_00));
    await replicate(cardTopUp({ uid, number: 1 }, 100_00, 5_00));
    await putPayment(till, 2, cardWish(100_00));
    await replicate(cardTopUp({ uid, number: 2, before: 95_00 }, 100_00, 5_00, { state: 'TerminalConfirmUnknown' }));
    for (const number of [1, 2]) {
      expect(await deletePayment(till, number)).toMatchObject({ status: 409, code: 'PAYMENT_USED' });
      expect((await getPayment(till, number)).payment).toMatchObject({ status: 'approved' });
    }
    await expect(
      database.pool.query(
        `UPDATE payment SET status = 'voided' FROM transactions t WHERE t.backend_transaction_id = payment.backend_transaction_id
            AND t.assignment_id = $1 AND t.terminal_transaction_number = 1`,
        [till.assignmentId],
      ),
    ).rejects.toThrow('INV-63');
  });
});

describe('replication: what its till says of a card top-up', () => {
  test('R9, R10: Committed with an approved payment books top-up and fee, once', async () => {
    const before = await (await operator()).balances(till.editionId);
    const reply = await putPayment(till, 1, cardWish(100_00));
    const good = await replicate(cardTopUp({ uid, number: 1 }, 100_00, 5_00));
    expect(good).toEqual({
      outcome: 'accepted',
      code: undefined,
      state: 'Committed',
      id: reply.payment?.backendTransactionId,
    });
    expect(await historyOf(reply)).toEqual([...begun, 'ExternalPending → Committed TR']);
    const after = await (await operator()).balances(till.editionId);
    const moved = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    expect([moved('top-up:card'), moved('fee'), moved('top-up:cash')]).toEqual([-100_00, 5_00, 0]);
  });

  test('3.4: a reader that gives a final result by itself needs no payment here', async () => {
    expect(await replicate(cardTopUp({ uid, number: 1 }, 30_00, 0))).toMatchObject({
      outcome: 'accepted',
      state: 'Committed',
    });
    expect(await replicate(cardTopUp({ uid, number: 2 }, 30_00, 0, { state: 'Aborted' }))).toMatchObject({
      outcome: 'accepted',
    });
  });

  test.each([
    { what: 'pending', amountMinor: 20_02 },
    { what: 'declined', amountMinor: 20_01 },
    { what: 'voided', amountMinor: 20_00 },
  ])('INV-64: Committed on a payment that is $what is rejected, logged and told', async ({ what, amountMinor }) => {
    await putPayment(till, 1, cardWish(amountMinor));
    if (what === 'voided') await deletePayment(till, 1);
    expect(await replicate(cardTopUp({ uid, number: 1 }, amountMinor, 5_00))).toMatchObject({
      outcome: 'rejected',
      code: 'INVALID_TRANSITION',
      state: 'ExternalPending',
    });
    expect(await alertsOf(till)).toEqual(['TOP_UP_NOT_PAID']);
    await expect(
      database.pool.query(`UPDATE transactions SET state = 'Committed', provisional = false WHERE assignment_id = $1`, [
        till.assignmentId,
      ]),
    ).rejects.toThrow('INV-64');
  });

  test('Committed with another amount or fee than the card paid is a conflict', async () => {
    await putPayment(till, 1, cardWish(100_00));
    for (const [amountMinor, feeMinor] of [
      [110_00, 5_00],
      [100_00, 0],
    ] as const) {
      const sent = await replicate(cardTopUp({ uid, number: 1 }, amountMinor, feeMinor));
      expect(sent).toMatchObject({ outcome: 'rejected', code: 'CONTENT_CONFLICT' });
    }
  });

  test('3.4: Aborted after the card was charged is taken, and the payment is voided by the job', async () => {
    const reply = await putPayment(till, 1, cardWish(100_00));
    expect(await replicate(cardTopUp({ uid, number: 1 }, 100_00, 5_00, { state: 'Aborted' }))).toMatchObject({
      outcome: 'accepted',
      state: 'Aborted',
    });
    expect((await getPayment(till, 1)).payment).toMatchObject({ status: 'unknown' });
    expect(await alertsOf(till)).toEqual(['PAYMENT_OF_ABORTED']);
    expect(await checkAfter(limits.paymentCheckFirstMs)).toBe(1);
    expect((await getPayment(till, 1)).payment).toMatchObject({ status: 'voided' });
    expect(await historyOf(reply)).toEqual([...begun, 'ExternalPending → Aborted TR']);
  });

  test('3.4: Aborted after a decline leaves nothing to give back', async () => {
    await putPayment(till, 1, cardWish(20_01));
    await replicate(cardTopUp({ uid, number: 1 }, 20_01, 5_00, { state: 'Aborted' }));
    expect((await getPayment(till, 1)).payment).toMatchObject({ status: 'declined' });
    expect(await alertsOf(till)).toEqual([]);
  });

  test('3.4: unknown at the till, then written, then booked', async () => {
    const reply = await putPayment(till, 1, cardWish(100_00));
    const unknown = { state: 'TerminalConfirmUnknown', stateVersion: 3 } as const;
    expect(await replicate(cardTopUp({ uid, number: 1 }, 100_00, 5_00, unknown))).toMatchObject({
      outcome: 'accepted',
    });
    expect(await replicate(cardTopUp({ uid, number: 1 }, 100_00, 5_00, { stateVersion: 4 }))).toMatchObject({
      outcome: 'accepted',
      state: 'Committed',
    });
    expect(await historyOf(reply)).toEqual([
      ...begun,
      'ExternalPending → TerminalConfirmUnknown TR',
      'TerminalConfirmUnknown → Committed TR',
    ]);
  });
});

describe('Q6, Q9: what another till sees on the tag', () => {
  async function seen(deltaMinor: number): Promise<string[]> {
    const other = await enrolTill(backend.address);
    const line = {
      assignmentId: till.assignmentId,
      terminalTransactionNumber: 1,
      amountMinor: deltaMinor,
      type: 'TopUp' as const,
    };
    other.journal.append(
      'tagSnapshot',
      snapshot({ uid, transactionNumber: 1, balanceMinor: 95_00, history: [line, null, null] }),
    );
    expect((await other.send()).answer?.results[0]).toMatchObject({ outcome: 'accepted' });
    return alertsOf(other);
  }

  test('of a card top-up whose till has not sent it yet is neither a contradiction nor a hold', async () => {
    const { payment } = await putPayment(till, 1, cardWish(100_00));
    expect(await seen(95_00)).toEqual([]);
    expect(await seen(96_00)).toEqual(['EVIDENCE_MISMATCH']);
    expect(await replicate(cardTopUp({ uid, number: 1 }, 100_00, 5_00))).toMatchObject({
      outcome: 'accepted',
      id: payment?.backendTransactionId,
    });
  });

  test('3.4: of an unknown one moves nothing, but tells the operator, who ends it', async () => {
    await putPayment(till, 1, cardWish(100_00));
    await replicate(cardTopUp({ uid, number: 1 }, 100_00, 5_00, { state: 'TerminalConfirmUnknown' }));
    expect(await seen(95_00)).toEqual(['EVIDENCE_FOR_OPERATOR']);
    expect(await replicate(cardTopUp({ uid, number: 1 }, 100_00, 5_00, { stateVersion: 4 }))).toMatchObject({
      outcome: 'accepted',
      state: 'Committed',
    });
  });
});

test('R12, R13: both halves of an open loop purchase are shown with each other, the top-up with its payment', async () => {
  const { payment } = await putPayment(till, 1, cardWish(100_00));
  const groupId = 'open-loop-1';
  await replicate(cardTopUp({ uid, number: 1 }, 100_00, 5_00, { groupId }));
  const { id } = await replicate(purchase({ uid, number: 2, before: 95_00 }, 95_00, { groupId }));
  const detail = async (of: number | undefined) =>
    (await operator()).read(transactionDetailSchema, `/transactions/${of}?editionId=${till.editionId}`);
  const topUp = await detail(payment?.backendTransactionId);
  expect(topUp.group.map((half) => half.backendTransactionId)).toEqual([id]);
  expect(topUp.payment).toMatchObject({ status: 'approved', reference: payment?.reference, nextCheckAt: null });
  expect(topUp.payment?.steps.map((step) => `${step.from} → ${step.to} ${step.cause}`)).toEqual([
    'null → pending request',
    'pending → approved answer',
  ]);
  const sale = await detail(id);
  expect(sale.group.map((half) => half.backendTransactionId)).toEqual([payment?.backendTransactionId]);
  expect(sale.payment).toBeNull();
});

describe('Q12: without a result for a day', () => {
  test('the transaction is ExternalUnknown and nobody asks any more; its till may still end it either way', async () => {
    const replies = [await putPayment(till, 1, cardWish(20_02)), await putPayment(till, 2, cardWish(30_02))];
    expect(await checkAfter(5_000)).toBe(2);
    expect(await checkAfter(9_999)).toBe(0);
    expect(await checkAfter(1)).toBe(2);
    expect(await checkAfter(limits.paymentCheckForMs)).toBe(2);
    for (const reply of replies) {
      expect(await historyOf(reply)).toEqual([...begun, 'ExternalPending → ExternalUnknown TM']);
      expect((await getPayment(till, reply === replies[0] ? 1 : 2)).payment).toMatchObject({
        status: 'unknown',
        askAgainMs: 0,
      });
    }
    expect(await checkAfter(limits.paymentCheckForMs)).toBe(0);
    const committed = await replicate(cardTopUp({ uid, number: 1 }, 20_02, 5_00));
    expect(committed).toMatchObject({ outcome: 'accepted', state: 'Committed' });
    const aborted = await replicate(cardTopUp({ uid, number: 2 }, 30_02, 5_00, { state: 'Aborted' }));
    expect(aborted).toMatchObject({ outcome: 'accepted', state: 'Aborted' });
    expect([...(await alertsOf(till))].sort()).toEqual([
      'PAYMENT_OF_ABORTED',
      'PAYMENT_UNKNOWN',
      'PAYMENT_UNKNOWN',
      'PAYMENT_UNPROVEN',
    ]);
  });
});

describe('several processes, and one that is killed', () => {
  test('R19, Q13: one request arriving at two processes ten times at once is one charge', async () => {
    const url = await server.newDatabase();
    const folder = join(tmpdir(), 'klink-test-unused');
    const processes = await Promise.all([1, 2].map(() => spawnBackend({ dataFolder: folder, databaseUrl: url })));
    const [one, two] = processes;
    if (one === undefined || two === undefined) throw new Error('two processes were started');
    try {
      const first = await enrolTill(one.address);
      const tills = [first, first.at(two.address)];
      const replies = await Promise.all(
        Array.from({ length: 10 }, (_, index) =>
          putPayment(index % 2 === 0 ? first : first.at(two.address), 1, cardWish(60_00)),
        ),
      );
      expect(new Set(replies.map((reply) => reply.payment?.backendTransactionId)).size).toBe(1);
      for (const at of tills) expect((await getPayment(at, 1)).payment).toMatchObject({ status: 'approved' });
      expect(await chargesAt(url)).toEqual([1]);
    } finally {
      await Promise.all(processes.map((process) => process.stop()));
    }
  });

  test('Q13: killed between the commit and the provider’s answer; the next process ends it with one charge', async () => {
    const url = await server.newDatabase();
    const options = { dataFolder: join(tmpdir(), 'klink-test-unused'), databaseUrl: url };
    const first = await spawnBackend(options);
    const enrolled = await enrolTill(first.address);
    const client = new pg.Client(url);
    await client.connect();
    try {
      // The provider's memory is locked: the payment is committed here, and the provider's answer does not come.
      await client.query('BEGIN; LOCK TABLE simulated_charge IN ACCESS EXCLUSIVE MODE');
      const lost = putPayment(enrolled, 1, cardWish(60_00)).then(
        () => 'answered',
        () => 'lost',
      );
      await waitForPayment(url);
      await first.kill();
      expect(await lost).toBe('lost');
      await client.query('COMMIT');
    } finally {
      await client.end();
    }
    const second = await spawnBackend(options);
    try {
      const again = enrolled.at(second.address);
      expect((await putPayment(again, 1, cardWish(60_00))).payment?.status).toMatch(/^(?:pending|approved)$/);
      for (;;) {
        const { payment } = await getPayment(again, 1);
        if (payment?.status === 'approved') break;
        expect(payment?.status).toBe('pending');
        await new Promise((resolve) => setTimeout(resolve, payment?.askAgainMs));
      }
      expect(await chargesAt(url)).toEqual([1]);
    } finally {
      await second.stop();
    }
  });
});

async function chargesAt(url: string): Promise<number[]> {
  const client = new pg.Client(url);
  await client.connect();
  const found = await client.query<{ times_charged: number }>('SELECT times_charged FROM simulated_charge');
  await client.end();
  return found.rows.map((row) => row.times_charged);
}

/** Returns once a payment is committed. */
async function waitForPayment(url: string): Promise<void> {
  const client = new pg.Client(url);
  await client.connect();
  try {
    for (;;) {
      const found = await client.query('SELECT 1 FROM payment');
      if (found.rowCount === 1) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await client.end();
  }
}
