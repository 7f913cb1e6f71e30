import ky, { isHTTPError, isNetworkError, isTimeoutError, type KyInstance, type Options } from 'ky';
import { z } from 'zod';
import type { ConnectionFault } from '../../contract/wire/connections.ts';
import { limits } from '../limits.ts';
import type { Clock } from '../ports.ts';
import { type AppIdentity, signAppToken } from './app-jwt.ts';
import {
  memberMadeSchema,
  type RemoteMember,
  type RemotePurse,
  remoteMemberAnswerSchema,
  remoteMembersSchema,
  remotePursesSchema,
  remoteTokenSchema,
  remoteTransactionsSchema,
  transactionMadeSchema,
} from './remote-entities.ts';

/** A failure of the other side. `isNo`: it has read the request and has not done it; else nobody knows whether it has. */
export type RemoteFault = { code: ConnectionFault; detail: string; isNo: boolean; retryAfterMs?: number };
export type RemoteAnswer<T> = { ok: true; result: T } | { ok: false; fault: RemoteFault };

export type RemotePage = z.infer<typeof remoteTransactionsSchema>;

/** Where the other side is and who asks. */
export type Remote = AppIdentity & { address: string; organisation: string; installationId: string };

/** A Trac installation, as far as the connector speaks to it. One attempt a call; when to ask again is the round's to decide. */
export type TracClient = {
  /** One page of everything that was made after `createdAfter`, of every member and purse (R133, R134). */
  readTransactions(createdAfter: Date, startKey: string | undefined): Promise<RemoteAnswer<RemotePage>>;
  /**
   * @param key the same for the same transaction: an installation that knows the header makes it once, whatever happens on the way
   * @param beforeEach is waited for right before each request that makes it, when a token is there; where it throws, none leaves
   */
  postTransaction(
    memberId: string,
    purseId: string,
    body: object,
    key: string,
    beforeEach: () => Promise<void>,
  ): Promise<RemoteAnswer<string>>;
  /** By one filter, e.g. `mis.misId.eq`. */
  findMembers(filter: string, value: string): Promise<RemoteAnswer<readonly RemoteMember[]>>;
  readMember(memberId: string): Promise<RemoteAnswer<RemoteMember>>;
  readPurses(memberId: string): Promise<RemoteAnswer<readonly RemotePurse[]>>;
  postMember(body: object): Promise<RemoteAnswer<string>>;
};

/** The other side over HTTP; nothing is sent twice by itself, for the connector decides what is sent again. */
export function createTracClient(remote: Remote, clock: Clock, transport: typeof fetch = fetch): TracClient {
  const client = ky.create({
    baseUrl: `${remote.address.replace(/\/$/, '')}/api/v1/`,
    retry: 0,
    timeout: limits.connectorRequestTimeoutMs,
    fetch: transport,
  });
  const tokens = createTokenSource(client, remote, clock);
  const org = `orgs/${encodeURIComponent(remote.organisation)}`;

  async function call<T>(
    schema: z.ZodType<T>,
    path: string,
    options: Options,
    headers: Record<string, string> = {},
    beforeEach: () => Promise<void> = () => Promise.resolve(),
  ): Promise<RemoteAnswer<T>> {
    for (let attempt = 1; ; attempt += 1) {
      const token = await tokens.current();
      if (!token.ok) return token;
      await beforeEach();
      const answer = await asked(schema, () =>
        client(`${org}/${path}`, { ...options, headers: { ...headers, Authorization: `token ${token.result}` } }),
      );
      // A token may end before its time; the request was not done then, so a new token may ask again, once.
      if (answer.ok || answer.fault.code !== 'UNAUTHENTICATED' || attempt > 1) return answer;
      tokens.forget();
    }
  }

  return {
    readTransactions: (createdAfter, startKey) =>
      call(remoteTransactionsSchema, 'transactions', {
        searchParams: {
          'meta.createdAt.gt': createdAfter.toISOString(),
          member_txns: 'true',
          member_txns_sales: 'true',
          per_page: limits.connectorPageRows,
          ...(startKey === undefined ? {} : { start_key: startKey }),
        },
      }),
    async postTransaction(memberId, purseId, body, key, beforeEach) {
      const path = `members/${encodeURIComponent(memberId)}/purses/${encodeURIComponent(purseId)}/transactions`;
      const options = { method: 'POST', json: body } as const;
      const made = await call(transactionMadeSchema, path, options, { 'Idempotency-Key': key }, beforeEach);
      return made.ok ? { ok: true, result: made.result.transactionId } : made;
    },
    async findMembers(filter, value) {
      const members: RemoteMember[] = [];
      for (let startKey: string | undefined; ; ) {
        const page = await call(remoteMembersSchema, 'members', {
          searchParams: {
            [filter]: value,
            per_page: limits.connectorPageRows,
            ...(startKey === undefined ? {} : { start_key: startKey }),
          },
        });
        if (!page.ok) return page;
        members.push(...page.result.members);
        startKey = page.result.lastKey;
        if (startKey === undefined) return { ok: true, result: members };
      }
    },
    readMember: (memberId) => call(remoteMemberAnswerSchema, `members/${encodeURIComponent(memberId)}`, {}),
    async readPurses(memberId) {
      const found = await call(remotePursesSchema, `members/${encodeURIComponent(memberId)}/purses`, {
        searchParams: { per_page: limits.connectorPageRows },
      });
      return found.ok ? { ok: true, result: found.result.purses } : found;
    },
    async postMember(body) {
      const made = await call(memberMadeSchema, 'members', { method: 'POST', json: body });
      return made.ok ? { ok: true, result: made.result.memberId } : made;
    },
  };
}

/** Access tokens, one after the other: each is used until shortly before it ends. */
function createTokenSource(client: KyInstance, remote: Remote, clock: Clock) {
  let known: { token: string; until: number } | undefined;
  return {
    async current(): Promise<RemoteAnswer<string>> {
      if (known !== undefined && clock.now().getTime() < known.until) return { ok: true, result: known.token };
      const jwt = await signAppToken(remote, clock.now());
      const path = `app/installations/${encodeURIComponent(remote.installationId)}/access-tokens`;
      const answer = await asked(remoteTokenSchema, () =>
        client.post(path, { headers: { Authorization: `Bearer ${jwt}` } }),
      );
      if (!answer.ok) return answer;
      const { token, expiresAt } = answer.result;
      known = { token, until: expiresAt * 1000 - limits.connectorTokenReserveMs };
      return { ok: true, result: token };
    },
    forget(): void {
      known = undefined;
    },
  };
}

async function asked<T>(schema: z.ZodType<T>, request: () => Promise<Response>): Promise<RemoteAnswer<T>> {
  try {
    const response = await request();
    const parsed = schema.safeParse(JSON.parse(await response.text(), storable));
    if (parsed.success) return { ok: true, result: parsed.data };
    return failed('UNREADABLE', `it answered what cannot be read: ${z.prettifyError(parsed.error)}`, false);
  } catch (error) {
    if (isHTTPError(error)) return refusal(error.response, error.data);
    if (isTimeoutError(error)) return failed('UNREACHABLE', 'it did not answer in time', false);
    if (isNetworkError(error)) return failed('UNREACHABLE', 'it cannot be reached', false);
    if (error instanceof SyntaxError) return failed('UNREADABLE', 'it answered what is no JSON', false);
    // A connection that breaks while the answer arrives.
    if (error instanceof TypeError) return failed('UNREACHABLE', `the connection broke: ${error.message}`, false);
    throw error;
  }
}

/** No database holds U+0000 or half a character: one such letter in a description must not hold up everybody's money. */
function storable(_name: string, value: unknown): unknown {
  return typeof value === 'string' ? value.replaceAll(/[\0\p{Surrogate}]/gu, '\uFFFD') : value;
}

const saidSchema = z.object({
  detail: z.string().optional(),
  title: z.string().optional(),
  message: z.string().optional(),
});

function refusal(response: Response, data: unknown): RemoteAnswer<never> {
  const { status } = response;
  const said = saidSchema.safeParse(data);
  const why = said.success ? (said.data.detail ?? said.data.title ?? said.data.message) : undefined;
  const detail = `${status}${why === undefined ? '' : `: ${why}`}`;
  if (status === 401 || status === 403) return failed('UNAUTHENTICATED', detail, true);
  if (status === 429) return failed('LIMITED', detail, true, retryAfterMs(response));
  if (status === 408 || status >= 500) return failed('FAILED', detail, false, retryAfterMs(response));
  return failed('REFUSED', detail, true);
}

function retryAfterMs(response: Response): number | undefined {
  const seconds = response.headers.get('retry-after');
  return seconds !== null && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

function failed(code: ConnectionFault, detail: string, isNo: boolean, after?: number): RemoteAnswer<never> {
  return { ok: false, fault: { code, detail, isNo, ...(after === undefined ? {} : { retryAfterMs: after }) } };
}
