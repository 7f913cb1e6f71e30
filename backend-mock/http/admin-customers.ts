import { and, asc, desc, eq, inArray, lt } from 'drizzle-orm';
import { z } from 'zod';
import {
  customerDetailSchema,
  tagDetailSchema,
  tagHistoryAnswerSchema,
  tagLinkRequestSchema,
} from '../../contract/wire/admin-customers.ts';
import { tagUidSchema } from '../../contract/wire/identifiers.ts';
import { claimTag } from '../adjustments/claim-tag.ts';
import { readCustomerDetail, readTagDetail } from '../adjustments/customer-detail.ts';
import { lockTags } from '../ledger/tags.ts';
import { limits } from '../limits.ts';
import { audit } from '../store/audit.ts';
import type { Connection } from '../store/database.ts';
import { transactionState, transactions } from '../store/schema.ts';
import { editionQuery, ofEdition, requireEdition, sessionAuth } from './admin-books.ts';
import { transactionRow } from './admin-transactions.ts';
import { requireOperator } from './operator-session.ts';
import { problem, sendProblem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

const whole = z.coerce.number().pipe(z.int().min(1));
const tagPath = z.object({ uid: tagUidSchema });

/** Customers and their tags: found by a tag's UID, with everything that ever happened to it. */
export function customerRoutes(app: App, service: Service): void {
  findRoute(app, service);
  customerRoute(app, service);
  tagRoute(app, service);
  historyRoute(app, service);
  linkRoute(app, service);
}

/** One moment for everything that is read. */
function snapshotOf<T>({ database }: Service, work: (connection: Connection) => Promise<T>): Promise<T> {
  return database.transaction(async (connection) => {
    await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    return work(connection);
  });
}

function findRoute(app: App, service: Service): void {
  app.get(
    '/v1/admin/customers',
    {
      schema: {
        tags: ['operator'],
        summary: 'The customer of a tag',
        security: sessionAuth,
        querystring: ofEdition.extend({ uid: tagUidSchema }),
        response: { 200: customerDetailSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request, reply) => {
      const { editionId, uid } = request.query;
      await editionQuery(service, request, editionId);
      const found = await snapshotOf(service, async (connection) => {
        const tag = await readTagDetail(connection, editionId, uid);
        return tag && readCustomerDetail(connection, editionId, tag.customerId, service.clock.now());
      });
      return found ?? sendProblem(reply, problem('NOT_FOUND', `Nobody has heard of tag ${uid}.`));
    },
  );
}

function customerRoute(app: App, service: Service): void {
  app.get(
    '/v1/admin/customers/:id',
    {
      schema: {
        tags: ['operator'],
        summary: 'A customer with funds and tags',
        security: sessionAuth,
        params: z.object({ id: whole }),
        querystring: ofEdition,
        response: { 200: customerDetailSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request, reply) => {
      const { editionId } = request.query;
      await editionQuery(service, request, editionId);
      const found = await snapshotOf(service, (connection) =>
        readCustomerDetail(connection, editionId, request.params.id, service.clock.now()),
      );
      return found ?? sendProblem(reply, problem('NOT_FOUND', 'There is no such customer.'));
    },
  );
}

function tagRoute(app: App, service: Service): void {
  app.get(
    '/v1/admin/tags/:uid',
    {
      schema: {
        tags: ['operator'],
        summary: 'A tag as last seen, and what is on its way to it',
        security: sessionAuth,
        params: tagPath,
        querystring: ofEdition,
        response: { 200: tagDetailSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request, reply) => {
      const { editionId } = request.query;
      await editionQuery(service, request, editionId);
      const found = await snapshotOf(service, (connection) => readTagDetail(connection, editionId, request.params.uid));
      return found ?? sendProblem(reply, problem('NOT_FOUND', 'Nobody has heard of this tag.'));
    },
  );
}

function historyRoute(app: App, service: Service): void {
  const { reads } = service.database;
  app.get(
    '/v1/admin/tags/:uid/history',
    {
      schema: {
        tags: ['operator'],
        summary: 'Every transaction of a tag with every state it had, newest first',
        security: sessionAuth,
        params: tagPath,
        querystring: ofEdition.extend({
          before: whole.optional(),
          limit: z.coerce.number().pipe(z.int().min(1).max(limits.listRowsMax)).default(limits.listRowsDefault),
        }),
        response: { 200: tagHistoryAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request) => {
      const { editionId, before, limit } = request.query;
      await editionQuery(service, request, editionId);
      const rows = await reads
        .select()
        .from(transactions)
        .where(
          and(
            eq(transactions.editionId, editionId),
            eq(transactions.uid, request.params.uid),
            before === undefined ? undefined : lt(transactions.backendTransactionId, before),
          ),
        )
        .orderBy(desc(transactions.backendTransactionId))
        .limit(limit);
      const ids = rows.map(({ backendTransactionId }) => backendTransactionId);
      const states =
        ids.length === 0
          ? []
          : await reads
              .select()
              .from(transactionState)
              .where(
                and(eq(transactionState.editionId, editionId), inArray(transactionState.backendTransactionId, ids)),
              )
              .orderBy(asc(transactionState.step));
      return { transactions: rows.map((row) => ({ ...transactionRow(row), states: statesOf(states, row) })) };
    },
  );
}

function statesOf(
  states: readonly (typeof transactionState.$inferSelect)[],
  { backendTransactionId }: { backendTransactionId: number },
) {
  return states
    .filter((step) => step.backendTransactionId === backendTransactionId)
    .map((step) => ({
      from: step.fromState,
      to: step.toState,
      cause: step.cause,
      receivedAt: step.receivedAt.toISOString(),
    }));
}

function linkRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.post(
    '/v1/admin/tags/:uid/link',
    {
      schema: {
        tags: ['operator'],
        summary: 'Account mode: let one more tag open a customer’s account',
        security: sessionAuth,
        params: tagPath,
        body: tagLinkRequestSchema,
        response: { 200: tagDetailSchema, ...problemAnswers(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'support');
      const { editionId, customerId, reason } = request.body;
      const { uid } = request.params;
      const { mode } = await requireEdition(service, editionId);
      // Two tags with a balance each cannot share an account: in tag mode a lost one is replaced.
      if (mode === 'tag') return sendProblem(reply, problem('BAD_REQUEST', 'Tags of this edition hold their balance.'));
      const now = clock.now();
      const linked = await database.transaction(async (connection) => {
        await lockTags(connection, editionId, new Set([uid]));
        const known = await readTagDetail(connection, editionId, uid);
        if (known?.customerId === customerId) return known;
        if ((await readCustomerDetail(connection, editionId, customerId, now)) === undefined) return 'unknown';
        if (!(await claimTag(connection, { editionId, uid, customerId }, now))) return 'in-use';
        await audit(connection, actor, 'tag linked', { editionId, uid, customerId, reason }, now);
        return (await readTagDetail(connection, editionId, uid)) ?? 'unknown';
      });
      if (linked === 'unknown') return sendProblem(reply, problem('NOT_FOUND', 'There is no such customer.'));
      if (linked === 'in-use') return sendProblem(reply, problem('TAG_IN_USE', `Tag ${uid} has been used already.`));
      return reply.send(linked);
    },
  );
}
