import { z } from 'zod';
import {
  adminTagReplacementRequestSchema,
  adminTopUpAnswerSchema,
  adminTopUpRequestSchema,
  idempotencyKeySchema,
  tagBlockAnswerSchema,
  tagBlockRequestSchema,
} from '../../contract/wire/admin-tags.ts';
import { tagUidSchema } from '../../contract/wire/identifiers.ts';
import { tagReplacementAnswerSchema } from '../../contract/wire/tag-replacement.ts';
import { type AdminTopUpOutcome, topUpByAdmin } from '../adjustments/admin-top-up.ts';
import { replaceTag } from '../adjustments/replace-tag.ts';
import { setTagBlocked } from '../adjustments/set-blocked.ts';
import { audit } from '../store/audit.ts';
import { requireEdition, sessionAuth } from './admin-books.ts';
import { once } from './idempotency.ts';
import { requireOperator } from './operator-session.ts';
import { problem, sendProblem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';
import { sendReplacement } from './tag-replacement-route.ts';

/** What an operator does to a customer's tag: money onto it, the blocked flag on and off. */
export function tagRoutes(app: App, service: Service): void {
  adminTopUpRoute(app, service);
  blockRoute(app, service, 'block');
  blockRoute(app, service, 'unblock');
  replacementRoute(app, service);
}

function adminTopUpRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.post(
    '/v1/admin/admin-top-ups',
    {
      schema: {
        tags: ['operator'],
        summary: 'Give a customer money; in tag mode it reaches the tag at a tap (Q20)',
        security: sessionAuth,
        headers: z.object({ 'idempotency-key': idempotencyKeySchema }),
        body: adminTopUpRequestSchema,
        response: { 200: adminTopUpAnswerSchema, ...problemAnswers(400, 401, 404, 422, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'money');
      const { body } = request;
      await requireEdition(service, body.editionId);
      const now = clock.now();
      const key = request.headers['idempotency-key'];
      let refused: Exclude<AdminTopUpOutcome, { outcome: 'booked' }> | undefined;
      const outcome = await database.transaction((connection) =>
        once(connection, { editionId: body.editionId, key, request: { adminTopUp: body }, now }, async () => {
          const done = await topUpByAdmin(connection, body, actor, now);
          refused = done.outcome === 'booked' ? undefined : done;
          if (done.outcome !== 'booked') return undefined;
          await audit(connection, actor, 'admin top-up', { ...body, ...done.answer }, now);
          return JSON.stringify(done.answer);
        }),
      );
      if (outcome === undefined) {
        if (refused?.outcome === 'refused') return sendProblem(reply, problem('BAD_REQUEST', refused.reason));
        return sendProblem(reply, problem('NOT_FOUND', `Nobody has heard of tag ${body.uid}.`));
      }
      if (outcome.outcome === 'conflict') return sendProblem(reply, problem('IDEMPOTENCY_CONFLICT'));
      if (outcome.outcome === 'again') reply.header('Idempotency-Hit', 'true');
      return reply.send(adminTopUpAnswerSchema.parse(JSON.parse(outcome.answer)));
    },
  );
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
