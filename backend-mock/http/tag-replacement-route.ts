import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { assignmentIdSchema, tagUidSchema } from '../../contract/wire/identifiers.ts';
import { tagReplacementAnswerSchema, tagReplacementRequestSchema } from '../../contract/wire/tag-replacement.ts';
import { type ReplacementOutcome, replaceTag } from '../adjustments/replace-tag.ts';
import { lockAssignment } from '../ingest/batch-reads.ts';
import { tokenHashOf } from './authenticate.ts';
import { problem, sendProblem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

/** `PUT /v1/assignments/{id}/tags/{uid}/replacement`: a blank tag takes the place of a lost one (money rule 2). */
export function tagReplacementRoute(app: App, { database, clock }: Service): void {
  app.put(
    '/v1/assignments/:id/tags/:uid/replacement',
    {
      schema: {
        tags: ['terminal'],
        summary: 'Let a blank tag take the place of a lost one; answers what to write onto it, once for all tills',
        security: [{ bearer: [] }],
        params: z.object({ id: z.coerce.number().pipe(assignmentIdSchema), uid: tagUidSchema }),
        body: tagReplacementRequestSchema,
        response: { 200: tagReplacementAnswerSchema, ...problemAnswers(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { id: assignmentId, uid } = request.params;
      const tokenHash = tokenHashOf(request);
      const result = await database.transaction(async (connection) => {
        const assignment = await lockAssignment(connection, tokenHash);
        if (assignment === undefined) return 'UNAUTHENTICATED' as const;
        if (assignment.assignmentId !== assignmentId) return 'FORBIDDEN' as const;
        const plan = { editionId: assignment.editionId, mode: assignment.mode, uid, newUid: request.body.newUid };
        return replaceTag(connection, plan, { assignmentId, actor: `assignment ${assignmentId}` }, clock.now());
      });
      if (typeof result === 'string') return sendProblem(reply, problem(result));
      if (result.outcome === 'replaced' && !result.again) request.log.info({ assignmentId }, 'a lost tag was replaced');
      return sendReplacement(reply, result);
    },
  );
}

/** The answer of a replacement, asked for by a till or by an operator. */
export function sendReplacement(reply: FastifyReply, result: ReplacementOutcome): FastifyReply {
  switch (result.outcome) {
    case 'replaced':
      if (result.again) reply.header('Idempotency-Hit', 'true');
      return reply.header('Cache-Control', 'no-store').send(result.answer);
    case 'unknown-tag':
      return sendProblem(reply, problem('NOT_FOUND', 'Nobody has heard of the lost tag.'));
    case 'refused':
      return sendProblem(reply, problem(result.code, result.detail));
  }
}
