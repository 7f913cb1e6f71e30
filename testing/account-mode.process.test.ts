/**
 * Goal: in a canteen (Q52) tag, till and ledger agree: what is topped up and sold online and offline is booked to the unit,
 * nothing is spent twice across two tills, and the books are coherent.
 * Method: whole tills in this process, enrolled in the demo canteen of a real backend on a real PostgreSQL. Offline is a
 * backend that has ended; it comes back on the same database.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { RunningBackend } from '../backend-mock/main.ts';
import { assignmentsAnswerSchema } from '../contract/wire/operator.ts';
import { startTestBackend, startTestServer, type TestServer } from './backend/backend.ts';
import { logIn } from './backend/operator-client.ts';
import { lookAtBalance, sell, states, topUp, withTag } from './till/flows.ts';
import { InProcessTill } from './till/in-process-till.ts';

let server: TestServer;
let databaseUrl: string;
let backend: RunningBackend;
const open: InProcessTill[] = [];

beforeAll(async () => {
  server = await startTestServer();
  databaseUrl = await server.newDatabase();
  backend = await startTestBackend(databaseUrl);
}, 120_000);

afterEach(() => {
  for (const till of open.splice(0)) till.close();
});

afterAll(async () => {
  await backend.close();
  await server.stop();
});

async function canteenTill(): Promise<InProcessTill> {
  const till = new InProcessTill({ assignment: null });
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

/** Has the operator bound what the edition risks offline, so that the last of its tills has only `lastMinor` left. */
async function riskAtMost(till: InProcessTill, perTillMinor: number, lastMinor: number): Promise<void> {
  const editionId = till.assignments.assignment()?.edition.id ?? 0;
  const operator = await logIn(backend.address);
  const shares = () => operator.read(assignmentsAnswerSchema, `/assignments?editionId=${editionId}`);
  const { assignments } = await shares();
  const offlineLimitMinor = (assignments.length - 1) * perTillMinor + lastMinor;
  const accountLimits = { offlinePerTagMinor: 1_500, offlinePerTillMinor: perTillMinor, overdraftMinor: 0 };
  const body = JSON.stringify({ accountLimits, offlineLimitMinor });
  const changed = await operator.request(`/editions/${editionId}`, { method: 'PATCH', body });
  expect([changed.status, await changed.text()]).toEqual([200, expect.any(String)]);
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
    backend = await startTestBackend(databaseUrl, { port });
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
    backend = await startTestBackend(databaseUrl, { port });
    for (const till of tills) {
      expect(await replicate(till)).toMatchObject({ value: { rejectedCount: 0, unsentCount: 0 } });
      expect(await exposureMinor(till)).toBe(0);
    }
    expect(await books(first)).toMatchObject({ coherence: coherent });
  });
});
