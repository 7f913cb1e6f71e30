import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import {
  periodQuerySchema,
  type ReportPeriod,
  type StatementReport,
  statementReportSchema,
} from '../../contract/wire/canteen-reports.ts';
import { type Report, type ReportName, reportNameSchema, reportSchema } from '../../contract/wire/reports.ts';
import { csvOf } from '../reports/csv.ts';
import { readReport } from '../reports/read-report.ts';
import { readStatement } from '../reports/statement.ts';
import type { Connection } from '../store/database.ts';
import { ofEdition, requireEdition, sessionAuth } from './admin-books.ts';
import { requireOperator } from './operator-session.ts';
import { ProblemError, problem, sendProblem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

const reportAnswer = {
  description: 'The report as it stands now.',
  content: { 'application/json': { schema: reportSchema }, 'text/csv': { schema: z.string() } },
};

const formatSchema = z.object({ format: z.enum(['json', 'csv']).default('json') });
const queryOfReport = ofEdition.extend({ ...formatSchema.shape, ...periodQuerySchema.shape });

/** What the accounts say now; only what moves by days can be asked for of some days alone. */
const ofDays: ReadonlySet<ReportName> = new Set(['meal-credit-uptake', 'credits']);

/** `GET /v1/admin/reports/{name}`: JSON, or CSV with `format=csv`; each adds up to the ledger. Also the statement of one member. */
export function reportRoutes(app: App, service: Service): void {
  reportRoute(app, service);
  statementRoute(app, service);
}

function reportRoute(app: App, service: Service): void {
  app.get(
    '/v1/admin/reports/:name',
    {
      schema: {
        tags: ['operator'],
        summary:
          'Settlement per merchant, top-ups per channel and till, fees, liabilities, shifts, uptake of meal credits, credits',
        security: sessionAuth,
        params: z.object({ name: reportNameSchema }),
        querystring: queryOfReport,
        response: { 200: reportAnswer, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      await requireOperator(service, request, 'look');
      const { editionId, format } = request.query;
      const { name } = request.params;
      const period = periodOf(request.query);
      if (!ofDays.has(name) && (period.from !== null || period.to !== null))
        return sendProblem(reply, problem('BAD_REQUEST', `The report ${name} is about this moment, not about days.`));
      const report = await atOneMoment(service, editionId, (connection, head) =>
        readReport(connection, name, head, period),
      );
      return sendReport(reply, report, format, `${name}-${editionId}`);
    },
  );
}

const statementAnswer = {
  description: 'The statement as it stands now.',
  content: { 'application/json': { schema: statementReportSchema }, 'text/csv': { schema: z.string() } },
};

function statementRoute(app: App, service: Service): void {
  app.get(
    '/v1/admin/members/:memberId/statement',
    {
      schema: {
        tags: ['operator'],
        summary: 'What a member bought and paid in, and what it did to the cash: the statement for parents',
        security: sessionAuth,
        params: z.object({ memberId: z.string().min(1).max(120) }),
        querystring: queryOfReport,
        response: { 200: statementAnswer, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      await requireOperator(service, request, 'look');
      const { editionId, format } = request.query;
      const { memberId } = request.params;
      const period = periodOf(request.query);
      const statement = await atOneMoment(service, editionId, (connection, head) =>
        readStatement(connection, head, memberId, period),
      );
      if (statement === undefined) return sendProblem(reply, problem('NOT_FOUND', `There is no member ${memberId}.`));
      return sendReport(reply, statement, format, `statement-${editionId}`);
    },
  );
}

/** Reads with one snapshot of the database, so that a report and what it is held against are of one moment. */
async function atOneMoment<T>(
  service: Service,
  editionId: number,
  read: (connection: Connection, head: { editionId: number; currency: string; at: string }) => Promise<T>,
): Promise<T> {
  const { currency } = await requireEdition(service, editionId);
  const at = service.clock.now().toISOString();
  return service.database.transaction(async (connection) => {
    await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    return read(connection, { editionId, currency, at });
  });
}

/** The days that were asked for. Throws BAD_REQUEST where they end before they begin. */
function periodOf(asked: z.output<typeof periodQuerySchema>): ReportPeriod {
  const { from, to } = asked;
  if (from !== undefined && to !== undefined && to < from)
    throw new ProblemError(problem('BAD_REQUEST', `The days end (${to}) before they begin (${from}).`));
  return { from: from ?? null, to: to ?? null };
}

function sendReport(
  reply: FastifyReply,
  report: Report | StatementReport,
  format: 'json' | 'csv',
  name: string,
): FastifyReply {
  reply.header('Cache-Control', 'no-store');
  if (format === 'json') return reply.send(report);
  return reply
    .type('text/csv; charset=utf-8')
    .header('Content-Disposition', `attachment; filename="${name}.csv"`)
    .send(csvOf(report));
}
