// Goal: a schema is only ever brought forward, by the migrations this program knows, once, whoever starts at once; and the
// columns that reads name are the columns the migrations made.
// Method: databases of their own on one real server; schemas are spoilt by hand.
import { getTableColumns, getTableName } from 'drizzle-orm';
import { PgTable } from 'drizzle-orm/pg-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog, startTestBackend, startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { systemRandom } from '../ports.ts';
import { type Database, openDatabase } from './database.ts';
import { migrate, migrationHash } from './migrate.ts';
import { migrations } from './migrations/list.ts';
import * as schema from './schema.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const now = new Date('2026-07-04T12:00:00Z');
const nothing = async () => undefined;

async function withDatabase(work: (database: Database, databaseUrl: string) => Promise<void>): Promise<void> {
  const databaseUrl = await server.newDatabase();
  const database = openDatabase({ connectionString: databaseUrl }, systemRandom, silentLog);
  try {
    await work(database, databaseUrl);
  } finally {
    await database.close();
  }
}

test('the published migrations are never edited: their hashes are these', () => {
  expect(migrations.map((migration) => [migration.version, migrationHash(migration)])).toEqual([
    [1, '162bb536c46077e4f43687214c4f305f4fa490161b443799bd5ccb446091a5f3'],
    [2, 'ab00ce9fe2b3d07d1b70489aa4ec7ae56072ed7838b00455eff69f8dc0d16e1b'],
    [3, '6c48247c42cb0443f572997f18f36ec11e1d669ae6fdd3db523e6b393b4147c0'],
    [4, 'fc27b405b6bf61895f48f715a49e7dac33c15da4f92e9b977eee5176b4d011ab'],
    [5, 'cfe2c9d03c4dcf137395ef4cac5b83f0dddd9740a5f065f6aece4c9c55944d93'],
    [6, 'ac67ef38423438e43dbd38aa3f7832c4c5c244250c407a36b7b8cd70b0e32f94'],
    [7, 'dcbbb1a1437ac0e9a57e6d54552002f405fb272bd24ca7f0bf737dccffe4dd80'],
    [8, '48ec9d2b4cf96e77afb2fbed003b038a482a4ce940aac4e290a08b535c3c3e06'],
    [9, '951a989be1e62dc5467a4cec10cd17bf9ce85641dc6e2bdaa4b1f281ac663a1e'],
    [10, 'a81b3ccec380b8d569f398ad3bd349fc140c1f3624e5bbc5b048f72afb6eee95'],
    [11, '7d307905a626207b9f4a539d10684f3771f74a410d7435578a69d3bbcfe3c228'],
    [12, 'cc9fd113b3cbcb006bfb1ccb284bd72f022a5fa02a8ddaf227b991d6096cf369'],
    [13, 'f288568d6cf0f5adddd46936ad239a64fb6cd5523f877d70feb9f4110a9cbf69'],
    [14, 'd4d03801db8b2fe580319685d4957efcbc6b99f48a5b381766f230ef5d08e829'],
  ]);
});

test('a second start finds the schema done; any number of starts at once make it once', async () => {
  await withDatabase(async (database, databaseUrl) => {
    const starts = await Promise.all(Array.from({ length: 6 }, () => startTestBackend(databaseUrl)));
    await Promise.all(starts.map((backend) => backend.close()));
    const applied = await database.pool.query('SELECT version FROM schema_migration');
    expect(applied.rows).toEqual(migrations.map(({ version }) => ({ version })));
    const editions = await database.pool.query('SELECT demo_code FROM edition ORDER BY edition_id');
    expect(editions.rows).toEqual([{ demo_code: 'DEMO-FEST' }, { demo_code: 'DEMO-CANTEEN' }]);
  });
});

test('a newer schema is refused and left as it is', async () => {
  await withDatabase(async (database) => {
    await migrate(database, now, nothing);
    await database.pool.query(`INSERT INTO schema_migration VALUES ($1, 'from the future', 'x', '2026-01-01Z')`, [
      migrations.length + 1,
    ]);
    await expect(migrate(database, now, nothing)).rejects.toThrow('newer than this program');
  });
});

test('an edited migration is refused', async () => {
  await withDatabase(async (database) => {
    await migrate(database, now, nothing);
    await database.pool.query(`UPDATE schema_migration SET sha256 = repeat('0', 64)`);
    await expect(migrate(database, now, nothing)).rejects.toThrow('not the one the database was made with');
  });
});

test('a migration that fails leaves the database as it was', async () => {
  await withDatabase(async (database) => {
    const broken = [
      ...migrations,
      { version: migrations.length + 1, name: 'broken', sql: 'CREATE TABLE half (id int); SELECT 1/0' },
    ];
    await migrate(database, now, nothing);
    await expect(migrate(database, now, nothing, broken)).rejects.toMatchObject({ code: '22012' });
    const half = await database.pool.query(`SELECT to_regclass('half') AS half`);
    expect(half.rows).toEqual([{ half: null }]);
  });
});

test('every column that reads name exists with the same nullability', async () => {
  await withDatabase(async (database) => {
    await migrate(database, now, nothing);
    const found = await database.pool.query<{ name: string; nullable: boolean }>(
      `SELECT table_name || '.' || column_name AS name, is_nullable = 'YES' AS nullable FROM information_schema.columns WHERE table_schema = 'public'`,
    );
    const real = new Map(found.rows.map((row) => [row.name, row.nullable]));
    const tables = Object.values(schema).filter((value) => value instanceof PgTable);
    expect(tables.length).toBeGreaterThan(10);
    for (const table of tables) {
      for (const column of Object.values(getTableColumns(table))) {
        const name = `${getTableName(table)}.${column.name}`;
        expect([name, real.get(name)]).toEqual([name, !column.notNull]);
      }
    }
  });
});

test('the event edition is the first column of every key of an edition’s tables', async () => {
  await withDatabase(async (database) => {
    await migrate(database, now, nothing);
    const keys = await database.pool.query<{ name: string; first: string }>(
      `SELECT t.relname AS name, a.attname AS first
         FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid JOIN pg_namespace n ON n.oid = t.relnamespace
         JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
        WHERE n.nspname = 'public'
          AND EXISTS (SELECT FROM pg_attribute e WHERE e.attrelid = t.oid AND e.attname = 'edition_id')`,
    );
    const others = keys.rows.filter((row) => row.first !== 'edition_id').map((row) => `${row.name}.${row.first}`);
    // A token, a code, a demo code and an integration are looked up before the edition is known.
    expect(others.sort()).toEqual([
      'assignment.token_hash',
      'edition.demo_code',
      'enrolment_code.code_hash',
      'installation.installation_id',
      'installation_token.token_hash',
    ]);
  });
});

test('a database server that cannot be reached is an error at the start, not a hang', async () => {
  await expect(startTestBackend('postgresql://klink@127.0.0.1:1/nothing')).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  });
});
