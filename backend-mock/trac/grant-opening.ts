import type { TracPurseRequest } from '../../contract/wire/trac-entities.ts';
import { ProblemError } from '../http/problems.ts';
import type { Purse } from '../purses/purses.ts';
import type { Connection } from '../store/database.ts';
import type { TracCall } from './access.ts';
import { minorOfDecimal } from './decimal-amount.ts';
import { makeTransaction } from './make-transaction.ts';

/** A purse that is made with a balance has it by a credit, as it would have by any other transaction (R69, R98). */
export async function grantOpening(
  connection: Connection,
  call: TracCall,
  { customerId, purseId }: Purse,
  { balance }: TracPurseRequest,
  now: Date,
): Promise<void> {
  if (balance === undefined || minorOfDecimal(balance, call.edition.currency) === 0) return;
  const body = { type: 'credit', amount: balance, transactionDate: now.toISOString() };
  const made = await makeTransaction(connection, call, { customerId, purseId, body, text: '' }, undefined, now);
  if (made.outcome === 'refused') throw new ProblemError(made.problem);
}
