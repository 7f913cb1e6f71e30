// Goal: those who run the backend see whether it may be sent requests and what it does, and nobody finds a password or a code by
// trying, with or without a proxy in front.
// Method: a backend over HTTP on a real PostgreSQL; the schema is made another release's by hand.
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestBackend } from '../../testing/backend/backend.ts';
import { type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import { purchase, topUp } from '../../testing/backend/payloads.ts';
import { enrolTill } from '../../testing/backend/till-client.ts';
import { limits } from '../limits.ts';

let backend: OwnBackend;
beforeAll(async () => {
  backend = await startOwnBackend();
});
afterAll(() => backend.close());

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
  const client = new pg.Client(backend.databaseUrl);
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

/** Wrong codes through something at this address; as many as get through, then 429. */
async function guessCode(address: string, forwardedFor: string, times = 1): Promise<number> {
  let status = 0;
  for (let attempt = 0; attempt < times; attempt += 1) {
    const response = await fetch(`${address}/v1/enrolments`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'X-Forwarded-For': forwardedFor },
      body: JSON.stringify({ code: 'NOT-A-CODE', terminalName: 'Till', journalId: 'ab'.repeat(16) }),
    });
    status = response.status;
  }
  return status;
}
const tooOften = limits.failureRate.burst + 5;

test('behind a proxy that is trusted each caller pays for their own failures, whatever they say of themselves; the cookie is for TLS', async () => {
  const proxied = await startTestBackend(backend.databaseUrl, { trustProxy: ['127.0.0.0/8'] });
  try {
    expect(await guessCode(proxied.address, '203.0.113.1', tooOften)).toBe(429);
    expect(await guessCode(proxied.address, '203.0.113.2')).toBe(403);
    // What the proxy itself has added stands last; what stands before it is the caller's own invention.
    for (const invented of ['198.51.100.9', 'x', '198.51.100.9, 203.0.113.2'])
      expect(await guessCode(proxied.address, `${invented}, 203.0.113.1`)).toBe(429);
    // Two proxies of ours behind each other.
    expect(await guessCode(proxied.address, '203.0.113.1, 127.0.0.9')).toBe(429);
    expect(await cookieOf(proxied.address)).toContain('Secure');
  } finally {
    await proxied.close();
  }
});

test('without the setting, or from elsewhere, nobody is many callers by saying so', async () => {
  for (const trustProxy of [[], ['192.0.2.1']]) {
    const plain = await startTestBackend(backend.databaseUrl, { trustProxy });
    try {
      expect(await guessCode(plain.address, '203.0.113.1', tooOften)).toBe(429);
      expect(await guessCode(plain.address, '203.0.113.2')).toBe(429);
    } finally {
      await plain.close();
    }
    const fresh = await startTestBackend(backend.databaseUrl, { trustProxy });
    expect(await cookieOf(fresh.address)).not.toContain('Secure');
    await fresh.close();
  }
});

/** The cookie of an operator whose browser speaks TLS to whoever is in front. */
async function cookieOf(address: string): Promise<string | null> {
  const response = await fetch(`${address}/v1/admin/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', 'X-Forwarded-Proto': 'https', 'X-Forwarded-For': '203.0.113.77' },
    body: JSON.stringify({ password: 'demo' }),
  });
  expect(response.status).toBe(204);
  return response.headers.get('set-cookie');
}
