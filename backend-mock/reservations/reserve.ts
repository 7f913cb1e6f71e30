import { accountLimitsSchema } from '../../contract/wire/configuration.ts';
import type { ReservationAnswer, ReservationRequest } from '../../contract/wire/reservation.ts';
import { backendStateSchema } from '../../contract/wire/words.ts';
import { type LockedAssignment, lockAssignment } from '../ingest/batch-reads.ts';
import { canonicalJson, contentHash } from '../ingest/chain.ts';
import { logRefusedStep } from '../ingest/refused-step.ts';
import { isLegalTransition } from '../ingest/transitions.ts';
import { resolveCustomers } from '../ledger/customers.ts';
import { expireReservations, lockAccount } from '../ledger/holds.ts';
import { invariant } from '../ledger/invariant.ts';
import { lockTags } from '../ledger/tags.ts';
import { limits } from '../limits.ts';
import type { Clock } from '../ports.ts';
import { readSpendable } from '../purses/look-up-member.ts';
import { type Connection, type Database, OvertakenError } from '../store/database.ts';

export type ReservationOutcome =
  | { outcome: 'unauthenticated' }
  | { outcome: 'forbidden' }
  | { outcome: 'reserved'; answer: ReservationAnswer; hit: boolean }
  | {
      outcome: 'refused';
      code: 'TAG_BLOCKED' | 'INSUFFICIENT_FUNDS' | 'DAILY_LIMIT' | 'RESERVATION_CONFLICT';
      detail: string;
    };

type Caller = { tokenHash: Buffer; assignmentId: number };

/**
 * Holds what a purchase or a cash refund is about to take (R39, Q51 step 1) in one database transaction. The same request gets
 * the same answer; another one of the same number is refused. In tag mode only a blocked tag is refused, for the tag's own balance
 * is the limit; in account mode the hold must fit into booked − held, whatever other processes hold at the same time.
 */
export async function reserve(
  database: Database,
  clock: Clock,
  caller: Caller,
  number: number,
  request: ReservationRequest,
): Promise<ReservationOutcome> {
  const canonical = canonicalJson({ reservation: request }) ?? '{}';
  const hash = contentHash(canonical);
  return database.transaction(async (connection) => {
    const assignment = await lockAssignment(connection, caller.tokenHash);
    if (assignment === undefined) return { outcome: 'unauthenticated' };
    if (assignment.assignmentId !== caller.assignmentId) return { outcome: 'forbidden' };
    const now = clock.now();
    const { editionId, assignmentId } = assignment;
    await lockTags(connection, editionId, new Set([request.tag.uid]));
    await expireReservations(connection, { of: 'numbers', editionId, assignmentId, numbers: [number] }, now);
    const earlier = await readEarlier(connection, assignment, number);
    if (earlier !== undefined) {
      const outcome = repeated(earlier, hash, number);
      if (outcome.outcome === 'refused') {
        const { backend_transaction_id: backendTransactionId } = earlier;
        const asked = { reservation: request };
        const actor = `assignment ${assignmentId}`;
        const step = {
          editionId,
          backendTransactionId,
          to: 'ReservePending',
          cause: 'TO',
          reason: outcome.detail,
          asked,
          actor,
        } as const;
        await logRefusedStep(connection, step, now);
      }
      return outcome;
    }
    const customers = await resolveCustomers(connection, editionId, new Set([request.tag.uid]), now);
    const customer = customers.get(request.tag.uid);
    invariant('INV-61', customer !== undefined, 'a tag has a customer');
    const refusal = await refusalOf(connection, assignment, customer, request, now);
    if (refusal !== undefined) return refusal;
    const expiresAt = new Date(now.getTime() + limits.reservationLifetimeMs);
    const plan = { number, request, canonical, hash, customerId: customer.customerId, expiresAt };
    const backendTransactionId = await insertReservation(connection, assignment, plan, now);
    const answer = { backendTransactionId, state: 'ReservePending' as const, expiresAt: expiresAt.toISOString() };
    return { outcome: 'reserved', answer, hit: false };
  });
}

type Earlier = {
  backend_transaction_id: number;
  state: string;
  reserve_expires_at: Date | null;
  reservation_hash: string | null;
};

async function readEarlier(
  connection: Connection,
  { editionId, assignmentId }: LockedAssignment,
  number: number,
): Promise<Earlier | undefined> {
  const found = await connection.query<Earlier>({
    name: 'read-reservation',
    text: `SELECT backend_transaction_id, state, reserve_expires_at, reservation_hash FROM transactions
            WHERE edition_id = $1 AND assignment_id = $2 AND terminal_transaction_number = $3`,
    values: [editionId, assignmentId, number],
  });
  return found.rows[0];
}

function repeated(earlier: Earlier, hash: string, number: number): ReservationOutcome {
  const { reservation_hash: reservedHash, reserve_expires_at: expiresAt } = earlier;
  if (reservedHash !== hash || expiresAt === null) {
    const detail =
      reservedHash === null
        ? `Number ${number} was received without a reservation.`
        : `Number ${number} was reserved with other content.`;
    return { outcome: 'refused', code: 'RESERVATION_CONFLICT', detail };
  }
  const answer = {
    backendTransactionId: earlier.backend_transaction_id,
    state: backendStateSchema.parse(earlier.state),
    expiresAt: expiresAt.toISOString(),
  };
  return { outcome: 'reserved', answer, hit: true };
}

async function refusalOf(
  connection: Connection,
  { editionId, mode }: LockedAssignment,
  { customerId, accountId }: { customerId: number; accountId: number },
  request: ReservationRequest,
  now: Date,
): Promise<Extract<ReservationOutcome, { outcome: 'refused' }> | undefined> {
  const { tag, balanceDeltaMinor } = request;
  const blocked = await connection.query<{ blocked_reason: string | null }>({
    name: 'read-tag-block',
    text: 'SELECT blocked_reason FROM tag WHERE edition_id = $1 AND uid = $2',
    values: [editionId, tag.uid],
  });
  if (blocked.rows[0]?.blocked_reason != null)
    return { outcome: 'refused', code: 'TAG_BLOCKED', detail: `Tag ${tag.uid} is blocked.` };
  if (mode === 'tag') return undefined;
  await lockAccount(connection, editionId, accountId);
  const { availableMinor, dailyLeftMinor } = await readSpendable(connection, editionId, customerId, request, now);
  if (request.type === 'Purchase' && dailyLeftMinor !== null && dailyLeftMinor + balanceDeltaMinor < 0)
    return {
      outcome: 'refused',
      code: 'DAILY_LIMIT',
      detail: `${Math.max(0, dailyLeftMinor)} is left of the day's limit.`,
    };
  if (availableMinor + balanceDeltaMinor + (await readOverdraftMinor(connection, editionId)) >= 0) return undefined;
  return { outcome: 'refused', code: 'INSUFFICIENT_FUNDS', detail: `${availableMinor} is free.` };
}

/** How far below zero the edition lets an account go (Q52). */
async function readOverdraftMinor(connection: Connection, editionId: number): Promise<number> {
  const found = await connection.query<{ account_limits: unknown }>({
    name: 'read-account-limits',
    text: 'SELECT account_limits FROM edition WHERE edition_id = $1',
    values: [editionId],
  });
  return accountLimitsSchema.nullish().parse(found.rows[0]?.account_limits)?.overdraftMinor ?? 0;
}

type ReservationPlan = {
  number: number;
  request: ReservationRequest;
  canonical: string;
  hash: string;
  customerId: number;
  expiresAt: Date;
};

async function insertReservation(
  connection: Connection,
  { editionId, assignmentId, currency }: LockedAssignment,
  { number, request, canonical, hash, customerId, expiresAt }: ReservationPlan,
  now: Date,
): Promise<number> {
  const { type, amountMinor, balanceDeltaMinor, tag } = request;
  const kind = type === 'Refund' ? 'terminal-cash-refund' : 'terminal-purchase';
  invariant('INV-06', isLegalTransition(kind, '[*]', 'ReservePending', 'TO'), 'an online checkout may reserve');
  const made = await connection.query<{ backend_transaction_id: number }>({
    name: 'insert-reservation',
    text: `WITH made AS (
             INSERT INTO transactions (edition_id, backend_transaction_id, origin, assignment_id, terminal_transaction_number, state,
               state_cause, state_version, provisional, reserve_expires_at, reservation_hash, type, payment_method, currency, amount_minor,
               balance_delta_minor, customer_id, uid, tag_generation, tag_transaction_number, balance_before_minor, balance_after_minor,
               opened_at, payload, content_hash, received_at)
             VALUES ($1, nextval('backend_transaction_number'), 'terminal', $2, $3, 'ReservePending', 'TO', 0, true, $4, $5, $6, $7, $8, $9,
               $10, $11, $12, $13, $14, $15, $16, $17, $18, $5, $17)
             ON CONFLICT DO NOTHING
             RETURNING backend_transaction_id
           ), step AS (
             INSERT INTO transaction_state (edition_id, backend_transaction_id, step, from_state, to_state, cause, state_version, content_hash, received_at)
             SELECT $1, backend_transaction_id, 1, NULL, 'ReservePending', 'TO', 0, '', $17 FROM made
           )
           SELECT backend_transaction_id FROM made`,
    values: [
      editionId,
      assignmentId,
      number,
      expiresAt,
      hash,
      type,
      type === 'Refund' ? 'cash' : 'tag',
      currency,
      amountMinor,
      balanceDeltaMinor,
      customerId,
      tag.uid,
      tag.generation,
      tag.transactionNumber,
      tag.balanceBeforeMinor,
      tag.balanceAfterMinor,
      now,
      canonical,
    ],
  });
  const id = made.rows[0]?.backend_transaction_id;
  if (id === undefined) throw new OvertakenError('evidence about the number arrived meanwhile');
  return id;
}

/** Why a request cannot be a hold at all, or `undefined`: it must lower the balance by its amount (a refund: and its fee). */
export function reservationFlaw({ type, amountMinor, balanceDeltaMinor, tag }: ReservationRequest): string | undefined {
  if (amountMinor === 0) return 'amountMinor: there is nothing to hold.';
  const fits = type === 'Purchase' ? -balanceDeltaMinor === amountMinor : -balanceDeltaMinor >= amountMinor;
  if (!fits) return 'balanceDeltaMinor: a hold lowers the balance by its amount.';
  return tag.balanceBeforeMinor + balanceDeltaMinor === tag.balanceAfterMinor
    ? undefined
    : 'tag: before and after do not differ by balanceDeltaMinor.';
}
