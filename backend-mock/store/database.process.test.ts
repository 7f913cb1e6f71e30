// Goal: a deadlock or a serialization failure repeats the whole transaction, a bounded number of times, and nothing else does.
// Method: real deadlocks and conflicts between two connections of a real server.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog, startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { limits } from '../limits.ts';
import { systemRandom } from '../ports.ts';
import { type Connection, type Database, isDatabaseUnavailable, openDatabase } from './database.ts';

let server: TestServer;
let database: Database;
beforeAll(async () => {
  server = await startTestServer();
  database = openDatabase({ connectionString: await server.newDatabase() }, systemRandom, silentLog);
  await database.pool.query('CREATE TABLE counter (id int PRIMARY KEY, value int NOT NULL)');
  await database.pool.query('INSERT INTO counter VALUES (1, 0), (2, 0)');
});
afterAll(async () => {
  await database.close();
  await server.stop();
});

/** Resolves when everybody has arrived once; whoever comes again passes at once. */
function meeting(of: number): () => Promise<void> {
  let arrived = 0;
  let open: () => void = () => undefined;
  const met = new Promise<void>((resolve) => {
    open = resolve;
  });
  return () => {
    arrived += 1;
    if (arrived === of) open();
    return met;
  };
}

test('the server is the one this run of the suite is about', () => {
  expect(server.majorVersion).toBe(process.env['KLINK_TEST_DATABASE'] === 'debian' ? 15 : 18);
});

const increase = (connection: Connection, id: number) =>
  connection.query('UPDATE counter SET value = value + 1 WHERE id = $1', [id]);

async function values(): Promise<unknown[]> {
  const found = await database.pool.query<{ value: number }>('SELECT value FROM counter ORDER BY id');
  return found.rows.map((row) => row.value);
}

test('40P01: of two transactions in a deadlock, the one that PostgreSQL ends is repeated; both count once', async () => {
  const before = await values();
  const meet = meeting(2);
  let attempts = 0;
  const work = (first: number, second: number) => async (connection: Connection) => {
    attempts += 1;
    await increase(connection, first);
    await meet();
    await increase(connection, second);
  };
  await Promise.all([database.transaction(work(1, 2)), database.transaction(work(2, 1))]);
  expect(attempts).toBe(3);
  expect(await values()).toEqual(before.map((value) => Number(value) + 2));
});

test('40001: a serialization failure is repeated', async () => {
  let attempts = 0;
  await database.transaction(async (connection) => {
    attempts += 1;
    await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await connection.query('SELECT * FROM counter');
    if (attempts === 1) await database.pool.query('UPDATE counter SET value = value + 1 WHERE id = 1');
    await increase(connection, 1);
  });
  expect(attempts).toBe(2);
});

test('a conflict that never ends is given up after the bound; any other error at once', async () => {
  let attempts = 0;
  const hopeless = database.transaction(async (connection) => {
    attempts += 1;
    await connection.query(`DO $$ BEGIN RAISE EXCEPTION 'again' USING ERRCODE = '40001'; END $$`);
  });
  await expect(hopeless).rejects.toMatchObject({ code: '40001' });
  expect(attempts).toBe(limits.transactionAttemptsMax);
  attempts = 0;
  const wrong = database.transaction(async (connection) => {
    attempts += 1;
    await connection.query('SELECT 1/0');
  });
  await expect(wrong).rejects.toMatchObject({ code: '22012' });
  expect(attempts).toBe(1);
});

test('an integer of the database beyond 2^53 is an error, never a rounded number', async () => {
  await expect(database.pool.query('SELECT 9007199254740993::bigint')).rejects.toThrow('2^53');
});

test('a connection that the server takes away in the middle of a transaction means "not available", whichever statement finds it', async () => {
  const lost = database.transaction(async (connection) => {
    const found = await connection.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const gone = new Promise<void>((resolve) => connection.once('end', () => resolve()));
    await database.pool.query('SELECT pg_terminate_backend($1)', [found.rows[0]?.pid]);
    await gone;
    await connection.query('SELECT 1');
  });
  const error: unknown = await lost.catch((reason: unknown) => reason);
  expect([String(error), isDatabaseUnavailable(error)]).toEqual([expect.stringContaining('not queryable'), true]);
  expect(await values()).toHaveLength(2);
});
