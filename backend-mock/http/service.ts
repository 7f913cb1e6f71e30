import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ZodTypeProvider } from 'fastify-type-provider-zod';
import { problemSchema } from '../../contract/wire/problem.ts';
import type { BoundedProvider } from '../payments/bounded-provider.ts';
import type { Clock, Random } from '../ports.ts';
import type { Database } from '../store/database.ts';

/** What every route works with. */
export type Service = {
  database: Database;
  clock: Clock;
  random: Random;
  demo: boolean;
  provider: BoundedProvider;
  /** For whom an app's JWT has to be (R52). */
  tracAudience: string;
};

/** The server as routes see it: typed by the contract's schemas. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** Declares the problem answers of a route for the OpenAPI document. */
export function problemAnswers<Status extends number>(...statuses: Status[]) {
  const content = { 'application/problem+json': { schema: problemSchema } };
  return Object.fromEntries(
    statuses.map((status) => [status, { description: 'A problem with a stable code (RFC 9457).', content }]),
  );
}
