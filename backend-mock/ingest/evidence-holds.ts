import type { CustomerOfTag } from '../ledger/customers.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';
import type { LockedAssignment } from './batch-reads.ts';
import { canonicalJson, contentHash } from './chain.ts';
import type { TagClaim } from './tag-evidence.ts';
import { isLegalTransition } from './transitions.ts';

/** Q6: holds what tags show and no till has sent, as `Reserve`, until the owning till replicates. */
export async function holdByEvidence(
  connection: Connection,
  { editionId, currency }: LockedAssignment,
  claims: readonly TagClaim[],
  customers: ReadonlyMap<string, CustomerOfTag>,
  now: Date,
): Promise<void> {
  if (claims.length === 0) return;
  const rows = claims.map((claim) => {
    const kind = claim.type === 'Refund' ? 'terminal-cash-refund' : 'terminal-purchase';
    invariant('INV-06', isLegalTransition(kind, '[*]', 'Reserve', 'TD'), 'evidence may hold');
    const payload = canonicalJson({ evidence: claim }) ?? '{}';
    return {
      assignment_id: claim.assignmentId,
      number: claim.terminalTransactionNumber,
      type: claim.type,
      // Its till will say; a refund pays cash, everything else is paid by the tag.
      payment_method: claim.type === 'Refund' ? 'cash' : 'tag',
      delta_minor: claim.deltaMinor,
      customer_id: customers.get(claim.uid)?.customerId ?? null,
      uid: claim.uid,
      generation: claim.generation,
      tag_number: claim.tagTransactionNumber,
      seen_at: claim.seenAt,
      payload,
      content_hash: contentHash(payload),
    };
  });
  await connection.query({
    name: 'hold-by-evidence',
    // A row that another batch has just made known stays: what a till says is more than what its tag shows.
    text: `WITH held AS (
             INSERT INTO transactions (edition_id, backend_transaction_id, origin, state, state_cause, state_version, provisional, currency,
               received_at, assignment_id, terminal_transaction_number, type, payment_method, amount_minor, balance_delta_minor, customer_id,
               uid, tag_generation, tag_transaction_number, opened_at, payload, content_hash)
             SELECT $1, nextval('backend_transaction_number'), 'terminal', 'Reserve', 'TD', 0, true, $2, $3, row.assignment_id, row.number,
                    row.type, row.payment_method, -row.delta_minor, row.delta_minor, row.customer_id, row.uid, row.generation, row.tag_number,
                    row.seen_at, row.payload, row.content_hash
               FROM jsonb_to_recordset($4::jsonb) AS row(assignment_id bigint, number bigint, type text, payment_method text,
                 delta_minor bigint, customer_id bigint, uid text, generation integer, tag_number bigint, seen_at timestamptz, payload text,
                 content_hash text)
              ORDER BY row.assignment_id, row.number
             ON CONFLICT DO NOTHING
             RETURNING backend_transaction_id
           )
           INSERT INTO transaction_state (edition_id, backend_transaction_id, step, from_state, to_state, cause, state_version, content_hash, received_at)
           SELECT $1, backend_transaction_id, 1, NULL, 'Reserve', 'TD', 0, '', $3 FROM held`,
    values: [editionId, currency, now, JSON.stringify(rows)],
  });
}

/** Q6: lists what tags show, no till has sent and holds nothing (a top-up, say), until its till replicates. */
export async function listAsMissing(
  connection: Connection,
  { editionId, assignmentId }: LockedAssignment,
  claims: readonly TagClaim[],
): Promise<void> {
  if (claims.length === 0) return;
  await connection.query({
    name: 'list-as-missing',
    text: `INSERT INTO missing_transaction (edition_id, seen_by_assignment_id, assignment_id, terminal_transaction_number, uid,
             tag_generation, tag_transaction_number, type, balance_delta_minor, seen_at)
           SELECT $1, $2, row.* FROM jsonb_to_recordset($3::jsonb) AS row("assignmentId" bigint, "terminalTransactionNumber" bigint,
             uid text, generation integer, "tagTransactionNumber" bigint, type text, "deltaMinor" bigint, "seenAt" timestamptz)
           ON CONFLICT DO NOTHING`,
    values: [editionId, assignmentId, JSON.stringify(claims)],
  });
}
