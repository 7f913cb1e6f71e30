import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { SignJWT } from 'jose';
import type { z } from 'zod';
import {
  type InstallationDefaults,
  type InstallationRow,
  installationRowSchema,
} from '../../contract/wire/installations.ts';
import { accessTokenSchema } from '../../contract/wire/trac-access.ts';
import {
  type TracMemberAnswer,
  type TracPurseAnswer,
  type TracTransactionAnswer,
  tracMemberAnswerSchema,
  tracMemberMadeSchema,
  tracPurseAnswerSchema,
  tracPurseMadeSchema,
  tracPursesAnswerSchema,
  tracTransactionAnswerSchema,
  tracTransactionMadeSchema,
  tracTransactionsAnswerSchema,
} from '../../contract/wire/trac-entities.ts';
import type { OperatorClient } from '../backend/operator-client.ts';

/** An app as an integrator has it: its slug and the pair of keys whose private half stays with it (Q45). */
export type App = { slug: string; privateKey: KeyObject; publicKeyPem: string };

export function makeApp(slug: string): App {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return { slug, privateKey, publicKeyPem: publicKey.export({ type: 'spki', format: 'pem' }).toString() };
}

/** A JWT as seed 000 says it, for this long from `now`. */
export function appToken({ slug, privateKey }: App, audience: string, now: Date = new Date()): Promise<string> {
  const nowSeconds = Math.floor(now.getTime() / 1000);
  return new SignJWT({})
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT' })
    .setIssuedAt(nowSeconds)
    .setExpirationTime(nowSeconds + 8 * 60 * 60)
    .setAudience(audience)
    .setIssuer(slug)
    .sign(privateKey);
}

/** Lets an app in at an edition, as an operator does. */
export async function registerApp(
  operator: OperatorClient,
  { slug, publicKeyPem }: App,
  editionId: number,
  more: { namespace?: string; defaults?: InstallationDefaults } = {},
): Promise<InstallationRow> {
  const made = await operator.post('/installations', { editionId, slug, publicKeyPem, ...more });
  if (made.status !== 201)
    throw new Error(`the installation was answered ${made.status}: ${JSON.stringify(made.body)}`);
  return installationRowSchema.parse(made.body);
}

export type TracReply = { status: number; text: string; body: unknown };

/** An integration that is let in, with its access token. */
export class TracClient {
  readonly address: string;
  readonly organisation: number;
  readonly token: string;

  constructor(address: string, organisation: number, token: string) {
    this.address = address;
    this.organisation = organisation;
    this.token = token;
  }

  /** Exchanges a JWT of the app for an access token. */
  static async enter(address: string, app: App, installation: InstallationRow, now?: Date): Promise<TracClient> {
    const jwt = await appToken(app, installation.audience, now);
    const response = await fetch(`${address}/api/v1/app/installations/${installation.installationId}/access-tokens`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${jwt}` },
    });
    if (response.status !== 201) throw new Error(`the token was answered ${response.status}: ${await response.text()}`);
    const { token } = accessTokenSchema.parse(await response.json());
    return new TracClient(address, installation.editionId, token);
  }

  /** Asks under `/api/v1/orgs/<own organisation>`. */
  async request(path: string, init: RequestInit = {}): Promise<TracReply> {
    const headers = new Headers(init.headers);
    if (!headers.has('Authorization')) headers.set('Authorization', `token ${this.token}`);
    if (init.body !== undefined) headers.set('Content-Type', 'application/json');
    const response = await fetch(`${this.address}/api/v1/orgs/${this.organisation}${path}`, { ...init, headers });
    const text = await response.text();
    return { status: response.status, text, body: text === '' ? undefined : JSON.parse(text) };
  }

  get(path: string): Promise<TracReply> {
    return this.request(path);
  }

  post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<TracReply> {
    return this.request(path, {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });
  }

  put(path: string, since: string, body: unknown): Promise<TracReply> {
    return this.request(path, {
      method: 'PUT',
      headers: { 'If-Unmodified-Since': since },
      body: JSON.stringify(body),
    });
  }

  async #made<T>(schema: z.ZodType<T>, path: string, body: unknown): Promise<T> {
    const reply = await this.post(path, body);
    if (reply.status !== 201) throw new Error(`${path} was answered ${reply.status}: ${reply.text}`);
    return schema.parse(reply.body);
  }

  async #read<T>(schema: z.ZodType<T>, path: string): Promise<T> {
    const reply = await this.get(path);
    if (reply.status !== 200) throw new Error(`${path} was answered ${reply.status}: ${reply.text}`);
    return schema.parse(reply.body);
  }

  async newMember(body: object = { memberType: 'pupil', displayName: 'Ada' }): Promise<string> {
    return (await this.#made(tracMemberMadeSchema, '/members', body)).memberId;
  }

  member(memberId: string): Promise<TracMemberAnswer> {
    return this.#read(tracMemberAnswerSchema, `/members/${memberId}`);
  }

  async newPurse(memberId: string, body: object): Promise<string> {
    return (await this.#made(tracPurseMadeSchema, `/members/${memberId}/purses`, body)).purseId;
  }

  purse(memberId: string, purseId: string): Promise<TracPurseAnswer> {
    return this.#read(tracPurseAnswerSchema, `/members/${memberId}/purses/${purseId}`);
  }

  async purses(memberId: string): Promise<TracPurseAnswer[]> {
    return (await this.#read(tracPursesAnswerSchema, `/members/${memberId}/purses`)).purses;
  }

  /** Balances by the purses' ids. */
  async balances(memberId: string): Promise<Record<string, string>> {
    return Object.fromEntries((await this.purses(memberId)).map(({ meta, balance }) => [meta.purseId, balance]));
  }

  async newTransaction(memberId: string, purseId: string, body: object | string): Promise<string> {
    const path = `/members/${memberId}/purses/${purseId}/transactions`;
    return (await this.#made(tracTransactionMadeSchema, path, body)).transactionId;
  }

  transaction(memberId: string, purseId: string, transactionId: string): Promise<TracTransactionAnswer> {
    return this.#read(
      tracTransactionAnswerSchema,
      `/members/${memberId}/purses/${purseId}/transactions/${transactionId}`,
    );
  }

  async transactions(path: string): Promise<TracTransactionAnswer[]> {
    return (await this.#read(tracTransactionsAnswerSchema, path)).transactions;
  }

  /** Of all members, `member_txns=true` (R133); `query` says which. */
  organisationTransactions(query = ''): Promise<TracTransactionAnswer[]> {
    return this.transactions(`/transactions?member_txns=true&per_page=1000${query}`);
  }
}
