import { z } from 'zod';
import { type BatchAnswer, batchAnswerSchema } from '../../contract/wire/batch.ts';
import { tagUidSchema } from '../../contract/wire/identifiers.ts';
import type { ProblemCode } from '../../contract/wire/problem.ts';
import { collectAdjustments } from '../adjustments/collect.ts';
import { readSharedAccounts } from '../ledger/accounts.ts';
import { book } from '../ledger/booking.ts';
import { resolveCustomers } from '../ledger/customers.ts';
import { expireReservations } from '../ledger/holds.ts';
import { invariant } from '../ledger/invariant.ts';
import { lockTags } from '../ledger/tags.ts';
import { alertAboutPayment } from '../payments/alert-about-payment.ts';
import { voidPaymentsOfAborted } from '../payments/void-payment.ts';
import type { Clock } from '../ports.ts';
import type { Connection, Database } from '../store/database.ts';
import { raiseAlert } from './alerts.ts';
import { applyEvidence, type ProvenTransaction } from './apply-evidence.ts';
import { raiseFlags } from './batch-flags.ts';
import {
  type LockedAssignment,
  lockAssignment,
  readBatch,
  readStoredEntries,
  readTransactions,
  type StoredEntry,
} from './batch-reads.ts';
import { entryHash, journalStartHash } from './chain.ts';
import { writeEvidence } from './evidence-writes.ts';
import { type Interpretation, interpretBatch, type TransactionChange } from './interpret.ts';
import { writeBatch, writeJournal, writeRejections } from './journal-writes.ts';
import { hints } from './payload-flaws.ts';
import { postingsOf } from './postings.ts';
import type { PreparedBatch } from './prepared-batch.ts';
import { noteReplacedTags } from './replaced-tags.ts';
import { flagExcessReturns } from './returned-goods.ts';
import { writeTransactions } from './transaction-writes.ts';

export type Refusal = {
  outcome: 'refused';
  code: Extract<ProblemCode, 'BATCH_CONFLICT' | 'GAP' | 'JOURNAL_FORKED' | 'CHAIN_BROKEN' | 'JOURNAL_UNKNOWN'>;
  detail: string;
  expectedSeq?: number;
};

export type BatchOutcome =
  | { outcome: 'unauthenticated' }
  | { outcome: 'forbidden' }
  | { outcome: 'answered'; answer: BatchAnswer; hit: boolean }
  | Refusal;

const refuse = (code: Refusal['code'], detail: string): Refusal => ({ outcome: 'refused', code, detail });

/**
 * Takes one batch of a till's journal in one database transaction (protocol.md, "Ingest rules"): everything of it that is
 * legal is booked, everything else is logged, or nothing of it is taken at all. Two batches of one assignment wait for each
 * other; a batch may be sent any number of times.
 */
export async function receiveBatch(
  database: Database,
  clock: Clock,
  caller: { tokenHash: Buffer; assignmentId: number },
  batch: PreparedBatch,
): Promise<BatchOutcome> {
  return database.transaction(async (connection) => {
    const assignment = await lockAssignment(connection, caller.tokenHash);
    if (assignment === undefined) return { outcome: 'unauthenticated' };
    if (assignment.assignmentId !== caller.assignmentId) return { outcome: 'forbidden' };
    const now = clock.now();
    const earlier = await readBatch(connection, assignment, batch.batchId);
    if (earlier?.bodyHash.equals(batch.bodyHash) === true) {
      return { outcome: 'answered', answer: batchAnswerSchema.parse(JSON.parse(earlier.answer)), hit: true };
    }
    const stored = await readStoredEntries(
      connection,
      assignment,
      Math.max(1, batch.firstSeq - 1),
      Math.min(batch.lastSeq, assignment.lastSeq),
    );
    const refusal =
      earlier === undefined
        ? refusalOf(batch, assignment, stored)
        : refuse('BATCH_CONFLICT', `Batch ${batch.batchId} was received with other bytes.`);
    if (refusal !== undefined) {
      if (refusal.code !== 'GAP')
        await raiseAlert(connection, assignment, refusal.code, 'journal', refusal.detail, now);
      return refusal;
    }
    return { outcome: 'answered', answer: await takeBatch(connection, assignment, batch, stored, now), hit: false };
  });
}

/** Ingest rule 2, in this order: another journal, a gap, a fork, a broken chain. */
function refusalOf(
  batch: PreparedBatch,
  assignment: LockedAssignment,
  stored: ReadonlyMap<number, StoredEntry>,
): Refusal | undefined {
  const { lastSeq } = assignment;
  if (batch.journalId !== assignment.journalId)
    return refuse('JOURNAL_UNKNOWN', 'The assignment was enrolled with another journal.');
  if (batch.firstSeq > lastSeq + 1) {
    return { ...refuse('GAP', `The next entry is ${lastSeq + 1}.`), expectedSeq: lastSeq + 1 };
  }
  const forked = batch.entries.find((entry) => entry.seq <= lastSeq && stored.get(entry.seq)?.hash !== entry.hash);
  if (forked !== undefined) return refuse('JOURNAL_FORKED', `Entry ${forked.seq} was received with another hash.`);
  const brokenAtSeq = firstBroken(batch, assignment, stored);
  return brokenAtSeq === undefined
    ? undefined
    : refuse('CHAIN_BROKEN', `The hash of entry ${brokenAtSeq} does not follow.`);
}

function firstBroken(
  batch: PreparedBatch,
  assignment: LockedAssignment,
  stored: ReadonlyMap<number, StoredEntry>,
): number | undefined {
  const first = batch.entries[0];
  invariant('INV-05', first !== undefined, 'a batch has an entry');
  const before = first.seq === 1 ? journalStartHash(assignment.journalId) : stored.get(first.seq - 1)?.hash;
  invariant('INV-05', before !== undefined, 'the journal of an assignment has no gap');
  return entryHash(before, first, first.canonicalPayload) === first.hash ? batch.brokenAtSeq : first.seq;
}

async function takeBatch(
  connection: Connection,
  assignment: LockedAssignment,
  batch: PreparedBatch,
  storedEntries: ReadonlyMap<number, StoredEntry>,
  now: Date,
): Promise<BatchAnswer> {
  const { editionId, lastSeq, mode, currency } = assignment;
  const accounts = await readSharedAccounts(connection, editionId);
  await lockTags(connection, editionId, uidsNamed(batch));
  const numbersNamed = numbersOf(batch, storedEntries);
  await expireReservations(
    connection,
    { of: 'numbers', editionId, assignmentId: assignment.assignmentId, numbers: [...numbersNamed] },
    now,
  );
  const transactions = await readTransactions(connection, assignment, numbersNamed);
  const edition = { mode, currency, accountNames: new Set(accounts.keys()) };
  const interpretation = interpretBatch(batch.entries, { edition, lastSeq, storedEntries, transactions });
  const changes = [...interpretation.changes.values()];
  const customers = await resolveCustomers(connection, editionId, uidsOf(interpretation), now);
  const numbers = await writeTransactions(connection, assignment, changes, customers, now);
  for (const { result, terminalTransactionNumber } of interpretation.verdicts) {
    const id = terminalTransactionNumber === undefined ? undefined : numbers.get(terminalTransactionNumber);
    if (id !== undefined && result.state !== undefined) result.backendTransactionId = id;
  }
  await giveBackPaid(connection, editionId, changes, numbers, now);
  const { proven, moved } = await applyEvidence(connection, assignment, interpretation, customers, now);
  for (const { result } of interpretation.verdicts) {
    const state = result.backendTransactionId === undefined ? undefined : moved.get(result.backendTransactionId);
    if (state !== undefined && result.state !== undefined) result.state = state;
  }
  const fresh = interpretation.verdicts.filter((verdict) => verdict.isNew);
  await writeJournal(connection, assignment, fresh, now);
  await writeRejections(connection, assignment, interpretation.rejections, now);
  const last = batch.entries.at(-1);
  invariant('INV-05', last !== undefined, 'a batch has an entry');
  const seal = last.seq > lastSeq ? { seq: last.seq, hash: last.hash } : { seq: lastSeq, hash: assignment.lastHash };
  const answer: BatchAnswer = { results: interpretation.verdicts.map((verdict) => verdict.result), seal };
  await writeBatch(connection, assignment, batch, seal, JSON.stringify(answer), now);
  await writeEvidence(connection, assignment, interpretation, now);
  await noteReplacedTags(connection, assignment, interpretation, now);
  await collectAdjustments(connection, assignment, interpretation, numbers, now);
  await flagExcessReturns(connection, assignment, changes, now);
  await raiseFlags(connection, assignment, interpretation, now);
  // Last, because merchants' and top-up accounts are shared by every till: their locks are held for the commit alone.
  const booked = [...bookedByBatch(changes, numbers), ...proven];
  await book(connection, editionId, postingsOf(booked, accounts, customers), now);
  return answer;
}

/** A card top-up that its till ended Aborted took the customer's money for nothing: it is voided, and the operator knows of it. */
async function giveBackPaid(
  connection: Connection,
  editionId: number,
  changes: readonly TransactionChange[],
  numbers: ReadonlyMap<number, number>,
  now: Date,
): Promise<void> {
  const aborted = changes.flatMap((change) => {
    const id = numbers.get(change.terminalTransactionNumber);
    const byCard = change.content?.payload.paymentMethod === 'card';
    return change.state === 'Aborted' && byCard && id !== undefined ? [id] : [];
  });
  for (const payment of await voidPaymentsOfAborted(connection, editionId, aborted, now)) {
    const detail = `the till ended the top-up Aborted; ${payment.amountMinor} that its card paid is being voided`;
    await alertAboutPayment(connection, payment, 'PAYMENT_OF_ABORTED', detail, now);
  }
}

/** UIDs that the entries name, wherever they parse that far: their tags are locked before anything is judged. */
function uidsNamed(batch: PreparedBatch): Set<string> {
  return new Set(
    batch.entries.flatMap(({ payload }) => {
      const own = hints(payload).uid ?? plainUid(payload);
      return own === undefined ? [] : [own];
    }),
  );
}

function plainUid(payload: unknown): string | undefined {
  const parsed = z.object({ uid: tagUidSchema }).safeParse(payload);
  return parsed.success ? parsed.data.uid : undefined;
}

function numbersOf(batch: PreparedBatch, storedEntries: ReadonlyMap<number, StoredEntry>): Set<number> {
  const numbers = new Set<number>();
  for (const { seq, payload, kind } of batch.entries) {
    const known = storedEntries.get(seq)?.terminalTransactionNumber;
    if (known !== undefined) numbers.add(known);
    if (kind !== 'transaction' || typeof payload !== 'object' || payload === null) continue;
    const value: unknown = Object.getOwnPropertyDescriptor(payload, 'terminalTransactionNumber')?.value;
    if (typeof value === 'number' && Number.isSafeInteger(value)) numbers.add(value);
  }
  return numbers;
}

function uidsOf({ changes, snapshots, tagEvents }: Interpretation): Set<string> {
  const uids = new Set<string>();
  for (const change of changes.values()) if (change.content !== undefined) uids.add(change.content.payload.tag.uid);
  for (const { payload } of snapshots) uids.add(payload.uid);
  for (const { payload } of tagEvents) uids.add(payload.uid);
  return uids;
}

function bookedByBatch(
  changes: readonly TransactionChange[],
  numbers: ReadonlyMap<number, number>,
): ProvenTransaction[] {
  return changes.flatMap((change) => {
    if (!change.books || change.content === undefined) return [];
    const backendTransactionId = numbers.get(change.terminalTransactionNumber);
    invariant('INV-03', backendTransactionId !== undefined, 'what is booked has a number');
    return [{ backendTransactionId, payload: change.content.payload }];
  });
}
