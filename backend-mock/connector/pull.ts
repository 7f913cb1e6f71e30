import { invariant } from '../ledger/invariant.ts';
import { limits } from '../limits.ts';
import type { Clock } from '../ports.ts';
import type { Connection, Database } from '../store/database.ts';
import { readConnection, type TracConnection } from './connection-rows.ts';
import { keepLease, type Lease } from './lease.ts';
import { forgetRefused, readRefused } from './received-rows.ts';
import type { RemoteTransaction } from './remote-entities.ts';
import { askAboutSubjects, takeTransactions } from './take-page.ts';
import { type ReadTransaction, readRemoteTransaction } from './taken-transaction.ts';
import type { RemoteFault, TracClient } from './trac-client.ts';

export type PullParts = { database: Database; clock: Clock; client: TracClient; lease: Lease; currency: string };

/** `done`: how many news there were; `more`: the reading is not at its end, and goes on with the next round. */
export type PullOutcome = { ok: true; done: number; more: boolean } | { ok: false; fault: RemoteFault };

/** Where a reading begins, and where its next page does. */
type Reading = { from: Date; startedAt: Date; key: string | undefined };

/**
 * Reads everything that is new on the other side, page by page (R132–R136): from 15 minutes before the newest that is known, or from
 * the oldest sale that was not processed yet. Each page and how far the reading has come are one commit; one that was stopped goes on
 * where it was.
 */
export async function pullNews(parts: PullParts): Promise<PullOutcome> {
  const { database, client, lease } = parts;
  let done = 0;
  let mayRestart = true;
  let reading = await beginReading(parts);
  for (let pages = 0; pages < limits.connectorPagesMax; pages += 1) {
    const page = await client.readTransactions(reading.from, reading.key);
    if (!page.ok && page.fault.code === 'REFUSED' && reading.key !== undefined && mayRestart) {
      // The key of a page may be forgotten over there; nothing is lost by reading from the beginning again.
      mayRestart = false;
      reading = await restartReading(parts, reading);
      continue;
    }
    if (!page.ok) return page;
    const link = await readConnection(database.pool, lease.editionId);
    invariant('INV-61', link !== undefined, 'the connection of a lease exists');
    const read = readAll(page.result.transactions, parts.currency, link.slug);
    if (!read.ok) return read;
    const asked = await askAboutSubjects(database, client, link, read.transactions);
    if (!asked.ok) return asked;
    const next = page.result.lastKey;
    done += await database.transaction(async (connection) => {
      const now = parts.clock.now();
      await keepLease(connection, lease, now);
      const news = await takeTransactions(connection, link, read.transactions, asked.subjects, now);
      await notePage(connection, lease.editionId, reading, read.transactions, next);
      return news;
    });
    if (next === undefined) return { ok: true, done, more: false };
    reading = { ...reading, key: next };
  }
  return { ok: true, done, more: true };
}

/** Tries again what could not be booked here, e.g. because a member was missing: it stands here as it was read. */
export async function retryRefused({ database, client, clock, lease, currency }: PullParts): Promise<PullOutcome> {
  const link = await readConnection(database.pool, lease.editionId);
  invariant('INV-61', link !== undefined, 'the connection of a lease exists');
  const refused = await readRefused(database.pool, lease.editionId);
  const read = readAll(refused, currency, link.slug);
  if (!read.ok || refused.length === 0) return read.ok ? { ok: true, done: 0, more: false } : read;
  const asked = await askAboutSubjects(database, client, link, read.transactions);
  if (!asked.ok) return asked;
  return database.transaction(async (connection) => {
    const now = clock.now();
    await keepLease(connection, lease, now);
    await forgetRefused(connection, lease.editionId, read.transactions);
    await takeTransactions(connection, link, read.transactions, asked.subjects, now);
    return { ok: true, done: refused.length, more: false };
  });
}

/** The reading that was stopped, or a new one. */
async function beginReading({ database, clock, lease }: PullParts): Promise<Reading> {
  return database.transaction(async (connection) => {
    const now = clock.now();
    await keepLease(connection, lease, now);
    const link = await readConnection(connection, lease.editionId);
    invariant('INV-61', link !== undefined, 'the connection of a lease exists');
    const { readingFrom, readingStartedAt, readingKey } = link;
    if (readingFrom !== null && readingStartedAt !== null && readingKey !== null)
      return { from: readingFrom, startedAt: readingStartedAt, key: readingKey };
    const from = await beginningOf(connection, link, now);
    return { from, startedAt: now, key: undefined };
  });
}

async function restartReading({ database, clock, lease }: PullParts, { from }: Reading): Promise<Reading> {
  return database.transaction(async (connection) => {
    const now = clock.now();
    await keepLease(connection, lease, now);
    await connection.query(
      'UPDATE trac_connection SET reading_from = NULL, reading_key = NULL, reading_started_at = NULL WHERE edition_id = $1',
      [lease.editionId],
    );
    return { from, startedAt: now, key: undefined };
  });
}

/** R135, Q41, Q42: `meta.createdAt.gt` leaves equality out, which the overlap covers. */
async function beginningOf(
  connection: Connection,
  { editionId, seenUntil, since }: TracConnection,
  now: Date,
): Promise<Date> {
  const oldest = await connection.query<{ at: Date | null }>(
    'SELECT min(remote_created_at) AS at FROM trac_received WHERE edition_id = $1 AND NOT processed AND remote_created_at > $2',
    [editionId, new Date(now.getTime() - limits.connectorRereadMs)],
  );
  const fromNewest = (seenUntil ?? since).getTime() - limits.connectorOverlapMs;
  const fromOldest = (oldest.rows[0]?.at?.getTime() ?? Number.POSITIVE_INFINITY) - 1;
  return new Date(Math.min(fromNewest, fromOldest));
}

/** A page with something that cannot be read is not passed over: what was skipped in silence would be lost. */
function readAll(
  transactions: readonly RemoteTransaction[],
  currency: string,
  slug: string,
): { ok: true; transactions: ReadTransaction[] } | { ok: false; fault: RemoteFault } {
  const read: ReadTransaction[] = [];
  for (const remote of transactions) {
    const one = readRemoteTransaction(remote, currency, slug);
    if (one === undefined) {
      const detail = `transaction ${remote.meta.transactionId}: its amount or its time cannot be read`;
      return { ok: false, fault: { code: 'UNREADABLE', detail, isNo: false } };
    }
    read.push(one);
  }
  return { ok: true, transactions: read };
}

/**
 * How far the reading has come; after its last page the newest it saw is where the next one begins. A clock over there that runs ahead
 * of the one here must not make it skip anything.
 */
async function notePage(
  connection: Connection,
  editionId: number,
  { from, startedAt }: Reading,
  transactions: readonly ReadTransaction[],
  next: string | undefined,
): Promise<void> {
  const newest = transactions.reduce<Date | null>(
    (latest, { createdAt }) => (latest === null || createdAt > latest ? createdAt : latest),
    null,
  );
  await connection.query({
    name: 'note-trac-page',
    text: `UPDATE trac_connection SET
             seen_until = CASE WHEN $5::text IS NULL
               THEN greatest(seen_until, least(greatest(reading_seen_until, $4::timestamptz), $3::timestamptz)) ELSE seen_until END,
             pulled_until = CASE WHEN $5 IS NULL THEN $3 ELSE pulled_until END,
             reading_from = CASE WHEN $5 IS NULL THEN NULL ELSE $2::timestamptz END,
             reading_started_at = CASE WHEN $5 IS NULL THEN NULL ELSE $3 END,
             reading_seen_until = CASE WHEN $5 IS NULL THEN NULL ELSE greatest(reading_seen_until, $4) END,
             reading_key = $5
            WHERE edition_id = $1`,
    values: [editionId, from, startedAt, newest, next ?? null],
  });
}
