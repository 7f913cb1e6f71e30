import { z } from 'zod';

/** Stable codes of the backend's errors. Each is made in one place and has one text. */
export const problemCodes = [
  'BAD_REQUEST',
  'UNAUTHENTICATED',
  'INVALID_BEARER_TOKEN',
  'FORBIDDEN',
  'NOT_FOUND',
  'PAYLOAD_TOO_LARGE',
  'UNSUPPORTED_MEDIA_TYPE',
  'REQUEST_TIMEOUT',
  'HEADERS_TOO_LARGE',
  'ENROLMENT_CODE_INVALID',
  'BATCH_CONFLICT',
  'GAP',
  'JOURNAL_FORKED',
  'CHAIN_BROKEN',
  'JOURNAL_UNKNOWN',
  'INSUFFICIENT_FUNDS',
  'DAILY_LIMIT',
  'TAG_BLOCKED',
  'TAG_REPLACED',
  'TAG_IN_USE',
  'UNRESOLVED_TRANSACTIONS',
  'REFUND_NOT_COLLECTED',
  'RESERVATION_CONFLICT',
  'PAYMENT_CONFLICT',
  'PAYMENT_USED',
  'NOTICE_STALE',
  'NOTICE_REPLAYED',
  'ALREADY_CONNECTED',
  'IDEMPOTENCY_CONFLICT',
  'PRECONDITION_FAILED',
  'TOO_MANY_REQUESTS',
  'UNAVAILABLE',
  'INTERNAL',
] as const;
export type ProblemCode = (typeof problemCodes)[number];

/** `application/problem+json` (RFC 9457) with a stable code. */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(problemCodes),
    detail: z.string().optional(),
    /** With `GAP`: where the till goes back to. */
    expectedSeq: z.int().min(1).optional(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problemSchema>;
