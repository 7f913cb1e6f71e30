import { createHash } from 'node:crypto';
import { performance } from 'node:perf_hooks';
import { limits } from '../limits.ts';
import { ProblemError, problem } from './problems.ts';
import type { App } from './service.ts';

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

/**
 * Bounds what one caller asks: requests by token or, without one, by address; and failed logins and enrolments by address, so that
 * nobody finds a password or a code by trying. Each process counts for itself.
 */
export function limitRates(app: App): void {
  const requests = new RateLimit(limits.requestRate);
  const failures = new RateLimit(limits.failureRate);
  app.addHook('onRequest', async (request, reply) => {
    const { authorization } = request.headers;
    const caller =
      authorization === undefined ? request.ip : createHash('sha256').update(authorization).digest('base64');
    const watched = guessed.has(request.routeOptions.url ?? '');
    const waitMs = Math.max(requests.take(caller), watched ? failures.waitMs(request.ip) : 0);
    if (waitMs === 0) return;
    reply.header('Retry-After', String(Math.ceil(waitMs / 1000)));
    throw new ProblemError(problem('TOO_MANY_REQUESTS'));
  });
  app.addHook('onResponse', async (request, reply) => {
    const refused = reply.statusCode === 401 || reply.statusCode === 403;
    if (refused && guessed.has(request.routeOptions.url ?? '')) failures.take(request.ip);
  });
}
