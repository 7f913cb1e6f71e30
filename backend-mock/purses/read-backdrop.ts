import { readSharedAccounts } from '../ledger/accounts.ts';
import type { Connection } from '../store/database.ts';
import { type Backdrop, type Contra, soldKey } from './admit-transaction.ts';
import type { CanteenEdition } from './canteen-edition.ts';
import { lockMembers } from './members.ts';
import type { NewPurseTransaction } from './new-transaction.ts';
import { readPurseTerms } from './purses.ts';
import { groupOf } from './settle-sales.ts';

/** What the admission of transactions is judged by, and the accounts that all members share. */
export type TransactionBackdrop = Backdrop & {
  accounts: ReadonlyMap<string, number>;
  firstMerchantId: string | undefined;
};

/** Locks the members of these transactions and reads what is to be known of them. */
export async function readBackdrop(
  connection: Connection,
  edition: CanteenEdition,
  wanted: readonly NewPurseTransaction[],
): Promise<TransactionBackdrop> {
  const { editionId } = edition;
  const customerIds = [...new Set(wanted.map(({ customerId }) => customerId))];
  const members = await lockMembers(connection, editionId, customerIds);
  const purses = await readPurseTerms(connection, editionId, customerIds);
  const contras = await readContras(connection, editionId, wanted);
  const soldMinor = await readSold(connection, edition, wanted, [...contras.values()]);
  const accounts = await readSharedAccounts(connection, editionId);
  const first = await connection.query<{ merchant_id: string }>({
    name: 'first-merchant',
    text: 'SELECT merchant_id FROM merchant WHERE edition_id = $1 ORDER BY position, merchant_id LIMIT 1',
    values: [editionId],
  });
  const firstMerchantId = first.rows[0]?.merchant_id;
  const hasMerchant = (merchantId: string | undefined) =>
    accounts.has(`merchant:${merchantId ?? firstMerchantId ?? ''}`);
  return { edition, members, purses, contras, soldMinor, accounts, firstMerchantId, hasMerchant };
}

async function readContras(
  connection: Connection,
  editionId: number,
  wanted: readonly NewPurseTransaction[],
): Promise<Map<number, Contra>> {
  const ids = wanted.flatMap(({ contraTransactionId }) => contraTransactionId ?? []);
  if (ids.length === 0) return new Map();
  const found = await connection.query<Contra>({
    name: 'read-contras',
    text: `SELECT backend_transaction_id AS "backendTransactionId", customer_id AS "customerId", purse_id AS "purseId", type,
                  amount_minor AS "amountMinor", transaction_date AS "transactionDate", business_date::text AS "businessDate", session, meal,
                  EXISTS (SELECT FROM purse_transaction c WHERE c.edition_id = $1 AND c.type = 'cancellation'
                             AND c.contra_transaction_id = t.backend_transaction_id) AS "isCancelled"
             FROM purse_transaction t WHERE t.edition_id = $1 AND t.backend_transaction_id = ANY($2::bigint[])`,
    values: [editionId, ids],
  });
  return new Map(found.rows.map((contra) => [contra.backendTransactionId, contra]));
}

/** What was sold on the days of the refunds that are wanted, less what was refunded; nothing where only sales are wanted. */
async function readSold(
  connection: Connection,
  { editionId, clock }: CanteenEdition,
  wanted: readonly NewPurseTransaction[],
  contras: readonly Contra[],
): Promise<Map<string, number>> {
  const refunds = wanted.filter(({ purseId, amountMinor }) => purseId === 'sales' && amountMinor > 0);
  if (refunds.length === 0) return new Map();
  const days = [
    ...refunds.map(({ transactionDate }) => clock.dayOf(transactionDate)),
    ...contras.map(({ businessDate }) => businessDate),
  ];
  const found = await connection.query<{
    customerId: number;
    businessDate: string;
    session: string | null;
    meal: boolean;
    soldMinor: number;
  }>({
    name: 'read-sold',
    text: `SELECT customer_id AS "customerId", business_date::text AS "businessDate", session, meal, -sum(amount_minor) AS "soldMinor"
             FROM purse_transaction
            WHERE edition_id = $1 AND customer_id = ANY($2::bigint[]) AND business_date = ANY($3::date[]) AND purse_id = 'sales'
            GROUP BY 1, 2, 3, 4`,
    values: [editionId, refunds.map(({ customerId }) => customerId), [...new Set(days)]],
  });
  return new Map(found.rows.map((row) => [soldKey(row.customerId, groupOf(row)), row.soldMinor]));
}
