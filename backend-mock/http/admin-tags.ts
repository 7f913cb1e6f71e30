import { z } from 'zod';
import {
  adminTagReplacementRequestSchema,
  tagBlockAnswerSchema,
  tagBlockRequestSchema,
} from '../../contract/wire/admin-tags.ts';
import { tagUidSchema } from '../../contract/wire/identifiers.ts';
import { tagReplacementAnswerSchema } from '../../contract/wire/tag-replacement.ts';
import { replaceTag } from '../adjustments/replace-tag.ts';
import { setTagBlocked } from '../adjustments/set-blocked.ts';
import { audit } from '../store/audit.ts';
import { requireEdition, sessionAuth } from './admin-books.ts';
import { requireOperator } from './operator-session.ts';
import { problem, sendProblem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';
import { sendReplacement } from './tag-replacement-route.ts';

/** What an operator does to a customer's tag: the blocked flag on and off, another tag in its place. */
export function tagRoutes(app: App, service: Service): void {
  blockRoute(app, service, 'block');
  blockRoute(app, service, 'unblock');
  replacementRoute(app, service);
}

function blockRoute(app: App, service: Service, verb: 'block' | 'unblock'): void {
  const { database, clock } = service;
  app.post(
    `/v1/admin/tags/:uid/${verb}`,
    {
      schema: {
        tags: ['operator'],
        summary:
          verb === 'block' ? 'Put a tag on the block list and flag it at its next tap' : 'Take a tag off it again',
        security: sessionAuth,
        params: z.object({ uid: tagUidSchema }),
        body: tagBlockRequestSchema,
        response: { 200: tagBlockAnswerSchema, ...problemAnswers(400, 401, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'support');
      const { editionId, reason } = request.body;
      await requireEdition(service, editionId);
      const change = { editionId, uid: request.params.uid, blocked: verb === 'block', reason };
      const now = clock.now();
      const outcome = await database.transaction(async (connection) => {
        const set = await setTagBlocked(connection, change, actor, now);
        if (set === 'done') await audit(connection, actor, `tag ${verb}`, change, now);
        return set;
      });
      switch (outcome) {
        case 'done':
          return reply.send({ uid: change.uid, blocked: change.blocked });
        case 'unknown-tag':
          return sendProblem(reply, problem('NOT_FOUND', `Nobody has heard of tag ${change.uid}.`));
        case 'replaced':
          return sendProblem(reply, problem('TAG_REPLACED', `Tag ${change.uid} stays blocked.`));
      }
    },
  );
}

function replacementRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.post(
    '/v1/admin/tags/:uid/replacement',
    {
      schema: {
        tags: ['operator'],
        summary: 'Let a blank tag take the place of a lost one; a till then writes it with the same two UIDs',
        security: sessionAuth,
        params: z.object({ uid: tagUidSchema }),
        body: adminTagReplacementRequestSchema,
        response: { 200: tagReplacementAnswerSchema, ...problemAnswers(400, 401, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'support');
      const { editionId, newUid, reason } = request.body;
      const { mode } = await requireEdition(service, editionId);
      const plan = { editionId, mode, uid: request.params.uid, newUid };
      const now = clock.now();
      const result = await database.transaction(async (connection) => {
        const done = await replaceTag(connection, plan, { assignmentId: undefined, actor }, now);
        if (done.outcome === 'replaced' && !done.again)
          await audit(connection, actor, 'tag replaced', { editionId, reason, ...done.answer }, now);
        return done;
      });
      return sendReplacement(reply, result);
    },
  );
}
