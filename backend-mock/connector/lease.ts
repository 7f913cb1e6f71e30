import { drawToken } from '../enrolment/secrets.ts';
import { limits } from '../limits.ts';
import type { Clock, Random } from '../ports.ts';
import type { Connection, Database } from '../store/database.ts';
import { readConnection, type TracConnection } from './connection-rows.ts';
import type { RemoteFault } from './trac-client.ts';

/** The right to speak to the other side of one edition, which one process has at a time. */
export type Lease = { editionId: number; token: string };

/** Somebody else has taken the lease over: whatever was about to be written down here is theirs to do. */
export class LeaseLost extends Error {
  constructor() {
    super('another process has taken the connection over');
    this.name = 'LeaseLost';
  }
}

/** Takes a connection whose round is due and which no process is talking to; `undefined` where there is none. */
export async function claimDueConnection(
  database: Database,
  clock: Clock,
  random: Random,
): Promise<{ lease: Lease; connection: TracConnection } | undefined> {
  return database.transaction(async (connection) => {
    const now = clock.now();
    const token = drawToken(random);
    const claimed = await connection.query<{ edition_id: number }>({
      name: 'claim-trac-connection',
      text: `UPDATE trac_connection SET lease_token = $2, lease_until = $3
              WHERE edition_id = (SELECT edition_id FROM trac_connection
                                   WHERE active AND next_round_at <= $1 AND (lease_until IS NULL OR lease_until <= $1)
                                   ORDER BY next_round_at LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
              RETURNING edition_id`,
      values: [now, token, leaseEnd(now)],
    });
    const editionId = claimed.rows[0]?.edition_id;
    const found = editionId === undefined ? undefined : await readConnection(connection, editionId);
    return found === undefined ? undefined : { lease: { editionId: found.editionId, token }, connection: found };
  });
}

/**
 * Holds the lease for the caller's database transaction, and longer from now on. What is written in that transaction is written by
 * whoever holds the lease, and by nobody at the same time. Throws {@link LeaseLost}.
 */
export async function keepLease(connection: Connection, { editionId, token }: Lease, now: Date): Promise<void> {
  const kept = await connection.query({
    name: 'keep-trac-lease',
    text: 'UPDATE trac_connection SET lease_until = $3 WHERE edition_id = $1 AND lease_token = $2',
    values: [editionId, token, leaseEnd(now)],
  });
  if (kept.rowCount !== 1) throw new LeaseLost();
}

/**
 * Looks whether the lease is still held, right before something that no database takes back: a process can have been stopped for longer
 * than its own clock knows, as a virtual machine is. Throws {@link LeaseLost}.
 */
export async function requireLease(queries: Pick<Connection, 'query'>, { editionId, token }: Lease): Promise<void> {
  const held = await queries.query({
    name: 'require-trac-lease',
    text: 'SELECT FROM trac_connection WHERE edition_id = $1 AND lease_token = $2',
    values: [editionId, token],
  });
  if (held.rowCount !== 1) throw new LeaseLost();
}

/**
 * How a round ended, and where it did not fail, what the next one waits for: its time, the time after which it is known whether a post
 * has arrived, or nothing, because there is more to do.
 */
export type RoundEnd = { fault: RemoteFault | undefined; next: 'in-time' | 'doubt' | 'at-once' };

/** Ends a round and says when the next one is due: in ten minutes or so (R132), or sooner where something failed or is in doubt. */
export async function endRound(
  database: Database,
  { editionId, token }: Lease,
  { fault, next }: RoundEnd,
  random: Random,
  now: Date,
): Promise<void> {
  await database.transaction(async (connection) => {
    const { failures } = (await readConnection(connection, editionId)) ?? { failures: 0 };
    const pauseMs = fault === undefined ? pauseBefore(next, random) : pauseAfterFault(fault, failures, random);
    await connection.query({
      name: 'end-trac-round',
      text: `UPDATE trac_connection SET lease_token = NULL, lease_until = NULL, last_round_at = $3,
                    next_round_at = CASE WHEN next_round_at <= $3 THEN $4::timestamptz ELSE next_round_at END,
                    failures = CASE WHEN $5::text IS NULL THEN 0 ELSE failures + 1 END, fault_code = $5, fault_detail = $6,
                    fault_since = CASE WHEN $5::text IS NULL THEN NULL ELSE coalesce(fault_since, $3) END
              WHERE edition_id = $1 AND lease_token = $2`,
      values: [
        editionId,
        token,
        now,
        new Date(now.getTime() + pauseMs),
        fault?.code ?? null,
        fault?.detail.slice(0, 1_000).replaceAll('\0', '\uFFFD') ?? null,
      ],
    });
  });
}

/** From −1 to 1. */
function spread(random: Random): number {
  return ((random.bytes(1)[0] ?? 0) / 255) * 2 - 1;
}

function pauseBefore(next: RoundEnd['next'], random: Random): number {
  switch (next) {
    case 'in-time':
      return limits.connectorIntervalMs + limits.connectorJitterMs * spread(random);
    case 'doubt':
      return limits.connectorDoubtMs;
    case 'at-once':
      return limits.connectorTickMs;
  }
}

function pauseAfterFault({ retryAfterMs }: RemoteFault, failures: number, random: Random): number {
  const grown = Math.min(limits.connectorIntervalMs, limits.connectorRetryFirstMs * 2 ** Math.min(failures, 20));
  return Math.max(retryAfterMs ?? 0, grown * (1 + 0.25 * spread(random)));
}

const leaseEnd = (now: Date) => new Date(now.getTime() + limits.connectorLeaseMs);
