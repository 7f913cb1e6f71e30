import { type TransactionPayload, transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import type { BackendState } from '../../contract/wire/words.ts';
import type { CustomerOfTag } from '../ledger/customers.ts';
import { invariant } from '../ledger/invariant.ts';
import { limits } from '../limits.ts';
import type { Connection } from '../store/database.ts';
import { raiseAlert } from './alerts.ts';
import type { LockedAssignment } from './batch-reads.ts';
import { transitionKind } from './decide.ts';
import { holdByEvidence, listAsMissing } from './evidence-holds.ts';
import { type ClaimedRow, earlierClaims, keyOf, readClaimed } from './evidence-reads.ts';
import type { Interpretation } from './interpret.ts';
import { findImbalance } from './item-balance.ts';
import { moveTransaction } from './move-transaction.ts';
import { logRefusedStep } from './refused-step.ts';
import { claimsOf, judgeClaim, lowersBalance, sortClaims, type TagClaim } from './tag-evidence.ts';
import { isLegalTransition } from './transitions.ts';

/** A transaction that a tag proved written: its items are to be booked. */
export type ProvenTransaction = { backendTransactionId: number; payload: TransactionPayload };

export type EvidenceOutcome = {
  proven: ProvenTransaction[];
  /** Where evidence moved transactions, by the backend's number: what the till is told (Q9). */
  moved: ReadonlyMap<number, BackendState>;
};

/**
 * Lets authenticated tags speak (Q6, Q9, Q49, Q8), after the batch's own transactions are written and under the locks of their
 * tags: snapshots of this batch, and earlier ones about transactions that this batch left unknown. Returns what moved; the caller books
 * what became `Committed` with the batch.
 */
export async function applyEvidence(
  connection: Connection,
  assignment: LockedAssignment,
  interpretation: Interpretation,
  customers: ReadonlyMap<string, CustomerOfTag>,
  now: Date,
): Promise<EvidenceOutcome> {
  const moved = new Map<number, BackendState>();
  const read = interpretation.snapshots.flatMap(({ payload }) => claimsOf(payload));
  const claims = [...read, ...(await earlierClaims(connection, assignment, interpretation))];
  if (claims.length === 0) return { proven: [], moved };
  const { agreed, disputed } = sortClaims(claims);
  for (const claim of disputed) await alertAbout(connection, assignment, 'EVIDENCE_MISMATCH', claim, now);
  const found = await readClaimed(connection, assignment.editionId, agreed);
  const holds: TagClaim[] = [];
  const missing: TagClaim[] = [];
  const proven: ProvenTransaction[] = [];
  for (const claim of agreed) {
    const row = found.get(keyOf(claim));
    invariant('INV-60', row !== undefined, 'every claim was looked up');
    const verdict = judgeClaim(claim, row.transaction, row);
    switch (verdict.verdict) {
      case 'nothing':
        break;
      case 'hold':
        holds.push(claim);
        break;
      case 'missing':
        missing.push(claim);
        if (!row.assignmentKnown)
          await alertAbout(connection, assignment, 'EVIDENCE_OF_UNKNOWN_ASSIGNMENT', claim, now);
        break;
      case 'alert':
        await alertAbout(connection, assignment, verdict.code, claim, now);
        if (verdict.code === 'EVIDENCE_CONTRADICTS_ABORTED')
          await logProof(
            connection,
            assignment,
            row.backendTransactionId,
            lowersBalance(claim) ? 'Reserve' : 'Committed',
            claim,
            now,
          );
        break;
      case 'move': {
        const step = await moveByProof(connection, assignment, claim, row, verdict.to, now);
        if (step === undefined) break;
        const { backendTransactionId, payload } = step;
        moved.set(backendTransactionId, verdict.to);
        if (payload !== undefined) proven.push({ backendTransactionId, payload });
      }
    }
  }
  await holdByEvidence(connection, assignment, holds, customers, now);
  await listAsMissing(connection, assignment, missing);
  for (const id of await abortDisplaced(connection, assignment, claims, now)) moved.set(id, 'Aborted');
  return { proven, moved };
}

async function alertAbout(
  connection: Connection,
  assignment: LockedAssignment,
  code: string,
  claim: TagClaim,
  now: Date,
): Promise<void> {
  const detail = `number ${claim.tagTransactionNumber} of tag ${claim.uid}, generation ${claim.generation}, shows a ${claim.type} of ${claim.deltaMinor}`;
  await raiseAlert(connection, assignment, code, keyOf(claim), detail, now);
}

/** R49: what a tag proves and the table does not let it do. The same proof by another reading is the same row. */
async function logProof(
  connection: Connection,
  { editionId, assignmentId }: LockedAssignment,
  backendTransactionId: number | undefined,
  to: BackendState,
  { seenAt: _seenAt, ...evidence }: TagClaim,
  now: Date,
): Promise<void> {
  invariant('INV-60', backendTransactionId !== undefined, 'what is refused is stored');
  const reason = `number ${evidence.tagTransactionNumber} of tag ${evidence.uid} shows it, and that is not for a tag to decide`;
  const actor = `assignment ${assignmentId}`;
  const step = { editionId, backendTransactionId, to, cause: 'TD', reason, asked: { evidence }, actor } as const;
  await logRefusedStep(connection, step, now);
}

/** Takes the step that a claim proves; returns what is to be booked, if anything, and whether it moved. */
async function moveByProof(
  connection: Connection,
  assignment: LockedAssignment,
  claim: TagClaim,
  row: ClaimedRow,
  to: 'Reserve' | 'Committed',
  now: Date,
): Promise<{ backendTransactionId: number; payload: TransactionPayload | undefined } | undefined> {
  const { backendTransactionId, transaction } = row;
  invariant('INV-60', backendTransactionId !== undefined && transaction !== undefined, 'what moves is stored');
  const step = { backendTransactionId, from: transaction.state, to, cause: 'TD' as const };
  if (to === 'Reserve') {
    const kind = claim.type === 'Refund' ? 'terminal-cash-refund' : 'terminal-purchase';
    await moveTransaction(connection, assignment.editionId, { ...step, kind }, now);
    return { backendTransactionId, payload: undefined };
  }
  const payload = transactionPayloadSchema.parse(JSON.parse(row.payload ?? '{}'));
  const kind = transitionKind(payload);
  const imbalance = findImbalance({ ...payload, state: 'Committed' });
  if (kind === undefined || imbalance !== undefined) {
    // Its till sent it while nobody asked for its sums; it stays unknown until the till or an operator settles it.
    await alertAbout(connection, assignment, 'EVIDENCE_UNBOOKABLE', claim, now);
    return undefined;
  }
  if (!isLegalTransition(kind, transaction.state, to, 'TD')) {
    // A card top-up is settled by its till or an operator, for whom this is the proof.
    await alertAbout(connection, assignment, 'EVIDENCE_FOR_OPERATOR', claim, now);
    await logProof(connection, assignment, backendTransactionId, to, claim, now);
    return undefined;
  }
  await moveTransaction(connection, assignment.editionId, { ...step, kind }, now);
  return { backendTransactionId, payload };
}

/**
 * Q9, proof of not written: a tag shows that another transaction holds the number of an unknown one, in the same generation. A
 * snapshot that merely does not reach the number proves nothing and never gets here. Claims that are disputed count too: a till
 * whose disk was put back has shown one number of its own under two of the tag, and neither is the unknown one's. Where tags show
 * the number as the unknown one's as well, there are several candidates for it, and nothing moves (Q49).
 */
async function abortDisplaced(
  connection: Connection,
  { editionId, assignmentId }: LockedAssignment,
  claims: readonly TagClaim[],
  now: Date,
): Promise<number[]> {
  if (claims.length === 0) return [];
  const found = await connection.query<{ backend_transaction_id: number; payload: string }>({
    name: 'displaced-transactions',
    text: `WITH row AS (
             SELECT * FROM jsonb_to_recordset($2::jsonb) AS row("assignmentId" bigint, "terminalTransactionNumber" bigint, uid text,
               generation integer, "tagTransactionNumber" bigint))
           SELECT DISTINCT t.backend_transaction_id, t.payload
             FROM row CROSS JOIN LATERAL (
               SELECT t.backend_transaction_id, t.payload FROM transactions t
                WHERE t.edition_id = $1 AND t.uid = row.uid AND t.tag_generation = row.generation
                  AND t.tag_transaction_number = row."tagTransactionNumber" AND t.state = 'TerminalConfirmUnknown'
                  AND (t.assignment_id, t.terminal_transaction_number) <> (row."assignmentId", row."terminalTransactionNumber")
                  AND NOT EXISTS (SELECT FROM row AS own
                       WHERE (own."assignmentId", own."terminalTransactionNumber") = (t.assignment_id, t.terminal_transaction_number)
                         AND (own.uid, own.generation, own."tagTransactionNumber") =
                             (t.uid, t.tag_generation, t.tag_transaction_number))
                LIMIT $3) AS t
            ORDER BY t.backend_transaction_id`,
    values: [editionId, JSON.stringify(claims), limits.snapshotsOfNumberMax],
  });
  const actor = `assignment ${assignmentId}`;
  const moved: number[] = [];
  for (const row of found.rows) {
    const kind = transitionKind(transactionPayloadSchema.parse(JSON.parse(row.payload)));
    invariant('INV-60', kind !== undefined, 'what a till sent has a table');
    const { backend_transaction_id: backendTransactionId } = row;
    if (!isLegalTransition(kind, 'TerminalConfirmUnknown', 'Aborted', 'TD')) {
      // A card top-up has taken money: its till or an operator ends it, and the payment with it.
      const reason = 'another transaction holds its number on the tag, and the money was taken all the same';
      const step = { editionId, backendTransactionId, to: 'Aborted', cause: 'TD', reason, asked: {}, actor } as const;
      await logRefusedStep(connection, step, now);
      continue;
    }
    const move = { backendTransactionId, kind, from: 'TerminalConfirmUnknown', to: 'Aborted', cause: 'TD' } as const;
    await moveTransaction(connection, editionId, move, now);
    moved.push(backendTransactionId);
  }
  return moved;
}
