import { and, asc, desc, eq, gte, lt, ne } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { z } from 'zod';
import { instantSchema, tagUidSchema } from '../../contract/wire/identifiers.ts';
import {
  tagNumberDuplicatesAnswerSchema,
  transactionDetailSchema,
  transactionsAnswerSchema,
} from '../../contract/wire/operator.ts';
import { backendStateSchema, transactionTypeSchema } from '../../contract/wire/words.ts';
import { unstorableInstant } from '../ingest/payload-flaws.ts';
import { limits } from '../limits.ts';
import { readPaymentDetail } from '../payments/payment-detail.ts';
import type { Reads } from '../store/database.ts';
import { account, posting, transactionState, transactions } from '../store/schema.ts';
import { editionQuery, ofEdition, requireEdition, sessionAuth } from './admin-books.ts';
import { requireOperator } from './operator-session.ts';
import { ProblemError, problem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

const whole = z.coerce.number().pipe(z.int().min(1));
const storableInstant = instantSchema.refine((text) => unstorableInstant(text) === undefined, {
  error: 'is not a time that is stored here',
});
const filters = ofEdition.extend({
  assignmentId: whole.optional(),
  state: backendStateSchema.optional(),
  type: transactionTypeSchema.optional(),
  uid: tagUidSchema.optional(),
  origin: z.enum(['terminal', 'online', 'auto', 'admin', 'gateway']).optional(),
  /** Received from then on, and before then. */
  from: storableInstant.optional(),
  to: storableInstant.optional(),
  /** Only older ones: the last `backendTransactionId` of the page before. */
  before: whole.optional(),
  limit: z.coerce.number().pipe(z.int().min(1).max(limits.listRowsMax)).default(limits.listRowsDefault),
});

/** Transactions with what they booked and how they came about, and tag numbers used twice. */
export function transactionRoutes(app: App, service: Service): void {
  const { database } = service;
  app.get(
    '/v1/admin/transactions',
    {
      schema: {
        tags: ['operator'],
        summary: 'Transactions, newest first',
        security: sessionAuth,
        querystring: filters,
        response: { 200: transactionsAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request) => {
      await requireOperator(service, request, 'look');
      const { editionId, assignmentId, state, type, uid, origin, from, to, before, limit } = request.query;
      await requireEdition(service, editionId);
      const rows = await database.reads
        .select()
        .from(transactions)
        .where(
          and(
            eq(transactions.editionId, editionId),
            assignmentId === undefined ? undefined : eq(transactions.assignmentId, assignmentId),
            state === undefined ? undefined : eq(transactions.state, state),
            type === undefined ? undefined : eq(transactions.type, type),
            uid === undefined ? undefined : eq(transactions.uid, uid),
            origin === undefined ? undefined : eq(transactions.origin, origin),
            from === undefined ? undefined : gte(transactions.receivedAt, new Date(from)),
            to === undefined ? undefined : lt(transactions.receivedAt, new Date(to)),
            before === undefined ? undefined : lt(transactions.backendTransactionId, before),
          ),
        )
        .orderBy(desc(transactions.backendTransactionId))
        .limit(limit);
      return { transactions: rows.map(transactionRow) };
    },
  );
  app.get(
    '/v1/admin/transactions/:id',
    {
      schema: {
        tags: ['operator'],
        summary: 'One transaction with its postings, its states and what the till sent',
        security: sessionAuth,
        params: z.object({ id: whole }),
        querystring: ofEdition,
        response: { 200: transactionDetailSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request) => {
      await requireOperator(service, request, 'look');
      return readDetail(service, request.query.editionId, request.params.id);
    },
  );
  app.get(
    '/v1/admin/tag-number-duplicates',
    {
      schema: {
        tags: ['operator'],
        summary: 'Numbers of a tag that two or more committed transactions claim (R23)',
        security: sessionAuth,
        querystring: ofEdition,
        response: { 200: tagNumberDuplicatesAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request) => {
      await editionQuery(service, request, request.query.editionId);
      return { duplicates: await findDuplicates(service, request.query.editionId) };
    },
  );
}

async function readDetail(
  { database }: Service,
  editionId: number,
  id: number,
): Promise<z.input<typeof transactionDetailSchema>> {
  const { reads } = database;
  const ofTransaction = (table: typeof transactions | typeof transactionState | typeof posting) =>
    and(eq(table.editionId, editionId), eq(table.backendTransactionId, id));
  const [row] = await reads.select().from(transactions).where(ofTransaction(transactions));
  if (row === undefined) throw new ProblemError(problem('NOT_FOUND', 'There is no such transaction.'));
  const debit = alias(account, 'debit');
  const credit = alias(account, 'credit');
  const postings = await reads
    .select({
      line: posting.line,
      kind: posting.kind,
      debit: debit.name,
      credit: credit.name,
      amountMinor: posting.amountMinor,
      bookedAt: posting.bookedAt,
    })
    .from(posting)
    .innerJoin(debit, and(eq(debit.editionId, posting.editionId), eq(debit.accountId, posting.debitAccountId)))
    .innerJoin(credit, and(eq(credit.editionId, posting.editionId), eq(credit.accountId, posting.creditAccountId)))
    .where(ofTransaction(posting))
    .orderBy(asc(posting.line));
  const states = await reads
    .select()
    .from(transactionState)
    .where(ofTransaction(transactionState))
    .orderBy(asc(transactionState.step));
  return {
    transaction: transactionRow(row),
    origin: row.origin,
    postings: postings.map((line) => ({ ...line, bookedAt: line.bookedAt.toISOString() })),
    states: states.map((step) => ({
      step: step.step,
      from: step.fromState,
      to: step.toState,
      cause: step.cause,
      stateVersion: step.stateVersion,
      seq: step.seq,
      receivedAt: step.receivedAt.toISOString(),
    })),
    payload: z.json().parse(JSON.parse(row.payload)),
    payment: await readPaymentDetail(database.pool, { editionId, backendTransactionId: id }),
    group: await readGroup(reads, row),
  };
}

/** The other transactions of a group, which its till drew (R13). */
async function readGroup(
  reads: Reads,
  { editionId, assignmentId, groupId, backendTransactionId }: typeof transactions.$inferSelect,
) {
  if (groupId === null || assignmentId === null) return [];
  const rows = await reads
    .select()
    .from(transactions)
    .where(
      and(
        eq(transactions.editionId, editionId),
        eq(transactions.assignmentId, assignmentId),
        eq(transactions.groupId, groupId),
        ne(transactions.backendTransactionId, backendTransactionId),
      ),
    )
    .orderBy(asc(transactions.backendTransactionId));
  return rows.map(transactionRow);
}

/** A transaction as an operator’s lists show it. */
export function transactionRow(row: typeof transactions.$inferSelect) {
  return {
    backendTransactionId: row.backendTransactionId,
    assignmentId: row.assignmentId,
    terminalTransactionNumber: row.terminalTransactionNumber,
    type: row.type,
    state: backendStateSchema.parse(row.state),
    amountMinor: row.amountMinor,
    balanceDeltaMinor: row.balanceDeltaMinor,
    uid: row.uid,
    tagTransactionNumber: row.tagTransactionNumber,
    receivedAt: row.receivedAt.toISOString(),
  };
}

async function findDuplicates(
  { database }: Service,
  editionId: number,
): Promise<z.input<typeof tagNumberDuplicatesAnswerSchema>['duplicates']> {
  const found = await database.pool.query(
    `SELECT uid, tag_generation AS generation, tag_transaction_number AS "tagTransactionNumber",
            jsonb_agg(jsonb_build_object('backendTransactionId', backend_transaction_id, 'assignmentId', assignment_id,
              'terminalTransactionNumber', terminal_transaction_number, 'amountMinor', amount_minor)
              ORDER BY backend_transaction_id) AS transactions
       FROM transactions
      WHERE edition_id = $1 AND state = 'Committed' AND tag_transaction_number IS NOT NULL AND assignment_id IS NOT NULL
      GROUP BY uid, tag_generation, tag_transaction_number HAVING count(*) > 1
      ORDER BY uid, tag_generation, tag_transaction_number LIMIT $2`,
    [editionId, limits.listRowsMax],
  );
  return tagNumberDuplicatesAnswerSchema.shape.duplicates.parse(found.rows);
}
