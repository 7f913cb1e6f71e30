import { and, asc, desc, eq, isNull } from 'drizzle-orm';
import { z } from 'zod';
import {
  alertsAnswerSchema,
  resolutionAnswerSchema,
  resolutionRequestSchema,
  transitionLogAnswerSchema,
} from '../../contract/wire/operator.ts';
import { resolveRejection } from '../ingest/resolve-rejection.ts';
import { limits } from '../limits.ts';
import { audit } from '../store/audit.ts';
import { alert, transitionLog } from '../store/schema.ts';
import { editionQuery, ofEdition, requireEdition, sessionAuth } from './admin-books.ts';
import { requireOperator } from './operator-session.ts';
import { problem, sendProblem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

const filters = ofEdition.extend({ unresolved: z.enum(['true', 'false']).default('false') });

/** What was rejected (R49), its resolution, and alerts. */
export function transitionLogRoutes(app: App, service: Service): void {
  const { database, clock } = service;
  app.get(
    '/v1/admin/transition-log',
    {
      schema: {
        tags: ['operator'],
        summary: 'Rejected entries with their payload, newest first',
        security: sessionAuth,
        querystring: filters,
        response: { 200: transitionLogAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request) => {
      const { editionId, unresolved } = request.query;
      await editionQuery(service, request, editionId);
      const rows = await database.reads
        .select()
        .from(transitionLog)
        .where(
          and(
            eq(transitionLog.editionId, editionId),
            unresolved === 'true' ? isNull(transitionLog.resolvedAt) : undefined,
          ),
        )
        .orderBy(desc(transitionLog.logId))
        .limit(limits.listRowsMax);
      return { rows: rows.map(logRow) };
    },
  );
  app.post(
    '/v1/admin/transition-log/:id/resolution',
    {
      schema: {
        tags: ['operator'],
        summary: 'Settle a rejected entry with a booking or a dismissal',
        security: sessionAuth,
        params: z.object({ id: z.coerce.number().pipe(z.int().min(1)) }),
        body: resolutionRequestSchema,
        response: { 200: resolutionAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'money');
      const { editionId, resolution, note } = request.body;
      await requireEdition(service, editionId);
      const now = clock.now();
      const logId = request.params.id;
      const outcome = await database.transaction(async (connection) => {
        const settled = await resolveRejection(connection, logId, request.body, actor, now);
        if (settled.outcome === 'resolved' && !settled.again) {
          const backendTransactionId = settled.backendTransactionId ?? null;
          await audit(
            connection,
            actor,
            'rejection resolved',
            { editionId, logId, resolution, note, backendTransactionId },
            now,
          );
        }
        return settled;
      });
      switch (outcome.outcome) {
        case 'resolved':
          if (outcome.again) reply.header('Idempotency-Hit', 'true');
          return reply.send({ logId, backendTransactionId: outcome.backendTransactionId ?? null });
        case 'unknown':
          return sendProblem(reply, problem('NOT_FOUND', 'There is no such row.'));
        case 'resolved-before':
          return sendProblem(reply, problem('BAD_REQUEST', 'The row was resolved before.'));
        case 'unbookable':
          return sendProblem(reply, problem('BAD_REQUEST', outcome.reason));
      }
    },
  );
  app.get(
    '/v1/admin/alerts',
    {
      schema: {
        tags: ['operator'],
        summary: 'What the backend wants an operator to know',
        security: sessionAuth,
        querystring: ofEdition,
        response: { 200: alertsAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request) => {
      const { editionId } = request.query;
      await editionQuery(service, request, editionId);
      const rows = await database.reads
        .select()
        .from(alert)
        .where(eq(alert.editionId, editionId))
        .orderBy(desc(alert.lastRaisedAt), asc(alert.code), asc(alert.subject))
        .limit(limits.listRowsMax);
      return {
        alerts: rows.map((row) => ({
          assignmentId: row.assignmentId,
          code: row.code,
          subject: row.subject,
          detail: row.detail,
          times: row.times,
          firstRaisedAt: row.firstRaisedAt.toISOString(),
          lastRaisedAt: row.lastRaisedAt.toISOString(),
        })),
      };
    },
  );
}

function logRow(row: typeof transitionLog.$inferSelect) {
  return {
    id: row.logId,
    receivedAt: row.receivedAt.toISOString(),
    cause: row.cause,
    assignmentId: row.assignmentId,
    backendTransactionId: row.backendTransactionId,
    seq: row.seq,
    terminalTransactionNumber: row.terminalTransactionNumber,
    uid: row.uid,
    fromState: row.fromState,
    toState: row.toState,
    code: row.code,
    reason: row.reason,
    payload: z.json().parse(JSON.parse(row.payload)),
    resolution: row.resolution,
    resolutionNote: row.resolutionNote,
    resolvedBy: row.resolvedBy,
    resolvedAt: row.resolvedAt?.toISOString() ?? null,
    resolvedByTransactionId: row.resolvedByTransactionId,
  };
}
