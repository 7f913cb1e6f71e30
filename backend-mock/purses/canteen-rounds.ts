import { limits } from '../limits.ts';
import type { Clock } from '../ports.ts';
import type { Connection, Database } from '../store/database.ts';
import { applyDue } from './apply-credits.ts';
import { type CanteenEdition, readCanteenEdition } from './canteen-edition.ts';
import { clearExpired } from './clear-credits.ts';
import { lockMembers } from './members.ts';
import { settleMembers } from './settle-members.ts';

/** Members for whom something is due, by the reason; each of them by an index of its own. $1 is now. */
const duePurses = 'SELECT edition_id, customer_id FROM purse WHERE next_apply_at <= $1';
const waitingSales = `SELECT edition_id, customer_id FROM purse_transaction WHERE state = 'notProcessed'`;
const expiredCredits = 'SELECT edition_id, customer_id FROM credit WHERE NOT cleared AND expires_at <= $1';

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
type Lot = { editionId: number; customerIds: readonly number[] };

/**
 * Takes the members in lots, each in a database transaction of its own, some at once. Those that somebody else is working on are left out
 * at first, and waited for at the end: another round may be five minutes away. A lot that fails leaves the others be; the failure is
 * thrown when they are done.
 */
async function rounds(database: Database, clock: Clock, due: Due, round: Round): Promise<number> {
  let total = 0;
  for (const which of ['free', 'all'] as const) {
    const lots = await dueLots(database, due, clock.now());
    const waiting = lots.values();
    let areAllTaken = true;
    const takeLots = async () => {
      for (const lot of waiting) {
        const taken = await database.transaction((connection) =>
          takeLot(connection, lot, { which, round, now: clock.now() }),
        );
        total += taken.done;
        areAllTaken &&= taken.isWhole;
      }
    };
    const takers = await Promise.allSettled(Array.from({ length: limits.canteenLotsAtOnce }, takeLots));
    for (const taker of takers) if (taker.status === 'rejected') throw taker.reason;
    if (areAllTaken) break;
  }
  return total;
}

/** Everybody for whom something is due now, in the order of their numbers, shared out among the lots that run side by side. */
async function dueLots(database: Database, due: Due, now: Date): Promise<Lot[]> {
  const found = await database.pool.query<{ edition_id: number; customer_id: number }>({
    name: `due-members-${due.name}`,
    text: `SELECT DISTINCT edition_id, customer_id FROM (${due.of}) AS due ORDER BY edition_id, customer_id`,
    values: [now],
  });
  const share = Math.ceil(found.rows.length / limits.canteenLotsAtOnce);
  const membersMax = Math.min(limits.canteenMembersMax, Math.max(limits.canteenMembersMin, share));
  const lots: { editionId: number; customerIds: number[] }[] = [];
  for (const { edition_id: editionId, customer_id: customerId } of found.rows) {
    const last = lots.at(-1);
    if (last?.editionId === editionId && last.customerIds.length < membersMax) last.customerIds.push(customerId);
    else lots.push({ editionId, customerIds: [customerId] });
  }
  return lots;
}

/** Does a round for those members of a lot who can be locked; whole: for all of them. */
async function takeLot(
  connection: Connection,
  { editionId, customerIds }: Lot,
  { which, round, now }: { which: 'free' | 'all'; round: Round; now: Date },
): Promise<{ done: number; isWhole: boolean }> {
  const edition = await readCanteenEdition(connection, editionId);
  const locked = await lockMembers(connection, editionId, customerIds, which);
  const done = await round(connection, edition, [...locked], now);
  return { done, isWhole: locked.size === customerIds.length };
}
