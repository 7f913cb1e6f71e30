import { z } from 'zod';
import { idempotencyKeySchema } from '../../contract/wire/admin-tags.ts';
import {
  tracPageQuerySchema,
  tracTransactionAnswerSchema,
  tracTransactionMadeSchema,
  tracTransactionRequestSchema,
  tracTransactionsAnswerSchema,
} from '../../contract/wire/trac-entities.ts';
import { problem, sendProblem } from '../http/problems.ts';
import { bodyBytes } from '../http/request-body.ts';
import { type App, problemAnswers, type Service } from '../http/service.ts';
import { installationAuth, requireInstallation } from './access.ts';
import { readPage } from './list-page.ts';
import { makeTransaction } from './make-transaction.ts';
import { organisationPath } from './member-routes.ts';
import { pursePath, requireMember } from './purse-routes.ts';
import { findPurse } from './purses.ts';
import { sendChange, sinceHeader } from './send-change.ts';
import { organisationListing, purseTransactionListing, transactionAnswer } from './transaction-rows.ts';
import { findTransaction, updateTransaction } from './transactions.ts';

const transactionPath = pursePath.extend({ transaction: pursePath.shape.purse });
const collection = '/api/v1/orgs/:org/members/:member/purses/:purse/transactions';

/** Transactions of a purse (R63, R88–R92), and of all members of an organisation (R133). */
export function transactionRoutes(app: App, service: Service): void {
  organisationRoute(app, service);
  listRoute(app, service);
  makeRoute(app, service);
  readRoute(app, service);
  changeRoute(app, service);
}

type ListedRow = { createdAt: Date; pageKey: number };

/** Of a query: words, not booleans. */
const flagSchema = z.enum(['true', 'false']);

function organisationRoute(app: App, service: Service): void {
  app.get(
    '/api/v1/orgs/:org/transactions',
    {
      schema: {
        tags: ['trac'],
        summary: 'Transactions in the order in which they came here; those of members with member_txns=true (R133)',
        security: installationAuth,
        params: organisationPath,
        querystring: tracPageQuerySchema.extend({
          member_txns: flagSchema.default('false'),
          member_txns_sales: flagSchema.default('true'),
        }),
        response: { 200: tracTransactionsAnswerSchema, ...problemAnswers(400, 401, 403, 503) },
      },
    },
    async (request) => {
      const { edition } = await requireInstallation(service, request, request.params.org);
      const { member_txns: ofMembers, member_txns_sales: withSales, ...query } = request.query;
      // R55: every transaction is a member's; the organisation itself has none.
      if (ofMembers === 'false') return { transactions: [] };
      const listing = organisationListing(edition.editionId, withSales === 'true');
      const page = await readPage<ListedRow>(service.database.pool, listing, query);
      return { transactions: page.rows.map((row) => transactionAnswer(row, edition.currency)), lastKey: page.lastKey };
    },
  );
}

function listRoute(app: App, service: Service): void {
  const { pool } = service.database;
  app.get(
    collection,
    {
      schema: {
        tags: ['trac'],
        summary: 'Transactions of a purse in the order in which they came here',
        security: installationAuth,
        params: pursePath,
        querystring: tracPageQuerySchema,
        response: { 200: tracTransactionsAnswerSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { org, member: memberId, purse: purseId } = request.params;
      const { edition } = await requireInstallation(service, request, org);
      const member = await requireMember(pool, edition.editionId, memberId);
      if ((await findPurse(pool, member, purseId)) === undefined)
        return sendProblem(reply, problem('NOT_FOUND', 'The member has no such purse.'));
      const listing = purseTransactionListing(edition.editionId, member.customerId, purseId);
      const page = await readPage<ListedRow>(pool, listing, request.query);
      return reply.send({
        transactions: page.rows.map((row) => transactionAnswer(row, edition.currency)),
        lastKey: page.lastKey,
      });
    },
  );
}

function makeRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.post(
    collection,
    {
      schema: {
        tags: ['trac'],
        summary: 'Make a transaction: a sale or its refund, a top-up, money taken out, a credit, a cancellation',
        security: installationAuth,
        params: pursePath,
        headers: z.object({ 'idempotency-key': idempotencyKeySchema.optional() }),
        body: tracTransactionRequestSchema,
        response: { 201: tracTransactionMadeSchema, ...problemAnswers(400, 401, 403, 404, 413, 422, 503) },
      },
    },
    async (request, reply) => {
      const { org, member: memberId, purse: purseId } = request.params;
      const call = await requireInstallation(service, request, org);
      const { customerId } = await requireMember(database.pool, call.edition.editionId, memberId);
      const wish = { customerId, purseId, body: request.body, text: bodyBytes(request).toString('utf8') };
      const now = clock.now();
      const key = request.headers['idempotency-key'];
      const made = await database.transaction((connection) => makeTransaction(connection, call, wish, key, now));
      switch (made.outcome) {
        case 'refused':
          return sendProblem(reply, made.problem);
        case 'made':
          if (made.isAgain) reply.header('Idempotency-Hit', 'true');
          return reply.code(201).send({ transactionId: made.transactionId });
      }
    },
  );
}

function readRoute(app: App, service: Service): void {
  const { pool } = service.database;
  app.get(
    `${collection}/:transaction`,
    {
      schema: {
        tags: ['trac'],
        summary: 'A transaction',
        security: installationAuth,
        params: transactionPath,
        response: { 200: tracTransactionAnswerSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { org, member: memberId, purse: purseId, transaction: transactionId } = request.params;
      const { edition } = await requireInstallation(service, request, org);
      const member = await requireMember(pool, edition.editionId, memberId);
      const found = await findTransaction(pool, { member, purseId, transactionId }, edition.currency);
      if (found === undefined) return sendProblem(reply, problem('NOT_FOUND', 'The purse has no such transaction.'));
      return reply.send(found.answer);
    },
  );
}

function changeRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.put(
    `${collection}/:transaction`,
    {
      schema: {
        tags: ['trac'],
        summary: 'Change what integrations keep with a transaction; its core never changes',
        security: installationAuth,
        params: transactionPath,
        headers: sinceHeader,
        body: tracTransactionRequestSchema,
        response: { 200: tracTransactionAnswerSchema, ...problemAnswers(400, 401, 403, 404, 412, 413, 503) },
      },
    },
    async (request, reply) => {
      const { org, member: memberId, purse: purseId, transaction: transactionId } = request.params;
      const call = await requireInstallation(service, request, org);
      const member = await requireMember(database.pool, call.edition.editionId, memberId);
      const since = request.headers['if-unmodified-since'];
      const change = { place: { member, purseId, transactionId }, since, body: request.body };
      const now = clock.now();
      const done = await database.transaction((connection) => updateTransaction(connection, call, change, now));
      return sendChange(reply, done, 'The purse has no such transaction.');
    },
  );
}
