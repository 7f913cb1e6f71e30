/**
 * Goal: a till whose disk was put back, copied or damaged never passes for the till it was: what it says is refused whole,
 * it draws no number any more, nothing of it is acknowledged that is not stored, and a new enrolment goes on (protocol.md,
 * "Ingest rules" 2; R19, R24, R25).
 * Method: real tills on simulated tags and a real backend. Each test enrols a till of its own in an event of one backend,
 * does to its database what the world does to disks, and then looks at till, tag and books.
 */
import Database from 'better-sqlite3';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { logIn, type OperatorClient } from '../backend/operator-client.ts';
import { type DemoBackend, startDemoBackend } from '../klink/demo-backend.ts';
import { EventTill } from './event-till.ts';
import { type EventView, viewEvent } from './event-view.ts';

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

const charged = async (): Promise<EventTill> => kept(await EventTill.charged(backend.address));

/** The sales that the backend has booked of one assignment, and what it told the operator about it. */
async function ofAssignment(till: EventTill): Promise<{ sales: readonly number[]; alerts: readonly string[] }> {
  const { assignmentId } = await till.status();
  const { transactions, alerts } = await viewEvent(operator, editionId);
  return {
    sales: transactions
      .filter((row) => row.assignmentId === assignmentId && row.type === 'Purchase' && row.state === 'Committed')
      .map(({ amountMinor }) => amountMinor)
      .sort((a, b) => a - b),
    alerts: alerts.filter((alert) => alert.assignmentId === assignmentId).map(({ code }) => code),
  };
}

/** The till draws no number and says why, also after a restart; what it has is kept and can be exported. */
async function expectHalted(till: EventTill, code: string): Promise<void> {
  const before = await till.status();
  expect(before.halted?.code).toBe(code);
  for (const isRestarted of [false, true]) {
    if (isRestarted) await till.off();
    expect(await till.sell(1_00)).toMatchObject({ ok: false, fault: { code } });
    expect(await till.replicate()).toMatchObject({ sentCount: 0, fault: { code } });
    expect((await till.live()).view?.screen).toMatchObject({ screen: 'halted', fault: { code } });
  }
  expect(await till.status()).toEqual(before);
  expect((await till.exported()).trimEnd().split('\n')).toHaveLength(before.journalSeq);
}

/** R24, R25: the same machine and the same tags go on under an assignment of its own. */
async function goesOnAnew(old: EventTill): Promise<EventTill> {
  const anew = kept(await EventTill.enrol(backend.address, { name: 'Bar 1 again' }));
  await anew.takeTags(await old.tags());
  await anew.sold(1_00);
  await anew.replicated();
  const [before, after] = [await old.status(), await anew.status()];
  expect(after.assignmentId).toBeGreaterThan(before.assignmentId ?? 0);
  expect(after.lastTerminalTransactionNumber).toBe(1);
  return anew;
}

function differenceOf(view: EventView, uid: string) {
  return view.coherence.tagDifferences.find((difference) => difference.uid === uid);
}

/** Replicating gets nowhere, and nothing counts as acknowledged that did not before. */
async function expectRefusedWhole(till: EventTill, code: string): Promise<void> {
  const { acknowledgedSeq, unsentCount } = await till.status();
  expect(await till.replicate()).toMatchObject({ sentCount: 0, sealed: false, fault: { code } });
  expect(await till.status()).toMatchObject({ acknowledgedSeq, unsentCount, halted: { code } });
}

test('an older disk put back is behind the seal: the till draws no number, and the books lack nothing', async () => {
  const till = await charged();
  const older = await till.databaseCopy();
  await till.sold(5_00);
  await till.sold(6_00);
  await till.replicated();
  await till.restoreDatabase(older);
  await expectRefusedWhole(till, 'JOURNAL_BEHIND');
  await expectHalted(till, 'JOURNAL_BEHIND');
  expect((await ofAssignment(till)).sales).toEqual([5_00, 6_00]);
  const { uid } = await (await goesOnAnew(till)).shown();
  expect(differenceOf(await viewEvent(operator, editionId), uid)).toBeUndefined();
});

test('JOURNAL_FORKED: an older disk that went on selling first; nothing of it is taken, the operator is told, the tag shows what is missing', async () => {
  const till = await charged();
  const { uid } = await till.shown();
  const older = await till.databaseCopy();
  await till.sold(5_00);
  await till.replicated();
  await till.restoreDatabase(older);
  // The number 2 for a second time, on the same tag, while nobody could know.
  await till.sold(7_00);
  await till.sold(8_00);
  await expectRefusedWhole(till, 'JOURNAL_FORKED');
  await expectHalted(till, 'JOURNAL_FORKED');
  expect(await ofAssignment(till)).toEqual({ sales: [5_00], alerts: ['JOURNAL_FORKED'] });
  await goesOnAnew(till);
  const view = await viewEvent(operator, editionId);
  // 95 − 5 is booked and 1 more by the new till; on the tag are 7 and 8 besides, which no till will ever send.
  expect(differenceOf(view, uid)).toMatchObject({ bookedMinor: 89_00, tagMinor: 95_00 - 21_00 });
  const { assignmentId } = await till.status();
  expect(view.alerts).toContainEqual(
    expect.objectContaining({ code: 'EVIDENCE_MISMATCH', subject: `${assignmentId}/2` }),
  );
});

test('Q6: sold, never sent, and lost with the disk; the tag alone knows, and the books hold what it shows', async () => {
  const till = await charged();
  const { uid } = await till.shown();
  const older = await till.databaseCopy();
  await till.sold(5_00);
  await till.restoreDatabase(older);
  // Another till of the event meets the tag first.
  await goesOnAnew(till);
  const view = await viewEvent(operator, editionId);
  expect(view.transactions).toContainEqual(
    expect.objectContaining({
      assignmentId: (await till.status()).assignmentId,
      terminalTransactionNumber: 2,
      state: 'Reserve',
      amountMinor: 5_00,
    }),
  );
  expect(differenceOf(view, uid)).toMatchObject({
    bookedMinor: 94_00,
    tagMinor: 89_00,
    evidenceMinor: -5_00,
    likelyCause: 'missing-transaction',
  });
});

test('two tills with copies of one database: whoever sends first goes on, the other is refused whole', async () => {
  const original = await charged();
  const copy = kept(await original.copied());
  await original.sold(1_00);
  await copy.sold(2_00);
  await copy.sold(3_00);
  await original.replicated();
  await expectRefusedWhole(copy, 'JOURNAL_FORKED');
  await expectHalted(copy, 'JOURNAL_FORKED');
  expect(await ofAssignment(original)).toEqual({ sales: [1_00], alerts: ['JOURNAL_FORKED'] });
  await original.sold(4_00);
  await original.replicated();
  expect((await ofAssignment(original)).sales).toEqual([1_00, 4_00]);
});

test('a copy that has sold nothing is behind once the other one has', async () => {
  const original = await charged();
  const copy = kept(await original.copied());
  await original.sold(1_00);
  await original.replicated();
  await expectRefusedWhole(copy, 'JOURNAL_BEHIND');
  await expectHalted(copy, 'JOURNAL_BEHIND');
});

test('a copy that is online holds the next number for a customer of its own: the sale of the till that sends first is booked all the same', async () => {
  const original = await charged();
  const copy = kept(await original.copied());
  const elsewhere = await charged();
  await copy.takeTags(await elsewhere.tags());
  await copy.replicated();
  await copy.sold(2_00);
  await original.sold(1_00);
  expect(await original.replicate()).toMatchObject({ rejectedCount: 0, fault: null });
  expect((await ofAssignment(original)).sales).toEqual([1_00]);
  await expectRefusedWhole(copy, 'JOURNAL_FORKED');
});

test('two copies that send at the same moment: one is taken, the other one not at all, and it stops', async () => {
  const original = await charged();
  const copy = kept(await original.copied());
  await original.sold(1_00);
  await copy.sold(2_00);
  const [one, other] = await Promise.all([original.replicate(), copy.replicate()]);
  const [winner, loser] = one.fault === null ? [original, copy] : [copy, original];
  expect([one, other].map(({ fault }) => fault?.code ?? 'taken').sort()).toEqual(['JOURNAL_FORKED', 'taken']);
  expect((await ofAssignment(original)).sales).toEqual([winner === original ? 1_00 : 2_00]);
  expect((await loser.status()).unsentCount).toBeGreaterThan(0);
  await expectHalted(loser, 'JOURNAL_FORKED');
});

/** Damages a till's disk below everything that guards it, so that nothing of the guard is missing afterwards. */
async function damage(till: EventTill, trigger: string, statement: string): Promise<void> {
  await till.off();
  const database = new Database(till.databasePlace);
  const guard = database.prepare<[string], string>('SELECT sql FROM sqlite_master WHERE name = ?').pluck().get(trigger);
  database.exec(`DROP TRIGGER ${trigger}; ${statement}; ${guard ?? ''}`);
  database.close();
}

test('CHAIN_BROKEN: a damaged entry; nothing of the batch is taken, the operator is told, the till stops', async () => {
  const till = await charged();
  await till.sold(5_00);
  await till.sold(6_00);
  const change = `replace(payload, '"amountMinor":500', '"amountMinor":100')`;
  await damage(till, 'journal_fixed', `UPDATE journal SET payload = ${change} WHERE payload <> ${change}`);
  await expectRefusedWhole(till, 'CHAIN_BROKEN');
  await expectHalted(till, 'CHAIN_BROKEN');
  expect(await ofAssignment(till)).toEqual({ sales: [], alerts: ['CHAIN_BROKEN'] });
});

test('JOURNAL_UNKNOWN: the journal of another database under the same assignment; nothing is taken, the till stops', async () => {
  const till = await charged();
  await till.sold(5_00);
  await damage(till, 'assignment_is_fixed', `UPDATE assignment SET journal_id = '${'0f'.repeat(16)}'`);
  await expectRefusedWhole(till, 'JOURNAL_UNKNOWN');
  await expectHalted(till, 'JOURNAL_UNKNOWN');
  expect(await ofAssignment(till)).toEqual({ sales: [], alerts: ['JOURNAL_UNKNOWN'] });
});
