import type { Fault } from '../../contract/ipc/fault.ts';
import type { Outcome } from '../../contract/ipc/operations.ts';
import type { ReplicationPort } from '../checkout/replication-ports.ts';
import { fault } from '../domain/fault.ts';
import { invariant } from '../domain/invariant.ts';
import { limits } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import { decideCleanup } from '../recovery/cleanup.ts';
import { cleanUpWithoutTag, cleanUpWithTag, cleanupFault } from './cleanup.ts';
import type { Desk, Patience } from './desk.ts';
import { cashToReturn, stepTransaction } from './step-parts.ts';
import { TagSearch } from './tag-search.ts';
import { recordSeen, type TagVisit, wholeTag } from './tag-visit.ts';
import type { Occupation } from './workplace.ts';

/**
 * Finds out what became of one transaction: its tag tells, shown here, or the backend, which another till or an operator
 * has told (Q9). Both are asked at the same time, and the first answer counts. Nothing is written to a tag.
 */
export class ResolveVisit implements Occupation<Outcome> {
  readonly #desk: Desk;
  readonly #replication: ReplicationPort;
  readonly #terminalTransactionNumber: number;
  readonly #search: TagSearch | null;
  #isInterrupted = false;

  /** @param patience whose `tapTimeoutMs` of 0 means: no tag is waited for, only the backend is asked */
  constructor(desk: Desk, replication: ReplicationPort, terminalTransactionNumber: number, patience: Patience) {
    this.#desk = desk;
    this.#replication = replication;
    this.#terminalTransactionNumber = terminalTransactionNumber;
    const { tapTimeoutMs } = patience;
    this.#search =
      tapTimeoutMs > 0
        ? new TagSearch(desk, wholeTag(desk), { ...patience, firstTagOnly: false }, tapTimeoutMs, (error) =>
            desk.report({ event: 'tagRefused', error }),
          )
        : null;
  }

  async run(): Promise<Outcome> {
    cleanUpWithoutTag(this.#desk);
    if (this.#isUnknown()) await this.#find();
    // What the backend has said meanwhile is written down only here, when no tag is being looked at.
    if (!this.#isInterrupted) cleanUpWithoutTag(this.#desk);
    return this.#end();
  }

  /** There is nothing to take back: whatever it found out is true. */
  cancel(): boolean {
    this.interrupt();
    return true;
  }

  interrupt(): void {
    this.#isInterrupted = true;
    this.#search?.stop('INTERRUPT');
  }

  async #find(): Promise<void> {
    const stopListening = this.#desk.words.onNews(() => this.#weigh());
    try {
      const asking = this.#ask();
      if (this.#search) {
        this.#desk.report({ event: 'waitingForTag', transaction: stepTransaction(this.#row()) });
        await this.#search.find((visit) => this.#look(visit));
      }
      if (!this.#isInterrupted && !this.#isSettled()) await asking;
      // A tag that could not tell here has left evidence that the backend may understand.
      if (this.#search && !this.#isInterrupted && !this.#isSettled()) await this.#ask();
    } finally {
      stopListening();
    }
  }

  /** Everything is sent first: the backend can only tell what became of what it has heard of. */
  async #ask(): Promise<void> {
    const { fault: problem } = await this.#replication.drain(limits.replication.requestTimeoutMs, false);
    if (problem && this.#isUnknown()) this.#desk.report({ event: 'fault', error: problem });
  }

  async #look(visit: TagVisit): Promise<Result<TagVisit, Fault>> {
    if (visit.uid !== this.#row().tag.uid) return failed(fault('TAG_OTHER'));
    const resolved = await cleanUpWithTag(this.#desk, visit);
    if (!resolved.ok) return failed(cleanupFault(resolved.fault));
    recordSeen(this.#desk, resolved.value.visit);
    return this.#isUnknown() ? failed(fault('OUTCOME_UNKNOWN')) : ok(resolved.value.visit);
  }

  /** The backend has said something: where it settles the matter, nobody has to look for the tag any more. */
  #weigh(): void {
    if (this.#isSettled()) this.#search?.stop('INTERRUPT');
  }

  /** Resolved, or about to be by what the backend has said. */
  #isSettled(): boolean {
    const row = this.#row();
    if (row.state !== 'TerminalConfirmUnknown') return true;
    const word = this.#desk.words.about(this.#terminalTransactionNumber);
    const left = { state: row.state, writeStarted: true };
    return word !== null && decideCleanup(left, { kind: 'backend', ...word }).kind === 'end';
  }

  #isUnknown(): boolean {
    return this.#row().state === 'TerminalConfirmUnknown';
  }

  #row(): TillTransaction {
    const row = this.#desk.store.find(this.#terminalTransactionNumber);
    invariant('INV-08', row !== null, `transaction ${this.#terminalTransactionNumber} does not exist`);
    return row;
  }

  #end(): Outcome {
    const row = this.#row();
    const transaction = stepTransaction(row);
    if (row.state === 'Committed' || row.state === 'Aborted')
      return {
        result: 'done',
        step: this.#desk.report({ event: 'resolved', transaction, details: cashToReturn(row) }),
      };
    const error = fault(row.state === 'Open' ? 'PAYMENT_OPEN' : 'OUTCOME_UNKNOWN');
    return { result: 'unknown', step: this.#desk.report({ event: 'transactionUnknown', transaction, error }) };
  }
}
