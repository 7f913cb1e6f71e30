import { asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { enrolmentCodeAnswerSchema, enrolmentCodeRequestSchema } from '../../contract/wire/admin.ts';
import { assignmentIdSchema } from '../../contract/wire/identifiers.ts';
import { journalImportAnswerSchema, journalImportRequestSchema } from '../../contract/wire/journal-import.ts';
import {
  assignmentClosingSchema,
  assignmentsAnswerSchema,
  terminalRequestSchema,
  terminalRowSchema,
  terminalsAnswerSchema,
} from '../../contract/wire/operator.ts';
import { closeAssignment } from '../enrolment/close-assignment.ts';
import { createTerminal, issueEnrolmentCode, renameTerminal, revokeAssignment } from '../enrolment/enrol.ts';
import { importJournal } from '../ingest/import-journal.ts';
import { audit } from '../store/audit.ts';
import { assignment, terminal } from '../store/schema.ts';
import { ofEdition, requireEdition, sessionAuth } from './admin-books.ts';
import { requireOperator } from './operator-session.ts';
import { problem, sendProblem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

const terminalPath = z.object({ id: z.coerce.number().pipe(z.int().min(1)) });
const assignmentPath = z.object({ id: z.coerce.number().pipe(assignmentIdSchema) });

/** Terminals, their enrolment codes and their assignments. */
export function terminalRoutes(app: App, service: Service): void {
  const { database, clock, random } = service;
  app.get(
    '/v1/admin/terminals',
    {
      schema: {
        tags: ['operator'],
        summary: 'Every terminal',
        security: sessionAuth,
        response: { 200: terminalsAnswerSchema, ...problemAnswers(401, 503) },
      },
    },
    async (request) => {
      await requireOperator(service, request, 'look');
      const rows = await database.reads.select().from(terminal).orderBy(asc(terminal.terminalId));
      return { terminals: rows.map(({ terminalId, name }) => ({ terminalId: String(terminalId), name })) };
    },
  );
  app.post(
    '/v1/admin/terminals',
    {
      schema: {
        tags: ['operator'],
        summary: 'Make a terminal known',
        security: sessionAuth,
        body: terminalRequestSchema,
        response: { 201: terminalRowSchema, ...problemAnswers(400, 401, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const now = clock.now();
      const terminalId = await database.transaction(async (connection) => {
        const made = await createTerminal(connection, request.body.name, now);
        await audit(connection, actor, 'terminal created', { terminalId: made, name: request.body.name }, now);
        return made;
      });
      return reply.code(201).send({ terminalId: String(terminalId), name: request.body.name });
    },
  );
  app.patch(
    '/v1/admin/terminals/:id',
    {
      schema: {
        tags: ['operator'],
        summary: 'Give a terminal another name; its assignments keep the one they have',
        security: sessionAuth,
        params: terminalPath,
        body: terminalRequestSchema,
        response: { 200: terminalRowSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const terminalId = request.params.id;
      const { name } = request.body;
      const now = clock.now();
      const known = await database.transaction(async (connection) => {
        const renamed = await renameTerminal(connection, terminalId, name);
        if (renamed) await audit(connection, actor, 'terminal changed', { terminalId, name }, now);
        return renamed;
      });
      if (!known) return sendProblem(reply, problem('NOT_FOUND', 'There is no such terminal.'));
      return { terminalId: String(terminalId), name };
    },
  );
  app.post(
    '/v1/admin/terminals/:id/enrolment-codes',
    {
      schema: {
        tags: ['operator'],
        summary: 'A one-time code that assigns this terminal to an edition; shown once',
        security: sessionAuth,
        params: terminalPath,
        body: enrolmentCodeRequestSchema,
        response: { 201: enrolmentCodeAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const { editionId, terminalName } = request.body;
      await requireEdition(service, editionId);
      const now = clock.now();
      const issued = await database.transaction(async (connection) => {
        const terminalId = request.params.id;
        const made = await issueEnrolmentCode(connection, { editionId, terminalId, terminalName }, random, now);
        if (made !== undefined)
          await audit(connection, actor, 'enrolment code issued', { editionId, terminalId, terminalName }, now);
        return made;
      });
      if (issued === undefined) return sendProblem(reply, problem('NOT_FOUND', 'There is no such terminal.'));
      return reply.code(201).header('Cache-Control', 'no-store').send(issued);
    },
  );
  assignmentRoutes(app, service);
}

function assignmentRoutes(app: App, service: Service): void {
  const { database, clock } = service;
  app.get(
    '/v1/admin/assignments',
    {
      schema: {
        tags: ['operator'],
        summary: 'Assignments of an edition and how far their journals were received',
        security: sessionAuth,
        querystring: ofEdition,
        response: { 200: assignmentsAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request) => {
      await requireOperator(service, request, 'look');
      await requireEdition(service, request.query.editionId);
      const rows = await database.reads
        .select()
        .from(assignment)
        .where(eq(assignment.editionId, request.query.editionId))
        .orderBy(asc(assignment.assignmentId));
      return {
        assignments: rows.map((row) => ({
          assignmentId: row.assignmentId,
          editionId: row.editionId,
          terminalId: String(row.terminalId),
          terminalName: row.terminalName,
          sealSeq: row.lastSeq,
          createdAt: row.createdAt.toISOString(),
          revokedAt: row.revokedAt?.toISOString() ?? null,
          closedAt: row.closedAt?.toISOString() ?? null,
          offlineShareMinor: row.offlineShareMinor,
        })),
      };
    },
  );
  app.post(
    '/v1/admin/assignments/:id/revocation',
    {
      schema: {
        tags: ['operator'],
        summary: 'Take the token of an assignment back; what was received stays',
        security: sessionAuth,
        params: assignmentPath,
        response: { 204: z.null().describe('Revoked.'), ...problemAnswers(401, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const now = clock.now();
      const revoked = await database.transaction(async (connection) => {
        const known = await revokeAssignment(connection, request.params.id, now);
        if (known) await audit(connection, actor, 'assignment revoked', { assignmentId: request.params.id }, now);
        return known;
      });
      if (!revoked) return sendProblem(reply, problem('NOT_FOUND', 'There is no such assignment.'));
      return reply.code(204).send(null);
    },
  );
  app.post(
    '/v1/admin/assignments/:id/closing',
    {
      schema: {
        tags: ['operator'],
        summary: 'Close an assignment whose journal is here whole, or was taken off the till as a file (Q19)',
        security: sessionAuth,
        params: assignmentPath,
        body: assignmentClosingSchema,
        response: { 204: z.null().describe('Closed.'), ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const assignmentId = request.params.id;
      const now = clock.now();
      const outcome = await database.transaction(async (connection) => {
        const closed = await closeAssignment(connection, assignmentId, request.body, now);
        if (closed === 'closed')
          await audit(connection, actor, 'assignment closed', { assignmentId, ...request.body }, now);
        return closed;
      });
      if (outcome === 'unknown') return sendProblem(reply, problem('NOT_FOUND', 'There is no such assignment.'));
      if (outcome !== 'closed') return sendProblem(reply, problem('BAD_REQUEST', outcome.refused));
      return reply.code(204).send(null);
    },
  );
  app.post(
    '/v1/admin/assignments/:id/journal-imports',
    {
      schema: {
        tags: ['operator'],
        summary:
          'Take in a journal from a till’s disk as evidence: nothing is booked, what is new is listed to be settled',
        security: sessionAuth,
        params: assignmentPath,
        body: journalImportRequestSchema,
        response: { 200: journalImportAnswerSchema, ...problemAnswers(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'money');
      const assignmentId = request.params.id;
      const now = clock.now();
      const outcome = await database.transaction(async (connection) => {
        const done = await importJournal(connection, assignmentId, request.body.entries, actor, now);
        if (done.outcome === 'imported')
          await audit(connection, actor, 'journal imported', { assignmentId, ...done.answer }, now);
        return done;
      });
      switch (outcome.outcome) {
        case 'imported':
          return reply.send(outcome.answer);
        case 'unknown':
          return sendProblem(reply, problem('NOT_FOUND', 'There is no such assignment.'));
        case 'broken':
          return sendProblem(reply, problem('CHAIN_BROKEN', outcome.detail));
      }
    },
  );
}
