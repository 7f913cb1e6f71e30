import { createCreditPurses } from '../purses/credit-purses.ts';
import type { NewCreditPurse } from '../purses/insert-credit-purses.ts';
import { readPurses } from '../purses/purses.ts';
import type { Connection } from '../store/database.ts';
import { instantOf } from '../trac/instant.ts';
import type { RemotePurse } from './remote-entities.ts';

const externalId = 'trac-purseId';

/** By `customer/remote purse`: the id that purse has here. */
export type PursesHere = ReadonlyMap<string, string>;
export const purseKey = (customerId: number, remotePurseId: string): string => `${customerId}/${remotePurseId}`;

/** The credit purses of these customers that stand for one of the other side. */
export async function readPursesHere(
  queries: Pick<Connection, 'query'>,
  editionId: number,
  customerIds: readonly number[],
): Promise<PursesHere> {
  const here = new Map<string, string>();
  for (const { customerId, purseId, content } of await readPurses(queries, editionId, customerIds)) {
    const ids = content['externalIds'];
    const remote = typeof ids === 'object' && ids !== null ? new Map(Object.entries(ids)).get(externalId) : undefined;
    if (typeof remote === 'string') here.set(purseKey(customerId, remote), purseId);
  }
  return here;
}

/**
 * Makes a credit purse of the other side here: title, validity and how long its credits last. None comes by itself here: the other
 * side says when one has come. The reason where it cannot be made.
 */
export async function makePurseHere(
  connection: Connection,
  editionId: number,
  customerId: number,
  remote: RemotePurse,
  now: Date,
): Promise<{ outcome: 'made'; purseId: string } | { outcome: 'refused'; reason: string }> {
  const { title, validFrom, validTo, validSessions } = remote;
  const plan: NewCreditPurse = {
    customerId,
    title,
    validFrom: validFrom == null ? null : (instantOf(validFrom) ?? null),
    validTo: validTo == null ? null : (instantOf(validTo) ?? null),
    validSessions: validSessions ?? null,
    credit: { expiryDurationDays: remote.credit?.expiryDuration ?? null },
    content: { externalIds: { [externalId]: remote.meta.purseId } },
  };
  const made = await createCreditPurses(connection, editionId, [plan], now);
  if (made.outcome === 'refused') return { outcome: 'refused', reason: made.detail };
  const purseId = made.purses[0]?.purseId;
  return purseId === undefined
    ? { outcome: 'refused', reason: `The purse ${title} could not be made.` }
    : { outcome: 'made', purseId };
}
