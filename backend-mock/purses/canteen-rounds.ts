import { limits } from '../limits.ts';
import type { Clock } from '../ports.ts';
import type { Connection, Database } from '../store/database.ts';
import { applyDue } from './apply-credits.ts';
import { type CanteenEdition, readCanteenEdition } from './canteen-edition.ts';
import { clearExpired } from './clear-credits.ts';
import { lockMembers } from './members.ts';
import { settleMembers } from './settle-members.ts';

/** Members for whom something is due, by the reason; each of them by an index of its own. $2 is now. */
const duePurses = 'SELECT edition_id, customer_id FROM purse WHERE next_apply_at <= $2';
const waitingSales = `SELECT edition_id, customer_id FROM purse_transaction WHERE state = 'notProcessed'`;
const expiredCredits = 'SELECT edition_id, customer_id FROM credit WHERE NOT cleared AND expires_at <= $2';

/**
 * Processes all unprocessed sales (R75, R76): every 5 minutes, in any number of processes, each of which takes members that no other is
 * working on. What is due before and after it is done for the same members in the same database transaction: credits that come, and
 * those whose time is over. However late it runs, the purses come out as if it had run in time. Returns how many things it did.
 */
export async function processSales(database: Database, clock: Clock): Promise<number> {
  return rounds(database, clock, { name: 'sales', of: `${waitingSales} UNION ${expiredCredits}` }, settleAll);
}

/** Brings the credits that are due (R93). Returns how many came. */
export async function applyCredits(database: Database, clock: Clock): Promise<number> {
  return rounds(database, clock, { name: 'credits', of: duePurses }, applyDue);
}

/** A round for these members, whom the caller has locked: what is due comes, what waits is processed, what is over is cleared. */
export async function settleAll(
  connection: Connection,
  edition: CanteenEdition,
  customerIds: readonly number[],
  now: Date,
): Promise<number> {
  const applied = await applyDue(connection, edition, customerIds, now);
  const settled = await settleMembers(connection, edition, customerIds, now);
  return applied + settled + (await clearExpired(connection, edition, customerIds, now));
}

type Round = typeof settleAll;
type Due = { name: string; of: string };

/**
 * Takes the members in the order of their numbers, so many at a time, each lot in a database transaction of its own. Those that somebody
 * else is working on are left out at first, and waited for at the end: another round may be five minutes away.
 */
async function rounds(database: Database, clock: Clock, due: Due, round: Round): Promise<number> {
  let total = 0;
  let areAllTaken = true;
  for (const which of ['free', 'all'] as const) {
    let after: Lot | undefined = { editionId: 0, customerIds: [0], done: 0, isWhole: true };
    for (;;) {
      const start: Lot = after;
      after = await database.transaction((connection) =>
        takeLot(connection, { after: start, due, which, round, now: clock.now() }),
      );
      if (after === undefined) break;
      total += after.done;
      areAllTaken &&= after.isWhole;
    }
    if (areAllTaken) break;
  }
  return total;
}

type Lot = { editionId: number; customerIds: readonly number[]; done: number; isWhole: boolean };

async function takeLot(
  connection: Connection,
  { after, due, which, round, now }: { after: Lot; due: Due; which: 'free' | 'all'; round: Round; now: Date },
): Promise<Lot | undefined> {
  const found = await connection.query<{ edition_id: number; customer_id: number }>({
    name: `due-members-${due.name}`,
    text: `SELECT DISTINCT edition_id, customer_id FROM (${due.of}) AS due
            WHERE (edition_id, customer_id) > ($1::bigint, $3::bigint) ORDER BY edition_id, customer_id LIMIT $4`,
    values: [after.editionId, now, after.customerIds.at(-1) ?? 0, limits.canteenMembersMax],
  });
  const editionId = found.rows[0]?.edition_id;
  if (editionId === undefined) return undefined;
  const customerIds = found.rows.filter((row) => row.edition_id === editionId).map((row) => row.customer_id);
  const edition = await readCanteenEdition(connection, editionId);
  const locked = await lockMembers(connection, editionId, customerIds, which);
  const done = await round(connection, edition, [...locked], now);
  return { editionId, customerIds, done, isWhole: locked.size === customerIds.length };
}
