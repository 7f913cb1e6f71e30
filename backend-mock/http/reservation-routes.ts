import { z } from 'zod';
import { assignmentIdSchema, tagUidSchema, terminalTransactionNumberSchema } from '../../contract/wire/identifiers.ts';
import { reservationAnswerSchema, reservationRequestSchema } from '../../contract/wire/reservation.ts';
import { tagLookupAnswerSchema } from '../../contract/wire/tag-lookup.ts';
import { lookUpTag } from '../adjustments/look-up-tag.ts';
import { reservationFlaw, reserve } from '../reservations/reserve.ts';
import { authenticate, tokenHashOf } from './authenticate.ts';
import { problem, sendProblem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

const assignmentPath = z.object({ id: z.coerce.number().pipe(assignmentIdSchema) });
const bearerAuth = [{ bearer: [] }];

/** `PUT /v1/assignments/{id}/transactions/{number}/reservation`: online checkout (R39, Q51). */
export function reservationRoute(app: App, { database, clock }: Service): void {
  app.put(
    '/v1/assignments/:id/transactions/:number/reservation',
    {
      schema: {
        tags: ['terminal'],
        summary: 'Hold what a purchase or a cash refund is about to take',
        security: bearerAuth,
        params: assignmentPath.extend({ number: z.coerce.number().pipe(terminalTransactionNumberSchema) }),
        body: reservationRequestSchema,
        response: { 200: reservationAnswerSchema, ...problemAnswers(400, 401, 403, 409, 422, 503) },
      },
    },
    async (request, reply) => {
      const caller = { tokenHash: tokenHashOf(request), assignmentId: request.params.id };
      const flaw = reservationFlaw(request.body);
      if (flaw !== undefined) return sendProblem(reply, problem('BAD_REQUEST', flaw));
      const result = await reserve(database, clock, caller, request.params.number, request.body);
      switch (result.outcome) {
        case 'unauthenticated':
          return sendProblem(reply, problem('UNAUTHENTICATED'));
        case 'forbidden':
          return sendProblem(reply, problem('FORBIDDEN'));
        case 'refused':
          return sendProblem(reply, problem(result.code, result.detail));
        case 'reserved':
          if (result.hit) reply.header('Idempotency-Hit', 'true');
          return reply.send(result.answer);
      }
    },
  );
}

/** `GET /v1/assignments/{id}/tags/{uid}`: funds, block state and pending adjustments of a tag (Q20). */
export function tagLookupRoute(app: App, { database, clock }: Service): void {
  app.get(
    '/v1/assignments/:id/tags/:uid',
    {
      schema: {
        tags: ['terminal'],
        summary: 'What the backend knows of a tag',
        security: bearerAuth,
        params: assignmentPath.extend({ uid: tagUidSchema }),
        response: { 200: tagLookupAnswerSchema, ...problemAnswers(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { editionId } = await authenticate(database.reads, request, request.params.id);
      const answer = await database.transaction(async (connection) => {
        // One snapshot, so that a booking and the adjustment that brings it to the tag are seen together or not at all.
        await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
        return lookUpTag(connection, editionId, request.params.uid, clock.now());
      });
      return reply.header('Cache-Control', 'no-store').send(answer);
    },
  );
}
