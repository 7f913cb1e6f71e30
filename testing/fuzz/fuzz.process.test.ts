// Goal: whatever anybody sends to any route, the backend answers in time, never with a 5xx, refuses with a problem (RFC 9457) that
// shows nothing of its inside, accepts nothing that the contract or the credentials forbid, and its books stay in balance.
// Method: a backend process on a real PostgreSQL. Every route of the server is taken from Fastify itself, with its schemas from the
// OpenAPI document. From a seed, requests are drawn that the route could grant – with tokens, sessions, names and numbers that exist –
// and attacked: values, bodies, paths, queries, headers, methods, framing. Each comes from an address of its own, so that the rate
// limits stay on. KLINK_FUZZ_REQUESTS sets how many, KLINK_FUZZ_SEED where they begin.
import { randomInt } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../backend/backend.ts';
import { type BackendProcess, spawnBackend } from '../backend/spawn-backend.ts';
import { ContractOfBodies } from './contract-of-bodies.ts';
import { FuzzRun } from './fuzz-run.ts';
import { FuzzWorld } from './fuzz-world.ts';
import { readEverything } from './read-everything.ts';
import { type RouteBook, readRoutes } from './routes.ts';

const requests = Number(process.env['KLINK_FUZZ_REQUESTS'] ?? 500);
const isLong = requests >= 5_000;
// A change is judged by the same requests as the one before it; a long run looks for what nobody has met yet.
const seed = Number(process.env['KLINK_FUZZ_SEED'] ?? (isLong ? randomInt(1_000_000_000) : 20_260_704));
const timeoutMs = 60_000 + requests * 120;

let server: TestServer;
let backend: BackendProcess;
let world: FuzzWorld;
let book: RouteBook;
let log = '';

beforeAll(async () => {
  server = await startTestServer();
  const databaseUrl = await server.newDatabase();
  const onLog = (text: string) => {
    log += text;
  };
  backend = await spawnBackend({ dataFolder: join(tmpdir(), 'klink-test-unused'), databaseUrl, onLog });
  world = await FuzzWorld.start(backend.address, databaseUrl);
  book = await readRoutes();
});

afterAll(async () => {
  await world.close();
  const code = await backend.stop();
  await server.stop();
  expect(code).toBe(0);
});

test(
  'every route refuses hostile input with a problem, in time, without a 5xx and without showing its inside',
  async () => {
    const run = new FuzzRun({ world, book, contract: new ContractOfBodies(book), seed });
    await run.send(requests);
    if (isLong) await run.insist(5);
    console.log(run.report());
    expect(run.findings, failuresIn(log)).toEqual([]);
    expect(run.routesWithout('request')).toEqual([]);
    // In a long run nearly every route has granted something too: what is behind its checks was reached. What chance seldom meets, a tag
    // that differs from the ledger, say, stands in the report.
    if (isLong) expect(run.routesWithout('consent').length).toBeLessThan(book.routes.length / 15);
  },
  timeoutMs,
);

test('what was accepted can be read again, the backend is healthy, and the books of every edition are in balance', async () => {
  await world.refresh();
  const { unreadable, editions } = await readEverything(world, book);
  expect(unreadable, failuresIn(log)).toEqual([]);
  expect(editions.length).toBeGreaterThanOrEqual(2);
  for (const edition of editions) expect(edition).toMatchObject({ sumMinor: 0, balanceDifferences: [] });
  expect((await fetch(`${backend.address}/readyz`)).status).toBe(200);
  expect(failuresIn(log)).toBe('');
}, 120_000);

/** The lines of the backend's log that speak of a failure of its own. */
function failuresIn(text: string): string {
  const failures = text.split('\n').filter((line) => line.includes('"level":50') || line.includes('"level":60'));
  return failures.slice(0, 5).join('\n').slice(0, 6_000);
}
