import type { Logger } from 'pino';
import type { Clock, Random } from '../ports.ts';
import { readCanteenEdition } from '../purses/canteen-edition.ts';
import type { Database } from '../store/database.ts';
import type { TracConnection } from './connection-rows.ts';
import { claimDueConnection, endRound, type Lease, LeaseLost, type RoundEnd } from './lease.ts';
import { pullNews, retryRefused } from './pull.ts';
import { pushNews } from './push.ts';
import { createTracClient, type RemoteFault } from './trac-client.ts';

export type ConnectorParts = {
  database: Database;
  clock: Clock;
  random: Random;
  log: Logger;
  /** The machine's network, or a test's. */
  transport?: typeof fetch | undefined;
};

/**
 * Brings every edition into step whose round is due (R132). Each process takes those that no other is talking to. A round has a bound;
 * what it leaves is the next one's. Returns how many transactions went over, either way.
 */
export async function connectDueEditions(parts: ConnectorParts): Promise<number> {
  const { database, clock, random, log } = parts;
  let total = 0;
  for (;;) {
    const claimed = await claimDueConnection(database, clock, random);
    if (claimed === undefined) return total;
    const { lease, connection } = claimed;
    try {
      const { done, end } = await playRound(parts, lease, connection);
      total += done;
      await endRound(database, lease, end, random, clock.now());
      tell(log, connection, end);
    } catch (error) {
      // Another process has it now, which begins where this one has left off.
      if (!(error instanceof LeaseLost)) throw error;
      log.warn({ editionId: lease.editionId }, 'a Trac connection was taken over by another process');
    }
  }
}

type Round = { done: number; end: RoundEnd };

/** First what the other side has, so that what has arrived there is not sent again. */
async function playRound(
  { database, clock, transport }: ConnectorParts,
  lease: Lease,
  link: TracConnection,
): Promise<Round> {
  const { currency } = await readCanteenEdition(database.pool, lease.editionId);
  const client = createTracClient(link, clock, transport);
  const parts = { database, clock, client, lease, link, currency };
  let done = 0;
  const failed = (fault: RemoteFault): Round => ({ done, end: { fault, next: 'in-time' } });
  const ended = (next: RoundEnd['next']): Round => ({ done, end: { fault: undefined, next } });
  if (link.direction !== 'push') {
    for (const step of [retryRefused, pullNews]) {
      const pulled = await step(parts);
      if (!pulled.ok) return failed(pulled.fault);
      done += pulled.done;
      if (pulled.more) return ended('at-once');
    }
  }
  if (link.direction === 'pull') return ended('in-time');
  const pushed = await pushNews(parts);
  if (!pushed.ok) return failed(pushed.fault);
  done += pushed.done;
  if (pushed.more) return ended('at-once');
  return ended(pushed.doubtful ? 'doubt' : 'in-time');
}

/** Of a row of failures the log tells the first one, and the end. */
function tell(log: Logger, { editionId, failures }: TracConnection, { fault }: RoundEnd): void {
  if (fault !== undefined) {
    const level = failures === 0 ? 'warn' : 'debug';
    log[level](
      { editionId, code: fault.code, detail: fault.detail },
      'the Trac installation of an edition is out of step',
    );
  } else if (failures > 0) log.warn({ editionId, failures }, 'the Trac installation of an edition is in step again');
}
