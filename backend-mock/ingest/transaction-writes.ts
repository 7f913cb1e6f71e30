import type { CustomerOfTag } from '../ledger/customers.ts';
import { invariant } from '../ledger/invariant.ts';
import { type Connection, OvertakenError } from '../store/database.ts';
import type { LockedAssignment } from './batch-reads.ts';
import type { TransactionChange } from './interpret.ts';

const columns = `terminal_transaction_number bigint, state text, state_cause text, state_version integer, type text,
  payment_method text, currency text, amount_minor bigint, balance_delta_minor bigint, customer_id bigint, uid text,
  tag_generation integer, tag_transaction_number bigint, balance_before_minor bigint, balance_after_minor bigint,
  merchant_id text, group_id text, cashier_id text, shift_id text, session text, opened_at timestamptz, ended_at timestamptz,
  payload text, content_hash text, provisional boolean, cash_returned boolean, reference_assignment_id bigint, reference_terminal_number bigint`;
const names = columns
  .replaceAll(/\s+/g, ' ')
  .split(',')
  .map((column) => column.trim().split(' ', 1)[0]);

const insertTransactions = {
  name: 'insert-transactions',
  text: `INSERT INTO transactions (edition_id, backend_transaction_id, origin, assignment_id, received_at, ${names.join(', ')})
         SELECT $1, nextval('backend_transaction_number'), 'terminal', $2, $3, ${names.map((name) => `row.${name}`).join(', ')}
           FROM jsonb_to_recordset($4::jsonb) AS row(${columns})
         ON CONFLICT DO NOTHING
         RETURNING terminal_transaction_number, backend_transaction_id`,
};

const changeable = names.filter((name) => name !== 'terminal_transaction_number');
const updateTransactions = {
  name: 'update-transactions',
  text: `UPDATE transactions SET ${changeable.map((name) => `${name} = row.${name}`).join(', ')}
           FROM jsonb_to_recordset($3::jsonb) AS row(${columns})
          WHERE transactions.edition_id = $1 AND transactions.assignment_id = $2
            AND transactions.terminal_transaction_number = row.terminal_transaction_number`,
};

const updateVersions = {
  name: 'update-versions',
  text: `UPDATE transactions SET state_version = row.state_version
           FROM jsonb_to_recordset($3::jsonb) AS row(terminal_transaction_number bigint, state_version integer)
          WHERE transactions.edition_id = $1 AND transactions.assignment_id = $2
            AND transactions.terminal_transaction_number = row.terminal_transaction_number`,
};

const insertSteps = {
  name: 'insert-transaction-states',
  text: `INSERT INTO transaction_state (edition_id, backend_transaction_id, step, from_state, to_state, cause, state_version, content_hash, seq, received_at)
         SELECT $1, row.*, $2
           FROM jsonb_to_recordset($3::jsonb) AS row(backend_transaction_id bigint, step integer, from_state text, to_state text,
             cause text, state_version integer, content_hash text, seq bigint)`,
};

/**
 * Writes what a batch says about transactions: rows, states and history. Returns the backend's number of every changed
 * transaction by its terminal number (R16). Throws {@link OvertakenError} where another till made one known meanwhile.
 */
export async function writeTransactions(
  connection: Connection,
  assignment: LockedAssignment,
  changes: readonly TransactionChange[],
  customers: ReadonlyMap<string, CustomerOfTag>,
  now: Date,
): Promise<ReadonlyMap<number, number>> {
  const numbers = new Map<number, number>();
  for (const change of changes) {
    if (change.backendTransactionId !== undefined)
      numbers.set(change.terminalTransactionNumber, change.backendTransactionId);
  }
  const fresh = changes.filter((change) => change.backendTransactionId === undefined);
  const grown = changes.filter((change) => change.backendTransactionId !== undefined && change.content !== undefined);
  const silent = changes.filter((change) => change.backendTransactionId !== undefined && change.content === undefined);
  const { editionId, assignmentId } = assignment;
  if (fresh.length > 0) {
    const made = await connection.query<{ terminal_transaction_number: number; backend_transaction_id: number }>({
      ...insertTransactions,
      values: [editionId, assignmentId, now, JSON.stringify(fresh.map((change) => rowOf(change, customers)))],
    });
    // Evidence about a tag that was new to both has made the row meanwhile: judged again, the batch finds it.
    if (made.rows.length < fresh.length) throw new OvertakenError('a transaction was made known by another till');
    for (const row of made.rows) numbers.set(row.terminal_transaction_number, row.backend_transaction_id);
  }
  if (grown.length > 0) {
    const values = [editionId, assignmentId, JSON.stringify(grown.map((change) => rowOf(change, customers)))];
    const updated = await connection.query({ ...updateTransactions, values });
    invariant('INV-04', updated.rowCount === grown.length, 'a stored transaction was not found again');
  }
  if (silent.length > 0) {
    const rows = silent.map((change) => ({
      terminal_transaction_number: change.terminalTransactionNumber,
      state_version: change.stateVersion,
    }));
    await connection.query({ ...updateVersions, values: [editionId, assignmentId, JSON.stringify(rows)] });
  }
  await writeSteps(connection, editionId, changes, numbers, now);
  return numbers;
}

function rowOf(change: TransactionChange, customers: ReadonlyMap<string, CustomerOfTag>) {
  invariant('INV-60', change.content !== undefined, 'a transaction is written with its content');
  const { payload, canonical, hash } = change.content;
  return {
    terminal_transaction_number: change.terminalTransactionNumber,
    state: change.state,
    state_cause: change.stateCause,
    state_version: change.stateVersion,
    type: payload.type,
    payment_method: payload.paymentMethod,
    currency: payload.currency,
    amount_minor: payload.amountMinor,
    balance_delta_minor: payload.balanceDeltaMinor,
    customer_id: customers.get(payload.tag.uid)?.customerId ?? null,
    uid: payload.tag.uid,
    tag_generation: payload.tag.generation,
    tag_transaction_number: payload.tag.transactionNumber,
    balance_before_minor: payload.tag.balanceBeforeMinor,
    balance_after_minor: payload.tag.balanceAfterMinor,
    merchant_id: payload.merchantId ?? null,
    group_id: payload.groupId ?? null,
    cashier_id: payload.cashierId ?? null,
    shift_id: payload.shiftId ?? null,
    session: payload.session ?? null,
    opened_at: payload.openedAt,
    ended_at: payload.endedAt ?? null,
    payload: canonical,
    content_hash: hash,
    // What its till says takes the place of a reservation or of evidence.
    provisional: false,
    cash_returned: payload.cashReturned ?? null,
    reference_assignment_id: payload.reference?.assignmentId ?? null,
    reference_terminal_number: payload.reference?.terminalTransactionNumber ?? null,
  };
}

async function writeSteps(
  connection: Connection,
  editionId: number,
  changes: readonly TransactionChange[],
  numbers: ReadonlyMap<number, number>,
  now: Date,
): Promise<void> {
  const rows = changes.flatMap((change) =>
    change.steps.map((step, index) => ({
      backend_transaction_id: numbers.get(change.terminalTransactionNumber),
      step: change.firstStep + index + 1,
      from_state: step.from ?? null,
      to_state: step.to,
      cause: 'TR',
      state_version: step.stateVersion,
      content_hash: step.contentHash,
      seq: step.seq,
    })),
  );
  if (rows.length === 0) return;
  await connection.query({ ...insertSteps, values: [editionId, now, JSON.stringify(rows)] });
}
