import { type EntryResult, type RejectionCode, rejectionCodes } from '../../contract/wire/batch.ts';
import {
  shiftPayloadSchema,
  type TagEventPayload,
  type TagSnapshotPayload,
  tagEventPayloadSchema,
  tagSnapshotPayloadSchema,
} from '../../contract/wire/journal.ts';
import { type TransactionPayload, transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import type { BackendState } from '../../contract/wire/words.ts';
import type { StoredEntry, StoredTransaction } from './batch-reads.ts';
import { contentHash } from './chain.ts';
import { bookingContent, type Decision, decideTransaction, type EditionRules } from './decide.ts';
import { firstIssue, hints, transactionFlaw, unstorableInstant } from './payload-flaws.ts';
import type { PreparedEntry } from './prepared-batch.ts';
import type { TransitionCause } from './transitions.ts';

/** One line of a transaction's history. */
export type StateStep = {
  from: BackendState | undefined;
  to: BackendState;
  stateVersion: number;
  contentHash: string;
  seq: number;
};

/** A transaction as the batch leaves it, to be written once however often the batch speaks of it. */
export type TransactionChange = {
  terminalTransactionNumber: number;
  /** `undefined`: new to the backend. */
  backendTransactionId: number | undefined;
  firstStep: number;
  steps: StateStep[];
  state: BackendState;
  stateCause: TransitionCause;
  stateVersion: number;
  /** The newest content, where the batch brought one that counts. */
  content: { payload: TransactionPayload; canonical: string; hash: string } | undefined;
  /** Set when this batch commits the transaction: its items are to be booked. */
  books: boolean;
};

export type Rejection = {
  seq: number;
  terminalTransactionNumber: number | undefined;
  uid: string | undefined;
  from: BackendState | undefined;
  to: string | undefined;
  code: RejectionCode;
  reason: string;
  canonicalPayload: string;
};

export type EntryVerdict = {
  entry: PreparedEntry;
  result: EntryResult;
  terminalTransactionNumber: number | undefined;
  isNew: boolean;
};

/** An image of a tag; with the hash of its entry where it came out of an imported journal, whose numbers are not the received ones. */
export type ReadSnapshot = { seq: number; payload: TagSnapshotPayload; importedHash?: string };

export type Interpretation = {
  verdicts: EntryVerdict[];
  changes: Map<number, TransactionChange>;
  rejections: Rejection[];
  snapshots: ReadSnapshot[];
  tagEvents: { seq: number; payload: TagEventPayload }[];
};

export type Backdrop = {
  edition: EditionRules;
  lastSeq: number;
  storedEntries: ReadonlyMap<number, StoredEntry>;
  transactions: ReadonlyMap<number, StoredTransaction>;
};

/** Decides every entry of a batch in order (ingest rules 2 to 4). Pure: what is to be written comes back as data. */
export function interpretBatch(entries: readonly PreparedEntry[], backdrop: Backdrop): Interpretation {
  const interpretation: Interpretation = {
    verdicts: [],
    changes: new Map(),
    rejections: [],
    snapshots: [],
    tagEvents: [],
  };
  const known = new Map(backdrop.transactions);
  for (const entry of entries) {
    const verdict =
      entry.seq <= backdrop.lastSeq
        ? repeatVerdict(entry, backdrop, known)
        : judgeEntry(entry, backdrop, known, interpretation);
    interpretation.verdicts.push(verdict);
  }
  return interpretation;
}

/** An entry the backend has: a duplicate that repeats what it said then, if that was a rejection. */
function repeatVerdict(
  entry: PreparedEntry,
  backdrop: Backdrop,
  known: ReadonlyMap<number, StoredTransaction>,
): EntryVerdict {
  const stored = backdrop.storedEntries.get(entry.seq);
  const number = stored?.terminalTransactionNumber;
  const result: EntryResult = { seq: entry.seq, outcome: 'duplicate', ...stateOf(number, known) };
  if (stored?.error !== undefined) {
    const told = stored.error.code;
    const code = rejectionCodes.find((known) => known === told);
    if (code !== undefined) result.error = { code, message: stored.error.message };
  }
  return { entry, result, terminalTransactionNumber: number, isNew: false };
}

function stateOf(number: number | undefined, known: ReadonlyMap<number, StoredTransaction>): Partial<EntryResult> {
  const transaction = number === undefined ? undefined : known.get(number);
  if (transaction === undefined) return {};
  // 0 stands for a number still to be drawn; it is filled in after the transaction was written.
  return transaction.backendTransactionId === 0
    ? { state: transaction.state }
    : { state: transaction.state, backendTransactionId: transaction.backendTransactionId };
}

function judgeEntry(
  entry: PreparedEntry,
  backdrop: Backdrop,
  known: Map<number, StoredTransaction>,
  into: Interpretation,
): EntryVerdict {
  switch (entry.kind) {
    case 'transaction':
      return judgeTransaction(entry, backdrop, known, into);
    case 'tagSnapshot': {
      const parsed = tagSnapshotPayloadSchema.safeParse(entry.payload);
      const flaw = parsed.success ? unstorableInstant(parsed.data.readAt) : firstIssue(parsed.error);
      if (!parsed.success || flaw !== undefined) return rejectPlain(entry, flaw ?? 'unreadable', into);
      into.snapshots.push({ seq: entry.seq, payload: parsed.data });
      return accept(entry);
    }
    case 'tagEvent': {
      const parsed = tagEventPayloadSchema.safeParse(entry.payload);
      if (!parsed.success) return rejectPlain(entry, firstIssue(parsed.error), into);
      into.tagEvents.push({ seq: entry.seq, payload: parsed.data });
      return accept(entry);
    }
    case 'shift': {
      const parsed = shiftPayloadSchema.safeParse(entry.payload);
      return parsed.success ? accept(entry) : rejectPlain(entry, firstIssue(parsed.error), into);
    }
    default:
      return rejectPlain(entry, 'the kind of the entry is not known', into);
  }
}

function accept(entry: PreparedEntry): EntryVerdict {
  return { entry, result: { seq: entry.seq, outcome: 'accepted' }, terminalTransactionNumber: undefined, isNew: true };
}

function rejectPlain(entry: PreparedEntry, reason: string, into: Interpretation): EntryVerdict {
  const code = 'SCHEMA_INVALID';
  into.rejections.push({
    seq: entry.seq,
    terminalTransactionNumber: undefined,
    uid: undefined,
    from: undefined,
    to: undefined,
    code,
    reason,
    canonicalPayload: entry.canonicalPayload,
  });
  const result: EntryResult = { seq: entry.seq, outcome: 'rejected', error: { code, message: reason } };
  return { entry, result, terminalTransactionNumber: undefined, isNew: true };
}

function judgeTransaction(
  entry: PreparedEntry,
  backdrop: Backdrop,
  known: Map<number, StoredTransaction>,
  into: Interpretation,
): EntryVerdict {
  const parsed = transactionPayloadSchema.safeParse(entry.payload);
  const hint = parsed.success ? undefined : hints(entry.payload);
  const number = parsed.success ? parsed.data.terminalTransactionNumber : hint?.terminalTransactionNumber;
  const before = number === undefined ? undefined : known.get(number);
  const hash = contentHash(entry.canonicalPayload);
  const flaw = parsed.success ? transactionFlaw(parsed.data) : firstIssue(parsed.error);
  const decision: Decision =
    parsed.success && flaw === undefined
      ? decideTransaction(parsed.data, hash, backdrop.edition, before)
      : { outcome: 'rejected', code: 'SCHEMA_INVALID', message: flaw ?? 'unreadable' };
  const result: EntryResult = { seq: entry.seq, outcome: decision.outcome };
  if (decision.outcome === 'rejected') {
    result.error = { code: decision.code, message: decision.message };
    into.rejections.push({
      seq: entry.seq,
      terminalTransactionNumber: number,
      uid: parsed.success ? parsed.data.tag.uid : hint?.uid,
      from: before?.state,
      to: parsed.success ? parsed.data.state : hint?.state,
      code: decision.code,
      reason: decision.message,
      canonicalPayload: entry.canonicalPayload,
    });
  } else if (decision.outcome === 'accepted' && parsed.success) {
    applyDecision(decision, parsed.data, { entry, hash }, before, known, into);
  }
  Object.assign(result, stateOf(number, known));
  return { entry, result, terminalTransactionNumber: number, isNew: true };
}

function applyDecision(
  decision: Extract<Decision, { outcome: 'accepted' }>,
  payload: TransactionPayload,
  { entry, hash }: { entry: PreparedEntry; hash: string },
  before: StoredTransaction | undefined,
  known: Map<number, StoredTransaction>,
  into: Interpretation,
): void {
  const number = payload.terminalTransactionNumber;
  const moves = decision.effect === 'move';
  const state = moves ? decision.to : (before?.state ?? 'Open');
  const stateCause = moves ? 'TR' : (before?.stateCause ?? 'TR');
  const step: StateStep = {
    from: before?.state,
    to: state,
    stateVersion: payload.stateVersion,
    contentHash: hash,
    seq: entry.seq,
  };
  const change = into.changes.get(number);
  into.changes.set(number, {
    terminalTransactionNumber: number,
    backendTransactionId:
      change?.backendTransactionId ?? (before === undefined ? undefined : before.backendTransactionId || undefined),
    firstStep: change?.firstStep ?? before?.steps ?? 0,
    steps: [...(change?.steps ?? []), step],
    state,
    stateCause,
    stateVersion: payload.stateVersion,
    content: decision.effect === 'none' ? change?.content : { payload, canonical: entry.canonicalPayload, hash },
    books: change?.books === true || (moves && decision.to === 'Committed'),
  });
  known.set(number, {
    backendTransactionId: before?.backendTransactionId ?? 0,
    state,
    stateCause,
    stateVersion: payload.stateVersion,
    identity: {
      type: payload.type,
      paymentMethod: payload.paymentMethod,
      currency: payload.currency,
      uid: payload.tag.uid,
    },
    bookingContent:
      decision.effect === 'none' && before !== undefined ? before.bookingContent : bookingContent(payload),
    // What an operator has booked stays what the till's next word is held against, also in the same batch.
    ...(decision.effect === 'none' && before?.settlementContent !== undefined
      ? { settlementContent: before.settlementContent }
      : {}),
    contentHashes: new Map([...(before?.contentHashes ?? []), [payload.stateVersion, hash]]),
    steps: (before?.steps ?? 0) + 1,
    payment: before?.payment,
  });
}
