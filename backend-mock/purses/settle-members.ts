import { bookShown } from '../ledger/booking.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';
import type { CanteenEdition } from './canteen-edition.ts';
import { adjustCleared } from './clear-credits.ts';
import { placeSettlements, transferOf } from './purse-postings.ts';
import { type MembersSales, readWaitingSales } from './read-waiting-sales.ts';
import { type Settlement, settleSales, type UsableCredit, type WaitingSale } from './settle-sales.ts';
import { writeSettlements } from './write-settlements.ts';

/**
 * Processes every waiting sale of these members (R75–R81): draws on credits first, then on the cash (R77–R79), marks the sales processed
 * (R85) and books the transfers, which are no transactions (R82). One statement for each kind of row, whatever the number of members,
 * whom the caller has locked. Returns how many sales it processed.
 */
export async function settleMembers(
  connection: Connection,
  edition: CanteenEdition,
  customerIds: readonly number[],
  now: Date,
): Promise<number> {
  const { editionId } = edition;
  const members = await readWaitingSales(connection, edition, customerIds);
  if (members.length === 0) return 0;
  const settled = members.flatMap((member) => settledOf(member, edition));
  const settlements = settled.flatMap((member) => member.settlements);
  await writeSettlements(connection, editionId, settlements, now);
  await markProcessed(connection, editionId, members, settlements, now);
  await noteUsage(connection, editionId, settlements);
  const postings = settled.flatMap((member) => member.postings);
  await bookShown(connection, editionId, postings, now);
  const used = new Set(settlements.flatMap(({ creditId }) => creditId ?? []));
  await adjustCleared(connection, edition, [...used], now);
  return members.reduce((sum, { waiting }) => sum + waiting.length, 0);
}

function settledOf({ waiting, credits, draws, accounts }: MembersSales, edition: CanteenEdition) {
  if (waiting.length === 0) return [];
  const rules = { drawsCredits: edition.creditMode === 'TRAC', sessionCredits: edition.sessionCredits };
  const purses = new Map(credits.map(({ transactionId, purseId }) => [transactionId, purseId]));
  const decided = settleSales(waiting, credits, draws, rules);
  requireWhole(waiting, credits, decided);
  const settlements = placeSettlements(decided, (creditId) => purses.get(creditId));
  return [{ settlements, postings: settlements.map((settlement) => transferOf(settlement, (id) => accounts.get(id))) }];
}

/** INV-70: not a penny more or less than was sold, and no credit pays more than it has. The database says the second once more. */
function requireWhole(
  waiting: readonly WaitingSale[],
  credits: readonly UsableCredit[],
  settlements: readonly Settlement[],
): void {
  const drawnMinor = settlements.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
  const soldMinor = waiting.reduce((sum, { amountMinor }) => sum - amountMinor, 0);
  invariant('INV-70', drawnMinor === soldMinor, 'what sales draw is what was sold');
  const left = new Map(credits.map(({ transactionId, availableMinor }) => [transactionId, availableMinor]));
  for (const { creditId, amountMinor } of settlements)
    if (creditId !== undefined) left.set(creditId, (left.get(creditId) ?? 0) - amountMinor);
  for (const leftMinor of left.values()) invariant('INV-70', leftMinor >= 0, 'a credit pays no more than it has');
}

// The two below find their rows by their numbers alone and join nothing: a plan that was made while the tables were small cannot come to
// read the whole edition.
async function markProcessed(
  connection: Connection,
  editionId: number,
  members: readonly MembersSales[],
  settlements: readonly Settlement[],
  now: Date,
): Promise<void> {
  const portions = new Map<number, number>();
  for (const { transactionId, creditId, amountMinor } of settlements)
    if (creditId !== undefined) portions.set(transactionId, (portions.get(transactionId) ?? 0) + Math.abs(amountMinor));
  const ids = members.flatMap(({ waiting }) => waiting.map(({ transactionId }) => transactionId));
  if (ids.length === 0) return;
  await connection.query({
    name: 'mark-processed',
    text: `UPDATE purse_transaction SET state = 'processed', changed_at = $2,
                  credit_portion_minor = coalesce(($4::jsonb ->> backend_transaction_id::text)::bigint, 0)
            WHERE edition_id = $1 AND backend_transaction_id = ANY($3::bigint[])`,
    values: [editionId, now, ids, JSON.stringify(Object.fromEntries(portions))],
  });
}

async function noteUsage(connection: Connection, editionId: number, settlements: readonly Settlement[]): Promise<void> {
  const used = new Map<number, number>();
  for (const { creditId, amountMinor } of settlements)
    if (creditId !== undefined) used.set(creditId, (used.get(creditId) ?? 0) + amountMinor);
  if (used.size === 0) return;
  await connection.query({
    name: 'use-credits',
    text: `UPDATE credit SET usage_minor = usage_minor + ($3::jsonb ->> backend_transaction_id::text)::bigint
            WHERE edition_id = $1 AND backend_transaction_id = ANY($2::bigint[])`,
    values: [editionId, [...used.keys()], JSON.stringify(Object.fromEntries(used))],
  });
}
