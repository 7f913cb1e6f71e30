import { type BackendState, backendStateSchema } from '../../contract/wire/words.ts';
import type { Connection } from '../store/database.ts';
import { canonicalJson, contentHash } from './chain.ts';
import type { TransitionCause } from './transitions.ts';

/** A step that the table does not have, or whose guard stood against it, and that no till replicated. */
export type RefusedStep = {
  editionId: number;
  backendTransactionId: number;
  /** What was asked for; the state that the transaction has, and keeps, is read here. */
  to: BackendState;
  cause: Exclude<TransitionCause, 'TR'>;
  reason: string;
  /** The request or the notice, as it is kept with the row. */
  asked: object;
  actor: string;
};

/**
 * Writes a refused step into the transition log (R49; requirements.md 3.3, "log row + error"), in the transaction that refuses it.
 * Whoever asked was told at once, so that the row waits for nobody; the same question again leaves no second one.
 */
export async function logRefusedStep(connection: Connection, step: RefusedStep, now: Date): Promise<void> {
  const { editionId, backendTransactionId, to, cause, reason, asked, actor } = step;
  const payload = canonicalJson(asked) ?? '{}';
  await connection.query({
    name: 'log-refused-step',
    text: `INSERT INTO transition_log (edition_id, received_at, backend_transaction_id, cause, uid, from_state, to_state, code, reason, payload,
             payload_hash, resolution, resolution_note, resolved_by, resolved_at)
           SELECT $1, $2, $3, $4, t.uid, t.state, $5, 'INVALID_TRANSITION', $6, $7, $8, 'dismissal', 'refused when it was asked for', $9, $2
             FROM transactions t
            WHERE t.edition_id = $1 AND t.backend_transaction_id = $3
              AND NOT EXISTS (SELECT FROM transition_log l WHERE l.edition_id = $1 AND l.backend_transaction_id = $3 AND l.cause = $4
                                 AND l.from_state = t.state AND l.to_state = $5 AND l.payload_hash = $8)`,
    values: [
      editionId,
      now,
      backendTransactionId,
      cause,
      backendStateSchema.parse(to),
      reason.replaceAll('\0', '\uFFFD'),
      payload.replaceAll('\\u0000', '\uFFFD'),
      contentHash(payload),
      actor,
    ],
  });
}
