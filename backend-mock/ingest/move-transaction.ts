import type { BackendState } from '../../contract/wire/words.ts';
import { invariant } from '../ledger/invariant.ts';
import { type Connection, OvertakenError } from '../store/database.ts';
import { isLegalTransition, type TransitionCause, type TransitionKind } from './transitions.ts';

/** A step that no till asked for: by evidence (TD), an online call (TO) or an operator (AD). */
export type Move = {
  backendTransactionId: number;
  kind: TransitionKind;
  from: BackendState;
  to: BackendState;
  cause: Exclude<TransitionCause, 'TR'>;
};

/**
 * Takes one step of the table and writes it down. Throws where the table has no such step (INV-06), and
 * {@link OvertakenError} where the transaction is no longer in `from`.
 */
export async function moveTransaction(connection: Connection, editionId: number, move: Move, now: Date): Promise<void> {
  const { backendTransactionId, kind, from, to, cause } = move;
  invariant('INV-06', isLegalTransition(kind, from, to, cause), `${kind}: ${from} → ${to} by ${cause} is not legal`);
  const moved = await connection.query({
    name: 'move-transaction',
    text: `WITH moved AS (
             UPDATE transactions SET state = $4, state_cause = $5
              WHERE edition_id = $1 AND backend_transaction_id = $2 AND state = $3 RETURNING state_version
           )
           INSERT INTO transaction_state (edition_id, backend_transaction_id, step, from_state, to_state, cause, state_version, content_hash, received_at)
           SELECT $1, $2, 1 + (SELECT count(*) FROM transaction_state WHERE edition_id = $1 AND backend_transaction_id = $2),
                  $3, $4, $5, state_version, '', $6
             FROM moved`,
    values: [editionId, backendTransactionId, from, to, cause, now],
  });
  if (moved.rowCount !== 1) throw new OvertakenError('a transaction moved before it was reached');
}
