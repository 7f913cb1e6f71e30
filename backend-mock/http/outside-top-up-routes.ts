import { z } from 'zod';
import {
  autoTopUpRuleRequestSchema,
  autoTopUpRuleSchema,
  noticeSignatureHeader,
  onlineTopUpRequestSchema,
  outsideTopUpSchema,
  paymentNoticeSchema,
} from '../../contract/wire/outside-top-up.ts';
import { readAutoTopUpRule, setAutoTopUpRule } from '../payments/auto-top-up.ts';
import { cancelOutsideTopUp } from '../payments/cancel-top-up.ts';
import { isSignedBy, readNoticeSecret } from '../payments/notice-secret.ts';
import { openOnlineTopUp, readOutsideTopUp } from '../payments/online-top-up.ts';
import { receiveNotice } from '../payments/receive-notice.ts';
import { audit } from '../store/audit.ts';
import { requireEdition, sessionAuth } from './admin-books.ts';
import { idempotencyHeader, sendOnce } from './once-deed.ts';
import { requireOperator } from './operator-session.ts';
import { problem, sendProblem } from './problems.ts';
import { bodyBytes } from './request-body.ts';
import { type App, problemAnswers, type Service } from './service.ts';

const whole = z.coerce.number().pipe(z.int().min(1));
const ofCustomer = z.object({ id: whole });
const ofEdition = z.object({ editionId: whole });

/** Top-ups that no till makes: online, by a card on file, and what the provider says of them. */
export function outsideTopUpRoutes(app: App, service: Service): void {
  openRoute(app, service);
  readRoute(app, service);
  cancelRoute(app, service);
  ruleRoutes(app, service);
  webhookRoute(app, service);
}

function openRoute(app: App, service: Service): void {
  app.post(
    '/v1/customers/:id/online-top-ups',
    {
      schema: {
        tags: ['operator'],
        summary: 'Open an online top-up of a customer; its payment is started at once after',
        security: sessionAuth,
        params: ofCustomer,
        headers: idempotencyHeader,
        body: onlineTopUpRequestSchema,
        response: { 200: outsideTopUpSchema, ...problemAnswers(400, 401, 403, 404, 422, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'money');
      const { editionId } = request.body;
      await requireEdition(service, editionId);
      const customerId = request.params.id;
      return sendOnce(service, reply, {
        name: 'online top-up',
        actor,
        key: request.headers['idempotency-key'],
        body: { ...request.body, customerId },
        answerSchema: outsideTopUpSchema,
        work: async (connection, now) => {
          const wish = { editionId, customerId, amountMinor: request.body.amountMinor };
          const done = await openOnlineTopUp(connection, wish, service.random, now);
          switch (done.outcome) {
            case 'opened':
              return { outcome: 'done', answer: done.topUp };
            case 'unknown-customer':
              return { outcome: 'refused', problem: problem('NOT_FOUND', 'There is no such customer.') };
            case 'refused':
              return { outcome: 'refused', problem: problem('BAD_REQUEST', done.reason) };
          }
        },
      });
    },
  );
}

function readRoute(app: App, service: Service): void {
  app.get(
    '/v1/customers/:id/online-top-ups/:transactionId',
    {
      schema: {
        tags: ['operator'],
        summary: 'How far a top-up of a customer is, online or automatic',
        security: sessionAuth,
        params: ofCustomer.extend({ transactionId: whole }),
        querystring: ofEdition,
        response: { 200: outsideTopUpSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      await requireOperator(service, request, 'look');
      const { id, transactionId } = request.params;
      const found = await readOutsideTopUp(service.database.pool, request.query.editionId, id, transactionId);
      if (found === undefined) return sendProblem(reply, problem('NOT_FOUND', 'The customer has no such top-up.'));
      return reply.send(found);
    },
  );
}

function cancelRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.delete(
    '/v1/customers/:id/online-top-ups/:transactionId',
    {
      schema: {
        tags: ['operator'],
        summary: 'Give up a top-up of a customer whose payment was not begun; later it is refused',
        security: sessionAuth,
        params: ofCustomer.extend({ transactionId: whole }),
        querystring: ofEdition,
        response: { 200: outsideTopUpSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'money');
      const { editionId } = request.query;
      const { id: customerId, transactionId: backendTransactionId } = request.params;
      const now = clock.now();
      const done = await database.transaction(async (connection) => {
        const cancelled = await cancelOutsideTopUp(
          connection,
          { editionId, customerId, backendTransactionId, actor },
          now,
        );
        if (cancelled.outcome === 'cancelled' && !cancelled.again)
          await audit(
            connection,
            actor,
            'online top-up cancelled',
            { editionId, customerId, backendTransactionId },
            now,
          );
        return cancelled;
      });
      switch (done.outcome) {
        case 'cancelled':
          if (done.again) reply.header('Idempotency-Hit', 'true');
          return reply.send(done.topUp);
        case 'unknown':
          return sendProblem(reply, problem('NOT_FOUND', 'The customer has no such top-up.'));
        case 'refused':
          return sendProblem(reply, problem('BAD_REQUEST', done.reason));
      }
    },
  );
}

function ruleRoutes(app: App, service: Service): void {
  const { database, clock } = service;
  const path = '/v1/admin/customers/:id/auto-top-up';
  app.put(
    path,
    {
      schema: {
        tags: ['operator'],
        summary: 'Set the low balance rule of a customer',
        security: sessionAuth,
        params: ofCustomer,
        body: autoTopUpRuleRequestSchema,
        response: { 200: autoTopUpRuleSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'money');
      const { editionId } = request.body;
      const customer = { editionId, customerId: request.params.id };
      const now = clock.now();
      const rule = await database.transaction(async (connection) => {
        const done = await setAutoTopUpRule(connection, customer, request.body, actor, now);
        // The card is a secret of the customer's: the audit knows that there is one.
        if (done !== undefined) await audit(connection, actor, 'auto top-up rule', { editionId, ...done }, now);
        return done;
      });
      if (rule === undefined) return sendProblem(reply, problem('NOT_FOUND', 'There is no such customer.'));
      return reply.send(rule);
    },
  );
  app.get(
    path,
    {
      schema: {
        tags: ['operator'],
        summary: 'The low balance rule of a customer',
        security: sessionAuth,
        params: ofCustomer,
        querystring: ofEdition,
        response: { 200: autoTopUpRuleSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      await requireOperator(service, request, 'look');
      const customer = { editionId: request.query.editionId, customerId: request.params.id };
      const rule = await readAutoTopUpRule(database.pool, customer);
      if (rule === undefined) return sendProblem(reply, problem('NOT_FOUND', 'The customer has no such rule.'));
      return reply.send(rule);
    },
  );
}

function webhookRoute(app: App, { database, clock }: Service): void {
  app.post(
    '/v1/payments/webhook',
    {
      schema: {
        tags: ['provider'],
        summary: 'What has become of a payment; signed over the raw body',
        headers: z.object({ [noticeSignatureHeader]: z.string().max(200).optional() }),
        body: paymentNoticeSchema,
        response: { 204: z.null().describe('Taken.'), ...problemAnswers(400, 401, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const secret = await readNoticeSecret(database.pool);
      const signature = request.headers[noticeSignatureHeader];
      if (typeof signature !== 'string' || !isSignedBy(secret, bodyBytes(request), signature))
        return sendProblem(reply, problem('UNAUTHENTICATED', 'The signature is not right.'));
      const result = await receiveNotice(database, clock, request.body);
      if (result.outcome === 'refused') return sendProblem(reply, problem(result.code, result.detail));
      return reply.code(204).send(null);
    },
  );
}
