import ky, { isHTTPError, isNetworkError, isTimeoutError, type KyInstance, type ResponsePromise } from 'ky';
import type { z } from 'zod';
import { batchAnswerSchema } from '../../contract/wire/batch.ts';
import { configurationSchema } from '../../contract/wire/configuration.ts';
import { enrolmentAnswerSchema } from '../../contract/wire/enrolment.ts';
import { sealSchema } from '../../contract/wire/journal.ts';
import { outcomesAnswerSchema } from '../../contract/wire/outcomes.ts';
import { type PaymentAnswer, paymentAnswerSchema } from '../../contract/wire/payment.ts';
import { type Problem, problemSchema } from '../../contract/wire/problem.ts';
import { reservationAnswerSchema } from '../../contract/wire/reservation.ts';
import { tagLookupAnswerSchema } from '../../contract/wire/tag-lookup.ts';
import {
  type TagReplacementAnswer,
  type TagReplacementRequest,
  tagReplacementAnswerSchema,
} from '../../contract/wire/tag-replacement.ts';
import type { Credentials, Uplink, UplinkFault } from '../checkout/backend-ports.ts';
import { limits } from '../domain/limits.ts';
import { failed, ok, type Result } from '../domain/result.ts';

/**
 * The backend over HTTP. One attempt a call: when to try again is the replicator's to decide, which also knows what must
 * be sent as the very same bytes. Answers are parsed with the contract's schemas; an answer that does not fit is a fault.
 * @param transport the machine's network, or one that is simulated
 */
export function httpUplink(
  requestTimeoutMs: number = limits.replication.requestTimeoutMs,
  transport: typeof fetch = fetch,
): Uplink {
  const client = ky.create({ retry: 0, timeout: requestTimeoutMs, fetch: transport });
  return {
    enrol: (backendUrl, request) =>
      call(client.post(new URL('v1/enrolments', withSlash(backendUrl)), { json: request }), enrolmentAnswerSchema),
    configuration: (credentials, etag) => fetchConfiguration(client, credentials, etag),
    sendBatch: (credentials, batchId, body) =>
      call(
        client.put(assignmentUrl(credentials, `batches/${batchId}`), {
          body,
          headers: { ...authorization(credentials), 'content-type': 'application/json' },
        }),
        batchAnswerSchema,
      ),
    seal: (credentials) =>
      call(client.get(assignmentUrl(credentials, 'seal'), { headers: authorization(credentials) }), sealSchema),
    outcomes: (credentials, query) =>
      call(
        client.get(assignmentUrl(credentials, 'outcomes'), {
          searchParams: { ...query },
          headers: authorization(credentials),
        }),
        outcomesAnswerSchema,
      ),
    reserve: (credentials, terminalTransactionNumber, request) =>
      call(
        client.put(assignmentUrl(credentials, `transactions/${terminalTransactionNumber}/reservation`), {
          json: request,
          headers: authorization(credentials),
          timeout: limits.replication.reservationTimeoutMs,
        }),
        reservationAnswerSchema,
      ),
    startPayment: (credentials, terminalTransactionNumber, request) =>
      call(
        client.put(paymentUrl(credentials, terminalTransactionNumber), {
          json: request,
          headers: authorization(credentials),
          timeout: limits.payment.requestTimeoutMs,
        }),
        paymentAnswerSchema,
      ),
    payment: (credentials, terminalTransactionNumber) =>
      askForPayment(client, 'get', credentials, terminalTransactionNumber),
    voidPayment: (credentials, terminalTransactionNumber) =>
      askForPayment(client, 'delete', credentials, terminalTransactionNumber),
    lookUpTag: (credentials, uid, timeoutMs = requestTimeoutMs) =>
      call(
        client.get(assignmentUrl(credentials, `tags/${uid}`), {
          headers: authorization(credentials),
          timeout: timeoutMs,
        }),
        tagLookupAnswerSchema,
      ),
    replaceTag: (credentials, lostUid, newUid) => replaceTag(client, credentials, lostUid, newUid),
  };
}

async function fetchConfiguration(client: KyInstance, credentials: Credentials, etag: string | null) {
  const headers = { ...authorization(credentials), ...(etag === null ? {} : { 'if-none-match': etag }) };
  // 304 is an answer here and not an error.
  const throwHttpErrors = (status: number) => status !== 304 && status >= 400;
  try {
    const request = client.get(assignmentUrl(credentials, 'config'), { headers, throwHttpErrors });
    const response = await request;
    if (response.status === 304) return ok(null);
    const parsed = configurationSchema.safeParse(await request.json());
    if (!parsed.success) return failed<UplinkFault>(unreadable);
    return ok({ etag: response.headers.get('etag') ?? '', configuration: parsed.data });
  } catch (error) {
    return failed(uplinkFault(error));
  }
}

/** Null where the backend says that it knows of no such payment; anything else that is not found is a fault. */
async function askForPayment(
  client: KyInstance,
  method: 'get' | 'delete',
  credentials: Credentials,
  terminalTransactionNumber: number,
): Promise<Result<PaymentAnswer | null, UplinkFault>> {
  const headers = authorization(credentials);
  const timeout = limits.payment.requestTimeoutMs;
  try {
    const request = client[method](paymentUrl(credentials, terminalTransactionNumber), { headers, timeout });
    const parsed = paymentAnswerSchema.safeParse(await request.json());
    return parsed.success ? ok(parsed.data) : failed(unreadable);
  } catch (error) {
    return isNotFound(error) ? ok(null) : failed(uplinkFault(error));
  }
}

/** What is not found here is the lost tag; anywhere else it would be a fault. */
async function replaceTag(
  client: KyInstance,
  credentials: Credentials,
  lostUid: string,
  newUid: string,
): Promise<Result<TagReplacementAnswer, UplinkFault>> {
  const headers = authorization(credentials);
  try {
    const body: TagReplacementRequest = { newUid };
    const request = client.put(assignmentUrl(credentials, `tags/${lostUid}/replacement`), {
      json: body,
      headers,
    });
    const parsed = tagReplacementAnswerSchema.safeParse(await request.json());
    return parsed.success ? ok(parsed.data) : failed(unreadable);
  } catch (error) {
    return failed(isNotFound(error) ? { kind: 'tag-unheard-of' } : uplinkFault(error));
  }
}

async function call<Schema extends z.ZodType>(
  request: ResponsePromise,
  schema: Schema,
): Promise<Result<z.output<Schema>, UplinkFault>> {
  try {
    // Of the request and not of its response: only so does its time also end a body that does not come.
    const parsed = schema.safeParse(await request.json());
    return parsed.success ? ok(parsed.data) : failed(unreadable);
  } catch (error) {
    return failed(uplinkFault(error));
  }
}

function isNotFound(error: unknown): boolean {
  return isHTTPError(error) && problemSchema.safeParse(error.data).data?.code === 'NOT_FOUND';
}

const unreadable: UplinkFault = { kind: 'fault', detail: 'an answer this till cannot read.', retryAfterMs: null };

function uplinkFault(error: unknown): UplinkFault {
  if (isHTTPError(error)) return httpFault(error.response, problemSchema.safeParse(error.data).data ?? null);
  if (isTimeoutError(error)) return { kind: 'unreachable', detail: 'no answer in time.', retryAfterMs: null };
  // A connection cut in the middle of the answer shows as a TypeError or a half JSON text.
  if (isNetworkError(error) || error instanceof TypeError || error instanceof SyntaxError)
    return { kind: 'unreachable', detail: `${causeOf(error)}.`, retryAfterMs: null };
  throw error;
}

function httpFault(response: Response, problem: Problem | null): UplinkFault {
  const retryAfterMs = retryAfter(response.headers.get('retry-after'));
  switch (problem?.code) {
    case 'GAP':
      if (problem.expectedSeq !== undefined) return { kind: 'gap', expectedSeq: problem.expectedSeq };
      break;
    case 'JOURNAL_FORKED':
    case 'CHAIN_BROKEN':
    case 'JOURNAL_UNKNOWN':
      return { kind: 'halt', code: problem.code };
    case 'TAG_REPLACED':
      return { kind: 'tag-replaced', detail: problem.detail ?? '' };
    case 'TAG_IN_USE':
      return { kind: 'tag-in-use' };
    case 'TAG_BLOCKED':
      return { kind: 'tag-blocked' };
    case 'INSUFFICIENT_FUNDS':
      return { kind: 'insufficient-funds' };
    case 'DAILY_LIMIT':
      return { kind: 'daily-limit' };
    case 'ENROLMENT_CODE_INVALID':
      return { kind: 'code-invalid' };
    default:
  }
  const detail = problem?.title ?? `HTTP ${response.status}.`;
  if (response.status === 401 || response.status === 403) return { kind: 'refused', detail };
  const isBusy =
    response.status === 429 || response.status === 502 || response.status === 503 || response.status === 504;
  return isBusy ? { kind: 'unreachable', detail, retryAfterMs } : { kind: 'fault', detail, retryAfterMs };
}

/** `Retry-After` in seconds; the form with a date is not used by this backend. */
function retryAfter(header: string | null): number | null {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1_000 : null;
}

/** What lies deepest says most: "connect ECONNREFUSED 127.0.0.1:7480", where the request itself only "failed". */
function causeOf(error: Error): string {
  const deeper = error.cause instanceof Error ? causeOf(error.cause) : '';
  return deeper || error.message;
}

function assignmentUrl({ backendUrl, assignmentId }: Credentials, resource: string): URL {
  return new URL(`v1/assignments/${assignmentId}/${resource}`, withSlash(backendUrl));
}

function paymentUrl(credentials: Credentials, terminalTransactionNumber: number): URL {
  return assignmentUrl(credentials, `transactions/${terminalTransactionNumber}/payment`);
}

function authorization({ token }: Credentials) {
  return { authorization: `Bearer ${token}` };
}

function withSlash(url: string): string {
  return url.endsWith('/') ? url : `${url}/`;
}
