import type { TracTransactionAnswer, TracTransactionRequest } from '../../contract/wire/trac-entities.ts';
import { lockMembers, type Member } from '../purses/members.ts';
import { numberOfUlid } from '../purses/ulid.ts';
import type { Connection } from '../store/database.ts';
import type { TracCall } from './access.ts';
import { minorOfDecimal } from './decimal-amount.ts';
import { changedBy } from './defaults.ts';
import { instantOf } from './instant.ts';
import type { Change } from './send-change.ts';
import { transactionContent } from './transaction-body.ts';
import { oneTransaction, transactionAnswer } from './transaction-rows.ts';
import { nextUpdate, preconditionOf } from './unmodified-since.ts';

type Queries = Pick<Connection, 'query'>;

/** Where a transaction stands. */
export type TransactionPlace = { member: Member; purseId: string; transactionId: string };

type Found = {
  answer: TracTransactionAnswer;
  backendTransactionId: number;
  content: Readonly<Record<string, unknown>>;
  changedAt: Date;
};

/** A transaction by its whole id, in its purse. */
export async function findTransaction(
  queries: Queries,
  { member, purseId, transactionId }: TransactionPlace,
  currency: string,
): Promise<Found | undefined> {
  const number = numberOfUlid(transactionId);
  if (number === undefined) return undefined;
  const values = [member.editionId, member.customerId, purseId, number];
  const found = await queries.query<Omit<Found, 'answer'>>(oneTransaction, values);
  const [row] = found.rows;
  if (row === undefined) return undefined;
  const answer = transactionAnswer(row, currency);
  return answer.meta.transactionId === transactionId ? { ...row, answer } : undefined;
}

/**
 * Changes what integrations keep with a transaction, and the session of a sale that has none and waits. Its core never changes
 * (INV-71), and its state is the sales processing's alone (R85): a body may repeat both.
 */
export async function updateTransaction(
  connection: Connection,
  { edition }: TracCall,
  { place, since, body }: { place: TransactionPlace; since: string; body: TracTransactionRequest },
  now: Date,
): Promise<Change<TracTransactionAnswer>> {
  const { editionId, currency } = edition;
  await lockMembers(connection, editionId, [place.member.customerId]);
  const found = await findTransaction(connection, place, currency);
  if (found === undefined) return { outcome: 'unknown' };
  const precondition = preconditionOf(since, found.changedAt);
  if (precondition !== 'holds') return { outcome: precondition };
  const fixed = fixedField(found.answer, body, currency);
  if (fixed !== undefined) return { outcome: 'refused', detail: `${fixed} of this transaction does not change.` };
  await connection.query(
    `UPDATE purse_transaction SET session = coalesce($3, session), content = $4, changed_at = $5
      WHERE edition_id = $1 AND backend_transaction_id = $2`,
    [
      editionId,
      found.backendTransactionId,
      body.session ?? null,
      JSON.stringify(transactionContent(changedBy(found.content, transactionContent(body)))),
      nextUpdate(found.changedAt, now),
    ],
  );
  const changed = await findTransaction(connection, place, currency);
  return changed === undefined ? { outcome: 'unknown' } : { outcome: 'changed', entity: changed.answer };
}

/** The first field that the body would change and nothing may. */
function fixedField(now: TracTransactionAnswer, body: TracTransactionRequest, currency: string): string | undefined {
  const maySetSession = now.session === null && now.state === 'notProcessed';
  const isSame: Record<string, boolean> = {
    amount: body.amount === undefined || minorOfDecimal(body.amount, currency) === now.amountAsInteger,
    transactionDate:
      body.transactionDate === undefined ||
      instantOf(body.transactionDate)?.getTime() === new Date(now.transactionDate).getTime(),
    type: body.type === undefined || body.type === now.type,
    state: body['state'] === undefined || body['state'] === now.state,
    accountType: body.accountType === undefined || body.accountType === now.accountType,
    session: body.session === undefined || maySetSession || body.session === now.session,
    description: body.description === undefined || body.description === now.description,
    contraTransactionId: body.contraTransactionId === undefined || body.contraTransactionId === now.contraTransactionId,
    sourceOfFunds:
      body.sourceOfFunds === undefined || JSON.stringify(body.sourceOfFunds) === JSON.stringify(now.sourceOfFunds),
  };
  return Object.entries(isSame).find(([, same]) => !same)?.[0];
}
