import type { Connection } from '../store/database.ts';

/** Accounts every edition has from its first day; merchants' accounts come with the merchant, customers' with the tag. */
const systemAccounts = [
  { type: 'top-up', name: 'top-up:cash' },
  { type: 'top-up', name: 'top-up:card' },
  { type: 'top-up', name: 'top-up:online' },
  { type: 'top-up', name: 'top-up:admin' },
  { type: 'fee', name: 'fee' },
  { type: 'loss', name: 'loss' },
  { type: 'unclaimed', name: 'unclaimed' },
] as const;

/** The accounts that every edition has from its first moment on. */
export async function createSystemAccounts(connection: Connection, editionId: number): Promise<void> {
  await connection.query(
    `INSERT INTO account (edition_id, type, name)
     SELECT $1, type, name FROM unnest($2::text[], $3::text[]) AS wanted(type, name)`,
    [editionId, systemAccounts.map((account) => account.type), systemAccounts.map((account) => account.name)],
  );
}

/** Who pays for credits: an edition with purses has it, one in account mode. */
export async function createFundingAccount(connection: Connection, editionId: number): Promise<void> {
  await connection.query(`INSERT INTO account (edition_id, type, name) VALUES ($1, 'funding', 'funding')`, [editionId]);
}

/** The account of a merchant; one that is there stays. */
export async function createMerchantAccount(
  connection: Connection,
  editionId: number,
  merchantId: string,
): Promise<void> {
  await connection.query(
    `INSERT INTO account (edition_id, type, name) VALUES ($1, 'merchant', $2) ON CONFLICT DO NOTHING`,
    [editionId, `merchant:${merchantId}`],
  );
}

/** Account number by wire name, for every account of the edition that is not a customer's. */
export async function readSharedAccounts(
  connection: Connection,
  editionId: number,
): Promise<ReadonlyMap<string, number>> {
  const rows = await connection.query<{ name: string; account_id: number }>({
    name: 'shared-accounts',
    text: `SELECT name, account_id FROM account WHERE edition_id = $1 AND customer_id IS NULL`,
    values: [editionId],
  });
  return new Map(rows.rows.map((row) => [row.name, row.account_id]));
}
