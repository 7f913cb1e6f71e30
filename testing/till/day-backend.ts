import { batchRequestSchema, type EntryResult } from '../../contract/wire/batch.ts';
import type { Configuration } from '../../contract/wire/configuration.ts';
import type { JournalEntry, Seal } from '../../contract/wire/journal.ts';
import type { Credentials, Uplink, UplinkFault } from '../../terminal-core/checkout/backend-ports.ts';
import { failed, ok, type Result } from '../../terminal-core/domain/result.ts';
import type { ManualTime } from './manual-time.ts';

const noLine: UplinkFault = { kind: 'unreachable', detail: 'the line is down.', retryAfterMs: null };
const notHere: UplinkFault = { kind: 'fault', detail: 'not in this event.', retryAfterMs: null };
const reservationMs = 600_000;

/**
 * A backend on the other end of no wire at all: it answers in the same moment, so that a day of simulated time takes
 * seconds. It keeps the journal as protocol.md says, can be away, and can be put back to an older state.
 */
export class DayBackend implements Uplink {
  isUp = true;
  entries: JournalEntry[] = [];
  /** When the till turned to it, up or not: once for each exchange of the replicator. */
  readonly seenAtMs: number[] = [];
  /** How often settings were asked for, and how often they were sent. */
  asked = 0;
  sent = 0;
  #configuration: { readonly etag: string; readonly configuration: Configuration };
  readonly #time: ManualTime;
  readonly #emptyHash: string;

  constructor(time: ManualTime, emptyHash: string, configuration: Configuration) {
    this.#time = time;
    this.#emptyHash = emptyHash;
    this.#configuration = { etag: '"1"', configuration };
  }

  change(etag: string, configuration: Configuration): void {
    this.#configuration = { etag, configuration };
  }

  /** Put back to what it had so many entries ago. */
  lose(count: number): void {
    this.entries = this.entries.slice(0, -count);
  }

  seal(): Promise<Result<Seal, UplinkFault>> {
    return this.#exchange(() => ok(this.#seal()));
  }

  sendBatch(_: Credentials, batchId: string, body: string) {
    return this.#exchange(() => {
      const { entries } = batchRequestSchema.parse(JSON.parse(body));
      const first = entries[0]?.seq ?? 0;
      if (batchId !== `${first}-${entries.at(-1)?.seq}`) throw new Error(`${batchId} is no name of this batch`);
      if (first > this.entries.length + 1)
        return failed<UplinkFault>({ kind: 'gap', expectedSeq: this.entries.length + 1 });
      const results = entries.map((entry) => this.#take(entry));
      return ok({ results, seal: this.#seal() });
    });
  }

  configuration(_: Credentials, etag: string | null) {
    if (!this.isUp) return Promise.resolve(failed(noLine));
    this.asked += 1;
    if (etag === this.#configuration.etag) return Promise.resolve(ok(null));
    this.sent += 1;
    return Promise.resolve(ok(this.#configuration));
  }

  reserve() {
    if (!this.isUp) return Promise.resolve(failed(noLine));
    const expiresAt = new Date(this.#time.nowMs() + reservationMs).toISOString();
    return Promise.resolve(ok({ backendTransactionId: 1, state: 'ReservePending', expiresAt } as const));
  }

  readonly outcomes = () => Promise.resolve(ok({ transactions: [], rejections: [] }));
  readonly enrol = () => Promise.resolve(failed(notHere));
  readonly startPayment = () => Promise.resolve(failed(notHere));
  readonly payment = () => Promise.resolve(failed(notHere));
  readonly voidPayment = () => Promise.resolve(failed(notHere));
  readonly lookUpTag = () => Promise.resolve(failed(notHere));
  readonly replaceTag = () => Promise.resolve(failed(notHere));

  /** An entry is new at the end, the same as before, or a fault of the till. */
  #take(entry: JournalEntry): EntryResult {
    const known = this.entries[entry.seq - 1];
    if (known === undefined) this.entries.push(entry);
    else if (known.hash !== entry.hash) throw new Error(`entry ${entry.seq} came with another hash`);
    return { seq: entry.seq, outcome: known === undefined ? 'accepted' : 'duplicate' };
  }

  #seal(): Seal {
    const last = this.entries.at(-1);
    return last === undefined ? { seq: 0, hash: this.#emptyHash } : { seq: last.seq, hash: last.hash };
  }

  #exchange<Value>(answer: () => Result<Value, UplinkFault>): Promise<Result<Value, UplinkFault>> {
    this.seenAtMs.push(this.#time.nowMs());
    return Promise.resolve(this.isUp ? answer() : failed(noLine));
  }
}
