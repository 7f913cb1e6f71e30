/**
 * Goal: a backend that was put back to an older state gets from its tills what it lost, and books it once; a till it has
 * never heard of loses nothing, and its assignment's number is not given out again (protocol.md, "Ingest rules" 2 and
 * `POST /v1/enrolments`; R24, Q6).
 * Method: a real backend on a real PostgreSQL, stopped, its whole folder copied away and later put back; real tills on
 * simulated tags, one of them running in the background all the while.
 */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { EventTill } from './event-till.ts';
import { type EventView, viewEvent } from './event-view.ts';
import { RestorableBackend } from './restorable-backend.ts';

/** Should the till look just while the backend is away, it waits for a minute at most before it looks again. */
const patienceMs = 240_000;
/** The first of the demo editions. */
const editionId = 1;

let backend: RestorableBackend;
const tills: EventTill[] = [];
beforeAll(async () => {
  backend = await RestorableBackend.start();
});
afterAll(() => backend.close());
afterEach(async () => {
  for (const till of tills.splice(0)) await till.remove();
});

function kept(till: EventTill): EventTill {
  tills.push(till);
  return till;
}

const view = async (): Promise<EventView> => viewEvent(await backend.operator(), editionId);

/** What is booked of whom, without the backend's own numbers, which a restored backend draws anew. */
function booked({ transactions }: EventView): readonly object[] {
  return transactions
    .map(({ assignmentId, terminalTransactionNumber, state, balanceDeltaMinor, uid }) => ({
      assignmentId,
      terminalTransactionNumber,
      state,
      balanceDeltaMinor,
      uid,
    }))
    .sort((a, b) => JSON.stringify(a).localeCompare(JSON.stringify(b)));
}

test('R46: what was acknowledged and lost with the backend is sent again by tills that are sealed, and booked once', async () => {
  const [one, other] = [kept(await EventTill.charged(backend.address)), kept(await EventTill.charged(backend.address))];
  const backup = await backend.backUp();
  for (const amountMinor of [1_00, 2_00, 3_00]) await one.sold(amountMinor);
  await other.toppedUp(20_00);
  await other.sold(4_00);
  for (const till of [one, other]) await till.replicated();
  const before = await view();
  expect(before.coherence.findings).toBe(0);

  await backend.restore(backup);
  expect((await view()).balances['merchant:bar']).not.toBe(before.balances['merchant:bar']);
  // One goes on running, the other is switched on the next morning.
  await other.off();
  for (const till of [one, other, one]) await till.replicated();
  const after = await view();
  expect(after.balances).toEqual(before.balances);
  expect(booked(after)).toEqual(booked(before));
  expect(after.coherence.findings).toBe(0);
  expect(after.alerts).toEqual(before.alerts);
  await one.sold(5_00);
  await one.replicated();
});

test(
  'GAP: a till that runs all the while brings the restored backend up to date by itself, with its next sale',
  async () => {
    const till = kept(await EventTill.enrol(backend.address, { replication: 'background' }));
    const live = await till.live();
    const sealed = () =>
      live.seen('everything to be sealed', ({ seal, uplink }) => seal === 'sealed' && uplink.unsentCount === 0);
    await till.issued();
    await till.toppedUp(100_00);
    await sealed();
    const backup = await backend.backUp();
    await till.sold(1_00);
    await sealed();
    await backend.restore(backup);
    // Until now the till has noticed nothing: it had nothing to send.
    await till.sold(2_00);
    await till.sold(3_00);
    await sealed();
    const { uid, balanceMinor } = await till.shown();
    expect(balanceMinor).toBe(95_00 - 6_00);
    const { transactions, coherence } = await view();
    const ofTag = transactions.filter((row) => row.uid === uid).map((row) => [row.state, row.balanceDeltaMinor]);
    expect(ofTag.sort()).toEqual([
      ['Committed', -1_00],
      ['Committed', -2_00],
      ['Committed', -3_00],
      ['Committed', 95_00],
    ]);
    expect(coherence.tagDifferences).toEqual([]);
  },
  patienceMs,
);

test('R24, Q6: a till the restored backend has never heard of is refused and loses nothing; its tags tell of it, and its number is not given out again', async () => {
  const old = kept(await EventTill.charged(backend.address));
  const backup = await backend.backUp();
  const lost = kept(await EventTill.enrol(backend.address, { name: 'Bar 2' }));
  await lost.takeTags(await old.tags());
  await lost.sold(7_00);
  await lost.replicated();
  const { assignmentId: lostId } = await lost.status();
  await backend.restore(backup);

  expect(await lost.replicate()).toMatchObject({ sentCount: 0, sealed: false, fault: { code: 'BACKEND_REFUSED' } });
  expect((await lost.live()).view?.uplink).toMatchObject({ state: 'refused', fault: { code: 'BACKEND_REFUSED' } });
  // It is no forged till, only an unknown one: it sells on, and keeps every entry for whoever takes its journal.
  await lost.sold(8_00);
  expect(await lost.status()).toMatchObject({ halted: null, lastTerminalTransactionNumber: 2 });
  expect((await lost.status()).unsentCount).toBeGreaterThan(0);
  const journal = await lost.exported();
  for (const amountMinor of [7_00, 8_00]) expect(journal).toContain(`"balanceDeltaMinor":-${amountMinor},`);

  // The customer goes on to a till that the backend knows.
  await old.takeTags(await lost.tags());
  await old.sold(1_00);
  await old.replicated();
  const { uid } = await old.shown();
  const seen = await view();
  expect(
    seen.alerts
      .filter(({ code }) => code === 'EVIDENCE_OF_UNKNOWN_ASSIGNMENT')
      .map(({ subject }) => subject)
      .sort(),
  ).toEqual([`${lostId}/1`, `${lostId}/2`]);
  expect(seen.coherence.missingTransactions).toEqual(
    [7_00, 8_00].map((amountMinor, index) =>
      expect.objectContaining({
        uid,
        assignmentId: lostId,
        terminalTransactionNumber: index + 1,
        balanceDeltaMinor: -amountMinor,
      }),
    ),
  );
  expect(seen.coherence.tagDifferences).toEqual([
    expect.objectContaining({
      uid,
      bookedMinor: 94_00,
      tagMinor: 79_00,
      evidenceMinor: -15_00,
      likelyCause: 'missing-transaction',
    }),
  ]);
  const anew = kept(await EventTill.enrol(backend.address, { name: 'Bar 2 again' }));
  expect((await anew.status()).assignmentId).toBeGreaterThan(lostId ?? 0);
});
