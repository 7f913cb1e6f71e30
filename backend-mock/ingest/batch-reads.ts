import type { PaymentStatus } from '../../contract/wire/payment.ts';
import { transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import { backendStateSchema, type EditionMode, transactionTypeSchema } from '../../contract/wire/words.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';
import { bookingContent, type KnownTransaction, settlementContent } from './decide.ts';
import { isSettlement } from './settlement.ts';
import type { TransitionCause } from './transitions.ts';

/** The assignment a batch belongs to, locked until the batch is committed or refused. */
export type LockedAssignment = {
  editionId: number;
  assignmentId: number;
  journalId: string;
  lastSeq: number;
  lastHash: string;
  mode: EditionMode;
  currency: string;
};

type AssignmentRow = {
  edition_id: number;
  assignment_id: number;
  journal_id: string;
  last_seq: number;
  last_hash: string;
  mode: EditionMode;
  currency: string;
};

const selectAssignment = `SELECT a.edition_id, a.assignment_id, a.journal_id, a.last_seq, a.last_hash, e.mode, e.currency
             FROM assignment a JOIN edition e ON e.edition_id = a.edition_id`;

/** Authenticates and locks in one statement, so that a batch is one database transaction and not two. */
export async function lockAssignment(connection: Connection, tokenHash: Buffer): Promise<LockedAssignment | undefined> {
  const found = await connection.query<AssignmentRow>({
    name: 'lock-assignment',
    text: `${selectAssignment} WHERE a.token_hash = $1 AND a.revoked_at IS NULL FOR NO KEY UPDATE OF a`,
    values: [tokenHash],
  });
  return assignmentOf(found.rows[0]);
}

/** The same for an operator, who needs no token: also one that was taken back. */
export async function lockAssignmentOf(
  connection: Connection,
  assignmentId: number,
): Promise<LockedAssignment | undefined> {
  const found = await connection.query<AssignmentRow>({
    name: 'lock-assignment-of-number',
    text: `${selectAssignment} WHERE a.assignment_id = $1 FOR NO KEY UPDATE OF a`,
    values: [assignmentId],
  });
  return assignmentOf(found.rows[0]);
}

function assignmentOf(row: AssignmentRow | undefined): LockedAssignment | undefined {
  if (row === undefined) return undefined;
  return {
    editionId: row.edition_id,
    assignmentId: row.assignment_id,
    journalId: row.journal_id,
    lastSeq: row.last_seq,
    lastHash: row.last_hash,
    mode: row.mode,
    currency: row.currency,
  };
}

/** What was answered to a batch before (ingest rule 1), and the hash of the bytes it was the answer to. */
export async function readBatch(
  connection: Connection,
  { editionId, assignmentId }: LockedAssignment,
  batchId: string,
): Promise<{ bodyHash: Buffer; answer: string } | undefined> {
  const found = await connection.query<{ body_hash: Buffer; answer: string }>({
    name: 'read-batch',
    text: `SELECT body_hash, answer FROM batch WHERE edition_id = $1 AND assignment_id = $2 AND batch_id = $3`,
    values: [editionId, assignmentId, batchId],
  });
  const row = found.rows[0];
  return row === undefined ? undefined : { bodyHash: row.body_hash, answer: row.answer };
}

/** What became of an entry that the backend has already. */
export type StoredEntry = {
  hash: string;
  terminalTransactionNumber: number | undefined;
  error: { code: string; message: string } | undefined;
};

type EntryRow = {
  seq: number;
  hash: string;
  terminal_transaction_number: number | null;
  error_code: string | null;
  error_message: string | null;
};

/** Stored entries from `fromSeq` to `toSeq`, by `seq`. */
export async function readStoredEntries(
  connection: Connection,
  { editionId, assignmentId }: LockedAssignment,
  fromSeq: number,
  toSeq: number,
): Promise<ReadonlyMap<number, StoredEntry>> {
  if (toSeq < fromSeq) return new Map();
  const found = await connection.query<EntryRow>({
    name: 'read-journal-entries',
    text: `SELECT seq, hash, terminal_transaction_number, error_code, error_message FROM journal_entry
            WHERE edition_id = $1 AND assignment_id = $2 AND seq BETWEEN $3 AND $4`,
    values: [editionId, assignmentId, fromSeq, toSeq],
  });
  return new Map(
    found.rows.map((row) => [
      row.seq,
      {
        hash: row.hash,
        terminalTransactionNumber: row.terminal_transaction_number ?? undefined,
        error: row.error_code === null ? undefined : { code: row.error_code, message: row.error_message ?? '' },
      },
    ]),
  );
}

export type StoredTransaction = KnownTransaction & { backendTransactionId: number; steps: number };

type TransactionRow = {
  backend_transaction_id: number;
  terminal_transaction_number: number;
  state: string;
  state_cause: TransitionCause;
  state_version: number;
  type: string;
  uid: string | null;
  payload: string;
  provisional: boolean;
  payment_status: PaymentStatus | null;
  void_requested: boolean;
  paid_minor: number;
  paid_fee_minor: number;
  currency: string;
  steps: number;
  versions: { version: number; hash: string }[];
};

/**
 * The transactions of this assignment with these numbers, by number, locked: a reservation that expires or evidence that
 * arrives meanwhile waits. The lock is a statement of its own, so that what is read is from after the wait.
 */
export async function readTransactions(
  connection: Connection,
  { editionId, assignmentId }: LockedAssignment,
  numbers: ReadonlySet<number>,
): Promise<Map<number, StoredTransaction>> {
  if (numbers.size === 0) return new Map();
  const key = [editionId, assignmentId, [...numbers].sort((a, b) => a - b)];
  const locked = await connection.query({
    name: 'lock-transactions',
    // Each by its key, in the order of the array: PostgreSQL before 17 walks the whole assignment for `= ANY … ORDER BY`.
    text: `SELECT 1 FROM unnest($3::bigint[]) AS wanted(number)
             CROSS JOIN LATERAL (
               SELECT 1 FROM transactions
                WHERE edition_id = $1 AND assignment_id = $2 AND terminal_transaction_number = wanted.number
                  FOR NO KEY UPDATE) AS locked`,
    values: key,
  });
  if (locked.rowCount === 0) return new Map();
  const found = await connection.query<TransactionRow>({
    name: 'read-transactions',
    text: `SELECT t.backend_transaction_id, t.terminal_transaction_number, t.type, t.uid, t.state, t.state_cause, t.state_version,
                  t.payload, t.provisional, t.currency, p.status AS payment_status, p.void_requested_at IS NOT NULL AS void_requested,
                  p.amount_minor AS paid_minor, p.fee_minor AS paid_fee_minor,
                  (SELECT count(*) FROM transaction_state s
                    WHERE s.edition_id = t.edition_id AND s.backend_transaction_id = t.backend_transaction_id) AS steps,
                  (SELECT coalesce(jsonb_agg(jsonb_build_object('version', s.state_version, 'hash', s.content_hash)), '[]')
                     FROM transaction_state s
                    WHERE s.edition_id = t.edition_id AND s.backend_transaction_id = t.backend_transaction_id AND s.cause = 'TR') AS versions
             FROM transactions t
             LEFT JOIN payment p ON p.edition_id = t.edition_id AND p.backend_transaction_id = t.backend_transaction_id
            WHERE t.edition_id = $1 AND t.assignment_id = $2 AND t.terminal_transaction_number = ANY($3::bigint[])`,
    values: key,
  });
  return new Map(found.rows.map((row) => [row.terminal_transaction_number, storedTransaction(row)]));
}

function storedTransaction(row: TransactionRow): StoredTransaction {
  return {
    backendTransactionId: row.backend_transaction_id,
    state: backendStateSchema.parse(row.state),
    stateCause: row.state_cause,
    stateVersion: row.state_version,
    ...storedContent(row),
    contentHashes: new Map(row.versions.map(({ version, hash }) => [version, hash])),
    steps: row.steps,
    payment: knownPayment(row),
  };
}

function knownPayment(row: TransactionRow): StoredTransaction['payment'] {
  if (row.payment_status === null) return undefined;
  return {
    status: row.payment_status,
    voidRequested: row.void_requested,
    amountMinor: row.paid_minor,
    feeMinor: row.paid_fee_minor,
  };
}

function storedContent(
  row: TransactionRow,
): Pick<StoredTransaction, 'identity' | 'bookingContent' | 'settlementContent'> {
  if (row.provisional) {
    // A reservation or tag evidence: its till has yet to say how it was paid and what was sold.
    const type = transactionTypeSchema.parse(row.type);
    const paid = row.payment_status === null ? undefined : ({ paymentMethod: 'card', currency: row.currency } as const);
    const { paymentMethod, currency } = paid ?? { paymentMethod: undefined, currency: undefined };
    // A hold only promised; what happened is what is on a tag, also where a copy of the till has held the number for
    // another customer. Evidence of a tag is no promise, and a till that contradicts it is not believed.
    const isHold = row.state === 'ReservePending' || row.state === 'ReserveExpired';
    const uid = isHold ? undefined : (row.uid ?? undefined);
    return { identity: { type, uid, paymentMethod, currency }, bookingContent: '' };
  }
  const content: unknown = JSON.parse(row.payload);
  const payload = transactionPayloadSchema.safeParse(content);
  invariant('INV-60', payload.success, 'a stored transaction must still be readable');
  const { type, paymentMethod, currency, tag } = payload.data;
  if (isSettlement(content)) {
    return {
      identity: { type, uid: tag.uid, paymentMethod: undefined, currency },
      bookingContent: '',
      settlementContent: settlementContent(payload.data),
    };
  }
  return {
    identity: { type, paymentMethod, currency, uid: tag.uid },
    bookingContent: bookingContent(payload.data),
  };
}
