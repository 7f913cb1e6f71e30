// Goal: whatever arrives, the answer is a problem with a stable code, soon, without a stack trace; and what is right is
// answered as the contract says.
// Method: real HTTP against one demo backend, also over a raw socket; the log of the backend is read for secrets.
import { connect } from 'node:net';
import { Writable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configurationSchema } from '../../contract/wire/configuration.ts';
import { problemSchema } from '../../contract/wire/problem.ts';
import { startTestBackend, startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { logIn } from '../../testing/backend/operator-client.ts';
import { topUp } from '../../testing/backend/payloads.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';
import { createLog } from '../log.ts';
import type { RunningBackend } from '../main.ts';

let server: TestServer;
let backend: RunningBackend;
let till: TillClient;
let logText = '';
beforeAll(async () => {
  server = await startTestServer();
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      logText += chunk.toString();
      done();
    },
  });
  backend = await startTestBackend(await server.newDatabase(), { log: createLog(stream, 'debug') });
  till = await enrolTill(backend.address);
});
afterAll(async () => {
  await backend.close();
  await server.stop();
});

async function problemOf(response: Response) {
  const text = await response.text();
  expect(response.headers.get('content-type')).toContain('application/problem+json');
  expect(text).not.toMatch(/\bat .+\.(?:ts|js):\d+/);
  const problem = problemSchema.parse(JSON.parse(text));
  expect(problem.status).toBe(response.status);
  return problem;
}

const put = (body: BodyInit, headers: Record<string, string> = {}) =>
  till.request('/batches/1-1', { method: 'PUT', headers: { 'Content-Type': 'application/json', ...headers }, body });

describe('hostile input', () => {
  test.each([
    ['no JSON', '{"protocol":'],
    ['nothing', ''],
    ['another shape', '[]'],
    ['no entries', '{"protocol":1,"journalId":"0123456789abcdef0123456789abcdef","entries":[]}'],
    ['another protocol', '{"protocol":2,"journalId":"0123456789abcdef0123456789abcdef","entries":[{}]}'],
    ['a prototype', '{"__proto__":{"admin":true},"protocol":1}'],
    ['deep nesting', `{"entries":${'['.repeat(200_000)}${']'.repeat(200_000)}}`],
  ])('a body of %s is BAD_REQUEST', async (_name, body) => {
    const response = await put(body);
    expect((await problemOf(response)).code).toBe('BAD_REQUEST');
  });

  test('an entry nested deeper than allowed is refused before it is parsed', async () => {
    const started = performance.now();
    const response = await put(
      `{"protocol":1,"entries":[{"payload":${'{"a":'.repeat(150_000)}1${'}'.repeat(150_000)}}]}`,
    );
    expect((await problemOf(response)).code).toBe('BAD_REQUEST');
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  test('another media type is UNSUPPORTED_MEDIA_TYPE', async () => {
    const response = await put('<batch/>', { 'Content-Type': 'application/xml' });
    expect((await problemOf(response)).code).toBe('UNSUPPORTED_MEDIA_TYPE');
  });

  test.each([
    '/v1/assignments/0/seal',
    '/v1/assignments/x/seal',
    '/v1/assignments/1e3/seal',
    '/v1/assignments/99999999999/seal',
    `/v1/assignments/1/batches/${'9'.repeat(500)}`,
  ])('a path %s is refused as a problem', async (path) => {
    const response = await fetch(`${backend.address}${path}`, { headers: { Authorization: `Bearer ${till.token}` } });
    expect(['BAD_REQUEST', 'NOT_FOUND', 'FORBIDDEN']).toContain((await problemOf(response)).code);
  });

  test('a text that the database cannot hold is BAD_REQUEST, not a failure', async () => {
    const body = JSON.stringify({ code: 'DEMO-FEST', terminalName: 'a\0b', journalId: '0'.repeat(32) });
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(`${backend.address}/v1/enrolments`, { method: 'POST', headers, body });
    expect((await problemOf(response)).code).toBe('BAD_REQUEST');
  });

  test('an unknown address is NOT_FOUND', async () => {
    expect((await problemOf(await fetch(`${backend.address}/v1/../etc/passwd`))).code).toBe('NOT_FOUND');
    expect((await problemOf(await fetch(`${backend.address}/v1/enrolments`))).code).toBe('NOT_FOUND');
  });

  test.each([
    ['half a surrogate pair', '{"password":"a\\ud800"}'],
    ['bytes that are no UTF-8', Buffer.from([0x7b, 0x22, 0x70, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
  ])('a body with %s is BAD_REQUEST', async (_name, body) => {
    const headers = { 'Content-Type': 'application/json' };
    const response = await fetch(`${backend.address}/v1/admin/session`, { method: 'POST', headers, body });
    expect((await problemOf(response)).code).toBe('BAD_REQUEST');
  });

  test('a time that no database holds is BAD_REQUEST', async () => {
    const operator = await logIn(backend.address);
    for (const filter of ['from=0000-01-01T00:00:00Z', 'to=0000-12-31T23:59:59Z'])
      expect((await problemOf(await operator.request(`/transactions?editionId=1&${filter}`))).code).toBe('BAD_REQUEST');
    const ofDays = await operator.request('/reports/meal-credit-uptake?editionId=2&from=0000-02-29');
    expect((await problemOf(ofDays)).code).toBe('BAD_REQUEST');
  });

  /** Sends bytes as they are and returns status and problem code of the answer, which ends the connection. */
  async function sendBytes(bytes: string, { thenEnds = false } = {}): Promise<string> {
    const socket = connect(Number(new URL(backend.address).port), '127.0.0.1');
    const answer = await new Promise<string>((resolve, reject) => {
      let text = '';
      socket.on('data', (chunk) => {
        text += chunk.toString();
      });
      socket.on('end', () => resolve(text));
      socket.on('error', reject);
      if (thenEnds) socket.end(bytes);
      else socket.write(bytes);
    });
    const [head = '', body = ''] = answer.split('\r\n\r\n');
    expect(head.toLowerCase()).toContain('content-type: application/problem+json');
    const problem = problemSchema.parse(JSON.parse(body));
    expect(head).toContain(`HTTP/1.1 ${problem.status} `);
    return problem.code;
  }

  test.each([
    ['that is no HTTP', 'HELO klink\r\n\r\n', 'BAD_REQUEST'],
    ['of another method', 'NONSENSE /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n', 'BAD_REQUEST'],
    ['without a host', 'GET /healthz HTTP/1.1\r\nConnection: close\r\n\r\n', 'BAD_REQUEST'],
    [
      'with an address that is not encoded right',
      'GET /v1/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n',
      'BAD_REQUEST',
    ],
    [
      'with a part of its address too long',
      `GET /v1/admin/transactions/${'9'.repeat(300)} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`,
      'BAD_REQUEST',
    ],
    [
      'with headers too large',
      `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`,
      'HEADERS_TOO_LARGE',
    ],
    [
      'with lengths that disagree',
      'POST /v1/enrolments HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd',
      'BAD_REQUEST',
    ],
  ])('a request %s is answered with a problem and the end of the connection', async (_name, bytes, code) => {
    expect(await sendBytes(bytes)).toBe(code);
  });

  test('an expectation that nobody knows is passed over', async () => {
    expect(await sendBytes('GET /v1/nothing HTTP/1.1\r\nHost: x\r\nExpect: more\r\nConnection: close\r\n\r\n')).toBe(
      'NOT_FOUND',
    );
  });

  test('a request that ends in the middle of its body is refused, and no failure of the backend', async () => {
    const head =
      'POST /v1/admin/session HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{';
    expect(await sendBytes(head, { thenEnds: true })).toBe('BAD_REQUEST');
    expect((await fetch(`${backend.address}/healthz`)).status).toBe(200);
    expect(logText).not.toContain('a request failed');
  });
});

describe('tokens', () => {
  test('no token, a wrong one, another scheme: 401 UNAUTHENTICATED, on every path of an assignment', async () => {
    for (const path of ['/seal', '/config', '/batches/1-1']) {
      for (const authorization of [
        '',
        'Bearer ',
        'Bearer nonsense',
        `Bearer ${'A'.repeat(43)}`,
        `Basic ${till.token}`,
      ]) {
        const method = path.startsWith('/batches') ? 'PUT' : 'GET';
        const body =
          method === 'PUT'
            ? {
                body: till.journal
                  .batch(1, 1)
                  .body.replace('[]', `[{"seq":1,"kind":"shift","at":"x","payload":{},"hash":"${'0'.repeat(64)}"}]`),
              }
            : {};
        const response = await till.request(path, {
          method,
          headers: { Authorization: authorization, 'Content-Type': 'application/json' },
          ...body,
        });
        expect((await problemOf(response)).code).toBe('UNAUTHENTICATED');
      }
    }
  });

  test('another assignment’s path is 403 FORBIDDEN, for reading and for batches', async () => {
    const other = await enrolTill(backend.address, 'DEMO-CANTEEN');
    expect((await problemOf(await till.request('/seal', {}, other.assignmentId))).code).toBe('FORBIDDEN');
    expect((await problemOf(await till.request('/config', {}, other.assignmentId))).code).toBe('FORBIDDEN');
    const own = await enrolTill(backend.address);
    own.journal.append('transaction', topUp({ number: 1 }, 10_00, 0));
    const { batchId, body } = own.journal.batch();
    const foreign = await own.request(
      `/batches/${batchId}`,
      { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body },
      other.assignmentId,
    );
    expect((await problemOf(foreign)).code).toBe('FORBIDDEN');
    expect(await own.seal()).toMatchObject({ seq: 0 });
  });
});

describe('configuration', () => {
  test('it is what the contract says, with a strong ETag that answers 304 until something changes', async () => {
    const first = await till.request('/config');
    const etag = first.headers.get('etag') ?? '';
    expect(etag).toMatch(/^"[\w-]{43}"$/);
    const configuration = configurationSchema.parse(await first.json());
    expect(configuration.products.find((product) => product.productId === 'beer')).toMatchObject({
      merchantId: 'bar',
      priceMinor: 550,
    });
    expect(configuration.products.some((product) => product.priceMinor < 0)).toBe(true);
    expect(configuration.fees.topUp).toEqual({ fixedMinor: 500, rateBasisPoints: 0 });
    expect(configuration.limits.maximumBalanceMinor).toBe(500_00);
    const shown = configuration.layout.flatMap((page) => page.productIds);
    expect(shown.sort()).toEqual(configuration.products.map((product) => product.productId).sort());

    for (const header of [etag, `W/${etag}`, `"x", ${etag}`, '*']) {
      const again = await till.request('/config', { headers: { 'If-None-Match': header } });
      expect([again.status, await again.text(), again.headers.get('etag')]).toEqual([304, '', etag]);
    }
    const operator = await logIn(backend.address);
    const water = {
      editionId: till.editionId,
      productId: 'ice',
      name: 'Ice',
      priceMinor: 50,
      merchantId: 'bar',
      taxRate: '8.1',
      colour: 'sky',
      meal: false,
      page: 'Drinks',
    };
    expect((await operator.post('/products', water)).status).toBe(201);
    const changed = await till.request('/config', { headers: { 'If-None-Match': etag } });
    expect(changed.status).toBe(200);
    expect(changed.headers.get('etag')).not.toBe(etag);
  });
});

test('healthz asks the database; answers are compressed for those who take it', async () => {
  const response = await fetch(`${backend.address}/healthz`);
  expect([response.status, await response.json()]).toEqual([200, { status: 'ok' }]);
  const document = await fetch(`${backend.address}/v1/openapi.json`, { headers: { 'Accept-Encoding': 'gzip' } });
  expect(document.headers.get('content-encoding')).toBe('gzip');
  expect(await document.json()).toMatchObject({ openapi: '3.1.0' });
});

test('a backend whose database has gone answers 503 UNAVAILABLE with Retry-After', async () => {
  const lonely = await startTestServer();
  const other = await startTestBackend(await lonely.newDatabase());
  const orphan = await enrolTill(other.address);
  await lonely.stop();
  const response = await fetch(`${other.address}/healthz`);
  expect(response.headers.get('retry-after')).toBe('1');
  expect((await problemOf(response)).code).toBe('UNAVAILABLE');
  orphan.journal.append('transaction', topUp({ number: 1 }, 10_00, 0));
  expect((await orphan.send()).problem?.code).toBe('UNAVAILABLE');
  await other.close();
});

test('the log of everything above holds no token, no key and no password', async () => {
  await logIn(backend.address).then((operator) => operator.balances(till.editionId));
  expect(logText).toContain('a terminal was enrolled');
  expect(logText).not.toContain(till.token);
  expect(logText).not.toMatch(/Bearer [\w-]{20}/);
  expect(logText).not.toMatch(/keyHex|klink-session=/);
});
