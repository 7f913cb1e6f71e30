/**
 * Goal: whatever goes wrong on the way, in whatever order, in the end the backend has every entry once, in order, with the
 * bytes the till hashed; nothing is dropped and nothing is given up (R46, R47, ingest rules 1–3).
 * Method: the real replicator, uplink and database against a backend on a real socket that fails at random, takes a batch
 * without being able to say so, or is restored from an old backup; new entries come in between.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { batchRequestSchema } from '../../contract/wire/batch.ts';
import { assignment } from '../../testing/till/festival.ts';
import { ManualTime } from '../../testing/till/manual-time.ts';
import { type ReceivedRequest, type Reply, ScriptedBackend } from '../../testing/till/scripted-backend.ts';
import { at, storesOfTest } from '../../testing/till/store-folder.ts';
import { limits } from '../domain/limits.ts';
import { httpUplink } from './http-uplink.ts';
import { Replicator } from './replicator.ts';

const stores = storesOfTest();

const mishaps = [
  'cut',
  'half',
  'taken-then-cut',
  'taken-then-half',
  'busy',
  'fault',
  'nonsense',
  'restored',
  'sale',
] as const;
type Mishap = (typeof mishaps)[number];

/** A backend that keeps what it accepts, entry by entry, and never takes one out of order. */
class Receiver {
  readonly hashes: string[] = [];
  #startHash: string;

  constructor(startHash: string) {
    this.#startHash = startHash;
  }

  get seal() {
    return { seq: this.hashes.length, hash: this.hashes.at(-1) ?? this.#startHash };
  }

  answer({ resource, body }: ReceivedRequest): Reply {
    if (resource === 'seal') return { status: 200, json: this.seal };
    const { entries } = batchRequestSchema.parse(JSON.parse(body));
    if ((entries[0]?.seq ?? 0) > this.hashes.length + 1) {
      const expectedSeq = this.hashes.length + 1;
      return { status: 409, json: { type: 'about:blank', title: 'GAP', status: 409, code: 'GAP', expectedSeq } };
    }
    const results = entries.map(({ seq, hash }) => {
      const known = this.hashes[seq - 1];
      if (known !== undefined && known !== hash) throw new Error(`entry ${seq} came with another hash`);
      this.hashes[seq - 1] = hash;
      return { seq, outcome: known === undefined ? 'accepted' : 'duplicate' };
    });
    return { status: 200, json: { results, seal: this.seal } };
  }
}

test('R46: in the end the backend has everything, once and in order', { timeout: 60_000 }, async () => {
  const history = fc.record({
    entryCount: fc.integer({ min: 0, max: 20 }),
    mishaps: fc.array(fc.constantFrom(...mishaps), { maxLength: 12 }),
  });
  await fc.assert(
    fc.asyncProperty(history, async ({ entryCount, mishaps: planned }) => {
      const { journal, assignments, outcomes } = stores.enrolled();
      const append = (count: number) => {
        for (let index = 0; index < count; index += 1) journal.append('shift', at, { index });
      };
      append(entryCount);
      const receiver = new Receiver(journal.hashAt(0) ?? '');
      const left = [...planned];
      const backend = await ScriptedBackend.start((request) => suffer(left.shift(), request));
      const suffer = (mishap: Mishap | undefined, request: ReceivedRequest): Reply => {
        switch (mishap) {
          case 'cut':
          case 'half':
            return mishap;
          case 'taken-then-cut':
          case 'taken-then-half':
            receiver.answer(request);
            return mishap === 'taken-then-cut' ? 'cut' : 'half';
          case 'busy':
            return { status: 503, headers: { 'retry-after': '3' } };
          case 'fault':
            return { status: 500 };
          case 'nonsense':
            return { status: 200, json: { results: [], seal: receiver.seal } };
          case 'restored':
            receiver.hashes.splice(Math.floor(receiver.hashes.length / 2));
            return receiver.answer(request);
          case 'sale':
            append(1);
            return receiver.answer(request);
          case undefined:
            return receiver.answer(request);
        }
      };
      const time = new ManualTime();
      const replicator = () =>
        new Replicator({
          journal,
          assignments,
          outcomes,
          uplink: httpUplink(),
          clock: time,
          timers: time,
          random: { bytes: (length) => new Uint8Array(length), fraction: () => 0.3 },
          credentials: () => ({ backendUrl: backend.url, assignmentId: assignment.assignmentId, token: 'secret' }),
          onRejected: () => undefined,
        });
      try {
        // The second till process finds by the seals what a backup took away after everything had been acknowledged.
        for (let process = 0; process < 2; process += 1) await drainPassingTime(replicator(), time);
        expect(receiver.hashes).toEqual(
          Array.from({ length: journal.ownSeal().seq }, (_, index) => journal.hashAt(index + 1)),
        );
        expect(journal.acknowledgedSeq()).toBe(journal.ownSeal().seq);
        expect(assignments.assignment()?.haltedCode).toBeNull();
      } finally {
        await backend.close();
      }
    }),
    { numRuns: 25 },
  );
});

/** Drains to the end; every pause on the way passes at once. */
async function drainPassingTime(replicator: Replicator, time: ManualTime): Promise<void> {
  let isOver = false;
  const draining = replicator.drain(86_400_000, true).finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const delayMs = await Promise.race([time.alarmSet(), draining]);
    if (typeof delayMs === 'number' && delayMs <= limits.replication.backoffCapMs) time.advance(delayMs);
  }
  expect(await draining).toMatchObject({ fault: null });
}
