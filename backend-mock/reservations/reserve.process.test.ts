// Goal: an online checkout holds what it is about to take, once, for its time, and never more than there is (R39, R41, Q10, Q12).
// Method: backends with a clock of the test's own on one real PostgreSQL; for the race, three backend processes at once.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configurationSchema } from '../../contract/wire/configuration.ts';
import { transactionDetailSchema, transactionsAnswerSchema } from '../../contract/wire/operator.ts';
import { problemSchema } from '../../contract/wire/problem.ts';
import { type ReservationRequest, reservationAnswerSchema } from '../../contract/wire/reservation.ts';
import { tagLookupAnswerSchema } from '../../contract/wire/tag-lookup.ts';
import { startTestBackend } from '../../testing/backend/backend.ts';
import { logIn, type OperatorClient } from '../../testing/backend/operator-client.ts';
import { type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import { purchase, refund, topUp } from '../../testing/backend/payloads.ts';
import { spawnBackend } from '../../testing/backend/spawn-backend.ts';
import { uidsFrom } from '../../testing/backend/tag-uids.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';
import { untilRows, waitingForLock } from '../../testing/backend/until-rows.ts';
import { limits } from '../limits.ts';

let backend: OwnBackend;
let operator: OperatorClient;
let nowMs = Date.parse('2026-07-04T20:00:00Z');
const pass = (ms: number) => {
  nowMs += ms;
};
beforeAll(async () => {
  backend = await startOwnBackend({ clock: { now: () => new Date(nowMs) }, expiryIntervalMs: 3_600_000 });
  operator = await logIn(backend.address);
});
afterAll(() => backend.close());

const newUid = uidsFrom('04EE');

function wish(uid: string, amountMinor: number, changes: Partial<ReservationRequest> = {}): ReservationRequest {
  const tag = {
    uid,
    generation: 1,
    transactionNumber: 2,
    balanceBeforeMinor: 95_00,
    balanceAfterMinor: 95_00 - amountMinor,
  };
  return { type: 'Purchase', amountMinor, balanceDeltaMinor: -amountMinor, tag, ...changes };
}

async function ask(till: TillClient, number: number, body: unknown) {
  const response = await till.request(`/transactions/${number}/reservation`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  });
  const json: unknown = await response.json();
  return response.status === 200
    ? {
        status: 200,
        answer: reservationAnswerSchema.parse(json),
        code: undefined,
        hit: response.headers.get('Idempotency-Hit'),
      }
    : { status: response.status, answer: undefined, code: problemSchema.parse(json).code, hit: null };
}

async function look(till: TillClient, uid: string) {
  const response = await till.request(`/tags/${uid}`);
  return tagLookupAnswerSchema.parse(await response.json());
}

async function historyOf(till: TillClient, id: number | undefined) {
  const detail = await operator.read(transactionDetailSchema, `/transactions/${id}?editionId=${till.editionId}`);
  return detail.states.map((step) => `${step.from} → ${step.to} ${step.cause}`);
}

/** Gives the first tag's customer further tags; by hand, for no route links them yet. */
async function shareCustomer([first, ...others]: readonly string[]): Promise<void> {
  const client = new pg.Client(backend.databaseUrl);
  await client.connect();
  await client.query(
    `INSERT INTO tag (edition_id, uid, customer_id, first_seen_at)
     SELECT edition_id, other, customer_id, first_seen_at FROM tag, unnest($2::text[]) AS other WHERE uid = $1`,
    [first, others],
  );
  await client.end();
}

/** A till and a tag with 95.00 booked. */
async function funded(code = 'DEMO-FEST'): Promise<{ till: TillClient; uid: string }> {
  const till = await enrolTill(backend.address, code);
  const uid = newUid();
  const currency = code === 'DEMO-FEST' ? 'CHF' : 'GBP';
  const sent = topUp({ number: 1, uid, currency }, 95_00, 0);
  till.journal.append(
    'transaction',
    code === 'DEMO-FEST' ? sent : { ...sent, tag: { ...sent.tag, transactionNumber: null } },
  );
  const reply = await till.send();
  expect(reply.answer?.results.map((result) => result.outcome)).toEqual(['accepted']);
  return { till, uid };
}

describe('tag mode', () => {
  test('R39: the amount is held until the purchase is committed, and is booked once', async () => {
    const { till, uid } = await funded();
    const { answer } = await ask(till, 2, wish(uid, 5_50));
    expect(answer).toMatchObject({
      state: 'ReservePending',
      expiresAt: new Date(nowMs + limits.reservationLifetimeMs).toISOString(),
    });
    expect(await look(till, uid)).toMatchObject({ known: true, balanceMinor: 95_00, availableMinor: 89_50 });
    till.journal.append('transaction', purchase({ number: 2, uid, before: 95_00 }, 5_50));
    const reply = await till.send(2, 2);
    expect(reply.answer?.results).toMatchObject([
      { outcome: 'accepted', state: 'Committed', backendTransactionId: answer?.backendTransactionId },
    ]);
    expect(await look(till, uid)).toMatchObject({ balanceMinor: 89_50, availableMinor: 89_50 });
    expect(await historyOf(till, answer?.backendTransactionId)).toEqual([
      'null → ReservePending TO',
      'ReservePending → Committed TR',
    ]);
    expect(await operator.alertCodesOf(till)).toEqual([]);
  });

  test('the same request gets the same answer, also when the till has moved on; another one is 422', async () => {
    const { till, uid } = await funded();
    const first = await ask(till, 2, wish(uid, 5_50));
    pass(1_000);
    const again = await ask(till, 2, wish(uid, 5_50));
    expect(again).toEqual({ ...first, hit: 'true' });
    expect(await ask(till, 2, wish(uid, 5_51))).toMatchObject({ status: 422, code: 'RESERVATION_CONFLICT' });
    expect(await ask(till, 1, wish(uid, 5_50))).toMatchObject({ status: 422, code: 'RESERVATION_CONFLICT' });
    till.journal.append('transaction', purchase({ number: 2, uid, before: 95_00 }, 5_50, { state: 'Aborted' }));
    await till.send(2, 2);
    expect((await ask(till, 2, wish(uid, 5_50))).answer?.state).toBe('Aborted');
    expect((await look(till, uid)).availableMinor).toBe(95_00);
  });

  test('Q52: a sale that happened is booked, also where its number was held for another customer by a copy of its till', async () => {
    const { till, uid } = await funded();
    const other = (await funded()).uid;
    const { answer } = await ask(till, 2, wish(other, 5_50));
    expect(await look(till, other)).toMatchObject({ availableMinor: 89_50 });
    till.journal.append('transaction', purchase({ number: 2, uid, before: 95_00 }, 7_00));
    expect((await till.send(2, 2)).answer?.results).toMatchObject([
      { outcome: 'accepted', state: 'Committed', backendTransactionId: answer?.backendTransactionId },
    ]);
    expect(await look(till, uid)).toMatchObject({ balanceMinor: 88_00, availableMinor: 88_00 });
    expect(await look(till, other)).toMatchObject({ balanceMinor: 95_00, availableMinor: 95_00 });
  });

  test('the ledger may know less than the tag: a hold may take the available balance below zero', async () => {
    const till = await enrolTill(backend.address);
    const uid = newUid();
    expect((await ask(till, 1, wish(uid, 20_00))).status).toBe(200);
    expect(await look(till, uid)).toMatchObject({ known: true, balanceMinor: 0, availableMinor: -20_00 });
  });

  test('Q15, R27: a refund holds its fee as well', async () => {
    const { till, uid } = await funded();
    const asked = wish(uid, 21_00, { type: 'Refund', amountMinor: 20_00 });
    expect((await ask(till, 2, asked)).status).toBe(200);
    expect((await look(till, uid)).availableMinor).toBe(74_00);
    till.journal.append('transaction', refund({ number: 2, uid, before: 95_00 }, 20_00, 1_00));
    expect((await till.send(2, 2)).answer?.results).toMatchObject([{ outcome: 'accepted', state: 'Committed' }]);
    expect(await look(till, uid)).toMatchObject({ balanceMinor: 74_00, availableMinor: 74_00 });
  });

  test('only TAG_BLOCKED refuses', async () => {
    const { till, uid } = await funded();
    await operator.post(`/tags/${uid}/block`, { editionId: till.editionId, reason: 'reported lost' });
    expect(await ask(till, 2, wish(uid, 5_50))).toMatchObject({ status: 409, code: 'TAG_BLOCKED' });
  });

  test('what is no hold is 400; another till’s token is 403', async () => {
    const { till, uid } = await funded();
    const good = wish(uid, 5_50);
    for (const body of [
      { ...good, amountMinor: 5_49 },
      { ...good, balanceDeltaMinor: 5_50 },
      wish(uid, 0),
      { ...good, type: 'TopUp' },
    ])
      expect(await ask(till, 2, body)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    const other = await enrolTill(backend.address);
    const path = '/transactions/2/reservation';
    const init = { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(good) };
    expect((await other.request(path, init, till.assignmentId)).status).toBe(403);
  });
});

describe('R41, Q10, Q12: expiry', () => {
  test('after ten minutes nothing is held; whoever looks sees it expired, and a late Committed is booked and flagged', async () => {
    const { till, uid } = await funded();
    const { answer } = await ask(till, 2, wish(uid, 90_00));
    pass(limits.reservationLifetimeMs - 1);
    expect((await look(till, uid)).availableMinor).toBe(5_00);
    pass(1);
    expect((await look(till, uid)).availableMinor).toBe(95_00);
    expect((await ask(till, 2, wish(uid, 90_00))).answer?.state).toBe('ReserveExpired');
    till.journal.append('transaction', purchase({ number: 2, uid, before: 95_00 }, 90_00));
    expect((await till.send(2, 2)).answer?.results).toMatchObject([{ outcome: 'accepted', state: 'Committed' }]);
    expect((await look(till, uid)).balanceMinor).toBe(5_00);
    expect(await operator.alertCodesOf(till)).toEqual(['LATE_COMMIT']);
    expect(await historyOf(till, answer?.backendTransactionId)).toEqual([
      'null → ReservePending TO',
      'ReservePending → ReserveExpired TM',
      'ReserveExpired → Committed TR',
    ]);
  });

  test('a batch that comes before the job came by sees the reservation expired too', async () => {
    const { till, uid } = await funded();
    await ask(till, 2, wish(uid, 5_50));
    pass(limits.reservationLifetimeMs);
    till.journal.append('transaction', purchase({ number: 2, uid, before: 95_00 }, 5_50));
    await till.send(2, 2);
    expect(await operator.alertCodesOf(till)).toEqual(['LATE_COMMIT']);
  });

  test('the job of any backend process marks what nobody looks at', async () => {
    const { till, uid } = await funded();
    await ask(till, 2, wish(uid, 5_50));
    const later = new Date(nowMs + limits.reservationLifetimeMs);
    const others = await Promise.all(
      [0, 1].map(() => startTestBackend(backend.databaseUrl, { clock: { now: () => later }, expiryIntervalMs: 20 })),
    );
    try {
      const path = `/transactions?editionId=${till.editionId}&assignmentId=${till.assignmentId}&state=ReserveExpired`;
      await expect
        .poll(async () => (await operator.read(transactionsAnswerSchema, path)).transactions.length, {
          timeout: 20_000,
        })
        .toBe(1);
    } finally {
      await Promise.all(others.map((other) => other.close()));
    }
  });
});

describe('account mode', () => {
  const inAccount = (uid: string, amountMinor: number) => {
    const { tag, ...rest } = wish(uid, amountMinor);
    return { ...rest, tag: { ...tag, transactionNumber: null } };
  };

  test('INSUFFICIENT_FUNDS: booked − held is the limit, to the last penny', async () => {
    const { till, uid } = await funded('DEMO-CANTEEN');
    expect((await ask(till, 2, inAccount(uid, 60_00))).status).toBe(200);
    expect(await ask(till, 3, inAccount(uid, 35_01))).toMatchObject({ status: 409, code: 'INSUFFICIENT_FUNDS' });
    expect((await ask(till, 3, inAccount(uid, 35_00))).status).toBe(200);
    expect((await look(till, uid)).availableMinor).toBe(0);
    pass(limits.reservationLifetimeMs);
    expect((await ask(till, 4, inAccount(uid, 95_00))).status).toBe(200);
  });

  test('Q52: an account may go as far below zero as its edition says, and the till is told', async () => {
    const { till, uid } = await funded('DEMO-CANTEEN');
    const client = new pg.Client(backend.databaseUrl);
    await client.connect();
    const setOverdraft = (overdraftMinor: number) =>
      client.query(
        `UPDATE edition SET account_limits = jsonb_set(account_limits, '{overdraftMinor}', $1) WHERE edition_id = $2`,
        [JSON.stringify(overdraftMinor), till.editionId],
      );
    try {
      await setOverdraft(2_00);
      const config = configurationSchema.parse(await (await till.request('/config')).json());
      expect(config.accountLimits?.overdraftMinor).toBe(2_00);
      expect(await ask(till, 2, inAccount(uid, 97_01))).toMatchObject({ status: 409, code: 'INSUFFICIENT_FUNDS' });
      expect((await ask(till, 2, inAccount(uid, 97_00))).status).toBe(200);
    } finally {
      await setOverdraft(0);
      await client.end();
    }
  });

  test('Q52: whoever decides about an account is waited for: three tills and three tags at once get what two may have', async () => {
    const { uid, till } = await funded('DEMO-CANTEEN');
    const uids = [uid, newUid(), newUid()];
    await shareCustomer(uids);
    const tills = await Promise.all(uids.map(() => enrolTill(backend.address, 'DEMO-CANTEEN')));
    const holder = new pg.Client(backend.databaseUrl);
    await holder.connect();
    try {
      await holder.query(
        `BEGIN; SELECT 1 FROM account a JOIN tag t USING (edition_id, customer_id) WHERE t.uid = '${uid}' FOR NO KEY UPDATE OF a`,
      );
      const asked = tills.map((each, index) => ask(each, 1, inAccount(uids[index] ?? uid, 40_00)));
      const early = Promise.any(asked).then(() =>
        Promise.reject(new Error('decided while somebody else was deciding')),
      );
      await Promise.race([untilRows(holder, waitingForLock, tills.length), early]);
      early.catch(() => undefined);
      await holder.query('COMMIT');
      expect((await Promise.all(asked)).map(({ status }) => status).sort()).toEqual([200, 200, 409]);
      expect((await look(till, uid)).availableMinor).toBe(15_00);
    } finally {
      await holder.end();
    }
  });

  test('tills on three processes at once, by three tags of one customer, never hold more than is there', async () => {
    const { till, uid } = await funded('DEMO-CANTEEN');
    const uids = [uid, newUid(), newUid()];
    await shareCustomer(uids);
    const dataFolder = join(tmpdir(), 'klink-test-unused');
    const backends = await Promise.all(
      [0, 1, 2].map(() => spawnBackend({ dataFolder, databaseUrl: backend.databaseUrl })),
    );
    try {
      const tills = await Promise.all(backends.map(({ address }) => enrolTill(address, 'DEMO-CANTEEN')));
      const asked = Array.from({ length: 24 }, (_, index) => {
        const through = tills[index % tills.length];
        if (through === undefined) throw new Error('there is a till');
        // At each moment every till asks with another tag.
        return ask(through, index + 1, inAccount(uids[(index + Math.floor(index / 3)) % 3] ?? uid, 10_00));
      });
      const statuses = (await Promise.all(asked)).map(({ status }) => status);
      expect(statuses.filter((status) => status === 200)).toHaveLength(9);
      expect(statuses.filter((status) => status === 409)).toHaveLength(15);
      // The processes run by the machine's clock, before the test's own: their holds have not expired for either.
      expect((await look(till, uid)).availableMinor).toBe(5_00);
    } finally {
      await Promise.all(backends.map((process) => process.stop()));
    }
  });
});
