import { createHash } from 'node:crypto';
import { z } from 'zod';
import { batchAnswerSchema, batchEntriesMax, batchIdSchema, batchRequestSchema } from '../../contract/wire/batch.ts';
import { configurationSchema } from '../../contract/wire/configuration.ts';
import { enrolmentAnswerSchema, enrolmentRequestSchema } from '../../contract/wire/enrolment.ts';
import { assignmentIdSchema } from '../../contract/wire/identifiers.ts';
import { sealSchema } from '../../contract/wire/journal.ts';
import { readConfiguration } from '../configuration/configuration.ts';
import { enrol } from '../enrolment/enrol.ts';
import { prepareBatch } from '../ingest/prepared-batch.ts';
import { receiveBatch } from '../ingest/receive-batch.ts';
import { authenticate, tokenHashOf } from './authenticate.ts';
import { ProblemError, problem, sendProblem } from './problems.ts';
import { bodyBytes } from './request-body.ts';
import { type App, problemAnswers, type Service } from './service.ts';

const assignmentPath = z.object({ id: z.coerce.number().pipe(assignmentIdSchema) });
const batchPath = assignmentPath.extend({ batchId: batchIdSchema });
const bearerAuth = [{ bearer: [] }];

/** `POST /v1/enrolments`: a terminal is assigned to an edition (R24, R25). */
export function enrolmentRoute(app: App, service: Service): void {
  app.post(
    '/v1/enrolments',
    {
      schema: {
        tags: ['terminal'],
        summary: 'Assign a terminal to an edition with a one-time code',
        body: enrolmentRequestSchema,
        response: { 201: enrolmentAnswerSchema, ...problemAnswers(400, 403, 503) },
      },
    },
    async (request, reply) => {
      const answer = await enrol(service.database, service, request.body);
      if (answer === undefined) return sendProblem(reply, problem('ENROLMENT_CODE_INVALID'));
      request.log.info({ assignmentId: answer.assignmentId, editionId: answer.edition.id }, 'a terminal was enrolled');
      return reply.code(201).header('Cache-Control', 'no-store').send(answer);
    },
  );
}

/** `GET /v1/assignments/{id}/config`: what a till needs to sell, with a strong ETag. */
export function configurationRoute(app: App, { database }: Service): void {
  app.get(
    '/v1/assignments/:id/config',
    {
      // A strong ETag names these very bytes; compressed ones would be others. What saves traffic here is the 304.
      compress: false,
      schema: {
        tags: ['terminal'],
        summary: 'Catalogue, layout, merchants, fees, limits and block list',
        security: bearerAuth,
        params: assignmentPath,
        response: {
          200: configurationSchema,
          304: z.null().describe('Not modified.'),
          ...problemAnswers(401, 403, 503),
        },
      },
    },
    async (request, reply) => {
      const caller = await authenticate(database.reads, request, request.params.id);
      const { configuration, etag } = await readConfiguration(database, caller);
      reply.header('ETag', etag).header('Cache-Control', 'private, no-cache');
      return matches(request.headers['if-none-match'], etag) ? reply.code(304).send(null) : reply.send(configuration);
    },
  );
}

/** If-None-Match compares weakly (RFC 9110, 13.1.2). */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header
    .split(',')
    .some((candidate) => candidate.trim() === '*' || candidate.trim().replace(/^W\//, '') === etag);
}

/** `PUT /v1/assignments/{id}/batches/{batchId}`: replication (R46–R49). */
export function batchRoute(app: App, { database, clock }: Service): void {
  app.put(
    '/v1/assignments/:id/batches/:batchId',
    {
      preValidation: async (request) => {
        tokenHashOf(request);
        const entries =
          typeof request.body === 'object' && request.body !== null && 'entries' in request.body
            ? request.body.entries
            : undefined;
        if (Array.isArray(entries) && entries.length > batchEntriesMax) {
          throw new ProblemError(problem('PAYLOAD_TOO_LARGE', `A batch has at most ${batchEntriesMax} entries.`));
        }
      },
      schema: {
        tags: ['terminal'],
        summary: 'Replicate a part of the journal',
        security: bearerAuth,
        params: batchPath,
        body: batchRequestSchema,
        response: { 200: batchAnswerSchema, ...problemAnswers(400, 401, 403, 409, 413, 422, 503) },
      },
    },
    async (request, reply) => {
      const bodyHash = createHash('sha256').update(bodyBytes(request)).digest();
      const batch = prepareBatch(request.params.batchId, bodyHash, request.body);
      if (typeof batch === 'string') return sendProblem(reply, problem('BAD_REQUEST', batch));
      const caller = { tokenHash: tokenHashOf(request), assignmentId: request.params.id };
      const outcome = await receiveBatch(database, clock, caller, batch);
      switch (outcome.outcome) {
        case 'unauthenticated':
          return sendProblem(reply, problem('UNAUTHENTICATED'));
        case 'forbidden':
          return sendProblem(reply, problem('FORBIDDEN'));
        case 'refused': {
          request.log.warn({ assignmentId: request.params.id, refusal: outcome.code }, 'a batch was refused');
          const more = outcome.expectedSeq === undefined ? {} : { expectedSeq: outcome.expectedSeq };
          return sendProblem(reply, problem(outcome.code, outcome.detail, more));
        }
        case 'answered': {
          if (outcome.hit) reply.header('Idempotency-Hit', 'true');
          return reply.send(outcome.answer);
        }
      }
    },
  );
}

/** `GET /v1/assignments/{id}/seal`: highest contiguous `seq` and its hash as the backend has them. */
export function sealRoute(app: App, { database }: Service): void {
  app.get(
    '/v1/assignments/:id/seal',
    {
      schema: {
        tags: ['terminal'],
        summary: 'The journal as far as the backend has it',
        security: bearerAuth,
        params: assignmentPath,
        response: { 200: sealSchema, ...problemAnswers(401, 403, 503) },
      },
    },
    async (request) => {
      const { lastSeq, lastHash } = await authenticate(database.reads, request, request.params.id);
      return { seq: lastSeq, hash: lastHash };
    },
  );
}
