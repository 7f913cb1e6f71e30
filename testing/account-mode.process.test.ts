/**
 * Goal: in a canteen (Q52) tag, till and ledger agree: what is topped up and sold online and offline is booked to the unit,
 * nothing is spent twice across two tills, a pupil's credit pays for meals alone, and the books are coherent.
 * Method: whole tills in this process, enrolled in the demo canteen of a real backend on a real PostgreSQL. Offline is a
 * backend that has ended; it comes back on the same database.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RunningBackend } from '../backend-mock/main.ts';
import { creditPurseCreatedSchema, memberCreatedSchema } from '../contract/wire/admin-members.ts';
import { assignmentsAnswerSchema } from '../contract/wire/operator.ts';
import { startTestBackend, startTestServer, type TestServer } from './backend/backend.ts';
import { logIn } from './backend/operator-client.ts';
import { lookAtBalance, sell, states, topUp, withTag } from './till/flows.ts';
import { InProcessTill } from './till/in-process-till.ts';
import { ManualTime } from './till/manual-time.ts';

/** Sales are processed as soon as they come, and not only every five minutes (R75). */
const rhythm = { canteenIntervalMs: 250 };

let server: TestServer;
let databaseUrl: string;
let backend: RunningBackend;
const open: InProcessTill[] = [];

beforeAll(async () => {
  server = await startTestServer();
  databaseUrl = await server.newDatabase();
  backend = await startTestBackend(databaseUrl, rhythm);
}, 120_000);

afterEach(() => {
  for (const till of open.splice(0)) till.close();
});

afterAll(async () => {
  await backend.close();
  await server.stop();
});

/** Its clock is the backend's, so that credit of today is credit of today at both. */
async function canteenTill(): Promise<InProcessTill> {
  const till = new InProcessTill({ assignment: null, time: new ManualTime(Date.now()) });
  open.push(till);
  const backendUrl = backend.address;
  const enrolled = await till.till.operations.enrol({ backendUrl, code: 'DEMO-CANTEEN', terminalName: 'Counter' });
  expect(enrolled).toMatchObject({ ok: true, value: { enrolled: true, halted: null } });
  return till;
}

const committed = { value: { result: 'committed' } };
const replicate = (till: InProcessTill) => till.till.operations.replicate({ untilEmpty: false, timeoutMs: 60_000 });

async function exposureMinor(till: InProcessTill): Promise<number | null> {
  const status = await till.till.operations.status({});
  return status.ok ? status.value.exposureMinor : null;
}

async function riskOf(till: InProcessTill) {
  const status = await till.till.operations.status({});
  if (!status.ok) throw new Error(status.fault.code);
  const { exposureMinor, exposureLimitMinor } = status.value;
  return { exposureMinor, exposureLimitMinor };
}

/** Changes what the edition risks offline; null: every till may risk its own limit, which is what the demo begins with. */
async function changeRisk(till: InProcessTill, perTillMinor: number, offlineLimitMinor: number | null): Promise<void> {
  const editionId = till.assignments.assignment()?.edition.id ?? 0;
  const operator = await logIn(backend.address);
  const accountLimits = { offlinePerTagMinor: 1_500, offlinePerTillMinor: perTillMinor, overdraftMinor: 0 };
  const body = JSON.stringify({ accountLimits, offlineLimitMinor });
  const changed = await operator.request(`/editions/${editionId}`, { method: 'PATCH', body });
  expect([changed.status, await changed.text()]).toEqual([200, expect.any(String)]);
}

/** Has the operator bound what the edition risks offline, so that the last of its tills has only `lastMinor` left. */
async function riskAtMost(till: InProcessTill, perTillMinor: number, lastMinor: number): Promise<void> {
  const editionId = till.assignments.assignment()?.edition.id ?? 0;
  const operator = await logIn(backend.address);
  const shares = () => operator.read(assignmentsAnswerSchema, `/assignments?editionId=${editionId}`);
  const { assignments } = await shares();
  const offlineLimitMinor = (assignments.length - 1) * perTillMinor + lastMinor;
  await changeRisk(till, perTillMinor, offlineLimitMinor);
  const dealt = (await shares()).assignments.reduce((sum, { offlineShareMinor }) => sum + offlineShareMinor, 0);
  expect(dealt).toBe(offlineLimitMinor);
}

/** What the operator sees of the canteen: the money of all customers, and whether the books are whole. */
async function books(till: InProcessTill) {
  const editionId = till.assignments.assignment()?.edition.id ?? 0;
  const operator = await logIn(backend.address);
  return { customersMinor: await operator.customersMinor(editionId), coherence: await operator.coherence(editionId) };
}

const coherent = { sumMinor: 0, balanceDifferences: [], tagDifferences: [], unresolvedRejections: 0, findings: 0 };

describe('a canteen', () => {
  test('online: top up, sell, replicate; the ledger has it to the unit and the books are coherent', async () => {
    const till = await canteenTill();
    expect(till.view.till).toMatchObject({ mode: 'account', currency: 'GBP' });
    const before = await books(till);
    expect(await topUp(till, 2_000)).toMatchObject(committed);
    expect(await sell(till, 450)).toMatchObject(committed);
    expect(await replicate(till)).toMatchObject({
      value: { rejectedCount: 0, unsentCount: 0, sealed: true, fault: null },
    });
    expect(await lookAtBalance(till)).toMatchObject({ value: { step: { tag: { balanceMinor: 1_550 } } } });
    expect(await books(till)).toMatchObject({ customersMinor: before.customersMinor + 1_550, coherence: coherent });
    expect(await exposureMinor(till)).toBe(0);
  });

  test('409: what one till has just sold, another cannot sell again, although its own cache would allow it', async () => {
    const [first, second] = [await canteenTill(), await canteenTill()];
    expect(await topUp(first, 1_000)).toMatchObject(committed);
    await replicate(first);
    first.copyTagsTo(second);
    expect(await lookAtBalance(second)).toMatchObject({ value: { step: { tag: { balanceMinor: 1_000 } } } });
    // Held by the first, and not sent yet.
    expect(await sell(first, 800)).toMatchObject(committed);
    expect(await sell(second, 300)).toMatchObject({
      value: { result: 'aborted', step: { error: { code: 'INSUFFICIENT_FUNDS' } } },
    });
    expect(await sell(second, 200)).toMatchObject(committed);
    for (const till of [first, second])
      expect(await replicate(till)).toMatchObject({ value: { rejectedCount: 0, unsentCount: 0 } });
    expect(await lookAtBalance(first)).toMatchObject({ value: { step: { tag: { balanceMinor: 0 } } } });
  });

  test('offline: sold from the cache up to the limit, refused beyond it, and booked when the backend is back', async () => {
    const till = await canteenTill();
    const before = await books(till);
    expect(till.assignments.configuration()?.configuration.accountLimits).toMatchObject({ offlinePerTagMinor: 1_500 });
    expect(await topUp(till, 2_000)).toMatchObject(committed);
    expect(await topUp(till, 700, 1)).toMatchObject(committed);
    for (const [tag, balanceMinor] of [
      [0, 2_000],
      [1, 700],
    ] as const)
      expect(await lookAtBalance(till, tag)).toMatchObject({ value: { step: { tag: { balanceMinor } } } });
    const port = Number(new URL(backend.address).port);
    await backend.close();
    expect(await sell(till, 1_000)).toMatchObject(committed);
    expect(await sell(till, 501)).toMatchObject({
      value: { result: 'aborted', step: { error: { code: 'OFFLINE_TAG_LIMIT', details: { exposureMinor: 1_000 } } } },
    });
    expect(await sell(till, 701, 1)).toMatchObject({
      value: { result: 'aborted', step: { error: { code: 'INSUFFICIENT_FUNDS', details: { missingMinor: 1 } } } },
    });
    expect(await exposureMinor(till)).toBe(1_000);
    expect(states(till)).toEqual(['Committed', 'Committed', 'Committed', 'Aborted', 'Aborted']);
    backend = await startTestBackend(databaseUrl, { ...rhythm, port });
    expect(await replicate(till)).toMatchObject({ value: { rejectedCount: 0, unsentCount: 0 } });
    expect(await exposureMinor(till)).toBe(0);
    expect(await lookAtBalance(till)).toMatchObject({ value: { step: { tag: { balanceMinor: 1_000 } } } });
    expect(await books(till)).toMatchObject({ customersMinor: before.customersMinor + 1_700, coherence: coherent });
  });

  test('money rule 2: another tag takes a lost one’s place; the account is where it was, and the lost one pays nothing', async () => {
    const till = await canteenTill();
    const lostUid = till.uid(0);
    expect(await topUp(till, 2_000)).toMatchObject(committed);
    const replace = (tag: number) => withTag(till, tag, till.till.operations.replace({ firstTagOnly: true, lostUid }));
    const before = till.memoryOf(1);
    for (let times = 0; times < 2; times += 1)
      expect(await replace(1)).toMatchObject({
        value: { result: 'done', step: { event: 'tagReplaced', tag: { uid: till.uid(1), balanceMinor: 2_000 } } },
      });
    expect(till.memoryOf(1)).toBe(before);
    for (const [tag, code] of [
      [0, 'TAG_IN_USE'],
      [2, 'TAG_REPLACED'],
    ] as const)
      expect(await replace(tag)).toMatchObject({ value: { result: 'refused', step: { error: { code } } } });
    expect(await sell(till, 450, 1)).toMatchObject(committed);
    expect(await sell(till, 450)).toMatchObject({ value: { step: { error: { code: 'TAG_BLOCKED' } } } });
    await replicate(till);
    expect(await lookAtBalance(till, 1)).toMatchObject({ value: { step: { tag: { balanceMinor: 1_550 } } } });
    expect(await books(till)).toMatchObject({ coherence: coherent });
  });

  test('Q52, INV-66: offline, all tills together sell no more than the edition risks, and each shows its share', async () => {
    const tills = [await canteenTill(), await canteenTill()];
    const [first, second] = tills;
    if (!first || !second) throw new Error('two tills were made');
    for (const till of tills) {
      expect(await topUp(till, 2_000)).toMatchObject(committed);
      await replicate(till);
      expect(await lookAtBalance(till)).toMatchObject({ value: { step: { tag: { balanceMinor: 2_000 } } } });
    }
    await riskAtMost(first, 1_000, 700);
    for (const till of tills) await replicate(till);
    expect(await riskOf(first)).toEqual({ exposureMinor: 0, exposureLimitMinor: 1_000 });
    expect(await riskOf(second)).toEqual({ exposureMinor: 0, exposureLimitMinor: 700 });
    const port = Number(new URL(backend.address).port);
    await backend.close();
    for (const [till, shareMinor] of [
      [first, 1_000],
      [second, 700],
    ] as const) {
      expect(await sell(till, shareMinor + 1)).toMatchObject({
        value: { result: 'aborted', step: { error: { code: 'OFFLINE_TILL_LIMIT' } } },
      });
      expect(await sell(till, shareMinor)).toMatchObject(committed);
      expect(await riskOf(till)).toEqual({ exposureMinor: shareMinor, exposureLimitMinor: shareMinor });
    }
    backend = await startTestBackend(databaseUrl, { ...rhythm, port });
    for (const till of tills) {
      expect(await replicate(till)).toMatchObject({ value: { rejectedCount: 0, unsentCount: 0 } });
      expect(await exposureMinor(till)).toBe(0);
    }
    await changeRisk(first, 30_000, null);
    expect(await books(first)).toMatchObject({ coherence: coherent });
  });
});

/** A pupil of the till's first tag, with a free meal for today. */
async function enterPupil(till: InProcessTill) {
  const editionId = till.assignments.assignment()?.edition.id ?? 0;
  const operator = await logIn(backend.address);
  const made = await operator.post('/members', {
    ...{ editionId, memberType: 'pupil', displayName: 'Mia Keller', className: '4B', allergens: ['nuts'] },
  });
  const { memberId, customerId } = memberCreatedSchema.parse(made.body);
  expect(await operator.post(`/members/${memberId}/tags`, { editionId, uid: till.uid(0) })).toMatchObject({
    ...{ status: 200, body: { displayName: 'Mia Keller', tagUids: [till.uid(0)] } },
  });
  const credit = { title: 'Free School Meals', firstCreditMinor: 250, expiryDurationDays: 1 };
  const purse = await operator.post(`/members/${memberId}/credit-purses`, { editionId, ...credit });
  const { purseId } = creditPurseCreatedSchema.parse(purse.body);
  // Credit pays for what was sold after it came, and a till's own clock stands still.
  await till.pass(60_000);
  const purses = async () => {
    const balances = await (await logIn(backend.address)).balances(editionId);
    const of = (name: string) => balances.get(`customer:${customerId}/${name}`) ?? 0;
    return { cash: of('default'), sales: of('sales'), credit: of(purseId) };
  };
  const change = async (facts: object) => {
    const body = JSON.stringify({ editionId, ...facts });
    expect((await operator.request(`/members/${memberId}`, { method: 'PATCH', body })).status).toBe(200);
  };
  return { purses, change };
}

async function serve(till: InProcessTill, ...productIds: string[]) {
  await till.till.operations.clearCart({});
  for (const productId of productIds) await till.till.operations.addToCart({ productId, quantity: 1 });
  return withTag(till, 0, till.till.operations.sell({ firstTagOnly: true }));
}

describe('a pupil at a catering till', () => {
  test('R77–R81, R89, R109, R112: credit and cash are where the till said, processed, taken back and sold offline', async () => {
    const till = await canteenTill();
    const pupil = await enterPupil(till);
    const settledAs = (wanted: { cash: number; sales: number; credit: number }) =>
      expect.poll(() => pupil.purses(), { timeout: 20_000 }).toEqual(wanted);
    expect(await topUp(till, 500)).toMatchObject(committed);
    await replicate(till);
    expect(await lookAtBalance(till)).toMatchObject({ value: { step: { tag: { balanceMinor: 750 } } } });

    expect(await serve(till, 'meal-of-the-day', 'juice')).toMatchObject(committed);
    expect(till.screen).toMatchObject({
      ...{ tag: { balanceMinor: 420 }, account: { member: { displayName: 'Mia Keller', className: '4B' } } },
      saleParts: [
        { isMeal: true, amountMinor: 250, creditMinor: 250 },
        { isMeal: false, amountMinor: 80, creditMinor: 0 },
      ],
    });
    // Before it is processed and after: what there is to spend is the same.
    expect(await replicate(till)).toMatchObject({ value: { rejectedCount: 0, unsentCount: 0 } });
    expect(await lookAtBalance(till)).toMatchObject({ value: { step: { tag: { balanceMinor: 420 } } } });
    await settledAs({ cash: 420, sales: 0, credit: 0 });
    expect(await lookAtBalance(till)).toMatchObject({ value: { step: { tag: { balanceMinor: 420 } } } });

    const undo = till.till.operations.undoSale({ firstTagOnly: true, terminalTransactionNumber: 2 });
    expect(await withTag(till, 0, undo)).toMatchObject(committed);
    await replicate(till);
    await settledAs({ cash: 500, sales: 0, credit: 250 });
    expect(await lookAtBalance(till)).toMatchObject({ value: { step: { tag: { balanceMinor: 750 } } } });

    const port = Number(new URL(backend.address).port);
    await backend.close();
    await till.pass(1_000);
    expect(await serve(till, 'salad')).toMatchObject(committed);
    expect(till.screen).toMatchObject({ tag: { balanceMinor: 560 }, account: { creditMinor: 60, isFresh: false } });
    expect(await serve(till, 'flapjack')).toMatchObject({
      value: { result: 'refused', step: { error: { code: 'ALLERGENS_UNCONFIRMED' } } },
    });
    backend = await startTestBackend(databaseUrl, { ...rhythm, port });
    expect(await replicate(till)).toMatchObject({ value: { rejectedCount: 0, unsentCount: 0 } });
    await settledAs({ cash: 500, sales: 0, credit: 60 });

    await pupil.change({ dailyLimitMinor: 300, allergens: [] });
    expect(await serve(till, 'flapjack')).toMatchObject(committed);
    expect(await serve(till, 'juice')).toMatchObject({
      value: { result: 'aborted', step: { error: { code: 'DAILY_LIMIT' } } },
    });
    await replicate(till);
    await settledAs({ cash: 405, sales: 0, credit: 60 });
    expect(await books(till)).toMatchObject({ coherence: coherent });
  });

  test('R113: another till sees and takes cash alone; R56: a tag that nobody has named shows nobody', async () => {
    const till = await canteenTill();
    await enterPupil(till);
    expect(await till.till.operations.setCatering({ catering: false })).toMatchObject({ ok: true });
    expect(await topUp(till, 100)).toMatchObject(committed);
    expect(await serve(till, 'meal-of-the-day')).toMatchObject({
      value: { result: 'aborted', step: { error: { code: 'INSUFFICIENT_FUNDS', details: { missingMinor: 150 } } } },
    });
    expect(await lookAtBalance(till)).toMatchObject({ value: { step: { tag: { balanceMinor: 100 } } } });
    expect(await topUp(till, 300, 1)).toMatchObject(committed);
    await replicate(till);
    expect(await lookAtBalance(till, 1)).toMatchObject({ value: { step: { tag: { balanceMinor: 300 } } } });
    expect(till.screen).toMatchObject({ account: { member: null } });
  });
});
