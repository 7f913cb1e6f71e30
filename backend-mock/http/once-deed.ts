import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { idempotencyKeySchema } from '../../contract/wire/admin-tags.ts';
import type { Problem } from '../../contract/wire/problem.ts';
import { audit } from '../store/audit.ts';
import type { Connection } from '../store/database.ts';
import { once } from './idempotency.ts';
import { problem, sendProblem } from './problems.ts';
import type { Service } from './service.ts';

/** The header of everything that creates money. */
export const idempotencyHeader = z.object({ 'idempotency-key': idempotencyKeySchema });

export type DeedResult<Answer> = { outcome: 'done'; answer: Answer } | { outcome: 'refused'; problem: Problem };

/** A deed of an operator that is done once for its key. */
export type OnceDeed<Body extends { editionId: number }, Answer> = {
  /** What the audit calls it; also keeps the keys of different deeds apart. */
  name: string;
  actor: string;
  key: string;
  body: Body;
  answerSchema: z.ZodType<Answer>;
  work(connection: Connection, now: Date): Promise<DeedResult<Answer>>;
};

/**
 * Does it in one database transaction with its line in the audit. The same request with the same key gets the first answer again
 * (`Idempotency-Hit`), another request `IDEMPOTENCY_CONFLICT`; what was refused leaves the key free.
 */
export async function sendOnce<Body extends { editionId: number }, Answer extends object>(
  { database, clock }: Service,
  reply: FastifyReply,
  deed: OnceDeed<Body, Answer>,
): Promise<FastifyReply> {
  const { name, actor, key, body } = deed;
  const now = clock.now();
  let refusal: Problem | undefined;
  const outcome = await database.transaction((connection) =>
    once(connection, { editionId: body.editionId, key, request: { [name]: body }, now }, async () => {
      const done = await deed.work(connection, now);
      refusal = done.outcome === 'refused' ? done.problem : undefined;
      if (done.outcome === 'refused') return undefined;
      await audit(connection, actor, name, { ...body, ...done.answer }, now);
      return JSON.stringify(done.answer);
    }),
  );
  if (outcome === undefined) return sendProblem(reply, refusal ?? problem('INTERNAL'));
  if (outcome.outcome === 'conflict') return sendProblem(reply, problem('IDEMPOTENCY_CONFLICT'));
  if (outcome.outcome === 'again') reply.header('Idempotency-Hit', 'true');
  return reply.send(deed.answerSchema.parse(JSON.parse(outcome.answer)));
}
