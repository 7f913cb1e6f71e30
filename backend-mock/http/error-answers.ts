import type { FastifyError, FastifyInstance } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import type { Problem } from '../../contract/wire/problem.ts';
import { databaseErrorCode, isDatabaseUnavailable } from '../store/database.ts';
import { ProblemError, problem, sendProblem } from './problems.ts';

/** Every failure leaves as a problem with a stable code; what is not the caller's business stays in the log. */
export function answerErrors(app: FastifyInstance): void {
  app.setNotFoundHandler((_request, reply) => sendProblem(reply, problem('NOT_FOUND')));
  app.setErrorHandler((error, request, reply) => {
    const body = error === request.raw.errored ? cutOff : problemOf(error);
    if (body.status >= 500) request.log.error({ err: error }, 'a request failed');
    return sendProblem(reply, body);
  });
}

/** The client went away in the middle of its request: nobody reads this, but no failure of the backend is logged or counted. */
const cutOff = problem('BAD_REQUEST', 'The request ended before its end.');

/** SQLSTATEs of a text that JSON can carry and PostgreSQL cannot hold. */
const unstorableText: ReadonlySet<string> = new Set(['22021', '22P05']);

function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (isDatabaseUnavailable(error)) return problem('UNAVAILABLE');
  if (unstorableText.has(databaseErrorCode(error) ?? ''))
    return problem('BAD_REQUEST', 'A text contains the character U+0000.');
  if (hasZodFastifySchemaValidationErrors(error)) {
    const first = error.validation[0];
    return problem(
      'BAD_REQUEST',
      first === undefined ? undefined : `${first.instancePath || '/'}: ${first.message ?? 'not valid'}`.slice(0, 300),
    );
  }
  switch (statusOf(error)) {
    case 413:
      return problem('PAYLOAD_TOO_LARGE');
    case 415:
      return problem('UNSUPPORTED_MEDIA_TYPE', 'The body is application/json.');
    case 400:
      return problem('BAD_REQUEST', 'The request could not be read.');
    default:
      return problem('INTERNAL');
  }
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof SyntaxError) return 400;
  const candidate: Partial<FastifyError> | undefined = error instanceof Error ? error : undefined;
  const status = candidate?.statusCode;
  return status !== undefined && status >= 400 && status < 500 && status !== 413 && status !== 415 ? 400 : status;
}
