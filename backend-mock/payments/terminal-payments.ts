import type { PaymentAnswer, PaymentRequest } from '../../contract/wire/payment.ts';
import type { ProblemCode } from '../../contract/wire/problem.ts';
import { type LockedAssignment, lockAssignment } from '../ingest/batch-reads.ts';
import { canonicalJson, contentHash } from '../ingest/chain.ts';
import { logRefusedStep, type RefusedStep } from '../ingest/refused-step.ts';
import { isLegalTransition } from '../ingest/transitions.ts';
import { invariant } from '../ledger/invariant.ts';
import { limits } from '../limits.ts';
import type { Clock } from '../ports.ts';
import { type Connection, type Database, OvertakenError } from '../store/database.ts';
import type { BoundedProvider } from './bounded-provider.ts';
import { insertPayment, lockPayment, type PaymentRow, readPayment } from './payment-rows.ts';
import { settlePayment } from './settle-payment.ts';
import { requestVoid } from './void-payment.ts';

export type PaymentService = { database: Database; clock: Clock; provider: BoundedProvider };
type Caller = { tokenHash: Buffer; assignmentId: number };

export type PaymentOutcome =
  | { outcome: 'unauthenticated' }
  | { outcome: 'forbidden' }
  | {
      outcome: 'refused';
      code: Extract<ProblemCode, 'BAD_REQUEST' | 'NOT_FOUND' | 'PAYMENT_CONFLICT' | 'PAYMENT_USED'>;
      detail: string;
    }
  | { outcome: 'answered'; answer: PaymentAnswer };

const refuse = (code: Extract<PaymentOutcome, { outcome: 'refused' }>['code'], detail: string) =>
  ({ outcome: 'refused', code, detail }) as const;

/**
 * Starts the card payment of a till's top-up (requirements.md 3.4): transaction and payment are committed, and only then does the
 * provider hear of it. The same request again tells how the payment stands; another one of the same number is refused.
 */
export async function startTerminalPayment(
  { database, clock, provider }: PaymentService,
  caller: Caller,
  number: number,
  request: PaymentRequest,
): Promise<PaymentOutcome> {
  const begun = await underAssignment(database, caller, async (connection, assignment) => {
    if (request.currency !== assignment.currency)
      return refuse('BAD_REQUEST', `currency: the edition uses ${assignment.currency}.`);
    const now = clock.now();
    const earlier = await readTransactionOf(connection, assignment, number);
    if (earlier !== undefined) {
      const { payment, backendTransactionId } = earlier;
      if (payment !== undefined && isSameRequest(payment, request)) return answered(payment, now);
      const refusal = refuse('PAYMENT_CONFLICT', `Number ${number} is known with other content.`);
      const step = {
        backendTransactionId,
        to: 'ExternalPending',
        reason: refusal.detail,
        asked: { payment: request },
      } as const;
      await logRefusal(connection, assignment, step, now);
      return refusal;
    }
    if (await wasTakenBack(connection, assignment, number))
      return refuse('PAYMENT_CONFLICT', `The payment of number ${number} was taken back before it arrived.`);
    return { outcome: 'begun', payment: await insertCardTopUp(connection, assignment, number, request, now) } as const;
  });
  if (begun.outcome !== 'begun') return begun;
  const { payment } = begun;
  const answer = await provider.charge(payment);
  return answered(await settlePayment(database, clock, payment, answer, 'answer'), clock.now());
}

/** How the payment of a number stands. Asks the provider nothing: the job does that. */
export async function readTerminalPayment(
  { database, clock }: PaymentService,
  assignment: { editionId: number; assignmentId: number },
  number: number,
): Promise<PaymentOutcome> {
  const found = await readTransactionOf(database.pool, assignment, number);
  if (found?.payment === undefined) return refuse('NOT_FOUND', `Number ${number} has no payment.`);
  return answered(found.payment, clock.now());
}

/**
 * Takes a payment back. It is `voided` when the provider has said so and `unknown` until then, for the job goes on asking; one that
 * was declined stays so, and one that nobody has confirmed for a day is asked about anew. Where the till's top-up is booked, or may be on the tag, the money is used and stays. A number not heard of
 * is remembered: its payment, should it still arrive, is refused.
 */
export async function voidTerminalPayment(
  { database, clock, provider }: PaymentService,
  caller: Caller,
  number: number,
): Promise<PaymentOutcome> {
  const begun = await underAssignment(database, caller, async (connection, assignment) => {
    const now = clock.now();
    const known = await readTransactionOf(connection, assignment, number);
    if (known === undefined) await rememberTakenBack(connection, assignment, number, now);
    const row = known?.payment === undefined ? undefined : await lockPayment(connection, known.payment);
    if (row === undefined) return refuse('NOT_FOUND', `Number ${number} has no payment.`);
    if (row.status === 'declined' || row.status === 'voided') return answered(row, now);
    // The job asks; once it has given up after a day (Q12), whoever asks for it again asks the provider themselves.
    if (row.voidRequestedAt !== null)
      return row.nextCheckAt === null ? ({ outcome: 'begun', payment: row } as const) : answered(row, now);
    if (row.state === 'Committed' || row.state === 'TerminalConfirmUnknown') {
      const refusal = refuse(
        'PAYMENT_USED',
        `Number ${number} is ${row.state}: what was paid is, or may be, on the tag.`,
      );
      const { backendTransactionId } = row;
      const step = { backendTransactionId, to: 'Aborted', reason: refusal.detail, asked: { void: number } } as const;
      await logRefusal(connection, assignment, step, now);
      return refusal;
    }
    return { outcome: 'begun', payment: await requestVoid(connection, row, now) } as const;
  });
  if (begun.outcome !== 'begun') return begun;
  const { payment } = begun;
  const answer = await provider.void(payment.key);
  return answered(await settlePayment(database, clock, payment, answer, 'void'), clock.now());
}

function logRefusal(
  connection: Connection,
  { editionId, assignmentId }: LockedAssignment,
  step: Pick<RefusedStep, 'backendTransactionId' | 'to' | 'reason' | 'asked'>,
  now: Date,
): Promise<void> {
  return logRefusedStep(connection, { ...step, editionId, cause: 'TO', actor: `assignment ${assignmentId}` }, now);
}

type Refusal = Extract<PaymentOutcome, { outcome: 'refused' | 'unauthenticated' | 'forbidden' }>;

async function underAssignment<Result>(
  database: Database,
  caller: Caller,
  work: (connection: Connection, assignment: LockedAssignment) => Promise<Result>,
): Promise<Result | Refusal> {
  return database.transaction(async (connection) => {
    const assignment = await lockAssignment(connection, caller.tokenHash);
    if (assignment === undefined) return { outcome: 'unauthenticated' };
    if (assignment.assignmentId !== caller.assignmentId) return { outcome: 'forbidden' };
    return work(connection, assignment);
  });
}

async function readTransactionOf(
  connection: Pick<Connection, 'query'>,
  { editionId, assignmentId }: { editionId: number; assignmentId: number },
  number: number,
): Promise<{ backendTransactionId: number; payment: PaymentRow | undefined } | undefined> {
  const found = await connection.query<{ backend_transaction_id: number }>({
    name: 'transaction-of-number',
    text: `SELECT backend_transaction_id FROM transactions
            WHERE edition_id = $1 AND assignment_id = $2 AND terminal_transaction_number = $3`,
    values: [editionId, assignmentId, number],
  });
  const backendTransactionId = found.rows[0]?.backend_transaction_id;
  if (backendTransactionId === undefined) return undefined;
  return { backendTransactionId, payment: await readPayment(connection, { editionId, backendTransactionId }) };
}

function isSameRequest(payment: PaymentRow, { amountMinor, feeMinor, currency }: PaymentRequest): boolean {
  return payment.amountMinor === amountMinor && payment.feeMinor === feeMinor && payment.currency === currency;
}

async function wasTakenBack(
  connection: Connection,
  { editionId, assignmentId }: LockedAssignment,
  number: number,
): Promise<boolean> {
  const found = await connection.query(
    `SELECT 1 FROM payment_refused WHERE edition_id = $1 AND assignment_id = $2 AND terminal_transaction_number = $3`,
    [editionId, assignmentId, number],
  );
  return found.rowCount === 1;
}

async function rememberTakenBack(
  connection: Connection,
  { editionId, assignmentId }: LockedAssignment,
  number: number,
  now: Date,
): Promise<void> {
  await connection.query(`INSERT INTO payment_refused VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`, [
    editionId,
    assignmentId,
    number,
    now,
  ]);
}

/** `[*] → Open → ExternalPending` by TO, and the payment. The tag and its customer are not known before the till replicates. */
async function insertCardTopUp(
  connection: Connection,
  { editionId, assignmentId, journalId }: LockedAssignment,
  number: number,
  request: PaymentRequest,
  now: Date,
): Promise<PaymentRow> {
  const kind = 'terminal-card-top-up';
  invariant('INV-06', isLegalTransition(kind, '[*]', 'Open', 'TO'), 'an online call may open a card top-up');
  invariant('INV-06', isLegalTransition(kind, 'Open', 'ExternalPending', 'TO'), 'an online call may start its payment');
  const { amountMinor, feeMinor, currency } = request;
  const payload = canonicalJson({ payment: request }) ?? '{}';
  const made = await connection.query<{ backend_transaction_id: number }>({
    name: 'insert-card-top-up',
    text: `WITH made AS (
             INSERT INTO transactions (edition_id, backend_transaction_id, origin, assignment_id, terminal_transaction_number, state,
               state_cause, state_version, provisional, type, payment_method, currency, amount_minor, balance_delta_minor, opened_at,
               payload, content_hash, received_at)
             VALUES ($1, nextval('backend_transaction_number'), 'terminal', $2, $3, 'ExternalPending', 'TO', 0, true, 'TopUp', 'card', $4, $5,
               $6, $7, $8, $9, $7)
             ON CONFLICT DO NOTHING
             RETURNING backend_transaction_id
           ), steps AS (
             INSERT INTO transaction_state (edition_id, backend_transaction_id, step, from_state, to_state, cause, state_version, content_hash, received_at)
             SELECT $1, backend_transaction_id, step.number, step.from_state, step.to_state, 'TO', 0, '', $7
               FROM made, (VALUES (1, NULL, 'Open'), (2, 'Open', 'ExternalPending')) AS step(number, from_state, to_state)
           )
           SELECT backend_transaction_id FROM made`,
    values: [
      editionId,
      assignmentId,
      number,
      currency,
      amountMinor,
      amountMinor - feeMinor,
      now,
      payload,
      contentHash(payload),
    ],
  });
  const backendTransactionId = made.rows[0]?.backend_transaction_id;
  if (backendTransactionId === undefined) throw new OvertakenError('evidence about the number arrived meanwhile');
  // With the journal's random name, because numbers of assignments and transactions can come again on another database.
  const key = `klink-${editionId}-${assignmentId}-${number}-${journalId}`;
  const nextCheckAt = new Date(now.getTime() + limits.paymentCheckFirstMs);
  const payment = {
    editionId,
    backendTransactionId,
    key,
    amountMinor,
    feeMinor,
    currency,
    cardToken: null,
    nextCheckAt,
  };
  await insertPayment(connection, payment, now);
  const row = await readPayment(connection, payment);
  invariant('INV-63', row !== undefined, 'a payment that was just stored is there');
  return row;
}

function answered(payment: PaymentRow, now: Date): Extract<PaymentOutcome, { outcome: 'answered' }> {
  const { status, backendTransactionId, reference } = payment;
  return {
    outcome: 'answered',
    answer: { status, backendTransactionId, reference, askAgainMs: askAgainMs(payment, now) },
  };
}

/** Until there can be news: just after the provider is asked the next time. */
function askAgainMs({ nextCheckAt }: PaymentRow, now: Date): number {
  if (nextCheckAt === null) return 0;
  const wait = nextCheckAt.getTime() - now.getTime() + limits.paymentIntervalMs;
  return Math.min(limits.paymentAskAgainMaxMs, Math.max(limits.paymentAskAgainMinMs, wait));
}

/** Why a request cannot be a payment at all, or `undefined`. */
export function paymentFlaw({ amountMinor, feeMinor }: PaymentRequest): string | undefined {
  return feeMinor < amountMinor ? undefined : 'feeMinor: a fee takes less than the whole amount.';
}
