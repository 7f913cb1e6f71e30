/**
 * Goal: the journal reaches the backend whole, once and in order, whatever the network and the backend do; nothing is
 * dropped, nobody is hammered, and a journal that cannot be the right one stops the till (R46, R47, Q18, ingest rules).
 * Method: the real replicator and uplink over a real database, against a server on a real socket that answers as each test
 * says; time and chance are the test's.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { batchRequestSchema, type RejectionCode } from '../../contract/wire/batch.ts';
import type { OutcomesAnswer } from '../../contract/wire/outcomes.ts';
import { assignment, configuration } from '../../testing/till/festival.ts';
import { ManualTime, settled } from '../../testing/till/manual-time.ts';
import { type ReceivedRequest, type Reply, ScriptedBackend } from '../../testing/till/scripted-backend.ts';
import {
  at,
  type OpenStore,
  purchaseOf,
  shownBy,
  someImages,
  storesOfTest,
  unknownEnd,
} from '../../testing/till/store-folder.ts';
import { limits } from '../domain/limits.ts';
import { httpUplink } from './http-uplink.ts';
import { Replicator } from './replicator.ts';

const stores = storesOfTest();
const backends: ScriptedBackend[] = [];
const replicators: Replicator[] = [];

afterEach(async () => {
  for (const replicator of replicators.splice(0)) replicator.stop();
  for (const backend of backends.splice(0)) await backend.close();
});

const hourMs = 3_600_000;

/** What a healthy backend holds of one journal, and how it answers. */
class Ledger {
  seq = 0;
  readonly #journal: OpenStore['journal'];
  readonly rejected = new Map<number, RejectionCode>();
  outcomes: OutcomesAnswer = { transactions: [], rejections: [] };

  constructor(journal: OpenStore['journal']) {
    this.#journal = journal;
  }

  get seal() {
    return { seq: this.seq, hash: this.#journal.hashAt(this.seq) ?? '' };
  }

  answer({ resource, body }: ReceivedRequest): Reply {
    if (resource === 'seal') return { status: 200, json: this.seal };
    if (resource === 'config') return { status: 304 };
    if (resource.startsWith('outcomes')) return { status: 200, json: this.outcomes };
    const { entries } = batchRequestSchema.parse(JSON.parse(body));
    const first = entries[0]?.seq ?? 0;
    if (first > this.seq + 1) return problem(409, 'GAP', { expectedSeq: this.seq + 1 });
    this.seq = Math.max(this.seq, entries.at(-1)?.seq ?? 0);
    const results = entries.map(({ seq }) => {
      const code = this.rejected.get(seq);
      return code ? { seq, outcome: 'rejected', error: { code, message: 'no' } } : { seq, outcome: 'accepted' };
    });
    return { status: 200, json: { results, seal: this.seal } };
  }
}

function problem(
  status: number,
  code: string,
  more: object = {},
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return { status, json: { type: 'about:blank', title: code, status, code, ...more }, headers };
}

interface World extends OpenStore {
  readonly backend: ScriptedBackend;
  readonly ledger: Ledger;
  readonly replicator: Replicator;
  readonly time: ManualTime;
  readonly rejected: unknown[];
  append(count: number): void;
}

/** A till with so many entries and a backend; `script` answers first, and where it says nothing the healthy ledger does. */
async function world(
  count: number,
  script: (request: ReceivedRequest, ledger: Ledger) => Reply | null | Promise<Reply | null> = () => null,
  requestTimeoutMs?: number,
): Promise<World> {
  const opened = stores.enrolled();
  const ledger = new Ledger(opened.journal);
  const backend = await ScriptedBackend.start(
    async (request) => (await script(request, ledger)) ?? ledger.answer(request),
  );
  backends.push(backend);
  const time = new ManualTime();
  const rejected: unknown[] = [];
  const replicator = new Replicator({
    journal: opened.journal,
    assignments: opened.assignments,
    outcomes: opened.outcomes,
    uplink: httpUplink(requestTimeoutMs),
    clock: time,
    timers: time,
    random: { bytes: (length) => new Uint8Array(length), fraction: () => 0.5 },
    credentials: () => ({ backendUrl: backend.url, assignmentId: assignment.assignmentId, token: 'secret' }),
    onRejected: (results) => rejected.push(...results),
  });
  replicators.push(replicator);
  const append = (more: number) => {
    for (let index = 0; index < more; index += 1) opened.journal.append('shift', at, { index });
  };
  append(count);
  return { ...opened, backend, ledger, replicator, time, rejected, append };
}

const isBatch = ({ resource }: ReceivedRequest): boolean => resource.startsWith('batches/');

/** The n-th batch is answered so; everything else as by a healthy backend. */
function onBatch(
  number: number,
  reply: Reply,
  before: (ledger: Ledger, request: ReceivedRequest) => void = () => undefined,
) {
  let seen = 0;
  return (request: ReceivedRequest, ledger: Ledger): Reply | null => {
    if (!isBatch(request)) return null;
    seen += 1;
    if (seen !== number) return null;
    before(ledger, request);
    return reply;
  };
}

/** Drains, and lets every pause on the way pass at once. */
async function drain({ replicator, time }: World, timeoutMs = hourMs) {
  const draining = replicator.drain(timeoutMs, true);
  let isOver = false;
  const ended = draining.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const delayMs = await Promise.race([time.alarmSet(), ended]);
    if (typeof delayMs === 'number' && delayMs <= limits.replication.backoffCapMs) time.advance(delayMs);
  }
  return draining;
}

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
});

describe('going back', () => {
  test('rule 2: GAP: from the expected entry on, everything again', async () => {
    const one = await world(8);
    one.journal.acknowledge(6, [], at);
    one.ledger.seq = 6;
    const script = onBatch(1, problem(409, 'GAP', { expectedSeq: 3 }), (ledger) => {
      ledger.seq = 2;
    });
    one.backend.answer = (request) => script(request, one.ledger) ?? one.ledger.answer(request);
    expect(await drain(one)).toMatchObject({ sentCount: 2, fault: null });
    expect(one.backend.resources).toEqual(['seal', 'batches/7-8', 'batches/3-8']);
    expect(one.journal.acknowledgedSeq()).toBe(8);
  });

  test('a backend restored from a backup gets back what it lost, without waiting for the next sale', async () => {
    const one = await world(8);
    one.journal.acknowledge(8, [], at);
    one.ledger.seq = 5;
    expect(await drain(one)).toMatchObject({ fault: null });
    expect(one.backend.resources).toEqual(['seal', 'batches/6-8']);
    expect(one.ledger.seq).toBe(8);
    expect(one.replicator.status.seal).toBe('sealed');
  });

  test('restored since the last look: whoever asks for everything to be sent is not told that all is sealed', async () => {
    const one = await world(8);
    expect(await drain(one)).toMatchObject({ sentCount: 8, fault: null });
    one.ledger.seq = 5;
    expect(await drain(one)).toMatchObject({ fault: null });
    expect(one.backend.resources).toEqual(['seal', 'batches/1-8', 'seal', 'batches/6-8']);
    expect(one.ledger.seq).toBe(8);
  });
});

describe('a journal that cannot be the right one', () => {
  test.each(['JOURNAL_FORKED', 'CHAIN_BROKEN', 'JOURNAL_UNKNOWN'] as const)(
    'rule 2: %s halts the till for good: kept on its disk, and nothing is sent any more',
    async (code) => {
      const one = await world(3, onBatch(1, problem(409, code)));
      expect(await drain(one)).toMatchObject({ sentCount: 0, fault: { code } });
      expect(one.assignments.assignment()).toMatchObject({ haltedCode: code });
      expect(one.database.prepare('SELECT halted_code FROM assignment').pluck().get()).toBe(code);
      const sent = one.backend.requests.length;
      expect(await drain(one)).toMatchObject({ fault: { code } });
      expect(one.backend.requests).toHaveLength(sent);
      expect(one.replicator.status).toMatchObject({ state: 'refused', fault: { code } });
      expect(one.journal.acknowledgedSeq()).toBe(0);
    },
  );

  test('JOURNAL_BEHIND: the backend has more of it than the till', async () => {
    const one = await world(3, ({ resource }) =>
      resource === 'seal' ? { status: 200, json: { seq: 4, hash: 'a'.repeat(64) } } : null,
    );
    expect(await drain(one)).toMatchObject({ fault: { code: 'JOURNAL_BEHIND' } });
    expect(one.assignments.assignment()).toMatchObject({ haltedCode: 'JOURNAL_BEHIND' });
    expect(one.backend.resources).toEqual(['seal']);
  });

  test('JOURNAL_FORKED: the backend has another entry at the same place', async () => {
    const one = await world(3, ({ resource }) =>
      resource === 'seal' ? { status: 200, json: { seq: 2, hash: 'a'.repeat(64) } } : null,
    );
    expect(await drain(one)).toMatchObject({ fault: { code: 'JOURNAL_FORKED' } });
    expect(one.backend.resources).toEqual(['seal', 'batches/2-3']);
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

describe('in the background', () => {
  /** Until the replicator has told of so many changes: of an answer, of a configuration. */
  function answers(replicator: Replicator, count: number): Promise<void> {
    let left = count;
    return changeOf(replicator, () => {
      left -= 1;
      return left === 0;
    });
  }

  function changeOf(replicator: Replicator, isIt: (status: Replicator['status']) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const stop = replicator.onChange(() => {
        if (!isIt(replicator.status)) return;
        stop();
        resolve();
      });
    });
  }

  /** Lets the next alarm ring, and waits until the one after it is set. */
  async function ring({ time }: World): Promise<number> {
    const next = time.alarmSet();
    time.advance(time.pendingMs[0] ?? 0);
    return next;
  }

  test('R46: sends what there is, then looks again in its rhythm, seals first', async () => {
    const one = await world(2);
    one.replicator.start();
    expect(await ring(one)).toBe(0);
    expect(await ring(one)).toBe(limits.replication.refreshMs);
    expect(one.backend.resources).toEqual(['seal', 'batches/1-2', 'config']);
    one.append(1);
    expect(await ring(one)).toBe(0);
    expect(one.backend.resources.slice(3)).toEqual(['seal', 'batches/3-3']);
  });

  test('Retry-After is honoured, and no new sale makes it sooner', async () => {
    const one = await world(1, onBatch(1, problem(503, 'UNAVAILABLE', {}, { 'retry-after': '90' })));
    one.replicator.start();
    expect(await ring(one)).toBe(90_000);
    one.replicator.wake();
    expect(one.time.pendingMs).toEqual([90_000]);
    expect(await ring(one)).toBe(0);
    expect(one.journal.acknowledgedSeq()).toBe(1);
  });

  test('sales while the backend does not answer do not queue up attempts behind its back', async () => {
    const releases: (() => void)[] = [];
    const one = await world(1, async (request) => {
      if (!isBatch(request)) return null;
      await new Promise<void>((resolve) => releases.push(resolve));
      return 'cut';
    });
    one.replicator.start();
    one.time.advance(0);
    await one.backend.received(2);
    for (let sale = 0; sale < 5; sale += 1) {
      one.append(1);
      one.replicator.wake();
      one.time.advance(10);
    }
    const hasFailed = changeOf(one.replicator, ({ state }) => state === 'offline');
    releases[0]?.();
    await hasFailed;
    // What was queued behind the first attempt would come in before these.
    for (let times = 0; times < 3; times += 1) await fetch(`${one.backend.url}/v1/seal`);
    expect(one.backend.requests.filter(isBatch)).toHaveLength(1);
    expect(one.time.pendingMs[0]).toBeGreaterThanOrEqual(limits.replication.backoffFloorMs);
  });

  test('a sale during the look for a new catalogue is sent at once, not at the next look', async () => {
    const made: { sale: () => void } = { sale: () => undefined };
    const one = await world(1, ({ resource }) => {
      if (resource === 'config') made.sale();
      return null;
    });
    made.sale = () => {
      one.append(1);
      one.replicator.wake();
    };
    one.replicator.start();
    await ring(one);
    const isAnswered = answers(one.replicator, 1);
    one.time.advance(0);
    await isAnswered;
    await settled();
    expect(one.backend.resources.at(-1)).toBe('config');
    expect(one.time.pendingMs).toEqual([0]);
  });

  test('stopped, it sets no alarm any more, also when an answer comes late', async () => {
    const made: { stop: () => void } = { stop: () => undefined };
    const one = await world(0, ({ resource }) => {
      if (resource === 'config') made.stop();
      return null;
    });
    made.stop = () => one.replicator.stop();
    one.replicator.start();
    const isAnswered = answers(one.replicator, 2);
    one.time.advance(0);
    await isAnswered;
    await settled();
    expect(one.backend.resources).toEqual(['seal', 'config']);
    expect(one.time.pendingMs).toEqual([]);
  });

  test('one exchange at a time, whoever asks', async () => {
    const one = await world(1_200, async () => {
      for (let turn = 0; turn < 100; turn += 1) await settled();
      return null;
    });
    one.replicator.start();
    const asked = [
      one.replicator.drain(hourMs, true),
      one.replicator.refreshConfiguration(),
      one.replicator.drain(hourMs, true),
    ];
    one.time.advance(0);
    one.replicator.wake();
    await Promise.all(asked);
    expect(one.backend.openMax).toBe(1);
    expect(one.journal.acknowledgedSeq()).toBe(1_200);
  });
});

describe('configuration', () => {
  test('is fetched with its etag, kept when it has changed, and left alone when it has not', async () => {
    const one = await world(0, ({ resource, headers }) => {
      if (resource !== 'config') return null;
      return headers['if-none-match'] === '"2"'
        ? { status: 304 }
        : { status: 200, json: configuration, headers: { etag: '"2"' } };
    });
    expect(await one.replicator.refreshConfiguration()).toEqual({ ok: true, value: undefined });
    expect(one.assignments.configuration()).toEqual({ etag: '"2"', configuration });
    expect(await one.replicator.refreshConfiguration()).toEqual({ ok: true, value: undefined });
    expect(one.backend.requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"2"']);
    expect(one.assignments.configuration()).toEqual({ etag: '"2"', configuration });
  });

  test.each<[string, Reply, string]>([
    ['one it cannot read', { status: 200, json: { merchants: [] } }, 'BACKEND_FAULT'],
    ['none', 'cut', 'BACKEND_UNREACHABLE'],
    ['a refusal', problem(401, 'UNAUTHENTICATED'), 'BACKEND_REFUSED'],
  ])('%s: the one it has stays', async (_, reply, code) => {
    const one = await world(0, ({ resource }) => (resource === 'config' ? reply : null));
    one.assignments.saveConfiguration('"1"', configuration, at);
    expect(await one.replicator.refreshConfiguration()).toMatchObject({ ok: false, fault: { code } });
    expect(one.assignments.configuration()).toEqual({ etag: '"1"', configuration });
  });
});

describe('Q9: asking what became of what is unknown', () => {
  /** A till with so many unknown transactions, all sent, and what it hears of them. */
  async function withUnknown(count: number, reply: Reply | null = null) {
    const one = await world(0, ({ resource }) => (resource.startsWith('outcomes') ? reply : null));
    for (let number = 1; number <= count; number += 1) {
      one.store.open(purchaseOf(100, number), shownBy(0, 9_000));
      one.store.startWriting(number, someImages, at);
      one.store.end(number, unknownEnd);
    }
    const heard: unknown[] = [];
    one.replicator.onNews((news) => heard.push(...news));
    await drain(one);
    const asked = () => one.backend.resources.filter((resource) => resource.startsWith('outcomes'));
    return { ...one, heard, asked };
  }

  test('nothing is asked where nothing is unknown, nor of what was not sent yet', async () => {
    const one = await withUnknown(0);
    one.store.open(purchaseOf(100), shownBy(0, 9_000));
    one.store.startWriting(1, someImages, at);
    one.store.end(1, unknownEnd);
    expect(await one.replicator.askOutcomes(1_000)).toEqual({ ok: true, value: undefined });
    expect(one.asked()).toEqual([]);
  });

  test('what it says is told with its cause, and of nothing that was not asked', async () => {
    const one = await withUnknown(2);
    const outcome = (terminalTransactionNumber: number) =>
      ({ terminalTransactionNumber, backendTransactionId: 9, state: 'Reserve', cause: 'TD' }) as const;
    one.ledger.outcomes = { transactions: [outcome(2), outcome(7)], rejections: [] };
    await one.replicator.askOutcomes(1_000);
    expect(one.heard).toEqual([{ terminalTransactionNumber: 2, state: 'Reserve', cause: 'TD' }]);
  });

  test('more than fit one call: each gets its turn', async () => {
    const one = await withUnknown(60);
    await one.replicator.askOutcomes(1_000);
    await one.replicator.askOutcomes(1_000);
    const first = Array.from({ length: 50 }, (_, index) => index + 1).join(',');
    const rest = Array.from({ length: 10 }, (_, index) => index + 51).join(',');
    expect(one.asked().map((resource) => decodeURIComponent(resource))).toEqual([
      `outcomes?transactions=${first}`,
      `outcomes?transactions=${rest}`,
      `outcomes?transactions=${first}`,
    ]);
  });

  test.each<[string, Reply, string]>([
    ['no answer', 'cut', 'BACKEND_UNREACHABLE'],
    ['one it cannot read', { status: 200, json: {} }, 'BACKEND_FAULT'],
    ['a refusal', problem(401, 'UNAUTHENTICATED'), 'BACKEND_REFUSED'],
  ])('%s is a fault, and what was sent stays sent', async (_, reply, code) => {
    const one = await withUnknown(1, reply);
    expect(one.journal.acknowledgedSeq()).toBe(one.journal.ownSeal().seq);
    expect(await one.replicator.askOutcomes(1_000)).toMatchObject({ ok: false, fault: { code } });
    expect(one.heard).toEqual([]);
  });

  test('silence ends when the time is up', async () => {
    const one = await withUnknown(1);
    one.backend.answer = () => 'silence';
    const asking = one.replicator.askOutcomes(1_000);
    one.time.advance(1_000);
    expect(await asking).toMatchObject({ ok: false, fault: { code: 'BACKEND_UNREACHABLE' } });
  });
});
