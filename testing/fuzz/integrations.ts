import { randomBytes } from 'node:crypto';
import type { Client } from 'pg';
import { z } from 'zod';
import { ulidOf } from '../../backend-mock/purses/ulid.ts';
import type { OperatorClient } from '../backend/operator-client.ts';
import { type App, appToken, makeApp, registerApp, TracClient } from '../trac/trac-client.ts';
import type { HostileJson } from './json-text.ts';

/** An integration that is let in at the demo canteen, with a JWT and an access token that are good for the whole run. */
export type Integration = { installationId: number; jwt: string; client: TracClient };

/** The edition in account mode of the demo. */
const editionId = 2;

/** The one that was there, while it is still let in: fuzzing operators may shut it out, or take its key away. */
export async function letIn(operator: OperatorClient, known: Integration | undefined): Promise<Integration> {
  if (known !== undefined && (await known.client.get('/members?per_page=1')).status === 200) return known;
  const app: App = makeApp(`fuzz-${randomBytes(4).toString('hex')}`);
  const installation = await registerApp(operator, app, editionId);
  const client = await TracClient.enter(operator.address, app, installation);
  const memberId = await client.newMember();
  const purseId = await client.newPurse(memberId, { title: 'Free School Meals' });
  const transactionDate = new Date().toISOString();
  await client.newTransaction(memberId, 'default', { amount: '50.00', type: 'cash', transactionDate });
  await client.newTransaction(memberId, purseId, { amount: '2.50', type: 'credit', transactionDate });
  await client.newTransaction(memberId, 'sales', { amount: '-1.00', type: 'sale', transactionDate });
  const jwt = await appToken(app, installation.audience);
  return { installationId: installation.installationId, jwt, client };
}

/** One transaction with everything that leads to it, so that a path that is drawn leads somewhere. */
export type TracPlace = { member: string; purse: string; transaction: string };

/** The newest transactions of purses by their places. */
export async function readPlaces(database: Client): Promise<TracPlace[]> {
  const found = await database.query<{ member: string; purse: string; number: string; at: Date }>(
    `SELECT m.member_id AS member, t.purse_id AS purse, t.backend_transaction_id AS number, t.created_at AS at
       FROM purse_transaction t JOIN member m USING (edition_id, customer_id) WHERE edition_id = $1
      ORDER BY t.backend_transaction_id DESC LIMIT 20`,
    [editionId],
  );
  return found.rows.map(({ member, purse, number, at }) => ({
    member,
    purse,
    transaction: ulidOf(at, Number(number)),
  }));
}

/** Credit purses of members, the newest first: an operator closes and replaces them. */
export async function readCreditPurses(database: Client): Promise<Pick<TracPlace, 'member' | 'purse'>[]> {
  const found = await database.query<{ member: string; purse: string }>(
    `SELECT m.member_id AS member, p.purse_id AS purse FROM purse p JOIN member m USING (edition_id, customer_id)
      WHERE edition_id = $1 AND p.type = 'credit' ORDER BY p.account_id DESC LIMIT 5`,
    [editionId],
  );
  return found.rows;
}

/** What the fields of the Trac-compatible API, and of who may use it, may well hold. */
export const tracKnown: ReadonlyMap<string, readonly HostileJson[]> = new Map<string, readonly HostileJson[]>([
  ['in orgs', [editionId]],
  ['amount', ['-1.00', '2.50', '10.00', '-0.01', '1.00']],
  ['balance', ['0.00', '4.00']],
  ['creditApply', ['30 9 * * 1-5', '0 12 * * *']],
  ['if-unmodified-since', ['2199-01-01T00:00:00', '2199-01-01T00:00:00', '2020-01-01T00:00:00']],
  ['accountType', ['MEAL', 'SNACK']],
  ['session', ['lunch', 'breakfast']],
  ['publicKeyPem', [makeApp('anybody').publicKeyPem]],
]);

const soundTransactions = [
  { purse: 'default', type: 'cash', amount: '2.50' },
  { purse: 'default', type: 'epayment', amount: '-1.00' },
  { purse: 'sales', type: 'sale', amount: '-1.00' },
];

/** A body that the route may well consent to, and the purse it fits; `undefined` where the schema alone says what a body is. */
export function soundBody(
  { method, path }: { method: string; path: string },
  oneOf: <T>(values: readonly T[]) => T,
): { purse?: string; json: HostileJson } | undefined {
  if (method === 'POST' && path.endsWith('/transactions')) {
    const { purse, ...transaction } = oneOf(soundTransactions);
    return { purse, json: { ...transaction, transactionDate: new Date().toISOString(), till: { status: 'synced' } } };
  }
  if (method === 'PUT') return { json: { externalIds: { 'fuzz-id': '1' } } };
  return undefined;
}

const filterNames = [
  'meta.createdAt.gt',
  'core.state.eq',
  'core.type.eq',
  'core.memberType.eq',
  'core.amountAsInteger.ge',
  'mis.misId.eq',
  'externalIds.till-txnNo.eq',
  'till.status.eq',
  'meta.transactionId.eq',
  'meta.tags.a.eq',
  'a.b.c.d.eq',
  "x'y.z.eq",
];
const filterValues = ['processed', 'sale', 'pupil', '1', '-5', '2026-09-01T00:00:00', '01ARZ3NDEKTSV4RRFFQ69G5FAV'];

/** A filter of a list: its name, and mostly a value of the right kind. */
export function drawFilter(oneOf: <T>(values: readonly T[]) => T): [string, string] {
  return [oneOf(filterNames), oneOf(filterValues)];
}

export const placeSchema = z.enum(['member', 'purse', 'transaction']);
