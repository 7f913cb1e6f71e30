import { type TransactionPayload, transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import type { InProcessTill } from './in-process-till.ts';

/** The transaction of which the till's journal speaks last. */
export function lastJournalled(till: InProcessTill): TransactionPayload {
  const entries = [...till.journal.lines()].map((line) => JSON.parse(line));
  const last = entries.findLast(({ kind }) => kind === 'transaction');
  if (!last) throw new Error('nothing was journalled');
  return transactionPayloadSchema.parse(last.payload);
}
