import type { FastifyRequest } from 'fastify';
import { type OperatorRole, operatorRoles } from '../../contract/wire/operators.ts';
import { hashSecret } from '../enrolment/secrets.ts';
import { ProblemError, problem } from './problems.ts';
import type { Service } from './service.ts';

export const sessionCookie = 'klink-session';

/** Who is logged in. */
export type Operator = { actor: string; role: OperatorRole };

/** What a request does: looks, helps a customer with a tag, moves money, or changes what an event is. */
export type Deed = 'look' | 'support' | 'money' | 'configuration';

const allowed: Record<Deed, readonly OperatorRole[]> = {
  look: operatorRoles,
  support: operatorRoles,
  money: ['admin', 'finance'],
  configuration: ['admin'],
};

/** The operator whose session the request carries: UNAUTHENTICATED without one, FORBIDDEN where the role may not do this. */
export async function requireOperator(
  { database, clock }: Service,
  request: FastifyRequest,
  deed: Deed,
): Promise<Operator> {
  const session = request.cookies[sessionCookie];
  if (session === undefined || session === '') throw new ProblemError(problem('UNAUTHENTICATED'));
  const found = await database.pool.query<{ actor: string; role: OperatorRole }>(
    'SELECT actor, role FROM admin_session WHERE session_hash = $1 AND expires_at > $2',
    [hashSecret(session), clock.now()],
  );
  const operator = found.rows[0];
  if (operator === undefined) throw new ProblemError(problem('UNAUTHENTICATED'));
  if (!allowed[deed].includes(operator.role))
    throw new ProblemError(problem('FORBIDDEN', `The role ${operator.role} may not do this.`));
  return operator;
}
