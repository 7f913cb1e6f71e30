import { z } from 'zod';
import {
  gatewayRefundRequestSchema,
  manualRefundRequestSchema,
  refundAnswerSchema,
  refundEndRequestSchema,
  refundsAnswerSchema,
} from '../../contract/wire/admin-money.ts';
import type { Problem } from '../../contract/wire/problem.ts';
import { logRefusedStep } from '../ingest/refused-step.ts';
import { lockTags } from '../ledger/tags.ts';
import { limits } from '../limits.ts';
import { abortRefund, commitRefund } from '../refunds/end-refund.ts';
import { openRefund, type RefundPlan } from '../refunds/open-refund.ts';
import { listRefunds, lockRefund, type RefundRow, refundAnswer } from '../refunds/refund-rows.ts';
import { audit } from '../store/audit.ts';
import { editionQuery, ofEdition, requireEdition, sessionAuth } from './admin-books.ts';
import { idempotencyHeader, sendOnce } from './once-deed.ts';
import { requireOperator } from './operator-session.ts';
import { problem, sendProblem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

/** What leaves to the open loop side by an operator's hand or through the payment gateway (R6, Q20, Q21). */
export function refundRoutes(app: App, service: Service): void {
  listRoute(app, service);
  openRoutes(app, service);
  endRoute(app, service, 'payment');
  endRoute(app, service, 'abortion');
}

function listRoute(app: App, service: Service): void {
  app.get(
    '/v1/admin/refunds',
    {
      schema: {
        tags: ['operator'],
        summary: 'Refunds of the backend, newest first: what is held, what may be paid, what has ended',
        security: sessionAuth,
        querystring: ofEdition,
        response: { 200: refundsAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request) => {
      const { editionId } = request.query;
      await editionQuery(service, request, editionId);
      return { refunds: await listRefunds(service.database.pool, editionId, limits.listRowsMax) };
    },
  );
}

function openRoutes(app: App, service: Service): void {
  app.post(
    '/v1/admin/manual-refunds',
    {
      schema: {
        tags: ['operator'],
        summary: 'Hold what an operator is going to pay back; in tag mode the tag loses it first (Q20)',
        security: sessionAuth,
        headers: idempotencyHeader,
        body: manualRefundRequestSchema,
        response: { 200: refundAnswerSchema, ...problemAnswers(400, 401, 403, 404, 409, 422, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'money');
      await requireEdition(service, request.body.editionId);
      const plan = { ...request.body, kind: 'manual', paymentReference: null } as const;
      return sendOnce(service, reply, deedOf('manual refund', actor, request.headers['idempotency-key'], plan));
    },
  );
  app.post(
    '/v1/admin/gateway-refunds',
    {
      schema: {
        tags: ['operator'],
        summary: 'Hold what the gateway is to pay back to one of its payments, and have it paid (Q21)',
        security: sessionAuth,
        headers: idempotencyHeader,
        body: gatewayRefundRequestSchema,
        response: { 200: refundAnswerSchema, ...problemAnswers(400, 401, 403, 404, 409, 422, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'money');
      await requireEdition(service, request.body.editionId);
      const plan = { ...request.body, kind: 'gateway' } as const;
      return sendOnce(service, reply, deedOf('gateway refund', actor, request.headers['idempotency-key'], plan));
    },
  );
}

function deedOf(name: string, actor: string, key: string, plan: RefundPlan) {
  return {
    name,
    actor,
    key,
    body: plan,
    answerSchema: refundAnswerSchema,
    work: async (...[connection, now]: Parameters<Parameters<typeof sendOnce>[2]['work']>) => {
      const done = await openRefund(connection, plan, actor, now);
      return done.outcome === 'held'
        ? ({ outcome: 'done', answer: done.answer } as const)
        : ({ outcome: 'refused', problem: problem(done.code, done.detail) } as const);
    },
  };
}

function objectionTo(end: 'payment' | 'abortion', { state, collected }: RefundRow): Problem | undefined {
  if (state !== 'ReservePending') return problem('BAD_REQUEST', `The refund is ${state}.`);
  if (end === 'payment' && !collected) return problem('REFUND_NOT_COLLECTED', 'The tag has not lost it yet.');
  return undefined;
}

/** A manual refund ends by an operator; one through the gateway by what the gateway says. */
function endRoute(app: App, service: Service, end: 'payment' | 'abortion'): void {
  const { database, clock } = service;
  app.post(
    `/v1/admin/manual-refunds/:id/${end}`,
    {
      schema: {
        tags: ['operator'],
        summary:
          end === 'payment'
            ? 'The customer has the money: book it'
            : 'It will not be paid: let it go, and back onto the tag',
        security: sessionAuth,
        params: z.object({ id: z.coerce.number().pipe(z.int().min(1)) }),
        body: refundEndRequestSchema,
        response: { 200: refundAnswerSchema, ...problemAnswers(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'money');
      const { editionId, note } = request.body;
      const id = request.params.id;
      await requireEdition(service, editionId);
      const now = clock.now();
      const result = await database.transaction(async (connection) => {
        const known = await lockRefund(connection, editionId, id);
        if (known === undefined || known.kind !== 'manual') return problem('NOT_FOUND', 'There is no such refund.');
        await lockTags(connection, editionId, new Set([known.uid]));
        const wanted = end === 'payment' ? 'Committed' : 'Aborted';
        if (known.state === wanted) return known;
        const objection = objectionTo(end, known);
        if (objection !== undefined) {
          const asked = { [end]: request.body };
          const reason = objection.detail ?? objection.title;
          const step = { editionId, backendTransactionId: id, to: wanted, cause: 'AD', reason, asked, actor } as const;
          await logRefusedStep(connection, step, now);
          return objection;
        }
        if (end === 'payment') {
          await commitRefund(connection, known, 'AD', now);
        } else await abortRefund(connection, known, { cause: 'AD', actor, reason: note }, now);
        await audit(connection, actor, `manual refund ${end}`, { editionId, backendTransactionId: id, note }, now);
        return { ...known, state: wanted } as const;
      });
      return 'code' in result ? sendProblem(reply, result) : reply.send(refundAnswer(result));
    },
  );
}
