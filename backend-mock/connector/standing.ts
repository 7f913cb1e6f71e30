import type { z } from 'zod';
import type { ConnectionRow, connectionFindingSchema } from '../../contract/wire/connections.ts';
import { limits } from '../limits.ts';
import type { Connection } from '../store/database.ts';
import type { TracConnection } from './connection-rows.ts';
import { sendable } from './sendable.ts';

type Queries = Pick<Connection, 'query'>;
type Counts = {
  unprocessed: number;
  notReceived: number;
  doubtful: number;
  notSent: number;
  pending: number;
  oldest_at: Date | null;
  differences: number;
};

/** Sales that both sides have processed, with another part paid by credits: `r` is the other side's, `t` this one's. */
const differing = `FROM trac_received r
   JOIN purse_transaction t ON t.edition_id = r.edition_id AND t.backend_transaction_id = r.backend_transaction_id
  WHERE r.edition_id = $1 AND r.remote_purse_id = 'sales' AND r.processed AND t.state = 'processed'
    AND r.credit_portion_minor <> t.credit_portion_minor`;

/** How far an edition and the other side are in step, as an operator sees it. */
export async function describeConnection(queries: Queries, found: TracConnection, now: Date): Promise<ConnectionRow> {
  const { editionId } = found;
  const counted = await queries.query<Counts>({
    text: `SELECT (SELECT count(*) FROM trac_received WHERE edition_id = $1 AND NOT processed) AS unprocessed,
                  (SELECT count(*) FROM trac_received WHERE edition_id = $1 AND outcome = 'refused') AS "notReceived",
                  (SELECT count(*) FROM trac_sent WHERE edition_id = $1 AND state = 'sending') AS doubtful,
                  (SELECT count(*) FROM trac_sent WHERE edition_id = $1 AND state = 'refused') AS "notSent",
                  pending.count AS pending, pending.oldest_at, (SELECT count(*) ${differing}) AS differences
             FROM (SELECT count(*) AS count, min(t.created_at) AS oldest_at ${sendable}) AS pending`,
    values: [editionId],
  });
  const counts = counted.rows[0];
  const secondsSince = (at: Date) => Math.max(0, Math.round((now.getTime() - at.getTime()) / 1000));
  const pushes = found.direction !== 'pull';
  const oldestAt = pushes ? (counts?.oldest_at ?? null) : null;
  const { pulledUntil, faultCode, faultSince } = found;
  return {
    editionId,
    address: found.address,
    audience: found.audience,
    organisation: found.organisation,
    installationId: found.installationId,
    slug: found.slug,
    namespace: found.namespace,
    direction: found.direction,
    credits: found.credits,
    since: found.since.toISOString(),
    active: found.active,
    publicKeyPem: found.publicKeyPem,
    lastRoundAt: found.lastRoundAt?.toISOString() ?? null,
    nextRoundAt: found.nextRoundAt.toISOString(),
    fault:
      faultCode === null || faultSince === null
        ? null
        : { code: faultCode, detail: found.faultDetail ?? '', since: faultSince.toISOString(), rounds: found.failures },
    standing: {
      pull: {
        until: pulledUntil?.toISOString() ?? null,
        lagSeconds: pulledUntil === null ? null : secondsSince(pulledUntil),
        unprocessed: counts?.unprocessed ?? 0,
        refused: counts?.notReceived ?? 0,
      },
      push: {
        pending: pushes ? (counts?.pending ?? 0) : 0,
        oldestAt: oldestAt?.toISOString() ?? null,
        lagSeconds: oldestAt === null ? 0 : secondsSince(oldestAt),
        doubtful: counts?.doubtful ?? 0,
        refused: counts?.notSent ?? 0,
      },
      differences: counts?.differences ?? 0,
    },
  };
}

type Finding = z.infer<typeof connectionFindingSchema>;

/** What did not go over, and why; the oldest first. */
export async function readFindings(queries: Queries, editionId: number): Promise<Finding[]> {
  const found = await queries.query<Omit<Finding, 'at'> & { at: Date }>({
    text: `SELECT 'not-received' AS kind, remote_transaction_id AS "remoteTransactionId", NULL::bigint AS "backendTransactionId",
                  remote_created_at AS at, type, amount_minor AS "amountMinor", reason
             FROM trac_received WHERE edition_id = $1 AND outcome = 'refused'
           UNION ALL
           SELECT 'not-sent', NULL, s.backend_transaction_id, t.created_at, t.type, t.amount_minor, s.reason
             FROM trac_sent s JOIN purse_transaction t USING (edition_id, backend_transaction_id)
            WHERE s.edition_id = $1 AND s.state = 'refused'
           UNION ALL
           SELECT 'credit-difference', r.remote_transaction_id, t.backend_transaction_id, t.created_at, t.type, t.amount_minor,
                  'of it credits paid ' || r.credit_portion_minor || ' there and ' || t.credit_portion_minor || ' here' ${differing}
           ORDER BY at, "remoteTransactionId", "backendTransactionId" LIMIT $2`,
    values: [editionId, limits.listRowsMax],
  });
  return found.rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

/**
 * Lets what the other side has refused be sent again, by a round that is due at once. Returns how many there are; what could not be
 * booked here is tried again by every round anyhow.
 */
export async function sendRefusedAgain(connection: Connection, editionId: number, now: Date): Promise<number> {
  const sent = await connection.query(`DELETE FROM trac_sent WHERE edition_id = $1 AND state = 'refused'`, [editionId]);
  await connection.query('UPDATE trac_connection SET next_round_at = $2 WHERE edition_id = $1', [editionId, now]);
  return sent.rowCount ?? 0;
}
