// Goal: any PostgreSQL from version 15 will do: the same books on a server that is not the embedded one.
// Method: where Debian's PostgreSQL 15 is installed, a cluster of it is made and named by DATABASE_URL; elsewhere the
// embedded server is reached by DATABASE_URL, over its socket, as if it were foreign. The version is read from the server.
// (The whole of the backend's suite runs on Debian's with `npm run test:backend:debian`.)
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { expect, test } from 'vitest';
import { startTestServer } from '../../testing/backend/backend.ts';
import { isDebianServerInstalled, startDebianServer } from '../../testing/backend/debian-server.ts';
import { logIn } from '../../testing/backend/operator-client.ts';
import { purchase, topUp } from '../../testing/backend/payloads.ts';
import { spawnBackend } from '../../testing/backend/spawn-backend.ts';
import { enrolTill } from '../../testing/backend/till-client.ts';

async function startForeignServer(): Promise<{ version: number; databaseUrl: string; stop(): Promise<void> }> {
  if (isDebianServerInstalled()) {
    const server = await startDebianServer();
    return { version: 15, databaseUrl: server.addressOf('postgres'), stop: () => server.stop() };
  }
  const server = await startTestServer();
  return { version: 18, databaseUrl: await server.newDatabase(), stop: () => server.stop() };
}

test('DATABASE_URL: two backends on a PostgreSQL that is not the embedded one keep the same books; stopping them leaves it running', async () => {
  const server = await startForeignServer();
  const dataFolder = join(tmpdir(), 'klink-never-made');
  const backends = await Promise.all([0, 1].map(() => spawnBackend({ dataFolder, databaseUrl: server.databaseUrl })));
  const [one, other] = backends.map((backend) => backend.address);
  const till = await enrolTill(one ?? '');
  till.journal.append('transaction', topUp({ number: 1 }, 100_00, 5_00));
  till.journal.append('transaction', purchase({ number: 2, before: 95_00 }, 55_00));
  const first = await till.send();
  const again = await till.at(other ?? '').send();
  expect(again.headers.get('Idempotency-Hit')).toBe('true');
  expect(again.text).toBe(first.text);
  const operator = await logIn(other ?? '');
  expect(await operator.customersMinor(till.editionId)).toBe(40_00);
  expect(await operator.coherence(till.editionId)).toMatchObject({ sumMinor: 0, findings: 0 });
  expect(await Promise.all(backends.map((backend) => backend.stop()))).toEqual([0, 0]);
  expect(existsSync(dataFolder)).toBe(false);
  const client = new pg.Client(server.databaseUrl);
  await client.connect();
  const version = await client.query<{ server_version_num: string }>('SHOW server_version_num');
  expect(Math.floor(Number(version.rows[0]?.server_version_num) / 10_000)).toBe(server.version);
  await client.end();
  await server.stop();
});
