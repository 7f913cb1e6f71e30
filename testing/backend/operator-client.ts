import type { z } from 'zod';
import { accountsAnswerSchema, coherenceAnswerSchema } from '../../contract/wire/admin.ts';
import { alertsAnswerSchema, transactionsAnswerSchema } from '../../contract/wire/operator.ts';

/** A till by its assignment. */
type Assigned = { editionId: number; assignmentId: number };

/** An operator who is logged in. */
export class OperatorClient {
  readonly address: string;
  readonly cookie: string;

  constructor(address: string, cookie: string) {
    this.address = address;
    this.cookie = cookie;
  }

  request(path: string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    headers.set('Cookie', this.cookie);
    if (init.body !== undefined) headers.set('Content-Type', 'application/json');
    return fetch(`${this.address}/v1/admin${path}`, { ...init, headers });
  }

  async read<Schema extends z.ZodType>(schema: Schema, path: string): Promise<z.output<Schema>> {
    const response = await this.request(path);
    if (response.status !== 200) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return schema.parse(await response.json());
  }

  /** Sends a body and returns status and parsed JSON (`undefined` for an empty answer). */
  async post(path: string, body: unknown): Promise<{ status: number; body: unknown }> {
    const response = await this.request(path, { method: 'POST', body: JSON.stringify(body) });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  }

  /** Balances by account name; customers' accounts by their canonical name. */
  async balances(editionId: number): Promise<ReadonlyMap<string, number>> {
    const { accounts } = await this.read(accountsAnswerSchema, `/accounts?editionId=${editionId}`);
    return new Map(accounts.map((account) => [account.name, account.balanceMinor]));
  }

  /** The sum of all customers' accounts. */
  async customersMinor(editionId: number): Promise<number> {
    const balances = await this.balances(editionId);
    return [...balances].reduce((sum, [name, minor]) => (name.startsWith('customer:') ? sum + minor : sum), 0);
  }

  /** What the operator was told about a till, by code. */
  async alertCodesOf({ editionId, assignmentId }: Assigned): Promise<string[]> {
    const { alerts } = await this.read(alertsAnswerSchema, `/alerts?editionId=${editionId}`);
    return alerts.filter((alert) => alert.assignmentId === assignmentId).map((alert) => alert.code);
  }

  /** A till's transactions, the latest first. */
  async transactionsOf({ editionId, assignmentId }: Assigned) {
    const path = `/transactions?editionId=${editionId}&assignmentId=${assignmentId}`;
    return (await this.read(transactionsAnswerSchema, path)).transactions;
  }

  coherence(editionId: number) {
    return this.read(coherenceAnswerSchema, `/coherence?editionId=${editionId}`);
  }
}

/** Logs in with the operator's password; the demo's is `demo`. Without a name: as the operator who is there from the first start. */
export async function logIn(address: string, password = 'demo', name?: string): Promise<OperatorClient> {
  const response = await fetch(`${address}/v1/admin/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name, password }),
  });
  const cookie = response.headers.get('set-cookie');
  if (response.status !== 204 || cookie === null) throw new Error(`login answered ${response.status}`);
  return new OperatorClient(address, cookie.split(';', 1)[0] ?? '');
}

const sessions = new Map<string, { client: OperatorClient; sinceMs: number }>();
const sessionLifeMs = 6 * 60 * 60 * 1000;

/** An operator whose session has not run out by the test's own clock; logs in only where it has, for a password is slow to check. */
export async function operatorAt(address: string, nowMs: number): Promise<OperatorClient> {
  const known = sessions.get(address);
  if (known !== undefined && nowMs - known.sinceMs < sessionLifeMs) return known.client;
  const client = await logIn(address);
  sessions.set(address, { client, sinceMs: nowMs });
  return client;
}
