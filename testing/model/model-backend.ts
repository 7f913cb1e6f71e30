import { createHash } from 'node:crypto';
import { batchRequestSchema } from '../../contract/wire/batch.ts';
import type { JournalEntry } from '../../contract/wire/journal.ts';
import { reservationRequestSchema } from '../../contract/wire/reservation.ts';
import type { PendingAdjustment, TagLookupAnswer } from '../../contract/wire/tag-lookup.ts';
import { transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import { accountOf, askedUid, problem } from '../till/canteen.ts';
import type { PaymentBackend } from '../till/payment-backend.ts';
import { type ReceivedRequest, type Reply, ScriptedBackend } from '../till/scripted-backend.ts';

/** What becomes of the next batch: taken; taken and not answered; not taken; taken but for its transactions. */
export const batchFates = ['accepted', 'unanswered', 'half-answered', 'unheard', 'busy', 'rejected'] as const;
export type BatchFate = (typeof batchFates)[number];

/** What a till is told that asks to hold an amount; `waits`: nothing yet. */
export type ReservationAnswer = 'held' | 'no-answer' | 'waits' | 'TAG_BLOCKED' | 'INSUFFICIENT_FUNDS';

const held = {
  status: 200,
  json: { backendTransactionId: 1, state: 'ReservePending', expiresAt: '2026-07-04T20:30:00.000Z' },
} as const;

/** The accounts behind a backend, where the balances are there and not on the tags. */
export interface Ledger {
  account(uid: string): TagLookupAnswer;
  /** @returns whether so much is free, and is held from now on */
  hold(terminalTransactionNumber: number, uid: string, amountMinor: number): boolean;
  /** Each entry once. */
  book(entry: JournalEntry): void;
}

/** A backend that keeps a journal as protocol.md says, and does to each request what the session wants of it. */
export class ModelBackend {
  readonly server: ScriptedBackend;
  isUp = true;
  fate: BatchFate = 'accepted';
  reservation: ReservationAnswer = 'held';
  /** By UID, in their order. */
  readonly adjustments = new Map<string, PendingAdjustment[]>();
  entries: JournalEntry[] = [];
  ledger: Ledger | null = null;
  /** The provider of card payments, where there is one. */
  provider: PaymentBackend | null = null;
  /** The next question about a card payment is left open until `letGo`. */
  isProviderSlow = false;
  /** After the next look at a tag the line is cut. */
  isLookTheLast = false;
  /** What tills have seen of this one's transactions on their tags: the backend holds it, and says so (Q6, Q9). */
  readonly seenOnTags = new Set<number>();
  /** Entries were lost that the till does not know of yet. */
  hasLost = false;
  /** What no till may ever send. */
  faults: string[] = [];
  #emptyHash = '';
  #letGo: (() => void) | null = null;
  #onWait: () => void = () => undefined;

  private constructor(server: ScriptedBackend) {
    this.server = server;
  }

  static async start(): Promise<ModelBackend> {
    const backend = new ModelBackend(await ScriptedBackend.start(() => ({ status: 503 })));
    backend.server.answer = (request) => backend.#answer(request);
    return backend;
  }

  /** As new, for the next session. */
  begin(journalId: string, ledger: Ledger | null = null, provider: PaymentBackend | null = null): void {
    this.ledger = ledger;
    this.provider = provider;
    this.isProviderSlow = false;
    this.seenOnTags.clear();
    this.#emptyHash = createHash('sha256').update(journalId, 'utf8').digest('hex');
    this.entries = [];
    this.faults = [];
    this.hasLost = false;
    this.isUp = true;
    this.fate = 'accepted';
    this.reservation = 'held';
    this.adjustments.clear();
  }

  /** As after a backup that lacks the newest entries was put back. */
  lose(count: number): void {
    const lost = this.entries.splice(Math.max(0, this.entries.length - count));
    this.hasLost ||= lost.length > 0;
  }

  get #seal() {
    const last = this.entries.at(-1);
    return last ? { seq: last.seq, hash: last.hash } : { seq: 0, hash: this.#emptyHash };
  }

  #answer(request: ReceivedRequest): Reply | Promise<Reply> {
    if (!this.isUp) return problem(503, 'UNAVAILABLE');
    const uid = askedUid(request);
    if (uid) {
      this.isUp = !this.isLookTheLast;
      this.isLookTheLast = false;
      const pendingAdjustments = this.adjustments.get(uid) ?? [];
      return { status: 200, json: this.ledger?.account(uid) ?? accountOf(uid, 0, { pendingAdjustments }) };
    }
    if (request.resource.endsWith('/payment')) return this.#askProvider(request);
    if (request.resource === 'seal') return { status: 200, json: this.#seal };
    if (request.resource.endsWith('/reservation')) return this.#reserve(request);
    return request.resource.startsWith('batches/') ? this.#receive(request.body) : { status: 304 };
  }

  /** A till waits for its answer. */
  get isWaitedFor(): boolean {
    return this.#letGo !== null;
  }

  /** Until a till waits for its answer; never, where none does. */
  waitedFor(): Promise<void> {
    if (this.isWaitedFor) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onWait = resolve;
    });
  }

  /** Says at last that the amount is held. */
  letGo(): void {
    this.#letGo?.();
    this.#letGo = null;
  }

  #askProvider(request: ReceivedRequest): Reply | Promise<Reply> {
    const { provider } = this;
    if (!provider) return { status: 404 };
    if (!this.isProviderSlow) return provider.answer(request);
    this.isProviderSlow = false;
    return new Promise((resolve) => {
      this.#letGo = () => resolve(provider.answer(request));
      this.#onWait();
    });
  }

  #reserve(request: ReceivedRequest): Reply | Promise<Reply> {
    switch (this.reservation) {
      case 'held':
        return this.#hold(request);
      case 'waits':
        return new Promise((resolve) => {
          this.#letGo = () => resolve(this.#hold(request));
          this.#onWait();
        });
      case 'no-answer':
        return 'cut';
      case 'TAG_BLOCKED':
      case 'INSUFFICIENT_FUNDS':
        return problem(409, this.reservation);
    }
  }

  #hold({ resource, body }: ReceivedRequest): Reply {
    const { tag, amountMinor } = reservationRequestSchema.parse(JSON.parse(body));
    const number = Number(resource.split('/')[1]);
    const isHeld = this.ledger?.hold(number, tag.uid, amountMinor) ?? true;
    return isHeld ? held : problem(409, 'INSUFFICIENT_FUNDS');
  }

  #receive(body: string): Reply {
    const { fate } = this;
    this.fate = 'accepted';
    if (fate === 'unheard') return 'cut';
    if (fate === 'busy') return problem(503, 'UNAVAILABLE');
    const { entries } = batchRequestSchema.parse(JSON.parse(body));
    const first = entries[0]?.seq ?? 1;
    const { seq } = this.#seal;
    if (first > seq + 1) {
      const gap = { type: 'about:blank', title: 'GAP', status: 409, code: 'GAP', expectedSeq: seq + 1 };
      return { status: 409, json: gap };
    }
    for (const entry of entries) this.#keep(entry);
    this.hasLost = false;
    if (fate === 'unanswered') return 'cut';
    if (fate === 'half-answered') return 'half';
    const results = entries.map((entry) => this.#resultOf(entry, fate === 'rejected'));
    return { status: 200, json: { results, seal: this.#seal } };
  }

  /** Ingest rule 2: what is there already is a duplicate only with the very same hash. */
  #keep(entry: JournalEntry): void {
    const known = this.entries[entry.seq - 1];
    if (known && known.hash !== entry.hash) this.faults.push(`entry ${entry.seq} came back as another one`);
    if (known) return;
    this.entries.push(entry);
    this.ledger?.book(entry);
  }

  #resultOf({ seq, kind, payload }: JournalEntry, isRejected: boolean) {
    if (kind !== 'transaction') return { seq, outcome: 'accepted' };
    if (isRejected) return { seq, outcome: 'rejected', error: { code: 'INVALID_TRANSITION', message: 'as is wanted' } };
    const { terminalTransactionNumber, state } = transactionPayloadSchema.parse(payload);
    const isKnownBetter = state === 'TerminalConfirmUnknown' && this.seenOnTags.has(terminalTransactionNumber);
    const now = isKnownBetter ? 'Reserve' : state;
    return { seq, outcome: 'accepted', backendTransactionId: terminalTransactionNumber, state: now };
  }
}
