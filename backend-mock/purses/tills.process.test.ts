// Goal: what a canteen's tills sell stands in the members' purses, and what they are told of a member is what there is to spend (R55, R56,
// R106–R113, Q50, Q52, section 4 of the requirements).
// Method: a backend over HTTP with tills reduced to their uplink, on a real PostgreSQL; the clock and the jobs' rounds are the test's.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Problem, problemSchema } from '../../contract/wire/problem.ts';
import type { ReservationRequest } from '../../contract/wire/reservation.ts';
import { tagLookupAnswerSchema } from '../../contract/wire/tag-lookup.ts';
import { silentLog, startTestBackend, startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { chargeback, purchase, refund, type SentTransaction, topUp } from '../../testing/backend/payloads.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';
import { reportCoherence } from '../ledger/coherence.ts';
import type { RunningBackend } from '../main.ts';
import { systemRandom } from '../ports.ts';
import { type Connection, type Database, openDatabase } from '../store/database.ts';
import { applyCredits, processSales } from './canteen-rounds.ts';
import { createCreditPurses } from './credit-purses.ts';
import { createMembers, linkTag, type NewMember } from './members.ts';

let server: TestServer;
let databaseUrl: string;
let backend: RunningBackend;
let database: Database;
let till: TillClient;
let now = new Date('2026-09-07T07:00:00Z');
const clock = { now: () => now };
const within = <T>(work: (connection: Connection) => Promise<T>) => database.transaction(work);
beforeAll(async () => {
  server = await startTestServer();
  databaseUrl = await server.newDatabase();
  backend = await startTestBackend(databaseUrl, { clock });
  database = openDatabase({ connectionString: databaseUrl }, systemRandom, silentLog);
  till = await enrolTill(backend.address, 'DEMO-CANTEEN');
});
afterEach(async () => {
  // Numbers of holds whose sales never came are missing, and nothing else.
  const { findings, numberGaps } = await within((connection) => reportCoherence(connection, till.editionId));
  expect(findings).toBe(numberGaps.length);
});
afterAll(async () => {
  await database.close();
  await backend.close();
  await server.stop();
});

const setNow = (instant: string) => {
  now = new Date(instant);
};

async function runJobs(): Promise<void> {
  await applyCredits(database, clock);
  await processSales(database, clock);
}

let tags = 0;

/** A pupil with a tag of its own and, where wanted, free meals of 2.50 that came today. */
async function pupil(member: Partial<NewMember>, hasFreeMeals: boolean): Promise<string> {
  tags += 1;
  const uid = `04CA${String(tags).padStart(10, '0')}`;
  setNow('2026-09-07T07:00:00Z');
  await within(async (connection) => {
    const wanted = { memberType: 'pupil', displayName: 'Ada Lovelace', ...member } as const;
    const [made] = await createMembers(connection, till.editionId, [wanted], now);
    if (made === undefined) throw new Error('no member was made');
    const linked = await linkTag(connection, { editionId: till.editionId, memberId: made.memberId, uid }, now);
    if (linked !== 'linked') throw new Error(linked);
    if (!hasFreeMeals) return;
    const credit = { amountMinor: 2_50, creditApply: '30 9 * * *', expiryDurationDays: 1 };
    const plan = { customerId: made.customerId, title: 'Free School Meals', validSessions: ['lunch'], credit };
    await createCreditPurses(connection, till.editionId, [plan], now);
  });
  setNow('2026-09-07T11:00:00Z');
  await runJobs();
  return uid;
}

let numbers = 0;

/** Sends one transaction of a till in account mode, and returns its number there. */
async function send(
  make: (plan: { number: number; uid: string; currency: string }) => SentTransaction,
  uid: string,
  more = {},
) {
  numbers += 1;
  const sent = make({ number: numbers, uid, currency: 'GBP' });
  const own = { openedAt: now.toISOString(), endedAt: now.toISOString(), session: 'lunch' };
  const items = sent.items.map((item) => ({
    ...item,
    debit: item.debit.replace('merchant:bar', 'merchant:canteen'),
    credit: item.credit.replace('merchant:bar', 'merchant:canteen'),
  }));
  const payload = {
    ...sent,
    ...own,
    items,
    merchantId: 'canteen',
    tag: { ...sent.tag, transactionNumber: null },
    ...more,
  };
  till.journal.append('transaction', payload);
  const [result] = (await till.send(till.journal.entries.length)).answer?.results ?? [];
  expect(result).toMatchObject({ outcome: 'accepted' });
  return numbers;
}

const lookUp = async (uid: string) => tagLookupAnswerSchema.parse(await (await till.request(`/tags/${uid}`)).json());

async function balancesOf(uid: string): Promise<Record<string, number>> {
  const found = await database.pool.query<{ purse: string; minor: number }>(
    `SELECT p.title AS purse, a.balance_minor AS minor FROM tag t JOIN purse p USING (edition_id, customer_id)
       JOIN account a ON a.edition_id = p.edition_id AND a.account_id = p.account_id WHERE t.edition_id = $1 AND t.uid = $2`,
    [till.editionId, uid],
  );
  return Object.fromEntries(found.rows.map(({ purse, minor }) => [purse, minor]));
}

async function shown(uid: string) {
  const found = await database.pool.query(
    `SELECT p.purse_id AS purse, p.type, p.amount_minor AS minor, p.state, p.meal, p.session FROM tag t
       JOIN purse_transaction p USING (edition_id, customer_id)
      WHERE t.edition_id = $1 AND t.uid = $2 AND p.type <> 'credit' ORDER BY p.backend_transaction_id`,
    [till.editionId, uid],
  );
  return found.rows;
}

describe('what a till sells', () => {
  test('R62, R64: a meal waits in the sales purse, and is paid by the credit when it is processed; R137: cash is of type cash', async () => {
    const uid = await pupil({}, true);
    await send((plan) => topUp(plan, 5_00, 0), uid);
    await send((plan) => purchase(plan, 3_00), uid, { meal: true });
    expect(await balancesOf(uid)).toEqual({ Cash: 5_00, Sales: -3_00, 'Free School Meals': 2_50 });
    await runJobs();
    expect(await balancesOf(uid)).toEqual({ Cash: 4_50, Sales: 0, 'Free School Meals': 0 });
    expect(await shown(uid)).toEqual([
      { purse: 'default', type: 'cash', minor: 5_00, state: 'processed', meal: false, session: 'lunch' },
      { purse: 'sales', type: 'sale', minor: -3_00, state: 'processed', meal: true, session: 'lunch' },
    ]);
  });

  test('R109, Q50: what does not say that it is a meal is the cash’s; R61: cash that is paid out is negative in the default purse', async () => {
    const uid = await pupil({}, true);
    await send((plan) => topUp(plan, 5_00, 0), uid);
    await send((plan) => purchase(plan, 1_00), uid);
    await send((plan) => refund(plan, 2_00, 0), uid);
    await runJobs();
    expect(await balancesOf(uid)).toEqual({ Cash: 2_00, Sales: 0, 'Free School Meals': 2_50 });
    expect((await shown(uid)).at(-1)).toMatchObject({ purse: 'default', type: 'cash', minor: -2_00 });
  });

  test('R88, R89: goods that come back are a positive sale of the same day and session, and give the credit back', async () => {
    const uid = await pupil({}, true);
    const number = await send((plan) => purchase(plan, 2_00), uid, { meal: true });
    await runJobs();
    const reference = { assignmentId: till.assignmentId, terminalTransactionNumber: number };
    await send((plan) => chargeback(plan, 2_00, reference), uid, { meal: true });
    expect(await balancesOf(uid)).toEqual({ Cash: 0, Sales: 2_00, 'Free School Meals': 50 });
    await runJobs();
    expect(await balancesOf(uid)).toEqual({ Cash: 0, Sales: 0, 'Free School Meals': 2_50 });
  });

  test('R75: backend processes do it by themselves, any number of them, and once', async () => {
    const uid = await pupil({}, true);
    await send((plan) => purchase(plan, 3_00), uid, { meal: true });
    const others = await Promise.all([1, 2].map(() => startTestBackend(databaseUrl, { clock, canteenIntervalMs: 20 })));
    await expect.poll(() => balancesOf(uid), { timeout: 30_000 }).toMatchObject({ Sales: 0 });
    await Promise.all(others.map((other) => other.close()));
    // What is owed above the limit stands on an account of its own.
    expect(await balancesOf(uid)).toEqual({ Cash: 0, Sales: 0, 'Free School Meals': 0 });
    expect(await lookUp(uid)).toMatchObject({ balanceMinor: -50, creditMinor: 0 });
  });

  test('R55, R56: a tag that nobody knows is a proxy’s until somebody says whose it is', async () => {
    const uid = '04CAFE00000001';
    await send((plan) => topUp(plan, 5_00, 0), uid);
    expect((await lookUp(uid)).member).toMatchObject({ displayName: `Tag ${uid}`, credits: [] });
    const member = { memberType: 'pupil', displayName: 'Late' } as const;
    const linked = await within(async (connection) => {
      const [made] = await createMembers(connection, till.editionId, [member], now);
      return linkTag(connection, { editionId: till.editionId, memberId: made?.memberId ?? '', uid }, now);
    });
    expect(linked).toBe('tag-in-use');
  });
});

describe('what a till is told', () => {
  test('R110, R112, R113: the balance is cash alone, and the credit that may be used now stands beside it', async () => {
    const uid = await pupil({ className: '3b', allergens: ['nuts'] }, true);
    await send((plan) => topUp(plan, 5_00, 0), uid);
    expect(await lookUp(uid)).toMatchObject({
      balanceMinor: 5_00,
      availableMinor: 5_00,
      creditMinor: 2_50,
      member: {
        displayName: 'Ada Lovelace',
        className: '3b',
        allergens: ['nuts'],
        dailyLimit: null,
        credits: [
          {
            title: 'Free School Meals',
            availableMinor: 2_50,
            sessions: ['lunch'],
            expiresAt: '2026-09-07T23:00:00.000Z',
          },
        ],
      },
    });
  });

  test('Q52: sales that wait are taken off as they will be paid, the credit first', async () => {
    const uid = await pupil({}, true);
    await send((plan) => topUp(plan, 5_00, 0), uid);
    await send((plan) => purchase(plan, 2_00), uid, { meal: true });
    expect(await lookUp(uid)).toMatchObject({ balanceMinor: 5_00, creditMinor: 50 });
    await send((plan) => purchase(plan, 2_00), uid, { meal: true });
    const before = await lookUp(uid);
    expect(before).toMatchObject({ balanceMinor: 3_50, availableMinor: 3_50, creditMinor: 0 });
    await runJobs();
    expect(await lookUp(uid)).toEqual(before);
  });

  test('R107: after its day there is no credit, also before anything was cleared', async () => {
    const uid = await pupil({}, true);
    setNow('2026-09-07T22:59:59Z');
    expect(await lookUp(uid)).toMatchObject({ member: { credits: [{ availableMinor: 2_50 }] } });
    setNow('2026-09-07T23:00:00Z');
    expect(await lookUp(uid)).toMatchObject({ creditMinor: 0, member: { credits: [] } });
  });
});

describe('what a till may sell online', () => {
  async function reserve(
    uid: string,
    amountMinor: number,
    more: Partial<ReservationRequest>,
  ): Promise<number | Problem['code']> {
    numbers += 1;
    const { tag } = purchase({ number: numbers, uid, currency: 'GBP' }, amountMinor);
    const body: ReservationRequest = {
      type: 'Purchase',
      amountMinor,
      balanceDeltaMinor: -amountMinor,
      tag: { ...tag, transactionNumber: null },
      session: 'lunch',
      ...more,
    };
    const response = await till.request(`/transactions/${numbers}/reservation`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.ok ? response.status : problemSchema.parse(await response.json()).code;
  }

  test('R108, Q52: meals up to credit and cash together, everything else up to the cash; a hold takes the credit first', async () => {
    const uid = await pupil({}, true);
    await send((plan) => topUp(plan, 1_00, 0), uid);
    expect(await reserve(uid, 1_01, {})).toBe('INSUFFICIENT_FUNDS');
    expect(await reserve(uid, 1_01, { meal: true, session: 'breakfast' })).toBe('INSUFFICIENT_FUNDS');
    expect(await reserve(uid, 3_51, { meal: true })).toBe('INSUFFICIENT_FUNDS');
    expect(await reserve(uid, 2_00, { meal: true })).toBeLessThan(300);
    expect(await lookUp(uid)).toMatchObject({ balanceMinor: 1_00, availableMinor: 1_00, creditMinor: 50 });
    expect(await reserve(uid, 1_50, { meal: true })).toBeLessThan(300);
    expect(await lookUp(uid)).toMatchObject({ balanceMinor: 1_00, availableMinor: 0, creditMinor: 0 });
    expect(await reserve(uid, 1, { meal: true })).toBe('INSUFFICIENT_FUNDS');
  });

  test('R106: no more on one day than the member may, holds and waiting sales included', async () => {
    const uid = await pupil({ dailyLimitMinor: 3_00 }, false);
    await send((plan) => topUp(plan, 20_00, 0), uid);
    await send((plan) => purchase(plan, 1_00), uid, { meal: true });
    expect(await reserve(uid, 1_50, {})).toBeLessThan(300);
    expect(await lookUp(uid)).toMatchObject({
      member: { dailyLimit: { limitMinor: 3_00, spentMinor: 2_50, day: '2026-09-07' } },
    });
    expect(await reserve(uid, 51, {})).toBe('DAILY_LIMIT');
    expect(await reserve(uid, 50, {})).toBeLessThan(300);
    setNow('2026-09-08T11:00:00Z');
    expect(await reserve(uid, 3_00, {})).toBeLessThan(300);
  });
});
