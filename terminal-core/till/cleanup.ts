import type { FaultCode } from '../../contract/ipc/fault.ts';
import { fault } from '../domain/fault.ts';
import { invariant } from '../domain/invariant.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import type { TillTransaction } from '../domain/transaction.ts';
import { type Decision, decideCleanup, type Evidence } from '../recovery/cleanup.ts';
import { examine, type Finding, type WrittenTransaction } from '../recovery/examine.ts';
import { type Desk, instant } from './desk.ts';
import { cashToReturn, stepTransaction } from './step-parts.ts';
import { readTag, type TagVisit } from './tag-visit.ts';

export interface CleanupCounts {
  readonly committed: number;
  readonly aborted: number;
  readonly unknown: number;
}

/** Without a tag neither keys nor a reader are needed: the cleanup also runs on a till that may not sell. */
export type TaglessDesk = Pick<Desk, 'store' | 'clock' | 'report' | 'words'>;
type CleanupDesk = TaglessDesk & Pick<Desk, 'assignment' | 'keys' | 'reader'>;

/**
 * The crash cleanup without a tag (R33, R36): at startup, before each purchase, before exit, and when the backend has said
 * something of an unknown transaction (Q9). Must run while no checkout is alive. Idempotent: a second run finds nothing to
 * change.
 */
export function cleanUpWithoutTag(desk: TaglessDesk): CleanupCounts {
  const rows = desk.store.unresolved(null);
  return countEnds(
    rows.map((row) => endByWord(desk, row) ?? endBy(desk, row, decideCleanup(leftBehind(row), { kind: 'none' }))),
  );
}

/** What is left of a tag's past: the visit to go on with, and what turned out to have been committed after all. */
export interface ResolvedTag {
  readonly visit: TagVisit;
  readonly committed: readonly TillTransaction[];
}

/**
 * Resolves what is unresolved of the tag on the reader, before anything new is started on it (requirements.md 3.1). Never
 * writes to the tag. Certainty that nothing was written needs a second look after switching the field off, so the visit
 * may be renewed.
 * @returns the visit to go on with; `gone` where the tag did not come back; `suspicious` where it shows an older state
 */
export async function cleanUpWithTag(
  desk: CleanupDesk,
  first: TagVisit,
): Promise<Result<ResolvedTag, 'gone' | 'suspicious'>> {
  let visit = first;
  let isSuspicious = false;
  const ended: TillTransaction[] = [];
  for (const row of desk.store.unresolved(first.uid)) {
    let finding = findingOf(desk, row, visit);
    let decision = decideCleanup(leftBehind(row), evidenceOf(finding, false));
    if (decision.kind === 'look-again') {
      const again = await lookAgain(desk, visit);
      if (!again) return failed('gone');
      visit = again;
      finding = findingOf(desk, row, visit);
      decision = decideCleanup(leftBehind(row), evidenceOf(finding, true));
    }
    const left = endBy(desk, row, decision);
    // Where the tag cannot tell, what another till has seen on it may (3.2: "backend decides from uploaded tag data").
    ended.push(endByWord(desk, left) ?? left);
    isSuspicious ||= finding?.kind === 'undecidable' && isRollback(finding.monitor);
  }
  const committed = ended.filter(({ state }) => state === 'Committed');
  return isSuspicious ? failed('suspicious') : ok({ visit, committed });
}

/** The fault of `cleanUpWithTag`'s refusals. */
export function cleanupFault(problem: 'gone' | 'suspicious') {
  return fault(problem === 'gone' ? 'TAG_GONE' : 'TAG_UNRESOLVED');
}

/** Switches the field off and reads the same tag once more; null when it is not there any more. */
export async function lookAgain(desk: Pick<Desk, 'reader' | 'keys'>, visit: TagVisit): Promise<TagVisit | null> {
  const isBack = await desk.reader.reset(visit.presenceId);
  const { presence } = desk.reader;
  if (!isBack || !presence) return null;
  const read = await readTag(desk.reader, presence, desk.keys);
  return read.ok && read.value.uid === visit.uid ? read.value : null;
}

/** A transaction as the evidence of a tag is compared with it. */
export function writtenTransaction(assignmentId: number, row: TillTransaction): WrittenTransaction {
  const { terminalTransactionNumber, tag, images } = row;
  const { transactionNumber } = tag;
  invariant(
    'INV-08',
    images !== null && transactionNumber !== null,
    `transaction ${terminalTransactionNumber} was written without its images`,
  );
  return { assignmentId, terminalTransactionNumber, tag: { ...tag, transactionNumber }, images };
}

function findingOf(desk: CleanupDesk, row: TillTransaction, visit: TagVisit): Finding | null {
  if (row.writeStartedAt === null) return null;
  return examine(writtenTransaction(desk.assignment.assignmentId, row), visit.reading);
}

function evidenceOf(finding: Finding | null, certain: boolean): Evidence {
  return finding ? { kind: 'tag', finding, certain } : { kind: 'none' };
}

function leftBehind(row: TillTransaction) {
  return { state: row.state, writeStarted: row.writeStartedAt !== null, payment: row.payment?.status ?? null };
}

/** A tag that shows an older state than this till left on it may be a clone or a copy put back. */
function isRollback(monitor: string | null): boolean {
  return monitor === 'older-image' || monitor === 'other-bytes';
}

/** Null where the backend has said nothing that ends the row. */
function endByWord(desk: TaglessDesk, row: TillTransaction): TillTransaction | null {
  const word = desk.words.about(row.terminalTransactionNumber);
  if (row.state !== 'TerminalConfirmUnknown' || !word) return null;
  const decision = decideCleanup(leftBehind(row), { kind: 'backend', ...word });
  return decision.kind === 'end' ? endBy(desk, row, decision, 'backend') : null;
}

function endBy(
  desk: TaglessDesk,
  row: TillTransaction,
  decision: Decision,
  cause: 'cleanup' | 'backend' = 'cleanup',
): TillTransaction {
  if (decision.kind !== 'end') {
    if (decision.kind === 'leave' && decision.monitor)
      desk.store.recordMonitor(row, decision.monitor, instant(desk.clock));
    return row;
  }
  const ended = desk.store.end(row.terminalTransactionNumber, {
    state: decision.state,
    at: instant(desk.clock),
    cause,
    reason: decision.state === 'Aborted' ? whyAborted(decision.monitor, cause) : null,
    shown: null,
    monitor: decision.monitor,
  });
  desk.report({ event: 'cleanup', transaction: stepTransaction(ended), details: { cause, ...cashToReturn(ended) } });
  return ended;
}

/**
 * `TAG_CHANGED` only where the tag is here and shows another transaction in this one's place; of what the backend says no
 * cashier has a changed tag before them, only a transaction that was broken off and took nothing.
 */
function whyAborted(monitor: string | null, cause: 'cleanup' | 'backend'): FaultCode {
  return monitor === null || cause === 'backend' ? 'INTERRUPTED' : 'TAG_CHANGED';
}

function countEnds(rows: readonly TillTransaction[]): CleanupCounts {
  const countOf = (state: TillTransaction['state']) => rows.filter((row) => row.state === state).length;
  return { committed: countOf('Committed'), aborted: countOf('Aborted'), unknown: countOf('TerminalConfirmUnknown') };
}
