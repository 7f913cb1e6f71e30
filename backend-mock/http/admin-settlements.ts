import { z } from 'zod';
import {
  adminBookingAnswerSchema,
  missingListingAnswerSchema,
  missingListingRequestSchema,
  transactionResolutionAnswerSchema,
  transactionResolutionRequestSchema,
  unclaimedRequestSchema,
  unreturnedCashAnswerSchema,
} from '../../contract/wire/admin-money.ts';
import { bookUnclaimed, listUnreturned } from '../adjustments/unreturned-cash.ts';
import { listMissing } from '../ingest/list-missing.ts';
import { settleTransaction } from '../ingest/settle-transaction.ts';
import { limits } from '../limits.ts';
import { audit } from '../store/audit.ts';
import { editionQuery, ofEdition, requireEdition, sessionAuth } from './admin-books.ts';
import { requireOperator } from './operator-session.ts';
import { problem, sendProblem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

const transactionPath = z.object({ id: z.coerce.number().pipe(z.int().min(1)) });

/** What an operator ends for tills: transactions left open, and cash that nobody was given back. */
export function settlementRoutes(app: App, service: Service): void {
  resolutionRoute(app, service);
  missingRoute(app, service);
  unreturnedRoute(app, service);
  unclaimedRoute(app, service);
}

function resolutionRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.post(
    '/v1/admin/transactions/:id/resolution',
    {
      schema: {
        tags: ['operator'],
        summary: 'End a transaction that its till left unknown, or that only a tag has shown (money rule 3)',
        security: sessionAuth,
        params: transactionPath,
        body: transactionResolutionRequestSchema,
        response: { 200: transactionResolutionAnswerSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'money');
      const { body } = request;
      const backendTransactionId = request.params.id;
      await requireEdition(service, body.editionId);
      const now = clock.now();
      const done = await database.transaction(async (connection) => {
        const settled = await settleTransaction(connection, backendTransactionId, body, actor, now);
        if (settled.outcome === 'settled' && settled.again !== true)
          await audit(connection, actor, 'transaction settled', { backendTransactionId, ...body }, now);
        return settled;
      });
      switch (done.outcome) {
        case 'settled':
          if (done.again === true) reply.header('Idempotency-Hit', 'true');
          return reply.send({ backendTransactionId, state: done.state });
        case 'unknown':
          return sendProblem(reply, problem('NOT_FOUND', 'There is no such transaction.'));
        case 'refused':
          return sendProblem(reply, problem('BAD_REQUEST', done.reason));
      }
    },
  );
}

function missingRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.post(
    '/v1/admin/missing-transactions',
    {
      schema: {
        tags: ['operator'],
        summary:
          'Put what only a tag has shown into the transition log, to be booked or dismissed there (money rule 3)',
        security: sessionAuth,
        body: missingListingRequestSchema,
        response: { 200: missingListingAnswerSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'money');
      const { body } = request;
      await requireEdition(service, body.editionId);
      const now = clock.now();
      const done = await database.transaction(async (connection) => {
        const listed = await listMissing(connection, body, now);
        if (listed.outcome === 'listed' && !listed.again)
          await audit(connection, actor, 'missing transaction listed', { ...body, logId: listed.logId }, now);
        return listed;
      });
      if (done.outcome === 'listed') return reply.send({ logId: done.logId });
      return sendProblem(
        reply,
        problem('NOT_FOUND', 'No tag shows such a transaction of a known till that is missing.'),
      );
    },
  );
}

function unreturnedRoute(app: App, service: Service): void {
  app.get(
    '/v1/admin/unreturned-cash',
    {
      schema: {
        tags: ['operator'],
        summary: 'Aborted cash top-ups whose cash nobody has confirmed to be given back (money rule 4)',
        security: sessionAuth,
        querystring: ofEdition,
        response: { 200: unreturnedCashAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request) => {
      const { editionId } = request.query;
      await editionQuery(service, request, editionId);
      return { topUps: await listUnreturned(service.database.pool, editionId, limits.listRowsMax) };
    },
  );
}

function unclaimedRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.post(
    '/v1/admin/unreturned-cash/:id/unclaimed',
    {
      schema: {
        tags: ['operator'],
        summary: 'Book such cash to nobody’s account, once',
        security: sessionAuth,
        params: transactionPath,
        body: unclaimedRequestSchema,
        response: { 200: adminBookingAnswerSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'money');
      const plan = { ...request.body, transactionId: request.params.id };
      await requireEdition(service, plan.editionId);
      const now = clock.now();
      const done = await database.transaction(async (connection) => {
        const booked = await bookUnclaimed(connection, plan, now);
        if (booked.outcome === 'booked' && !booked.again)
          await audit(connection, actor, 'cash booked to unclaimed', plan, now);
        return booked;
      });
      switch (done.outcome) {
        case 'booked':
          if (done.again) reply.header('Idempotency-Hit', 'true');
          return reply.send({ backendTransactionId: done.backendTransactionId });
        case 'unknown':
          return sendProblem(reply, problem('NOT_FOUND', 'There is no such transaction.'));
        case 'refused':
          return sendProblem(reply, problem('BAD_REQUEST', done.reason));
      }
    },
  );
}
