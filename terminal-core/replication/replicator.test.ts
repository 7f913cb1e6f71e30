/**
 * Goal: the journal reaches the backend whole, once and in order, whatever the network and the backend do; nothing is
 * dropped, and nobody is hammered (R46, R47, ingest rules).
 * Method: the real replicator and uplink over a real database, against a server on a real socket that answers as each test
 * says; time and chance are the test's.
 */
import { describe, expect, test } from 'vitest';
import { assignment } from '../../testing/till/festival.ts';
import { settled } from '../../testing/till/manual-time.ts';
import {
  drain,
  hourMs,
  isBatch,
  onBatch,
  problem,
  replicatingWorldsOfTest,
} from '../../testing/till/replicating-world.ts';
import type { Reply } from '../../testing/till/scripted-backend.ts';
import { limits } from '../domain/limits.ts';

const world = replicatingWorldsOfTest();

describe('sending', () => {
  test('R46: everything goes in pages, as the very bytes of the journal, and then the seals are equal', async () => {
    const one = await world(1_001);
    expect(await drain(one)).toEqual({ sentCount: 1_001, rejectedCount: 0, fault: null });
    expect(one.backend.resources).toEqual(['seal', 'batches/1-500', 'batches/501-1000', 'batches/1001-1001']);
    const [, first] = one.backend.requests;
    const entries = one.journal.pageAfter(0)?.entriesJson;
    expect(first?.body).toBe(`{"protocol":1,"journalId":"${assignment.journalId}","entries":${entries}}`);
    expect(first?.headers).toMatchObject({ authorization: 'Bearer secret', 'content-type': 'application/json' });
    expect(one.journal.acknowledgedSeq()).toBe(1_001);
    expect(one.replicator.status).toMatchObject({ state: 'online', seal: 'sealed', fault: null });
  });

  test('nothing to send: the seals are compared, and that is all', async () => {
    const one = await world(0);
    expect(await drain(one)).toEqual({ sentCount: 0, rejectedCount: 0, fault: null });
    expect(one.backend.resources).toEqual(['seal']);
    expect(one.replicator.status).toMatchObject({ state: 'online', seal: 'sealed' });
  });

  test.each(['cut', 'half'] as const)(
    'a lost answer (%s): the same bytes under the same number again, also when there is more by now',
    async (reply) => {
      const taken: { append: () => void } = { append: () => undefined };
      const one = await world(
        3,
        onBatch(1, reply, (ledger, request) => {
          ledger.answer(request);
          taken.append();
        }),
      );
      taken.append = () => one.append(2);
      expect(await drain(one)).toMatchObject({ sentCount: 5, fault: null });
      const batches = one.backend.requests.filter(isBatch);
      expect(batches.map(({ resource }) => resource)).toEqual(['batches/1-3', 'batches/1-3', 'batches/4-5']);
      expect(batches[0]?.body).toBe(batches[1]?.body);
    },
  );

  test('the cursor waits for the answer', async () => {
    const cursors: number[] = [];
    const read: { cursor: () => number } = { cursor: () => -1 };
    const one = await world(3, (request) => {
      if (isBatch(request)) cursors.push(read.cursor());
      return null;
    });
    read.cursor = () => one.journal.acknowledgedSeq();
    await drain(one);
    expect(cursors).toEqual([0]);
    expect(one.journal.acknowledgedSeq()).toBe(3);
  });

  test('rule 4: a rejected entry is acknowledged, kept and told, and the others go on', async () => {
    const one = await world(3);
    one.ledger.rejected.set(2, 'UNBALANCED_ITEMS');
    expect(await drain(one)).toEqual({ sentCount: 3, rejectedCount: 1, fault: null });
    expect(one.rejected).toMatchObject([{ seq: 2, error: { code: 'UNBALANCED_ITEMS' } }]);
    expect(one.store.counts()).toMatchObject({ acknowledgedSeq: 3, rejectedCount: 1 });
    expect(one.replicator.status.seal).toBe('sealed');
  });
});

describe('answers that are none', () => {
  const results = [1, 2, 3].map((seq) => ({ seq, outcome: 'accepted' }));
  const seal = { seq: 3, hash: 'a'.repeat(64) };
  test.each<[string, Reply]>([
    ['a page of a hotel', { status: 200, json: '<html>Welcome!</html>' }],
    ['an empty page', { status: 200 }],
    ['another shape', { status: 200, json: { ok: true } }],
    ['results of fewer entries than were sent', { status: 200, json: { results: results.slice(0, 2), seal } }],
    [
      'results of other entries',
      { status: 200, json: { results: [...results.slice(0, 2), { seq: 9, outcome: 'accepted' }], seal } },
    ],
    ['a fault of the backend', problem(500, 'INTERNAL')],
    ['a fault without a code', { status: 502 }],
    ['a batch it calls another', problem(422, 'BATCH_CONFLICT')],
    ['a gap that is none', problem(409, 'GAP', { expectedSeq: 1 })],
    ['a gap without a number', problem(409, 'GAP')],
    ['an answer cut off', 'half'],
    ['a cut connection', 'cut'],
  ])('%s: nothing is acknowledged, and it is tried again after a pause', async (_, reply) => {
    const one = await world(3, onBatch(1, reply));
    const draining = one.replicator.drain(hourMs, true);
    let delayMs = await one.time.alarmSet();
    while (delayMs > limits.replication.backoffCapMs) delayMs = await one.time.alarmSet();
    expect(delayMs).toBeGreaterThanOrEqual(limits.replication.backoffFloorMs);
    expect(one.journal.acknowledgedSeq()).toBe(0);
    expect(one.replicator.status).toMatchObject({ state: 'offline' });
    one.time.advance(delayMs);
    expect(await draining).toMatchObject({ sentCount: 3, fault: null });
    expect(one.replicator.status).toMatchObject({ state: 'online', fault: null });
  });

  test.each<Reply>(['silence', 'stall'])(
    '%s: given up after the time of a request, not waited for for ever',
    async (reply) => {
      const one = await world(3, onBatch(1, reply), 150);
      expect(await drain(one)).toMatchObject({ sentCount: 3, fault: null });
      expect(one.backend.resources.filter((resource) => resource === 'batches/1-3')).toHaveLength(2);
    },
  );

  test('a drain ends at its time, also while the backend says nothing', async () => {
    const one = await world(3, onBatch(1, 'silence'), 60_000);
    const draining = one.replicator.drain(2_000, true);
    await one.backend.received(2);
    one.time.advance(2_000);
    expect(await draining).toMatchObject({ sentCount: 0, fault: { code: 'BACKEND_UNREACHABLE' } });
    expect(one.journal.acknowledgedSeq()).toBe(0);
  });

  test.each([-86_400_000, 86_400_000])(
    'a clock set by %i ms makes a drain neither longer nor shorter',
    async (byMs) => {
      const one = await world(3, onBatch(1, 'silence'), 60_000);
      const draining = one.replicator.drain(2_000, true);
      await one.backend.received(2);
      one.time.setClock(byMs);
      one.time.advance(1_999);
      await settled();
      expect(one.time.pendingMs).toEqual([1]);
      one.time.advance(1);
      expect(await draining).toMatchObject({ sentCount: 0, fault: { code: 'BACKEND_UNREACHABLE' } });
      expect(one.time.pendingMs).toEqual([]);
    },
  );

  test('a drain that the backend sends away for longer than it may last ends at once, another one at its time', async () => {
    const busy = (seconds: number) => problem(503, 'UNAVAILABLE', {}, { 'retry-after': `${seconds}` });
    const away = await world(1, onBatch(1, busy(3)));
    expect(await away.replicator.drain(2_000, true)).toMatchObject({
      sentCount: 0,
      fault: { code: 'BACKEND_UNREACHABLE' },
    });
    expect(away.time.pendingMs).toEqual([]);
    const one = await world(1, onBatch(1, busy(2)));
    const draining = one.replicator.drain(2_000, true);
    const pausing = one.time.alarmSet();
    one.time.setClock(86_400_000);
    one.time.advance(500);
    expect(await pausing).toBe(2_000);
    expect(one.time.pendingMs).toEqual([1_500, 2_000]);
    one.time.advance(1_500);
    expect(await draining).toMatchObject({ sentCount: 0, fault: { code: 'BACKEND_UNREACHABLE' } });
    expect(one.time.pendingMs).toEqual([]);
  });
});

describe('a token that is refused', () => {
  test.each([401, 403])(
    '%i: a person is needed; nothing is lost, and it goes on when the token is good again',
    async (status) => {
      const one = await world(3, onBatch(1, problem(status, status === 401 ? 'UNAUTHENTICATED' : 'FORBIDDEN')));
      expect(await drain(one)).toMatchObject({ sentCount: 0, fault: { code: 'BACKEND_REFUSED' } });
      expect(one.replicator.status).toMatchObject({ state: 'refused' });
      expect(one.assignments.assignment()).toMatchObject({ haltedCode: null });
      expect(await drain(one)).toMatchObject({ sentCount: 3, fault: null });
    },
  );
});
