import { and, eq, isNull, sql } from 'drizzle-orm';
import type { FastifyRequest } from 'fastify';
import { hashSecret } from '../enrolment/secrets.ts';
import type { Reads } from '../store/database.ts';
import { assignment } from '../store/schema.ts';
import { ProblemError, problem } from './problems.ts';

const bearer = /^Bearer +([A-Za-z0-9_-]{40,100})$/i;

/** SHA-256 of the bearer token. Throws UNAUTHENTICATED where the header holds none. */
export function tokenHashOf(request: FastifyRequest): Buffer {
  const token = bearer.exec(request.headers.authorization ?? '')?.[1];
  if (token === undefined) throw new ProblemError(problem('UNAUTHENTICATED'));
  return hashSecret(token);
}

export type CallingAssignment = {
  editionId: number;
  assignmentId: number;
  journalId: string;
  lastSeq: number;
  lastHash: string;
};

/** The assignment whose token this is. A token opens only its own assignment's path: another's is FORBIDDEN. */
export async function authenticate(
  reads: Reads,
  request: FastifyRequest,
  assignmentId: number,
): Promise<CallingAssignment> {
  const [found] = await reads
    .select({
      editionId: assignment.editionId,
      assignmentId: assignment.assignmentId,
      journalId: assignment.journalId,
      lastSeq: assignment.lastSeq,
      lastHash: assignment.lastHash,
    })
    .from(assignment)
    .where(and(eq(sql`token_hash`, tokenHashOf(request)), isNull(assignment.revokedAt)));
  if (found === undefined) throw new ProblemError(problem('UNAUTHENTICATED'));
  if (found.assignmentId !== assignmentId) throw new ProblemError(problem('FORBIDDEN'));
  return found;
}
