import { exposureAnswerSchema } from '../../contract/wire/exposure.ts';
import { readExposure } from '../reports/read-exposure.ts';
import { ofEdition, requireEdition, sessionAuth } from './admin-books.ts';
import { requireOperator } from './operator-session.ts';
import { problem, sendProblem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

/** `GET /v1/admin/exposure`: what an account-mode edition risks offline now, by till, and who has overspent. */
export function exposureRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.get(
    '/v1/admin/exposure',
    {
      schema: {
        tags: ['operator'],
        summary: 'Account mode: what tills may sell unasked, what they booked unheld, and who has overspent',
        security: sessionAuth,
        querystring: ofEdition,
        response: { 200: exposureAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request, reply) => {
      await requireOperator(service, request, 'look');
      const { editionId } = request.query;
      const { mode } = await requireEdition(service, editionId);
      if (mode === 'tag') return sendProblem(reply, problem('BAD_REQUEST', 'Tags of this edition hold their balance.'));
      const exposure = await database.transaction(async (connection) => {
        await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
        return readExposure(connection, editionId, clock.now());
      });
      return reply.header('Cache-Control', 'no-store').send(exposure);
    },
  );
}
