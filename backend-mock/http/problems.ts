import type { FastifyReply } from 'fastify';
import type { Problem, ProblemCode } from '../../contract/wire/problem.ts';

/** Status and title of every code: made here and nowhere else. */
const kinds: Record<ProblemCode, { status: number; title: string }> = {
  BAD_REQUEST: { status: 400, title: 'The request is not what this address takes.' },
  UNAUTHENTICATED: { status: 401, title: 'Who asks is not known here.' },
  // The words of R54; why is nobody's business.
  INVALID_BEARER_TOKEN: { status: 401, title: 'Invalid Bearer Token' },
  FORBIDDEN: { status: 403, title: 'Who asks may not do this.' },
  NOT_FOUND: { status: 404, title: 'There is nothing at this address.' },
  PAYLOAD_TOO_LARGE: { status: 413, title: 'The request is larger than this address takes.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The request is in a form that is not read here.' },
  REQUEST_TIMEOUT: { status: 408, title: 'The request did not arrive in time; it may be sent again.' },
  HEADERS_TOO_LARGE: { status: 431, title: 'The headers of the request are larger than what is read here.' },
  ENROLMENT_CODE_INVALID: { status: 403, title: 'The enrolment code is unknown, used or expired.' },
  BATCH_CONFLICT: { status: 422, title: 'A batch of this name was received with other content.' },
  GAP: { status: 409, title: 'Entries before this batch are missing.' },
  JOURNAL_FORKED: { status: 409, title: 'The journal differs from what was received before.' },
  CHAIN_BROKEN: { status: 409, title: 'The hash chain of the journal is broken.' },
  JOURNAL_UNKNOWN: { status: 409, title: 'The journal is not the one of this assignment.' },
  INSUFFICIENT_FUNDS: { status: 409, title: 'The balance that is free does not cover the amount.' },
  DAILY_LIMIT: { status: 409, title: 'More would be bought on this day than the member may.' },
  TAG_BLOCKED: { status: 409, title: 'The tag is blocked.' },
  TAG_REPLACED: { status: 409, title: 'The tag was replaced by another one.' },
  TAG_IN_USE: { status: 409, title: 'The tag is in use already.' },
  UNRESOLVED_TRANSACTIONS: { status: 409, title: 'Something of the customer has no end yet.' },
  REFUND_NOT_COLLECTED: { status: 409, title: 'What is to be paid back may still be on the tag.' },
  RESERVATION_CONFLICT: { status: 422, title: 'The number is known here with other content.' },
  PAYMENT_CONFLICT: { status: 422, title: 'The number is known here with another payment.' },
  PAYMENT_USED: { status: 409, title: 'What was paid is used and cannot be taken back here.' },
  NOTICE_STALE: { status: 409, title: 'The time of the notice is too far from now.' },
  NOTICE_REPLAYED: { status: 409, title: 'The notice was received before.' },
  ALREADY_CONNECTED: { status: 409, title: 'The edition is connected to a Trac organisation already.' },
  IDEMPOTENCY_CONFLICT: { status: 422, title: 'The Idempotency-Key was used for another request.' },
  PRECONDITION_FAILED: { status: 412, title: 'It was changed since; read it again.' },
  TOO_MANY_REQUESTS: {
    status: 429,
    title: 'Too much was asked in too short a time; Retry-After says when to ask again.',
  },
  UNAVAILABLE: { status: 503, title: 'The backend cannot answer now; the same request may be sent again later.' },
  INTERNAL: { status: 500, title: 'The backend failed; the failure is in its log.' },
};

/** The problem of a code (RFC 9457); `detail` is for whoever looks for the cause. */
export function problem(code: ProblemCode, detail?: string, more: { expectedSeq?: number } = {}): Problem {
  const { status, title } = kinds[code];
  return {
    type: `urn:klink:problem:${code.toLowerCase().replaceAll('_', '-')}`,
    title,
    status,
    code,
    ...(detail === undefined ? {} : { detail }),
    ...more,
  };
}

/** Answers `application/problem+json` (RFC 9457). */
export function sendProblem(reply: FastifyReply, body: Problem): FastifyReply {
  if (body.code === 'UNAVAILABLE') reply.header('Retry-After', '1');
  if (body.status === 401) reply.header('WWW-Authenticate', 'Bearer');
  // As text, so that no response schema of a route can strip a field.
  return reply.code(body.status).type('application/problem+json').send(JSON.stringify(body));
}

/** An expected failure found before a handler runs: the error handler answers with its problem. */
export class ProblemError extends Error {
  readonly problem: Problem;

  constructor(body: Problem) {
    super(body.title);
    this.name = 'ProblemError';
    this.problem = body;
  }
}
