import type { Fault, FaultCode } from '../../contract/ipc/fault.ts';
import type { EntryResult } from '../../contract/wire/batch.ts';
import type { Seal } from '../../contract/wire/journal.ts';
import type { Credentials, Uplink, UplinkFault } from '../checkout/backend-ports.ts';
import type { OutcomeStore } from '../checkout/history-ports.ts';
import type { JournalPage, JournalStore } from '../checkout/journal-ports.ts';
import type { AssignmentStore, Clock, Random, Timers } from '../checkout/ports.ts';
import type { BackendNews, DrainResult, ReplicationPort, ReplicationStatus } from '../checkout/replication-ports.ts';
import { uplinkFault } from '../checkout/uplink-faults.ts';
import { fault } from '../domain/fault.ts';
import { limits } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { backoffMs } from './backoff.ts';
import { Deadline } from './deadline.ts';
import { OutcomeInquiry } from './outcome-inquiry.ts';

export interface ReplicatorParts {
  readonly journal: JournalStore;
  readonly assignments: AssignmentStore;
  readonly outcomes: OutcomeStore;
  readonly uplink: Uplink;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly random: Random;
  /** Null before enrolment. */
  credentials(): Credentials | null;
  /** Told of every entry the backend would not take. */
  onRejected(results: readonly EntryResult[]): void;
}

/** What one exchange with the backend came to. */
type Round =
  | { readonly kind: 'progress' }
  | { readonly kind: 'empty' }
  | { readonly kind: 'retry'; readonly fault: Fault; readonly retryAfterMs: number | null }
  /** A person has to act; trying again changes nothing. */
  | { readonly kind: 'stuck'; readonly fault: Fault };

/**
 * Brings the journal to the backend (R46, R47): reads after the acknowledged position, sends a page, moves the cursor only
 * after the answer, sends the very same bytes again where there was none. Never gives up, never drops, never blocks a sale.
 */
export class Replicator implements ReplicationPort {
  readonly #parts: ReplicatorParts;
  readonly #listeners = new Set<() => void>();
  readonly #inquiry: OutcomeInquiry;
  #status: ReplicationStatus;
  /** Kept until it is answered, so that a repetition is the same batch and not a longer one. */
  #pending: JournalPage | null = null;
  /** Up to where this process has sent; back to where the backend says after a gap. Null: as acknowledged. */
  #sentSeq: number | null = null;
  /** The backend's seal was compared since the start of this process: a restored disk is found before it does harm. */
  #isCompared = false;
  #isBreakShown = false;
  #failures = 0;
  #running: Promise<void> = Promise.resolve();
  #stopTimer: (() => void) | null = null;
  #isInBackground = false;
  #isBeating = false;
  /** Something new came while a beat was going on. */
  #isWoken = false;

  constructor(parts: ReplicatorParts) {
    this.#parts = parts;
    this.#inquiry = new OutcomeInquiry({ outcomes: parts.outcomes, uplink: parts.uplink, now: () => this.#now() });
    this.#status = { state: 'unknown', since: this.#now(), fault: null, seal: 'unknown' };
  }

  get status(): ReplicationStatus {
    return this.#status;
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onNews(listener: (news: readonly BackendNews[]) => void): () => void {
    return this.#inquiry.onNews(listener);
  }

  /** Sends from now on whenever there is something to send. */
  start(): void {
    this.#isInBackground = true;
    this.#schedule(0);
  }

  stop(): void {
    this.#isInBackground = false;
    this.#stopTimer?.();
  }

  wake(): void {
    // While the backend does not answer, only its own rhythm decides when it is asked again.
    if (!this.#isInBackground || this.#failures > 0) return;
    if (this.#isBeating) this.#isWoken = true;
    else this.#schedule(0);
  }

  async drain(timeoutMs: number, isPatient: boolean): Promise<DrainResult> {
    // Whoever wants everything sent asks what the backend has now: it may have been restored since it was last compared.
    if (isPatient) this.#isCompared = false;
    const deadline = new Deadline(this.#parts.timers, timeoutMs);
    try {
      return await this.#drainUntil(deadline, isPatient);
    } finally {
      deadline.stop();
    }
  }

  async askOutcomes(timeoutMs: number): Promise<Result<void, Fault>> {
    if (!this.#inquiry.hasQuestions) return ok(undefined);
    const deadline = new Deadline(this.#parts.timers, timeoutMs);
    try {
      return await this.#askWithin(deadline);
    } finally {
      deadline.stop();
    }
  }

  async refreshConfiguration(): Promise<Result<void, Fault>> {
    const credentials = this.#parts.credentials();
    if (!credentials) return failed(fault('NOT_ENROLLED'));
    const { assignments, uplink } = this.#parts;
    const answer = await this.#alone(() =>
      uplink.configuration(credentials, assignments.configuration()?.etag ?? null),
    );
    if (!answer.ok) return failed(uplinkFault(answer.fault));
    if (answer.value) assignments.saveConfiguration(answer.value.etag, answer.value.configuration, this.#now());
    this.#changed();
    return ok(undefined);
  }

  // --- until a deadline ---

  async #drainUntil(deadline: Deadline, isPatient: boolean): Promise<DrainResult> {
    const before = this.#parts.journal.acknowledgedSeq();
    let rejectedCount = 0;
    let hasAsked = false;
    const countRejected = (results: readonly EntryResult[]) => {
      rejectedCount += results.length;
    };
    for (let failures = 0; ; ) {
      const round = await this.#roundWithin(deadline, countRejected);
      if (round.kind === 'empty' && !hasAsked && !deadline.isOver) {
        hasAsked = true;
        if (this.#inquiry.hasQuestions) await this.#askWithin(deadline);
        // What turned out to have been written is news for the backend.
        if (this.#parts.journal.ownSeal().seq > this.#parts.journal.acknowledgedSeq()) continue;
      }
      const isWorthAPause = round.kind === 'retry' && isPatient && (round.retryAfterMs ?? 0) <= deadline.timeoutMs;
      if (isWorthAPause && !deadline.isOver)
        await this.#pause(backoffMs(failures++, this.#parts.random.fraction(), round.retryAfterMs), deadline);
      if (deadline.isOver || (round.kind !== 'progress' && !isWorthAPause)) {
        const sentCount = this.#parts.journal.acknowledgedSeq() - before;
        return { sentCount, rejectedCount, fault: 'fault' in round ? round.fault : null };
      }
    }
  }

  #askWithin(deadline: Deadline): Promise<Result<void, Fault>> {
    return deadline.within(this.#ask(), failed(uplinkFault(noAnswer)));
  }

  #roundWithin(deadline: Deadline, onRejected: (results: readonly EntryResult[]) => void): Promise<Round> {
    const late: Round = { kind: 'retry', fault: uplinkFault(noAnswer), retryAfterMs: null };
    return deadline.within(this.#round(onRejected), late);
  }

  async #pause(delayMs: number, deadline: Deadline): Promise<void> {
    const pause = new Deadline(this.#parts.timers, delayMs);
    await deadline.within(pause.passed, undefined);
    pause.stop();
  }

  // --- one exchange ---

  async #ask(): Promise<Result<void, Fault>> {
    const credentials = this.#parts.credentials();
    if (!credentials) return failed(fault('NOT_ENROLLED'));
    const answer = await this.#alone(() => this.#inquiry.ask(credentials));
    if (!answer.ok) {
      this.#failed(answer.fault);
      return failed(uplinkFault(answer.fault));
    }
    this.#changed();
    return answer;
  }

  /** One at a time, whoever asks. */
  #round(onRejected: (results: readonly EntryResult[]) => void): Promise<Round> {
    return this.#alone(() => this.#exchange(onRejected));
  }

  #alone<Value>(exchange: () => Promise<Value>): Promise<Value> {
    const run = this.#running.then(exchange);
    this.#running = run.then(
      () => undefined,
      () => undefined,
    );
    return run;
  }

  async #exchange(onRejected: (results: readonly EntryResult[]) => void): Promise<Round> {
    const credentials = this.#parts.credentials();
    const assignment = this.#parts.assignments.assignment();
    if (!credentials || !assignment) return { kind: 'stuck', fault: fault('NOT_ENROLLED') };
    if (assignment.haltedCode === 'CHAIN_BROKEN') await this.#showBreak(credentials, assignment.journalId);
    if (assignment.haltedCode) return this.#stuck(fault(assignment.haltedCode));
    if (!this.#isCompared) {
      const compared = await this.#compareSeals(credentials);
      if (compared) return compared;
    }
    this.#pending ??= this.#parts.journal.pageAfter(this.#sentSeq ?? this.#parts.journal.acknowledgedSeq());
    if (!this.#pending) return { kind: 'empty' };
    return this.#send(credentials, assignment.journalId, this.#pending, onRejected);
  }

  async #send(
    credentials: Credentials,
    journalId: string,
    page: JournalPage,
    onRejected: (results: readonly EntryResult[]) => void,
  ): Promise<Round> {
    const answer = await this.#parts.uplink.sendBatch(credentials, ...batchOf(journalId, page));
    if (!answer.ok) return answer.fault.kind === 'gap' ? this.#goBack(answer.fault, page) : this.#failed(answer.fault);
    if (!isAnswerTo(page, answer.value.results))
      return this.#failed({
        kind: 'fault',
        detail: 'its results are of other entries than were sent.',
        retryAfterMs: null,
      });
    const rejected = answer.value.results.filter(({ outcome }) => outcome === 'rejected');
    this.#parts.journal.acknowledge(page.lastSeq, rejected, this.#now());
    this.#pending = null;
    this.#sentSeq = page.lastSeq;
    this.#online(answer.value.seal);
    this.#inquiry.heard(answer.value.results);
    if (rejected.length > 0) {
      onRejected(rejected);
      this.#parts.onRejected(rejected);
    }
    return { kind: 'progress' };
  }

  /** A backend that has more of this journal than the till, or another one, has seen another disk (ingest rule 2). */
  async #compareSeals(credentials: Credentials): Promise<Round | null> {
    const seal = await this.#parts.uplink.seal(credentials);
    if (!seal.ok) return this.#failed(seal.fault);
    const { journal } = this.#parts;
    if (seal.value.seq > journal.ownSeal().seq) return this.#halt('JOURNAL_BEHIND');
    if (journal.hashAt(seal.value.seq) !== seal.value.hash) return this.#showFork(credentials, seal.value);
    // A backend restored from a backup has lost entries it acknowledged: the till has them all, and sends from there.
    const sentSeq = this.#sentSeq ?? journal.acknowledgedSeq();
    if (seal.value.seq < sentSeq) this.#sentSeq = seal.value.seq;
    this.#isCompared = true;
    this.#online(seal.value);
    return null;
  }

  /**
   * Stops the till, and sends the entry that differs: the backend takes nothing of it and tells the operator, who would
   * otherwise hear of the fork from nobody but the cashier (ingest rule 2). Whatever it answers, the till stays stopped.
   */
  async #showFork(credentials: Credentials, seal: Seal): Promise<Round> {
    const { assignments, journal, uplink } = this.#parts;
    const stopped = this.#halt('JOURNAL_FORKED');
    const assignment = assignments.assignment();
    const page = journal.pageAfter(Math.max(0, seal.seq - 1));
    if (assignment && page) await uplink.sendBatch(credentials, ...batchOf(assignment.journalId, page));
    return stopped;
  }

  /**
   * A till that finds its own journal changed stops by itself (INV-05), and the operator would hear of it from nobody but the
   * cashier: the backend is sent what does not follow, takes nothing of it and raises the alert. Once in a run is enough.
   */
  async #showBreak(credentials: Credentials, journalId: string): Promise<void> {
    const { journal, uplink } = this.#parts;
    const page = this.#isBreakShown ? null : journal.pageAfter(journal.acknowledgedSeq());
    if (!page) return;
    const answer = await uplink.sendBatch(credentials, ...batchOf(journalId, page));
    this.#isBreakShown = answer.ok || answer.fault.kind === 'halt';
  }

  #failed(problem: UplinkFault): Round {
    if (problem.kind === 'halt') return this.#halt(problem.code);
    const text = uplinkFault(problem);
    if (problem.kind === 'refused') return this.#stuck(text);
    // What cannot be explained may be another till with a copy of this journal (`BATCH_CONFLICT`): the seals will tell.
    if (problem.kind === 'fault') this.#isCompared = false;
    this.#setStatus({ state: 'offline', fault: text, seal: this.#status.seal });
    return { kind: 'retry', fault: text, retryAfterMs: 'retryAfterMs' in problem ? problem.retryAfterMs : null };
  }

  /** The backend lacks entries before this page: the till has them all and sends from there (ingest rule 2). */
  #goBack(problem: Extract<UplinkFault, { kind: 'gap' }>, page: JournalPage): Round {
    // A gap that is none would be sent again and again without a pause.
    if (problem.expectedSeq >= page.firstSeq) return this.#failed(problem);
    this.#sentSeq = problem.expectedSeq - 1;
    this.#pending = null;
    return { kind: 'progress' };
  }

  #halt(code: FaultCode): Round {
    if (code === 'CHAIN_BROKEN') this.#isBreakShown = true;
    this.#parts.assignments.halt(code);
    return this.#stuck(fault(code));
  }

  #stuck(problem: Fault): Round {
    this.#setStatus({ state: 'refused', fault: problem, seal: 'unknown' });
    return { kind: 'stuck', fault: problem };
  }

  // --- the background rhythm ---

  #schedule(delayMs: number): void {
    this.#stopTimer?.();
    this.#stopTimer = this.#parts.timers.after(delayMs, () => void this.#beat());
  }

  async #beat(): Promise<void> {
    this.#isBeating = true;
    this.#isWoken = false;
    const round = await this.#round(() => undefined);
    this.#failures = round.kind === 'retry' ? this.#failures + 1 : 0;
    const delayMs = await this.#delayAfter(round);
    this.#isBeating = false;
    if (this.#isInBackground) this.#schedule(this.#isWoken && this.#failures === 0 ? 0 : delayMs);
  }

  async #delayAfter(round: Round): Promise<number> {
    switch (round.kind) {
      case 'progress':
        return 0;
      case 'empty':
        if (this.#isInBackground) {
          if (this.#inquiry.hasQuestions) await this.#ask();
          await this.refreshConfiguration();
        }
        // The next look begins with the seals again: an idle till also wants to know whether it is online.
        this.#isCompared = false;
        return limits.replication.refreshMs;
      case 'retry':
        return backoffMs(this.#failures, this.#parts.random.fraction(), round.retryAfterMs);
      case 'stuck':
        return limits.replication.refreshMs;
    }
  }

  #online(seal: Seal): void {
    const own = this.#parts.journal.ownSeal();
    const isSealed = own.seq === seal.seq && own.hash === seal.hash;
    this.#setStatus({ state: 'online', fault: null, seal: isSealed ? 'sealed' : 'open' });
  }

  #setStatus(next: Omit<ReplicationStatus, 'since'>): void {
    const since = next.state === this.#status.state ? this.#status.since : this.#now();
    this.#status = { ...next, since };
    this.#changed();
  }

  #changed(): void {
    for (const listener of [...this.#listeners]) listener();
  }

  #now(): string {
    return new Date(this.#parts.clock.nowMs()).toISOString();
  }
}

const noAnswer: UplinkFault = { kind: 'unreachable', detail: 'no answer in time.', retryAfterMs: null };

/** Name and body of the batch that is this page. */
function batchOf(journalId: string, page: JournalPage): [batchId: string, body: string] {
  const body = `{"protocol":1,"journalId":"${journalId}","entries":${page.entriesJson}}`;
  return [`${page.firstSeq}-${page.lastSeq}`, body];
}

/** One result for each entry that was sent, in order (ingest rule 3): anything else acknowledges nothing. */
function isAnswerTo({ firstSeq, lastSeq }: JournalPage, results: readonly EntryResult[]): boolean {
  return results.length === lastSeq - firstSeq + 1 && results.every(({ seq }, index) => seq === firstSeq + index);
}
