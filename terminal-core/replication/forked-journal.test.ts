/**
 * Goal: a till whose journal turns out to be one of two (a restored disk, a copied one) stops for good, whichever answer of
 * the backend it learns it from, and the backend hears of it (protocol.md, "Ingest rules" 1 and 2).
 * Method: a till in this process against a backend on a real socket that holds another entry at some place; what it is sent
 * is kept.
 */
import { afterEach, expect, test } from 'vitest';
import { batchRequestSchema } from '../../contract/wire/batch.ts';
import { assignment } from '../../testing/till/festival.ts';
import { InProcessTill } from '../../testing/till/in-process-till.ts';
import { type Reply, ScriptedBackend } from '../../testing/till/scripted-backend.ts';

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const otherHash = 'a'.repeat(64);
const problem = (status: number, code: string): Reply => ({
  status,
  json: { type: 'about:blank', title: code, status, code },
});

interface Fork {
  readonly till: InProcessTill;
  readonly backend: ScriptedBackend;
  /** The first entry of every batch that came in. */
  readonly firstSeqs: number[];
}

/** A till with so many entries; the backend's seal is what `seal` says at the moment, and it refuses every batch so. */
async function forked(entryCount: number, seal: (till: InProcessTill) => object, refusal: Reply): Promise<Fork> {
  const firstSeqs: number[] = [];
  const backend = await ScriptedBackend.start(({ resource, body }) => {
    if (resource === 'seal') return { status: 200, json: seal(till) };
    firstSeqs.push(batchRequestSchema.parse(JSON.parse(body)).entries[0]?.seq ?? 0);
    return refusal;
  });
  const till = new InProcessTill({ assignment: { ...assignment, backendUrl: backend.url } });
  for (let index = 0; index < entryCount; index += 1)
    till.journal.append('shift', '2026-07-04T20:15:00.000Z', { index });
  open.push(till, backend);
  return { till, backend, firstSeqs };
}

test('ingest rule 2: the seals differ: the till is stopped first, and then shows the backend the entry that differs', async () => {
  const { till, firstSeqs } = await forked(5, () => ({ seq: 3, hash: otherHash }), problem(409, 'JOURNAL_FORKED'));
  const haltedWhenShown: unknown[] = [];
  till.replicator.onChange(() => haltedWhenShown.push(till.assignments.assignment()?.haltedCode));
  expect(await till.replicator.drain(1_000, true)).toMatchObject({ sentCount: 0, fault: { code: 'JOURNAL_FORKED' } });
  expect(haltedWhenShown[0]).toBe('JOURNAL_FORKED');
  expect(firstSeqs).toEqual([3]);
  expect(till.journal.acknowledgedSeq()).toBe(0);
  // Nothing more is ever sent.
  expect(await till.replicator.drain(1_000, true)).toMatchObject({ fault: { code: 'JOURNAL_FORKED' } });
  expect(firstSeqs).toEqual([3]);
});

test.each([
  ['the connection is cut', 'cut' as const],
  ['the backend is busy', problem(503, 'UNAVAILABLE')],
  ['the backend would take it', { status: 200, json: { results: [], seal: { seq: 5, hash: otherHash } } }],
])('ingest rule 2: stopped is stopped, also where %s while it is shown', async (_, reply: Reply) => {
  const { till } = await forked(5, () => ({ seq: 2, hash: otherHash }), reply);
  expect(await till.replicator.drain(1_000, true)).toMatchObject({ fault: { code: 'JOURNAL_FORKED' } });
  expect(till.assignments.assignment()?.haltedCode).toBe('JOURNAL_FORKED');
  expect(till.journal.acknowledgedSeq()).toBe(0);
});

test('ingest rule 1: BATCH_CONFLICT, because a copy of this till sent its own entries of these numbers: the seals are compared again, and the till stops', async () => {
  let isTaken = false;
  const seal = (till: InProcessTill): object =>
    isTaken ? { seq: 2, hash: otherHash } : { seq: 1, hash: till.journal.hashAt(1) };
  const { till, backend } = await forked(2, seal, problem(422, 'BATCH_CONFLICT'));
  const draining = till.replicator.drain(60_000, true);
  // Between the comparison and the batch the other one comes first.
  await backend.received(2);
  isTaken = true;
  await till.time.alarmSet();
  await till.pass(60_000 / 2);
  expect(await draining).toMatchObject({ sentCount: 0, fault: { code: 'JOURNAL_FORKED' } });
  expect(till.assignments.assignment()?.haltedCode).toBe('JOURNAL_FORKED');
});

test('a fault that is none of the journal costs one look at the seals and no more', async () => {
  const { till, backend, firstSeqs } = await forked(
    2,
    (till) => ({ seq: 0, hash: till.journal.hashAt(0) }),
    problem(500, 'INTERNAL'),
  );
  expect(await till.replicator.drain(1_000, false)).toMatchObject({ fault: { code: 'BACKEND_FAULT' } });
  expect(await till.replicator.drain(1_000, false)).toMatchObject({ fault: { code: 'BACKEND_FAULT' } });
  expect(backend.resources.filter((resource) => resource === 'seal')).toHaveLength(2);
  expect(firstSeqs).toEqual([1, 1]);
  expect(till.assignments.assignment()?.haltedCode).toBeNull();
});
