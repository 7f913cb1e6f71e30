import { limits } from '../limits.ts';
import type { Clock } from '../ports.ts';
import type { Database } from '../store/database.ts';
import type { TracConnection } from './connection-rows.ts';
import { keepLease, type Lease, LeaseLost, requireLease } from './lease.ts';
import { ownKeyOf } from './own-identity.ts';
import { findRemoteMember } from './remote-members.ts';
import {
  adoptOwn,
  type Doubtful,
  forgetSending,
  forgetWaiting,
  noteRefused,
  noteSending,
  noteSent,
  noteSentUntil,
  readDoubtful,
  readSendable,
} from './sent-rows.ts';
import { bodyOf, type SendableTransaction } from './sent-transaction.ts';
import type { RemoteFault, TracClient } from './trac-client.ts';

export type PushParts = {
  database: Database;
  clock: Clock;
  client: TracClient;
  lease: Lease;
  link: TracConnection;
  currency: string;
};

/** `more`: there is more to send than a round does; `doubtful`: posts of which nobody knows yet whether they have arrived. */
export type PushOutcome =
  | { ok: true; done: number; more: boolean; doubtful: boolean }
  | { ok: false; fault: RemoteFault };

/**
 * Tells the other side what it does not have yet, one by one and each once (INV-76). The API takes a second post of the same for
 * another transaction, so a post that got no answer is looked for over there before it is made again.
 */
export async function pushNews(parts: PushParts): Promise<PushOutcome> {
  const cleared = await clearDoubts(parts);
  if (!cleared.ok) return cleared;
  await inStep(parts, async (connection, now) => {
    await forgetWaiting(connection, parts.lease.editionId);
    await adoptOwn(connection, parts.lease.editionId, now);
  });
  const some = await readSendable(parts.database.pool, parts.lease.editionId);
  for (const transaction of some) {
    const fault = await send(parts, transaction);
    if (fault !== undefined) return { ok: false, fault };
  }
  await inStep(parts, (connection, now) => noteSentUntil(connection, parts.lease.editionId, now));
  const more = some.length === limits.connectorPushRows;
  return { ok: true, done: some.length, more, doubtful: cleared.doubtful };
}

/** One commit of whoever holds the lease. */
function inStep(
  { database, clock, lease }: PushParts,
  work: (connection: Parameters<typeof keepLease>[0], now: Date) => Promise<void>,
): Promise<void> {
  return database.transaction(async (connection) => {
    const now = clock.now();
    await keepLease(connection, lease, now);
    await work(connection, now);
  });
}

/** A fault where the round cannot go on; what the other side refuses is noted and passed over. */
async function send(parts: PushParts, transaction: SendableTransaction): Promise<RemoteFault | undefined> {
  const { database, clock, client, link, currency, lease } = parts;
  const { backendTransactionId, customerId, purseId } = transaction;
  const { editionId } = lease;
  const member = await findRemoteMember(database, client, link, customerId, clock.now());
  if (member.outcome === 'fault') return member.fault;
  if (member.outcome === 'unknown') {
    const refusal = { backendTransactionId, reason: member.reason, waitsForMember: true };
    await inStep(parts, (connection, now) => noteRefused(connection, editionId, refusal, now));
    return undefined;
  }
  const noted = clock.now().getTime();
  await inStep(parts, (connection, now) => noteSending(connection, editionId, backendTransactionId, now));
  // Whoever was held up here for long must not post any more: another process may have done it, or be about to.
  const beforeEach = async () => {
    await requireLease(database.pool, lease);
    if (clock.now().getTime() - noted > limits.connectorLeaseMs / 2) throw new LeaseLost();
  };
  const posted = await client.postTransaction(
    member.remoteMemberId,
    purseId,
    bodyOf(transaction, { ...link, currency }),
    `${link.slug}:${transaction.ownKey}`,
    beforeEach,
  );
  if (posted.ok) {
    await inStep(parts, (connection) => noteSent(connection, editionId, backendTransactionId, posted.result));
    return undefined;
  }
  const { fault } = posted;
  if (fault.isNo && fault.code === 'REFUSED') {
    const refusal = { backendTransactionId, reason: fault.detail, waitsForMember: false };
    await inStep(parts, (connection, now) => noteRefused(connection, editionId, refusal, now));
    return undefined;
  }
  // It was read over there and not done: no doubt is left behind.
  if (fault.isNo) await inStep(parts, (connection) => forgetSending(connection, editionId, [backendTransactionId]));
  return fault;
}

/**
 * Finds out what became of posts without an answer: those that stand over there have arrived. The others are only sent again once a
 * request that was under way must have arrived or be gone.
 */
async function clearDoubts(
  parts: PushParts,
): Promise<{ ok: true; doubtful: boolean } | { ok: false; fault: RemoteFault }> {
  const { database, clock, lease } = parts;
  const doubtful = await readDoubtful(database.pool, lease.editionId);
  const [oldest] = doubtful;
  if (oldest === undefined) return { ok: true, doubtful: false };
  const askedAt = clock.now();
  const there = await findThere(parts, doubtful, oldest.lastSentAt);
  if (!there.ok) return there;
  let waiting = 0;
  await inStep(parts, async (connection) => {
    const missing: number[] = [];
    waiting = 0;
    for (const { backendTransactionId, key, lastSentAt } of doubtful) {
      const remoteTransactionId = there.found.get(key);
      if (remoteTransactionId !== undefined)
        await noteSent(connection, lease.editionId, backendTransactionId, remoteTransactionId);
      else if (askedAt.getTime() - lastSentAt.getTime() >= limits.connectorDoubtMs) missing.push(backendTransactionId);
      else waiting += 1;
    }
    await forgetSending(connection, lease.editionId, missing);
  });
  return { ok: true, doubtful: waiting > 0 };
}

async function findThere(
  { client, link }: PushParts,
  doubtful: readonly Doubtful[],
  since: Date,
): Promise<{ ok: true; found: ReadonlyMap<string, string> } | { ok: false; fault: RemoteFault }> {
  const wanted = new Set(doubtful.map(({ key }) => key));
  const found = new Map<string, string>();
  const from = new Date(since.getTime() - limits.connectorOverlapMs);
  for (let startKey: string | undefined; ; ) {
    const page = await client.readTransactions(from, startKey);
    if (!page.ok) return page;
    for (const { meta, externalIds } of page.result.transactions) {
      const key = ownKeyOf(externalIds, link.slug);
      if (key !== undefined && wanted.has(key)) found.set(key, meta.transactionId);
    }
    startKey = page.result.lastKey;
    if (startKey === undefined) return { ok: true, found };
  }
}
