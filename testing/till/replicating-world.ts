import { afterEach } from 'vitest';
import { batchRequestSchema, type RejectionCode } from '../../contract/wire/batch.ts';
import type { OutcomesAnswer } from '../../contract/wire/outcomes.ts';
import { limits } from '../../terminal-core/domain/limits.ts';
import { httpUplink } from '../../terminal-core/replication/http-uplink.ts';
import { Replicator } from '../../terminal-core/replication/replicator.ts';
import { assignment } from './festival.ts';
import { ManualTime } from './manual-time.ts';
import { type ReceivedRequest, type Reply, ScriptedBackend } from './scripted-backend.ts';
import { at, type OpenStore, storesOfTest } from './store-folder.ts';

export const hourMs = 3_600_000;

/** What a healthy backend holds of one journal, and how it answers. */
export class Ledger {
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

export function problem(
  status: number,
  code: string,
  more: object = {},
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return { status, json: { type: 'about:blank', title: code, status, code, ...more }, headers };
}

/** A till that replicates, and the backend it replicates to. */
export interface ReplicatingWorld extends OpenStore {
  readonly backend: ScriptedBackend;
  readonly ledger: Ledger;
  readonly replicator: Replicator;
  readonly time: ManualTime;
  readonly rejected: unknown[];
  append(count: number): void;
}

type Script = (request: ReceivedRequest, ledger: Ledger) => Reply | null | Promise<Reply | null>;

/** Worlds of one test file: what each leaves behind is ended after its test. */
export function replicatingWorldsOfTest() {
  const stores = storesOfTest();
  const backends: ScriptedBackend[] = [];
  const replicators: Replicator[] = [];
  afterEach(async () => {
    for (const replicator of replicators.splice(0)) replicator.stop();
    for (const backend of backends.splice(0)) await backend.close();
  });
  /** A till with so many entries and a backend; `script` answers first, and where it says nothing the healthy ledger does. */
  return async function world(
    count: number,
    script: Script = () => null,
    requestTimeoutMs?: number,
  ): Promise<ReplicatingWorld> {
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
  };
}

export const isBatch = ({ resource }: ReceivedRequest): boolean => resource.startsWith('batches/');

/** The n-th batch is answered so; everything else as by a healthy backend. */
export function onBatch(
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
export async function drain({ replicator, time }: ReplicatingWorld, timeoutMs = hourMs) {
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
