import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { problem, sendProblem } from '../http/problems.ts';

/** Every change says which state of the entity it goes by (requirements 5, concurrency). */
export const sinceHeader = z.object({ 'if-unmodified-since': z.string().min(1).max(60) });

/** What became of a change: made, of nothing there is, unreadable or stale (`If-Unmodified-Since`), or refused for what it says. */
export type Change<T> =
  | { outcome: 'changed'; entity: T }
  | { outcome: 'unknown' | 'unreadable' | 'stale' }
  | { outcome: 'refused'; detail: string };

/** Answers with the entity as it is then, or with the problem. */
export function sendChange(reply: FastifyReply, change: Change<object>, unknown: string): FastifyReply {
  switch (change.outcome) {
    case 'changed':
      return reply.send(change.entity);
    case 'unknown':
      return sendProblem(reply, problem('NOT_FOUND', unknown));
    case 'unreadable':
      return sendProblem(reply, problem('BAD_REQUEST', 'If-Unmodified-Since is ISO 8601: 2022-02-07T16:18:33'));
    case 'stale':
      return sendProblem(reply, problem('PRECONDITION_FAILED'));
    case 'refused':
      return sendProblem(reply, problem('BAD_REQUEST', change.detail));
  }
}
