import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { assignmentIdSchema, terminalTransactionNumberSchema } from '../../contract/wire/identifiers.ts';
import { paymentAnswerSchema, paymentRequestSchema } from '../../contract/wire/payment.ts';
import {
  type PaymentOutcome,
  paymentFlaw,
  readTerminalPayment,
  startTerminalPayment,
  voidTerminalPayment,
} from '../payments/terminal-payments.ts';
import { authenticate, tokenHashOf } from './authenticate.ts';
import { problem, sendProblem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

const path = '/v1/assignments/:id/transactions/:number/payment';
const params = z.object({
  id: z.coerce.number().pipe(assignmentIdSchema),
  number: z.coerce.number().pipe(terminalTransactionNumberSchema),
});
const security = [{ bearer: [] }];

/** `PUT`, `GET` and `DELETE` of the payment of a till's card top-up (Q13; requirements.md 3.4). */
export function paymentRoutes(app: App, service: Service): void {
  app.put(
    path,
    {
      schema: {
        tags: ['terminal'],
        summary: 'Start the card payment of a top-up; the same again never charges twice',
        security,
        params,
        body: paymentRequestSchema,
        response: { 200: paymentAnswerSchema, ...problemAnswers(400, 401, 403, 422, 503) },
      },
    },
    async (request, reply) => {
      const caller = { tokenHash: tokenHashOf(request), assignmentId: request.params.id };
      const flaw = paymentFlaw(request.body);
      if (flaw !== undefined) return sendProblem(reply, problem('BAD_REQUEST', flaw));
      const { number } = request.params;
      return send(reply, await startTerminalPayment(service, caller, number, request.body));
    },
  );
  app.get(
    path,
    {
      schema: {
        tags: ['terminal'],
        summary: 'How the card payment of a top-up stands',
        security,
        params,
        response: { 200: paymentAnswerSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const assignment = await authenticate(service.database.reads, request, request.params.id);
      return send(reply, await readTerminalPayment(service, assignment, request.params.number));
    },
  );
  app.delete(
    path,
    {
      schema: {
        tags: ['terminal'],
        summary: 'Take the card payment of a top-up back; `voided` once the provider has confirmed it',
        security,
        params,
        response: { 200: paymentAnswerSchema, ...problemAnswers(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const caller = { tokenHash: tokenHashOf(request), assignmentId: request.params.id };
      return send(reply, await voidTerminalPayment(service, caller, request.params.number));
    },
  );
}

function send(reply: FastifyReply, result: PaymentOutcome): FastifyReply {
  switch (result.outcome) {
    case 'unauthenticated':
      return sendProblem(reply, problem('UNAUTHENTICATED'));
    case 'forbidden':
      return sendProblem(reply, problem('FORBIDDEN'));
    case 'refused':
      return sendProblem(reply, problem(result.code, result.detail));
    case 'answered':
      return reply.header('Cache-Control', 'no-store').send(result.answer);
  }
}
