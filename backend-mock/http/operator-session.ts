import type { FastifyRequest } from 'fastify';
import { hashSecret } from '../enrolment/secrets.ts';
import { ProblemError, problem } from './problems.ts';
import type { Service } from './service.ts';

export const sessionCookie = 'klink-session';

/** Who is logged in. One role for now: `admin`. */
export type Operator = { actor: string };

/** The operator whose session the request carries, or UNAUTHENTICATED. */
export async function requireOperator({ database, clock }: Service, request: FastifyRequest): Promise<Operator> {
  const session = request.cookies[sessionCookie];
  if (session === undefined || session === '') throw new ProblemError(problem('UNAUTHENTICATED'));
  const found = await database.pool.query('SELECT 1 FROM admin_session WHERE session_hash = $1 AND expires_at > $2', [
    hashSecret(session),
    clock.now(),
  ]);
  if (found.rowCount !== 1) throw new ProblemError(problem('UNAUTHENTICATED'));
  return { actor: 'admin' };
}
