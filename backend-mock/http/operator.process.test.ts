// Goal: an operator can bring a real edition to the point where a till sells, without the demo, and every deed is audited.
// Method: a backend that is not in demo mode, driven over HTTP only; time comes from a clock of the test.
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { enrolmentCodeAnswerSchema } from '../../contract/wire/admin.ts';
import { auditAnswerSchema } from '../../contract/wire/audit.ts';
import {
  assignmentsAnswerSchema,
  editionCreatedSchema,
  editionsAnswerSchema,
  terminalRowSchema,
} from '../../contract/wire/operator.ts';
import { startTestBackend } from '../../testing/backend/backend.ts';
import { logIn, OperatorClient } from '../../testing/backend/operator-client.ts';
import { type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import { purchase, topUp } from '../../testing/backend/payloads.ts';
import { enrolTill } from '../../testing/backend/till-client.ts';

let backend: OwnBackend;
let operator: OperatorClient;
let now = new Date('2026-07-04T12:00:00Z');
const announced: string[] = [];
beforeAll(async () => {
  backend = await startOwnBackend({
    demo: false,
    clock: { now: () => now },
    announce: (line) => announced.push(line),
  });
});
afterAll(() => backend.close());

const plan = {
  name: 'Open Air',
  mode: 'tag',
  currency: 'EUR',
  timeZone: 'Europe/Berlin',
  limits: { maximumBalanceMinor: 300_00, maximumTopUpMinor: 200_00, maximumPurchaseMinor: 300_00 },
  fees: { topUp: { fixedMinor: 0, rateBasisPoints: 250 }, refund: { fixedMinor: 100, rateBasisPoints: 0 } },
  topUpAmountsMinor: [20_00, 50_00],
};

test('without the demo a random password is announced once and opens a session; a wrong one does not', async () => {
  expect(announced).toHaveLength(1);
  const password = /password is (\S+) and/.exec(announced[0] ?? '')?.[1] ?? '';
  expect(password.length).toBeGreaterThanOrEqual(20);
  await expect(logIn(backend.address, `${password}x`)).rejects.toThrow('401');
  const response = await fetch(`${backend.address}/v1/admin/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ password }),
  });
  expect(response.headers.get('set-cookie')).toMatch(
    /^klink-session=[\w-]{43}; Max-Age=\d+; Path=\/v1\/admin; HttpOnly; SameSite=Strict$/,
  );
  operator = await logIn(backend.address, password);
  const again = await startTestBackend(backend.databaseUrl, { demo: false, announce: (line) => announced.push(line) });
  await again.close();
  expect(announced).toHaveLength(1);
});

test('every operator route refuses who is not logged in', async () => {
  const document = z
    .object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
    .parse(await (await fetch(`${backend.address}/v1/openapi.json`)).json());
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => ({ path, method: method.toUpperCase() })),
  );
  const admin = routes.filter(({ path }) => path.startsWith('/v1/admin/') && path !== '/v1/admin/session');
  expect(admin.length).toBeGreaterThan(15);
  for (const { path, method } of admin) {
    const address = `${backend.address}${path.replaceAll(/\{\w+\}/g, '1')}?editionId=1`;
    const response = await fetch(address, { method, headers: { Cookie: `klink-session=${'A'.repeat(43)}` } });
    // A body or a parameter that is missing may be noticed first; nothing else may be.
    expect([path, response.status === 401 || response.status === 400]).toEqual([path, true]);
  }
});

test('demo codes open nothing outside demo mode', async () => {
  await expect(enrolTill(backend.address, 'DEMO-FEST')).rejects.toThrow('ENROLMENT_CODE_INVALID');
});

test('edition, merchant, product, terminal, code, till, sale: from nothing to the books; a code works once and expires', async () => {
  const { editionId } = editionCreatedSchema.parse((await operator.post('/editions', plan)).body);
  const { editions } = await operator.read(editionsAnswerSchema, '/editions');
  expect(editions).toEqual([{ editionId, ...plan }]);
  const merchant = { editionId, merchantId: 'bar', name: 'Bar' };
  expect((await operator.post('/merchants', merchant)).status).toBe(201);
  expect((await operator.post('/merchants', merchant)).status).toBe(400);
  const product = {
    editionId,
    productId: 'beer',
    name: 'Beer',
    priceMinor: 5_50,
    merchantId: 'bar',
    taxRate: '19',
    colour: 'amber',
    meal: false,
    page: 'Drinks',
  };
  expect((await operator.post('/products', product)).status).toBe(201);
  expect((await operator.post('/products', { ...product, productId: 'x', merchantId: 'nobody' })).status).toBe(400);
  expect((await operator.post('/editions', { ...plan, timeZone: 'Europe/Atlantis' })).status).toBe(400);

  const { terminalId } = terminalRowSchema.parse((await operator.post('/terminals', { name: 'Till 1' })).body);
  const ask = async () =>
    enrolmentCodeAnswerSchema.parse(
      (await operator.post(`/terminals/${terminalId}/enrolment-codes`, { terminalName: 'Till 1', editionId })).body,
    );
  expect((await operator.post('/terminals/999/enrolment-codes', { terminalName: 'x', editionId })).status).toBe(404);
  const { code } = await ask();
  const till = await enrolTill(backend.address, ` ${code.toLowerCase().replaceAll('-', ' ')} `);
  await expect(enrolTill(backend.address, code)).rejects.toThrow('ENROLMENT_CODE_INVALID');
  const late = await ask();
  now = new Date(now.getTime() + 24 * 60 * 60 * 1000 + 1);
  operator = await logIn(backend.address, /password is (\S+) and/.exec(announced[0] ?? '')?.[1]);
  await expect(enrolTill(backend.address, late.code)).rejects.toThrow('ENROLMENT_CODE_INVALID');

  till.journal.append('transaction', topUp({ number: 1, currency: 'EUR' }, 50_00, 1_25));
  till.journal.append('transaction', purchase({ number: 2, before: 48_75, currency: 'EUR' }, 5_50));
  expect((await till.send()).answer?.results.map((result) => result.outcome)).toEqual(['accepted', 'accepted']);
  expect((await operator.balances(editionId)).get('merchant:bar')).toBe(5_50);
  expect(await operator.coherence(editionId)).toMatchObject({ findings: 0 });

  const { assignments } = await operator.read(assignmentsAnswerSchema, `/assignments?editionId=${editionId}`);
  expect(assignments).toMatchObject([{ assignmentId: till.assignmentId, terminalId, sealSeq: 2, revokedAt: null }]);
  expect((await operator.post(`/assignments/${till.assignmentId}/revocation`, {})).status).toBe(204);
  expect((await till.send()).problem?.code).toBe('UNAUTHENTICATED');
  expect((await till.request('/seal')).status).toBe(401);
  expect((await operator.post('/assignments/4000000/revocation', {})).status).toBe(404);
});

test('every deed stands in the audit, without a secret, and cannot be changed', async () => {
  const client = new pg.Client(backend.databaseUrl);
  await client.connect();
  const rows = await client.query<{ action: string; detail: unknown }>(
    `SELECT action, detail FROM audit WHERE action <> 'logged in' ORDER BY audit_id`,
  );
  expect(rows.rows.map((row) => row.action)).toEqual([
    'edition created',
    'merchant created',
    'product created',
    'terminal created',
    'enrolment code issued',
    'enrolment code issued',
    'assignment revoked',
  ]);
  expect(JSON.stringify(rows.rows)).not.toMatch(/"code"/);
  await expect(client.query('DELETE FROM audit')).rejects.toMatchObject({ code: '23001' });
  const stored = await client.query<{ password_hash: string }>('SELECT password_hash FROM admin_password');
  expect(stored.rows[0]?.password_hash).toMatch(/^\$argon2id\$/);
  await client.end();
});

test('the audit can be read by who decides who may do what, newest first, by person and page by page', async () => {
  const { rows } = await operator.read(auditAnswerSchema, '/audit');
  expect(rows[0]).toMatchObject({ actor: 'admin', action: 'assignment revoked' });
  const [page, next] = [rows.slice(0, 2), rows.slice(2, 4)];
  expect(await operator.read(auditAnswerSchema, '/audit?limit=2')).toEqual({ rows: page });
  expect(await operator.read(auditAnswerSchema, `/audit?limit=2&before=${page[1]?.auditId}`)).toEqual({ rows: next });
  expect(await operator.read(auditAnswerSchema, '/audit?actor=nobody')).toEqual({ rows: [] });
  const person = { name: 'berta', role: 'finance', password: 'a long password' };
  expect((await operator.post('/operators', person)).status).toBe(201);
  const session = await fetch(`${backend.address}/v1/admin/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name: 'berta', password: 'a long password' }),
  });
  const berta = new OperatorClient(backend.address, session.headers.get('set-cookie')?.split(';', 1)[0] ?? '');
  expect((await berta.request('/audit')).status).toBe(403);
  expect((await berta.request('/session', { method: 'DELETE' })).status).toBe(204);
  const hers = await operator.read(auditAnswerSchema, '/audit?actor=berta');
  expect(hers.rows.map(({ action }) => action)).toEqual(['logged out', 'logged in']);
});

test('a session ends after its time', async () => {
  const fresh = await logIn(backend.address, /password is (\S+) and/.exec(announced[0] ?? '')?.[1]);
  expect((await fresh.request('/editions')).status).toBe(200);
  now = new Date(now.getTime() + 12 * 60 * 60 * 1000 + 1);
  expect((await fresh.request('/editions')).status).toBe(401);
});
