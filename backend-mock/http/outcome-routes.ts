import { and, asc, eq, inArray } from 'drizzle-orm';
import { z } from 'zod';
import { assignmentIdSchema } from '../../contract/wire/identifiers.ts';
import { outcomesAnswerSchema, outcomesQuerySchema, stateCauses } from '../../contract/wire/outcomes.ts';
import { backendStateSchema } from '../../contract/wire/words.ts';
import { transactions, transitionLog } from '../store/schema.ts';
import { authenticate, type CallingAssignment } from './authenticate.ts';
import { type App, problemAnswers, type Service } from './service.ts';

const assignmentPath = z.object({ id: z.coerce.number().pipe(assignmentIdSchema) });
const causeSchema = z.enum(stateCauses);

/**
 * `GET /v1/assignments/{id}/outcomes`: what a till asks about the transactions it left unknown, whose tag another till may
 * have seen meanwhile, or an operator settled (Q9), and about its rejected entries (ingest rule 4).
 */
export function outcomesRoute(app: App, { database }: Service): void {
  app.get(
    '/v1/assignments/:id/outcomes',
    {
      schema: {
        tags: ['terminal'],
        summary: 'What became of unknown transactions and rejected entries',
        security: [{ bearer: [] }],
        params: assignmentPath,
        querystring: outcomesQuerySchema,
        response: { 200: outcomesAnswerSchema, ...problemAnswers(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const caller = await authenticate(database.reads, request, request.params.id);
      const answer = {
        transactions: await transactionOutcomes(database, caller, numbersIn(request.query.transactions)),
        rejections: await rejectionOutcomes(database, caller, numbersIn(request.query.entries)),
      };
      return reply.header('Cache-Control', 'no-store').send(answer);
    },
  );
}

function numbersIn(list: string | undefined): number[] {
  return list ? list.split(',').map(Number) : [];
}

async function transactionOutcomes(
  { reads }: Service['database'],
  { editionId, assignmentId }: CallingAssignment,
  numbers: number[],
) {
  if (numbers.length === 0) return [];
  const rows = await reads
    .select({
      terminalTransactionNumber: transactions.terminalTransactionNumber,
      backendTransactionId: transactions.backendTransactionId,
      state: transactions.state,
      cause: transactions.stateCause,
    })
    .from(transactions)
    .where(
      and(
        eq(transactions.editionId, editionId),
        eq(transactions.assignmentId, assignmentId),
        inArray(transactions.terminalTransactionNumber, numbers),
      ),
    )
    .orderBy(asc(transactions.terminalTransactionNumber));
  return rows.flatMap(({ terminalTransactionNumber, backendTransactionId, state, cause }) => {
    if (terminalTransactionNumber === null) return [];
    const known = { state: backendStateSchema.parse(state), cause: causeSchema.parse(cause) };
    return [{ terminalTransactionNumber, backendTransactionId, ...known }];
  });
}

async function rejectionOutcomes(
  { reads }: Service['database'],
  { editionId, assignmentId }: CallingAssignment,
  seqs: number[],
) {
  if (seqs.length === 0) return [];
  const rows = await reads
    .select({ seq: transitionLog.seq, resolution: transitionLog.resolution })
    .from(transitionLog)
    .where(
      and(
        eq(transitionLog.editionId, editionId),
        eq(transitionLog.assignmentId, assignmentId),
        inArray(transitionLog.seq, seqs),
      ),
    )
    .orderBy(asc(transitionLog.seq));
  // Only what was replicated has a position, and only by it was it found.
  return rows.flatMap(({ seq, resolution }) => (seq === null ? [] : [{ seq, resolution }]));
}
