import { createTransactions } from '../purses/create-transactions.ts';
import type { NewPurseTransaction } from '../purses/new-transaction.ts';
import type { Connection, Database } from '../store/database.ts';
import type { TracConnection } from './connection-rows.ts';
import { makePurseHere, purseKey, readPursesHere } from './credit-purses-there.ts';
import { findContras, findOwn, insertReceived, markProcessed, type Received, readReceived } from './received-rows.ts';
import type { RemoteMember, RemotePurse } from './remote-entities.ts';
import { adoptRemoteMember, readKnownMembers } from './remote-members.ts';
import { judgeTransaction, type ReadTransaction } from './taken-transaction.ts';
import type { RemoteFault, TracClient } from './trac-client.ts';

/** Who and what the transactions of a page are about, where it is new here: asked of the other side before anything is written. */
export type PageSubjects = {
  members: ReadonlyMap<string, RemoteMember>;
  /** By remote member. */
  purses: ReadonlyMap<string, readonly RemotePurse[]>;
};

/** Asks the other side about members and credit purses that transactions name and this backend has not heard of. */
export async function askAboutSubjects(
  database: Database,
  client: TracClient,
  { editionId, credits }: TracConnection,
  transactions: readonly ReadTransaction[],
): Promise<{ ok: true; subjects: PageSubjects } | { ok: false; fault: RemoteFault }> {
  const named = [
    ...new Set(transactions.filter(({ ownKey }) => ownKey === undefined).map(({ remoteMemberId }) => remoteMemberId)),
  ];
  const known = await readKnownMembers(database.pool, editionId, named);
  const members = new Map<string, RemoteMember>();
  for (const remoteMemberId of named) {
    if (known.has(remoteMemberId)) continue;
    const member = await client.readMember(remoteMemberId);
    if (member.ok) members.set(remoteMemberId, member.result);
    else if (member.fault.code !== 'REFUSED') return { ok: false, fault: member.fault };
  }
  const purses = new Map<string, readonly RemotePurse[]>();
  if (credits === 'klink') return { ok: true, subjects: { members, purses } };
  const here = await readPursesHere(database.pool, editionId, [...known.values()]);
  for (const { remoteMemberId, remotePurseId, type, ownKey } of transactions) {
    if (type !== 'credit' || ownKey !== undefined || purses.has(remoteMemberId)) continue;
    const customerId = known.get(remoteMemberId);
    if (customerId !== undefined && here.has(purseKey(customerId, remotePurseId))) continue;
    const found = await client.readPurses(remoteMemberId);
    if (found.ok) purses.set(remoteMemberId, found.result);
    else if (found.fault.code !== 'REFUSED') return { ok: false, fault: found.fault };
  }
  return { ok: true, subjects: { members, purses } };
}

/**
 * Takes transactions of the other side into the books here, in the caller's transaction under its lease (INV-75): what was received
 * before is not booked again, only read again where it was not processed yet (Q41). Returns how many are news.
 */
export async function takeTransactions(
  connection: Connection,
  link: TracConnection,
  transactions: readonly ReadTransaction[],
  subjects: PageSubjects,
  now: Date,
): Promise<number> {
  const { editionId } = link;
  const once = [...new Map(transactions.map((read) => [read.remoteTransactionId, read])).values()];
  const before = await readReceived(connection, editionId, [
    ...new Set(once.map(({ remoteTransactionId }) => remoteTransactionId)),
  ]);
  const processed = await markProcessed(
    connection,
    editionId,
    once.filter(({ remoteTransactionId }) => before.has(remoteTransactionId)),
    now,
  );
  const fresh = once.filter(({ remoteTransactionId }) => !before.has(remoteTransactionId));
  // What takes another one back comes after it, which may stand on the same page.
  const isSecond = ({ content }: ReadTransaction) => content.contraTransactionId != null;
  for (const part of [fresh.filter((read) => !isSecond(read)), fresh.filter(isSecond)])
    await insertReceived(connection, editionId, await takePart(connection, link, part, subjects, now), now);
  await settleOwn(connection, editionId, fresh, now);
  return fresh.length + processed;
}

/** Books what is to be booked of transactions that do not depend on each other. */
export async function takePart(
  connection: Connection,
  link: TracConnection,
  part: readonly ReadTransaction[],
  subjects: PageSubjects,
  now: Date,
): Promise<Received[]> {
  const { editionId, since, credits } = link;
  const own = await findOwn(
    connection,
    editionId,
    part.flatMap(({ ownKey }) => (ownKey === undefined ? [] : [ownKey])),
  );
  const contras = await findContras(
    connection,
    editionId,
    part.flatMap(({ content }) => content.contraTransactionId ?? []),
  );
  const customers = await readKnownMembers(connection, editionId, [
    ...new Set(part.map(({ remoteMemberId }) => remoteMemberId)),
  ]);
  const rows: Received[] = [];
  const wanted: { read: ReadTransaction; transaction: NewPurseTransaction }[] = [];
  for (const read of part) {
    const verdict = judgeTransaction(read, { since, credits, contraOf: (id) => contras.get(id) });
    if (verdict.outcome === 'own') {
      rows.push(ownRow(read, read.ownKey === undefined ? undefined : own.get(read.ownKey)));
    } else if (verdict.outcome === 'book') {
      const place = await placeOf(connection, link, read, { ...subjects, customers }, now);
      if (place.outcome === 'found') wanted.push({ read, transaction: { ...verdict.transaction, ...place.place } });
      else rows.push({ ...read, outcome: 'refused', reason: place.reason, backendTransactionId: null });
    } else rows.push({ ...read, outcome: verdict.outcome, reason: verdict.reason, backendTransactionId: null });
  }
  const made = await createTransactions(
    connection,
    editionId,
    wanted.map(({ transaction }) => transaction),
    now,
  );
  for (const [index, { read }] of wanted.entries()) {
    const outcome = made[index];
    if (outcome === undefined) throw new Error('every transaction that was wanted has an answer');
    if (outcome.outcome === 'created')
      rows.push({ ...read, outcome: 'booked', reason: null, backendTransactionId: outcome.backendTransactionId });
    else
      rows.push({
        ...read,
        outcome: 'refused',
        reason: `${outcome.code}: ${outcome.detail}`,
        backendTransactionId: null,
      });
  }
  return rows;
}

/** What carries our number and says something else is not ours: somebody has to look. */
function ownRow(
  read: ReadTransaction,
  here: { backendTransactionId: number; amountMinor: number } | undefined,
): Received {
  if (here !== undefined && here.amountMinor !== read.amountMinor) {
    const reason = `It carries our number ${read.ownKey ?? ''} and another amount than ${here.amountMinor}.`;
    return { ...read, outcome: 'refused', reason, backendTransactionId: null };
  }
  return { ...read, outcome: 'own', reason: null, backendTransactionId: here?.backendTransactionId ?? null };
}

type Place =
  | { outcome: 'found'; place: { customerId: number; purseId: string } }
  | { outcome: 'refused'; reason: string };

/** Whose purse here it goes into; member and credit purse are made where they are new, and `customers` knows them then. */
async function placeOf(
  connection: Connection,
  link: TracConnection,
  { remoteMemberId, remotePurseId }: ReadTransaction,
  { members, purses, customers }: PageSubjects & { customers: Map<string, number> },
  now: Date,
): Promise<Place> {
  const { editionId } = link;
  const known = customers.get(remoteMemberId);
  const remote = members.get(remoteMemberId);
  if (known === undefined && remote === undefined)
    return { outcome: 'refused', reason: `The other side does not say who its member ${remoteMemberId} is.` };
  const customerId =
    known ?? (remote === undefined ? undefined : await adoptRemoteMember(connection, link, remote, now));
  if (customerId === undefined) return { outcome: 'refused', reason: `Nobody here is member ${remoteMemberId}.` };
  customers.set(remoteMemberId, customerId);
  if (remotePurseId === 'default' || remotePurseId === 'sales')
    return { outcome: 'found', place: { customerId, purseId: remotePurseId } };
  const here = (await readPursesHere(connection, editionId, [customerId])).get(purseKey(customerId, remotePurseId));
  if (here !== undefined) return { outcome: 'found', place: { customerId, purseId: here } };
  const purse = purses.get(remoteMemberId)?.find(({ meta }) => meta.purseId === remotePurseId);
  if (purse === undefined)
    return { outcome: 'refused', reason: `The other side does not say what its purse ${remotePurseId} is.` };
  const made = await makePurseHere(connection, editionId, customerId, purse, now);
  return made.outcome === 'made' ? { outcome: 'found', place: { customerId, purseId: made.purseId } } : made;
}

/** What is seen over there has arrived: nobody needs to ask whether it has. */
async function settleOwn(
  connection: Connection,
  editionId: number,
  fresh: readonly ReadTransaction[],
  now: Date,
): Promise<void> {
  const own = fresh.filter(({ ownKey }) => ownKey !== undefined);
  if (own.length === 0) return;
  await connection.query({
    name: 'settle-own-received',
    text: `INSERT INTO trac_sent AS s (edition_id, backend_transaction_id, state, remote_transaction_id, first_sent_at, last_sent_at)
           SELECT edition_id, backend_transaction_id, 'sent', remote_transaction_id, $3, $3 FROM trac_received
            WHERE edition_id = $1 AND remote_transaction_id = ANY($2::text[]) AND outcome = 'own' AND backend_transaction_id IS NOT NULL
           ON CONFLICT (edition_id, backend_transaction_id) DO UPDATE
              SET state = 'sent', remote_transaction_id = excluded.remote_transaction_id, reason = NULL, waits_for_member = false
            WHERE s.state <> 'sent'`,
    values: [editionId, own.map(({ remoteTransactionId }) => remoteTransactionId), now],
  });
}
