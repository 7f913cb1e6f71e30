import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { limits } from '../limits.ts';
import { ProblemError, problem } from './problems.ts';

/** What a caller may do at once and how fast it comes back. */
export type Allowance = { burst: number; perSecond: number };

type Bucket = { tokens: number; at: number };

/**
 * A bucket of tokens for every caller. Keeps at most {@link limits.rateCallersMax} of them: one that is full again is forgotten,
 * for it allows what a new one does.
 */
export class RateLimit {
  readonly #allowance: Allowance;
  readonly #now: () => number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(allowance: Allowance, now: () => number = () => performance.now()) {
    this.#allowance = allowance;
    this.#now = now;
  }

  /** Takes a token, or returns after how many milliseconds there is one. */
  take(caller: string): number {
    const bucket = this.#filled(caller);
    if (bucket.tokens >= 1) {
      bucket.tokens -= 1;
      return 0;
    }
    return Math.ceil(((1 - bucket.tokens) / this.#allowance.perSecond) * 1000);
  }

  /** Whether a token is there, without taking it. */
  waitMs(caller: string): number {
    const { tokens } = this.#filled(caller);
    return tokens >= 1 ? 0 : Math.ceil(((1 - tokens) / this.#allowance.perSecond) * 1000);
  }

  #filled(caller: string): Bucket {
    const { burst, perSecond } = this.#allowance;
    const at = this.#now();
    const bucket = this.#buckets.get(caller) ?? { tokens: burst, at };
    bucket.tokens = Math.min(burst, bucket.tokens + ((at - bucket.at) / 1000) * perSecond);
    bucket.at = at;
    if (!this.#buckets.has(caller) && this.#buckets.size >= limits.rateCallersMax) this.#forget(at);
    this.#buckets.set(caller, bucket);
    return bucket;
  }

  #forget(at: number): void {
    const { burst, perSecond } = this.#allowance;
    for (const [caller, { tokens, at: last }] of this.#buckets)
      if (tokens + ((at - last) / 1000) * perSecond >= burst) this.#buckets.delete(caller);
    // More callers at once than there is room for: the oldest start afresh.
    for (const caller of this.#buckets.keys()) {
      if (this.#buckets.size < limits.rateCallersMax) break;
      this.#buckets.delete(caller);
    }
  }
}

/** Routes that tell whether a secret was guessed: what counts is how often it was not. */
const guessed = new Set(['/v1/admin/session', '/v1/enrolments']);

/** The tokens that were right lately, by their hashes: at most {@link limits.rateCallersMax}, the longest unused is forgotten first. */
class ProvenTokens {
  readonly #hashes = new Set<string>();

  has(hash: string): boolean {
    return this.#hashes.has(hash);
  }

  add(hash: string): void {
    this.#hashes.delete(hash);
    this.#hashes.add(hash);
    const [oldest] = this.#hashes;
    if (this.#hashes.size > limits.rateCallersMax && oldest !== undefined) this.#hashes.delete(oldest);
  }
}

const hashOf = (authorization: string) => createHash('sha256').update(authorization).digest('base64');

/** Whether the answer shows that the token is one: only where the route asks for it, and nobody is let in without it. */
function provesToken({ routeOptions }: FastifyRequest, { statusCode }: FastifyReply): boolean {
  const security = routeOptions.schema?.security ?? [];
  return statusCode < 400 && security.some((each) => 'bearer' in each || 'installation' in each);
}

/**
 * Bounds what one caller asks: requests by token, so that tills behind one address do not pay for each other, once the token has proved
 * right, and by address until then, so that nobody is many callers by inventing tokens; and failed logins and enrolments by address,
 * so that nobody finds a password or a code by trying. Each process counts for itself.
 */
export function limitRates(
  app: FastifyInstance,
  allowances: { requests: Allowance; failures: Allowance } = {
    requests: limits.requestRate,
    failures: limits.failureRate,
  },
): void {
  const requests = new RateLimit(allowances.requests);
  const failures = new RateLimit(allowances.failures);
  const proven = new ProvenTokens();
  app.addHook('onRequest', async (request, reply) => {
    const { authorization } = request.headers;
    const token = authorization === undefined ? undefined : hashOf(authorization);
    const caller = token !== undefined && proven.has(token) ? token : request.ip;
    const watched = guessed.has(request.routeOptions.url ?? '');
    const waitMs = Math.max(requests.take(caller), watched ? failures.waitMs(request.ip) : 0);
    if (waitMs === 0) return;
    reply.header('Retry-After', String(Math.ceil(waitMs / 1000)));
    throw new ProblemError(problem('TOO_MANY_REQUESTS'));
  });
  app.addHook('onResponse', async (request, reply) => {
    const { authorization } = request.headers;
    if (authorization !== undefined && provesToken(request, reply)) proven.add(hashOf(authorization));
    const refused = reply.statusCode === 401 || reply.statusCode === 403;
    if (refused && guessed.has(request.routeOptions.url ?? '')) failures.take(request.ip);
  });
}
