// Goal: those who run the backend see whether it may be sent requests and what it does, and nobody finds a password or a code by
// trying.
// Method: a backend over HTTP on a real PostgreSQL; the schema is made another release's by hand.
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestBackend, startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { purchase, topUp } from '../../testing/backend/payloads.ts';
import { enrolTill } from '../../testing/backend/till-client.ts';
import type { RunningBackend } from '../main.ts';

let server: TestServer;
let databaseUrl: string;
let backend: RunningBackend;
beforeAll(async () => {
  server = await startTestServer();
  databaseUrl = await server.newDatabase();
  backend = await startTestBackend(databaseUrl);
});
afterAll(async () => {
  await backend.close();
  await server.stop();
});

test('/metrics: well-formed Prometheus text with requests by route, what waits, and numbers used twice (R23); no customer in it', async () => {
  const uid = '04E10000000001';
  const [one, two] = [await enrolTill(backend.address), await enrolTill(backend.address)];
  one.journal.append('transaction', topUp({ number: 1, uid }, 50_00, 0));
  one.journal.append('transaction', purchase({ number: 2, uid, before: 50_00 }, 5_50));
  one.journal.append('transaction', purchase({ number: 3, uid, before: 44_50 }, 1, { currency: 'USD' }));
  await one.send();
  two.journal.append('transaction', purchase({ number: 1, uid, tagNumber: 2, before: 50_00 }, 5_50));
  two.journal.append(
    'transaction',
    purchase({ number: 2, uid, tagNumber: 3, before: 44_50 }, 1_00, { state: 'TerminalConfirmUnknown' }),
  );
  await two.send();
  const response = await fetch(`${backend.address}/metrics`);
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
  const text = await response.text();
  const lines = text.trimEnd().split('\n');
  for (const line of lines)
    expect(line).toMatch(
      /^(?:# (?:HELP|TYPE) klink_\w+ .+|klink_\w+(?:\{(?:\w+="(?:[^"\\\n]|\\.)*",?)*\})? -?[0-9.e+-]+)$/,
    );
  expect(lines).toContain('klink_unresolved_rejections{edition="1",code="SCHEMA_INVALID"} 1');
  expect(lines).toContain('klink_open_transactions{edition="1",state="TerminalConfirmUnknown"} 1');
  expect(lines).toContain('klink_alerts{edition="1",code="TAG_NUMBER_DUPLICATE"} 1');
  expect(lines).toContain(
    'klink_http_request_duration_seconds_count{method="PUT",route="/v1/assignments/:id/batches/:batchId",status="200"} 2',
  );
  const balances = lines.filter((line) => line.startsWith('klink_account_balance_minor{edition="1"'));
  expect(balances.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0)).toBe(0);
  expect(text).not.toContain(uid);
});

test('/readyz: ready; not while the database has another release’s schema, and /healthz does not mind', async () => {
  expect(await (await fetch(`${backend.address}/readyz`)).json()).toEqual({ status: 'ready' });
  const client = new pg.Client(databaseUrl);
  await client.connect();
  await client.query(`INSERT INTO schema_migration SELECT max(version) + 1, 'next', 'x', now() FROM schema_migration`);
  const unready = await fetch(`${backend.address}/readyz`);
  expect([unready.status, await unready.json()]).toMatchObject([503, { code: 'UNAVAILABLE' }]);
  expect((await fetch(`${backend.address}/healthz`)).status).toBe(200);
  await client.query(`DELETE FROM schema_migration WHERE name = 'next'`);
  await client.end();
  expect((await fetch(`${backend.address}/readyz`)).status).toBe(200);
});

test('who guesses is held back after a while, with the time to wait; others and tills go on', async () => {
  const guess = () =>
    fetch(`${backend.address}/v1/admin/session`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ name: 'admin', password: 'is it this one?' }),
    });
  const till = await enrolTill(backend.address);
  const statuses: number[] = [];
  let held: Response | undefined;
  while (held === undefined && statuses.length < 100) {
    const response = await guess();
    statuses.push(response.status);
    if (response.status === 429) held = response;
  }
  expect(statuses.filter((status) => status === 401).length).toBeGreaterThanOrEqual(30);
  expect(held?.headers.get('Retry-After')).toMatch(/^[1-9]\d*$/);
  expect(await held?.json()).toMatchObject({ code: 'TOO_MANY_REQUESTS', status: 429 });
  expect((await till.request('/seal')).status).toBe(200);
});
