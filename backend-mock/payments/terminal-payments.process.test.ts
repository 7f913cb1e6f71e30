// Goal: the card payment of a till's top-up is charged once, whatever is repeated, lost or killed, taken back or never answered (Q12,
// Q13, INV-63; requirements.md 3.4).
// Method: backends on one real PostgreSQL with a clock of the test's own and the simulated provider, whose memory is read to see what
// was really charged; backends in processes of their own where two race or one is killed.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { transactionsAnswerSchema } from '../../contract/wire/operator.ts';
import { begunAtTill, CardDesk } from '../../testing/backend/card-desk.ts';
import { cardTopUp, cardWish, deletePayment, getPayment, putPayment } from '../../testing/backend/card-payments.ts';
import { purchase } from '../../testing/backend/payloads.ts';
import { spawnBackend } from '../../testing/backend/spawn-backend.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';
import { untilRows } from '../../testing/backend/until-rows.ts';
import { limits } from '../limits.ts';

let desk: CardDesk;
/** Of each test. */
let till: TillClient;
let uid: string;
beforeAll(async () => {
  desk = await CardDesk.start();
});
afterAll(() => desk.close());
beforeEach(async () => {
  ({ till, uid } = await desk.newTill());
});

describe('PUT: a payment is started', () => {
  test('3.4: approved at once; the transaction waits for its till, and nothing is booked', async () => {
    const reply = await putPayment(till, 1, cardWish(100_00));
    expect(reply.payment).toMatchObject({
      status: 'approved',
      reference: expect.stringMatching(/^sim-/),
      askAgainMs: 0,
    });
    expect(await desk.historyOf(till, reply)).toEqual(begunAtTill);
    const { transactions } = await (await desk.operator()).read(
      transactionsAnswerSchema,
      `/transactions?editionId=${till.editionId}&assignmentId=${till.assignmentId}`,
    );
    expect(transactions).toEqual([
      expect.objectContaining({ state: 'ExternalPending', type: 'TopUp', amountMinor: 100_00 }),
    ]);
  });

  test('01: declined, without a charge', async () => {
    expect((await putPayment(till, 1, cardWish(20_01))).payment).toMatchObject({ status: 'declined', askAgainMs: 0 });
    expect(await desk.chargesOf(till)).toEqual([0]);
  });

  test('02: no answer is not a failure; the payment stays pending', async () => {
    const { payment } = await putPayment(till, 1, cardWish(20_02));
    expect(payment).toMatchObject({ status: 'pending', reference: null });
    expect(payment?.askAgainMs).toBeGreaterThan(0);
  });

  test('03: pending, then approved once it is looked at after its time', async () => {
    expect((await putPayment(till, 1, cardWish(20_03))).payment).toMatchObject({ status: 'pending' });
    expect(await desk.checkAfter(limits.paymentCheckFirstMs - 1)).toBe(0);
    expect(await desk.checkAfter(1)).toBe(1);
    expect((await getPayment(till, 1)).payment).toMatchObject({ status: 'pending' });
    expect(await desk.checkAfter(limits.simulatedLateMs + limits.paymentCheckFirstMs)).toBe(1);
    expect((await getPayment(till, 1)).payment).toMatchObject({ status: 'approved', askAgainMs: 0 });
    expect(await desk.checkAfter(limits.paymentCheckForMs)).toBe(0);
    expect(await desk.chargesOf(till)).toEqual([1]);
  });

  test('Q13: the same request again is the same payment and charges nothing', async () => {
    const first = await putPayment(till, 1, cardWish(100_00));
    expect(await putPayment(till, 1, cardWish(100_00))).toEqual(first);
    expect(await getPayment(till, 1)).toEqual(first);
    expect(await desk.chargesOf(till)).toEqual([1]);
  });

  test('another payment under the same number is refused, as is a number that is known without one', async () => {
    await putPayment(till, 1, cardWish(100_00));
    for (const other of [cardWish(100_05), cardWish(100_00, 4_00)])
      expect(await putPayment(till, 1, other)).toMatchObject({ status: 422, code: 'PAYMENT_CONFLICT' });
    await desk.replicate(till, purchase({ uid, number: 2, before: 10_00 }, 5_00));
    expect(await putPayment(till, 2, cardWish(100_00))).toMatchObject({ status: 422, code: 'PAYMENT_CONFLICT' });
    expect(await desk.chargesOf(till)).toEqual([1]);
  });

  test('what cannot be a payment is refused before anything is stored', async () => {
    for (const wish of [cardWish(5_00, 5_00), { ...cardWish(20_00), currency: 'GBP' }, cardWish(0), { amountMinor: 1 }])
      expect(await putPayment(till, 1, wish)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect(await getPayment(till, 1)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });

  test('a token opens its own assignment only', async () => {
    const other = await enrolTill(desk.backend.address);
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
    await desk.checkAfter(limits.paymentCheckFirstMs);
    expect((await getPayment(till, 1)).payment).toMatchObject({ status: 'unknown' });
    await desk.checkAfter(limits.paymentCheckForMs);
    expect(await desk.alertsOf(till)).toEqual(['PAYMENT_VOID_UNCONFIRMED']);
    expect(await desk.checkAfter(limits.paymentCheckForMs)).toBe(0);
  });

  test('Q12: one that nobody confirmed for a day is asked for again by whoever takes it back again (simulation, seed 33)', async () => {
    await putPayment(till, 1, cardWish(20_02));
    await deletePayment(till, 1);
    await desk.checkAfter(limits.paymentCheckForMs);
    // The provider was out of reach all the time, and has an answer now.
    await desk.database.pool.query(
      `UPDATE simulated_charge SET amount_minor = 2000 WHERE charge_key =
         (SELECT payment_key FROM payment JOIN transactions t USING (edition_id, backend_transaction_id) WHERE t.assignment_id = $1)`,
      [till.assignmentId],
    );
    expect((await getPayment(till, 1)).payment).toMatchObject({ status: 'unknown' });
    expect(await desk.checkAfter(limits.paymentCheckForMs)).toBe(0);
    expect((await deletePayment(till, 1)).payment).toMatchObject({ status: 'voided' });
  });

  test('a declined one stays declined', async () => {
    await putPayment(till, 1, cardWish(20_01));
    expect((await deletePayment(till, 1)).payment).toMatchObject({ status: 'declined' });
  });

  test('one that has not arrived yet is remembered: arriving late, it charges nothing', async () => {
    expect(await deletePayment(till, 1)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    expect(await putPayment(till, 1, cardWish(100_00))).toMatchObject({ status: 422, code: 'PAYMENT_CONFLICT' });
    expect(await desk.chargesOf(till)).toEqual([]);
  });

  test('INV-63: one whose top-up is booked, or may be on the tag, is used and stays', async () => {
    await putPayment(till, 1, cardWish(100_00));
    await desk.replicate(till, cardTopUp({ uid, number: 1 }, 100_00, 5_00));
    await putPayment(till, 2, cardWish(100_00));
    await desk.replicate(
      till,
      cardTopUp({ uid, number: 2, before: 95_00 }, 100_00, 5_00, { state: 'TerminalConfirmUnknown' }),
    );
    for (const number of [1, 2]) {
      expect(await deletePayment(till, number)).toMatchObject({ status: 409, code: 'PAYMENT_USED' });
      expect((await getPayment(till, number)).payment).toMatchObject({ status: 'approved' });
    }
    await expect(
      desk.database.pool.query(
        `UPDATE payment SET status = 'voided' FROM transactions t WHERE t.backend_transaction_id = payment.backend_transaction_id
            AND t.assignment_id = $1 AND t.terminal_transaction_number = 1`,
        [till.assignmentId],
      ),
    ).rejects.toThrow('INV-63');
  });
});

describe('Q12: without a result for a day', () => {
  test('the transaction is ExternalUnknown and nobody asks any more; its till may still end it either way', async () => {
    const replies = [await putPayment(till, 1, cardWish(20_02)), await putPayment(till, 2, cardWish(30_02))];
    expect(await desk.checkAfter(5_000)).toBe(2);
    expect(await desk.checkAfter(9_999)).toBe(0);
    expect(await desk.checkAfter(1)).toBe(2);
    expect(await desk.checkAfter(limits.paymentCheckForMs)).toBe(2);
    for (const reply of replies) {
      expect(await desk.historyOf(till, reply)).toEqual([...begunAtTill, 'ExternalPending → ExternalUnknown TM']);
      expect((await getPayment(till, reply === replies[0] ? 1 : 2)).payment).toMatchObject({
        status: 'unknown',
        askAgainMs: 0,
      });
    }
    expect(await desk.checkAfter(limits.paymentCheckForMs)).toBe(0);
    const committed = await desk.replicate(till, cardTopUp({ uid, number: 1 }, 20_02, 5_00));
    expect(committed).toMatchObject({ outcome: 'accepted', state: 'Committed' });
    const aborted = await desk.replicate(till, cardTopUp({ uid, number: 2 }, 30_02, 5_00, { state: 'Aborted' }));
    expect(aborted).toMatchObject({ outcome: 'accepted', state: 'Aborted' });
    expect([...(await desk.alertsOf(till))].sort()).toEqual([
      'PAYMENT_OF_ABORTED',
      'PAYMENT_UNKNOWN',
      'PAYMENT_UNKNOWN',
      'PAYMENT_UNPROVEN',
    ]);
  });
});

describe('several processes, and one that is killed', () => {
  test('R19, Q13: one request arriving at two processes ten times at once is one charge', async () => {
    const url = await desk.backend.server.newDatabase();
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
    const url = await desk.backend.server.newDatabase();
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
      await untilRows(client, 'SELECT 1 FROM payment');
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
