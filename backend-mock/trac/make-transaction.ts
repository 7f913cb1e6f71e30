import type { Problem } from '../../contract/wire/problem.ts';
import { once } from '../http/idempotency.ts';
import { problem } from '../http/problems.ts';
import { invariant } from '../ledger/invariant.ts';
import { createTransactions } from '../purses/create-transactions.ts';
import type { NewPurseTransaction, TransactionRefusal } from '../purses/new-transaction.ts';
import { slugOf } from '../purses/source-of-funds.ts';
import { numberOfUlid, ulidOf } from '../purses/ulid.ts';
import type { Connection } from '../store/database.ts';
import type { TracCall } from './access.ts';
import { creditTransactionsKey } from './content.ts';
import { filledWith } from './defaults.ts';
import { describeTransaction, type TransactionRequest } from './transaction-body.ts';
import { transactionDefaults } from './transaction-defaults.ts';

export type Making =
  | { outcome: 'made'; transactionId: string; isAgain: boolean }
  | { outcome: 'refused'; problem: Problem };

/**
 * Makes a transaction of a purse. With an `Idempotency-Key` of the integration once: the same request again gets the first answer;
 * without one every request is another transaction.
 */
export async function makeTransaction(
  connection: Connection,
  call: TracCall,
  request: TransactionRequest,
  key: string | undefined,
  now: Date,
): Promise<Making> {
  if (key === undefined) return makeOne(connection, call, request, now);
  const { editionId, installationId } = call.installation;
  let refused: Making | undefined;
  const { customerId, purseId, body } = request;
  const deed = { editionId, key: `installation-${installationId}:${key}`, request: { customerId, purseId, body }, now };
  const done = await once(connection, deed, async () => {
    const made = await makeOne(connection, call, request, now);
    if (made.outcome === 'made') return made.transactionId;
    refused = made;
    return undefined;
  });
  if (done === undefined) return refused ?? { outcome: 'refused', problem: problem('INTERNAL') };
  if (done.outcome === 'conflict') return { outcome: 'refused', problem: problem('IDEMPOTENCY_CONFLICT') };
  return { outcome: 'made', transactionId: done.answer, isAgain: done.outcome === 'again' };
}

async function makeOne(
  connection: Connection,
  call: TracCall,
  request: TransactionRequest,
  now: Date,
): Promise<Making> {
  const { editionId } = call.edition;
  const { wanted, contraTransactionId } = describeTransaction(call, request);
  const contra = await contraOf(connection, editionId, contraTransactionId);
  if (contra === 'unknown')
    return {
      outcome: 'refused',
      problem: problem('BAD_REQUEST', '/contraTransactionId: there is no such transaction.'),
    };
  const [made] = await createTransactions(connection, editionId, [{ ...wanted, contraTransactionId: contra }], now);
  invariant('INV-04', made !== undefined, 'what was asked for was answered');
  if (made.outcome === 'refused') return { outcome: 'refused', problem: problemOf(made) };
  await layDownCredits(connection, call, wanted);
  return { outcome: 'made', transactionId: made.transactionId, isAgain: false };
}

async function contraOf(
  connection: Connection,
  editionId: number,
  transactionId: string | undefined,
): Promise<number | null | 'unknown'> {
  if (transactionId === undefined) return null;
  const number = numberOfUlid(transactionId);
  if (number === undefined) return 'unknown';
  const found = await connection.query<{ created_at: Date }>(
    'SELECT created_at FROM purse_transaction WHERE edition_id = $1 AND backend_transaction_id = $2',
    [editionId, number],
  );
  const [row] = found.rows;
  return row !== undefined && ulidOf(row.created_at, number) === transactionId ? number : 'unknown';
}

/**
 * Purses that this sale has made, or that nobody laid anything down for yet: their credits begin as the defaults of this integration say
 * (R119, R129), and come from its own sales (R130).
 */
async function layDownCredits(
  connection: Connection,
  { installation, edition }: TracCall,
  { customerId, sourceOfFunds = [] }: NewPurseTransaction,
): Promise<void> {
  if (sourceOfFunds.length === 0) return;
  await connection.query(
    `UPDATE purse SET content = jsonb_build_object('${creditTransactionsKey}', $4::jsonb) || content
      WHERE edition_id = $1 AND customer_id = $2 AND purse_id = ANY($3::text[]) AND NOT content ? '${creditTransactionsKey}'`,
    [
      edition.editionId,
      customerId,
      sourceOfFunds.map(({ name }) => slugOf(name)),
      JSON.stringify(
        filledWith(transactionDefaults(installation.defaults, 'credit'), {
          [installation.namespace]: { status: 'synced' },
        }),
      ),
    ],
  );
}

function problemOf({ code, detail }: TransactionRefusal): Problem {
  return problem(code === 'UNKNOWN_PURSE' || code === 'UNKNOWN_MEMBER' ? 'NOT_FOUND' : 'BAD_REQUEST', detail);
}
