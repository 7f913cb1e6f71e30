import { z } from 'zod';
import { reportNameSchema, reportSchema } from '../../contract/wire/reports.ts';
import { csvOf } from '../reports/csv.ts';
import { readReport } from '../reports/read-report.ts';
import { ofEdition, requireEdition, sessionAuth } from './admin-books.ts';
import { requireOperator } from './operator-session.ts';
import { type App, problemAnswers, type Service } from './service.ts';

const reportAnswer = {
  description: 'The report as it stands now.',
  content: { 'application/json': { schema: reportSchema }, 'text/csv': { schema: z.string() } },
};

/** `GET /v1/admin/reports/{name}`: JSON, or CSV with `format=csv`; each adds up to the ledger. */
export function reportRoutes(app: App, service: Service): void {
  const { database, clock } = service;
  app.get(
    '/v1/admin/reports/:name',
    {
      schema: {
        tags: ['operator'],
        summary: 'Settlement per merchant, top-ups per channel and till, fees, liabilities, shifts',
        security: sessionAuth,
        params: z.object({ name: reportNameSchema }),
        querystring: ofEdition.extend({ format: z.enum(['json', 'csv']).default('json') }),
        response: { 200: reportAnswer, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      await requireOperator(service, request, 'look');
      const { editionId, format } = request.query;
      const { name } = request.params;
      const { currency } = await requireEdition(service, editionId);
      const at = clock.now().toISOString();
      const report = await database.transaction(async (connection) => {
        await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
        return readReport(connection, name, { editionId, currency, at });
      });
      reply.header('Cache-Control', 'no-store');
      if (format === 'json') return reply.send(report);
      return reply
        .type('text/csv; charset=utf-8')
        .header('Content-Disposition', `attachment; filename="${name}-${editionId}.csv"`)
        .send(csvOf(report));
    },
  );
}
