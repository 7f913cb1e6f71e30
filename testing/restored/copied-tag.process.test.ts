/**
 * Goal: a tag that was cloned or put back to an older content costs the event at most what it was worth, and everybody
 * sees it: both transactions of one number are booked, the tag is blocked at every till, the operator is told and books
 * what is missing as a loss (protocol.md, "Money rules" 1; R22, R23).
 * Method: real tills, a real backend; the bytes of a simulated tag are copied, as a person with a reader of their own would.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { adminBookingAnswerSchema, overdrawnAnswerSchema } from '../../contract/wire/admin-money.ts';
import { logIn, type OperatorClient } from '../backend/operator-client.ts';
import { type DemoBackend, startDemoBackend } from '../klink/demo-backend.ts';
import { EventTill } from './event-till.ts';
import { viewEvent } from './event-view.ts';

let backend: DemoBackend;
let operator: OperatorClient;
let editionId: number;
const tills: EventTill[] = [];
beforeAll(async () => {
  backend = await startDemoBackend();
  operator = await logIn(backend.address);
  editionId = (await backend.enrolWitness('DEMO-FEST')).edition.id;
});
afterAll(() => backend.close());
afterEach(async () => {
  for (const till of tills.splice(0)) await till.remove();
});

function kept(till: EventTill): EventTill {
  tills.push(till);
  return till;
}

/** What the operator sees of one tag. */
async function ofTag(uid: string) {
  const { transactions, alerts, duplicates, coherence } = await viewEvent(operator, editionId);
  return {
    deltas: transactions
      .filter((row) => row.uid === uid && row.state === 'Committed')
      .map(({ balanceDeltaMinor }) => balanceDeltaMinor)
      .sort((a, b) => a - b),
    alerts: alerts.filter(({ subject }) => subject.startsWith(uid)).map(({ code, subject }) => `${code} ${subject}`),
    duplicates: duplicates
      .filter((row) => row.uid === uid)
      .map(({ tagTransactionNumber, transactions: both }) => [tagTransactionNumber, both.length]),
    difference: coherence.tagDifferences.find((row) => row.uid === uid),
    sumMinor: coherence.sumMinor,
  };
}

/** Once a till has asked for its settings, the tag buys nothing there any more. */
async function expectBlockedAt(till: EventTill): Promise<void> {
  await till.replicated();
  expect(await till.sell(1_00)).toMatchObject({ ok: true, value: { step: { error: { code: 'TAG_BLOCKED' } } } });
}

test.each([
  { first: 'the till of the original', order: [0, 1] },
  { first: 'the till of the clone', order: [1, 0] },
] as const)(
  'a clone, and $first sends first: both sales are booked, the tag is blocked, what is below zero becomes a loss',
  async ({ order }) => {
    const original = kept(await EventTill.charged(backend.address));
    const other = kept(await EventTill.enrol(backend.address, { name: 'Bar 2' }));
    await other.takeTags(await original.tags());
    const { uid } = await original.shown();
    await original.sold(60_00);
    await other.sold(50_00);
    const both = [original, other];
    for (const index of order) await both[index]?.replicated();
    expect(await ofTag(uid)).toMatchObject({
      deltas: [-60_00, -50_00, 95_00],
      alerts: [`TAG_NUMBER_DUPLICATE ${uid}/1/2`],
      duplicates: [[2, 2]],
      difference: { bookedMinor: -15_00, likelyCause: 'clone-or-rollback' },
      sumMinor: 0,
    });
    for (const till of both) await expectBlockedAt(till);

    const owed = async () => {
      const { customers } = await operator.read(overdrawnAnswerSchema, `/overdrawn-customers?editionId=${editionId}`);
      return customers.filter((customer) => JSON.stringify(customer).includes(uid));
    };
    expect(await owed()).toHaveLength(1);
    const lossBefore = (await operator.balances(editionId)).get('loss') ?? 0;
    const writeOff = async (amountMinor: number, key: string) => {
      const body = JSON.stringify({ editionId, uid, amountMinor, reason: 'a clone' });
      return operator.request('/write-offs', { method: 'POST', headers: { 'Idempotency-Key': key }, body });
    };
    // Never more than is owed, and the same deed once.
    expect((await writeOff(15_01, `too-much-${uid}`)).status).toBe(400);
    for (const _ of [1, 2]) {
      const answer = await writeOff(15_00, `write-off-${uid}`);
      expect(adminBookingAnswerSchema.parse(await answer.json()).backendTransactionId).toBeGreaterThan(0);
    }
    expect((await operator.balances(editionId)).get('loss')).toBe(lossBefore - 15_00);
    expect(await owed()).toEqual([]);
    expect((await ofTag(uid)).sumMinor).toBe(0);
  },
);

test('a clone that is used on for a while, before anybody has sent: every number used twice is told once', async () => {
  const original = kept(await EventTill.charged(backend.address));
  const other = kept(await EventTill.enrol(backend.address, { name: 'Bar 2' }));
  await other.takeTags(await original.tags());
  const { uid } = await original.shown();
  await original.sold(5_00);
  for (const amountMinor of [1_00, 2_00, 3_00]) await other.sold(amountMinor);
  for (const till of [other, original, other]) await till.replicated();
  const request = { amountMinor: 20_00, method: 'cash', firstTagOnly: true } as const;
  expect(await original.tapped('topUp', request)).toMatchObject({
    ok: true,
    value: { step: { error: { code: 'TAG_BLOCKED' } } },
  });
  expect(await ofTag(uid)).toMatchObject({
    deltas: [-5_00, -3_00, -2_00, -1_00, 95_00],
    alerts: [`TAG_NUMBER_DUPLICATE ${uid}/1/2`],
    duplicates: [[2, 2]],
  });
});

test('a rollback at one till: the sale after it is booked as well, and the tag is blocked', async () => {
  const till = kept(await EventTill.charged(backend.address));
  const { uid } = await till.shown();
  const older = await till.tags();
  await till.sold(20_00);
  await till.takeTags(older);
  expect(await till.shown()).toMatchObject({ balanceMinor: 95_00, transactionNumber: 1 });
  await till.sold(30_00);
  await till.replicated();
  expect(await ofTag(uid)).toMatchObject({
    deltas: [-30_00, -20_00, 95_00],
    alerts: [`TAG_NUMBER_DUPLICATE ${uid}/1/2`],
    duplicates: [[2, 2]],
    difference: { bookedMinor: 45_00, tagMinor: 65_00, likelyCause: 'clone-or-rollback' },
    sumMinor: 0,
  });
  await expectBlockedAt(till);
});

test('a rollback of a tag whose last sale its till has not sent yet: what arrives late is booked too', async () => {
  const first = kept(await EventTill.charged(backend.address));
  const second = kept(await EventTill.enrol(backend.address, { name: 'Bar 2' }));
  const { uid } = await first.shown();
  const older = await first.tags();
  await first.sold(20_00);
  await second.takeTags(older);
  await second.sold(30_00);
  await second.replicated();
  expect((await ofTag(uid)).alerts).toEqual([]);
  await first.replicated();
  expect(await ofTag(uid)).toMatchObject({ deltas: [-30_00, -20_00, 95_00], duplicates: [[2, 2]] });
  for (const till of [first, second]) await expectBlockedAt(till);
});
