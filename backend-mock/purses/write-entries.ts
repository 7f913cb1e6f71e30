import { canonicalJson, contentHash } from '../ingest/chain.ts';
import { isLegalTransition, type TransitionCause, type TransitionKind } from '../ingest/transitions.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Connection } from '../store/database.ts';
import type { PurseEntry } from './purse-entry.ts';

/** Numbers for transactions of the books, in rising order. */
export async function drawTransactionNumbers(connection: Connection, count: number): Promise<number[]> {
  if (count === 0) return [];
  const drawn = await connection.query<{ number: number }>({
    name: 'draw-transaction-numbers',
    text: `SELECT nextval('backend_transaction_number') AS number FROM generate_series(1, $1)`,
    values: [count],
  });
  return drawn.rows.map(({ number }) => number);
}

/** Who makes transactions of purses: an operator or an integration (AD), or this backend by itself (BJ). */
export type EntryMaker = { origin: 'admin' | 'auto'; cause: TransitionCause; kind: TransitionKind };

export const byIntegration: EntryMaker = { origin: 'admin', cause: 'AD', kind: 'admin-booking' };
export const byJob: EntryMaker = { origin: 'auto', cause: 'BJ', kind: 'automatic-credit' };

const entryColumns = `"backendTransactionId" bigint, "customerId" bigint, "purseId" text, type text, "amountMinor" bigint,
  "transactionDate" timestamptz, "businessDate" date, session text, meal boolean, "accountType" text, state text, description text,
  "creditPortionMinor" bigint, "contraTransactionId" bigint, "sourceOfFunds" text, "excessIgnoredMinor" bigint, integration text,
  content jsonb`;
const insertEntries = `INSERT INTO purse_transaction (edition_id, backend_transaction_id, customer_id, purse_id, type, amount_minor,
    transaction_date, business_date, session, meal, account_type, state, description, credit_portion_minor, contra_transaction_id,
    source_of_funds, excess_ignored_minor, integration, content, created_at, changed_at)
  SELECT $1, "backendTransactionId", "customerId", "purseId", type, "amountMinor", "transactionDate", "businessDate", session, meal,
         "accountType", state, description, "creditPortionMinor", "contraTransactionId", "sourceOfFunds"::json, "excessIgnoredMinor",
         integration, content, $2, $2`;

/** Shows transactions that are in the books already in their purses. One statement for all of them. */
export async function showEntries(
  connection: Connection,
  editionId: number,
  entries: readonly PurseEntry[],
  now: Date,
): Promise<void> {
  if (entries.length === 0) return;
  await connection.query({
    name: 'show-purse-entries',
    text: `${insertEntries} FROM jsonb_to_recordset($3::jsonb) AS row(${entryColumns})`,
    values: [editionId, now, JSON.stringify(entries)],
  });
}

/**
 * Makes transactions of purses: in the books, with their history, and in the purse. Committed at once; whoever calls books their
 * postings in the same database transaction. One statement for all of them.
 */
export async function writeEntries(
  connection: Connection,
  editionId: number,
  entries: readonly (PurseEntry & { merchantId?: string | undefined })[],
  { origin, cause, kind }: EntryMaker,
  now: Date,
): Promise<void> {
  if (entries.length === 0) return;
  const isLegal = isLegalTransition(kind, '[*]', 'Open', cause) && isLegalTransition(kind, 'Open', 'Committed', cause);
  invariant('INV-06', isLegal, `${kind} by ${cause} is not legal`);
  await connection.query({
    name: 'write-purse-entries',
    text: `WITH input AS MATERIALIZED (
             SELECT * FROM jsonb_to_recordset($3::jsonb) AS row(${entryColumns}, "bookType" text, method text, "merchantId" text,
               payload text, "contentHash" text)
           ), made AS (
             INSERT INTO transactions (edition_id, backend_transaction_id, origin, state, state_cause, state_version, type, payment_method,
               currency, amount_minor, balance_delta_minor, customer_id, merchant_id, session, opened_at, ended_at, payload, content_hash,
               received_at)
             SELECT $1, "backendTransactionId", $4, 'Committed', $5, 2, "bookType", method, edition.currency, abs("amountMinor"),
                    "amountMinor", "customerId", "merchantId", session, "transactionDate", "transactionDate", payload, "contentHash", $2
               FROM input, edition WHERE edition_id = $1
           ), steps AS (
             INSERT INTO transaction_state (edition_id, backend_transaction_id, step, from_state, to_state, cause, state_version,
               content_hash, received_at)
             SELECT $1, "backendTransactionId", step, from_state, to_state, $5, step, "contentHash", $2
               FROM input CROSS JOIN (VALUES (1, NULL, 'Open'), (2, 'Open', 'Committed')) AS row(step, from_state, to_state)
           )
           ${insertEntries} FROM input`,
    values: [editionId, now, JSON.stringify(entries.map(rowOf)), origin, cause],
  });
}

function rowOf(entry: PurseEntry & { merchantId?: string | undefined }) {
  const { purseId, type, amountMinor } = entry;
  const payload = canonicalJson({ purseId, type, amountMinor }) ?? '{}';
  return { ...entry, bookType: bookTypeOf(entry), method: methodOf(entry), payload, contentHash: contentHash(payload) };
}

/** What the transaction is in the words of the books (R3). */
function bookTypeOf({ purseId, type, amountMinor }: PurseEntry): string {
  if (type === 'credit') return 'Credit';
  if (type === 'clearedCredit') return 'ClearedCredit';
  if (purseId === 'sales') return amountMinor < 0 ? 'Purchase' : 'Chargeback';
  return amountMinor < 0 ? 'Refund' : 'TopUp';
}

function methodOf({ type }: PurseEntry): string {
  if (type === 'cash') return 'cash';
  return type === 'epayment' ? 'online' : 'none';
}
