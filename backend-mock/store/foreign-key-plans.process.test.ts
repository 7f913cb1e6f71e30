// Goal: the check of every foreign key finds its one row, however many others the edition has, and also in the first minutes of a
// database, before its tables have statistics: a plan that is made then stays in its connection.
// Method: on the empty tables of a new database, the statement by which PostgreSQL checks a foreign key is planned for each of them, as it
// is planned there: without knowing the values. It has to use a unique index that the key's columns determine.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { silentLog, startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { systemRandom } from '../ports.ts';
import { type Connection, openDatabase } from './database.ts';
import { migrate } from './migrate.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

type ForeignKey = { name: string; table: string; columns: string[]; types: string[] };

const foreignKeys = `SELECT k.conrelid::regclass || ' -> ' || k.confrelid::regclass AS name, k.confrelid::regclass::text AS table,
    array_agg(a.attname::text ORDER BY place) AS columns, array_agg(format_type(a.atttypid, a.atttypmod) ORDER BY place) AS types
  FROM pg_constraint k CROSS JOIN unnest(k.confkey) WITH ORDINALITY AS key(attnum, place)
  JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = key.attnum
 WHERE k.contype = 'f' GROUP BY k.oid ORDER BY 1`;
const uniqueIndexes = `SELECT i.indexrelid::regclass::text AS name, array_agg(a.attname::text) AS columns
  FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = ANY(i.indkey)
 WHERE i.indisunique GROUP BY 1`;
const planSchema = z.array(
  z.object({
    'QUERY PLAN': z.tuple([
      z.object({ Plan: z.object({ Plans: z.tuple([z.looseObject({ 'Index Name': z.string().optional() })]) }) }),
    ]),
  }),
);

/** The index by which a foreign key's row is looked for. */
async function indexOf(connection: Connection, { table, columns, types }: ForeignKey): Promise<string | undefined> {
  const where = columns.map((column, index) => `${column} = $${index + 1}`).join(' AND ');
  await connection.query(
    `PREPARE look_up (${types.join(', ')}) AS SELECT 1 FROM ONLY ${table} x WHERE ${where} FOR KEY SHARE OF x`,
  );
  const plan = await connection.query(
    `EXPLAIN (FORMAT json) EXECUTE look_up (${columns.map(() => 'NULL').join(', ')})`,
  );
  await connection.query('DEALLOCATE look_up');
  return planSchema.parse(plan.rows)[0]?.['QUERY PLAN'][0].Plan.Plans[0]['Index Name'];
}

test('the check of a foreign key never reads the edition, with or without statistics', async () => {
  const database = openDatabase({ connectionString: await server.newDatabase() }, systemRandom, silentLog);
  try {
    await migrate(database, new Date('2026-07-04T12:00:00Z'), async () => undefined);
    await database.transaction(async (connection) => {
      await connection.query('SET LOCAL plan_cache_mode = force_generic_plan');
      const keys = (await connection.query<ForeignKey>(foreignKeys)).rows;
      expect(keys.length).toBeGreaterThan(50);
      const unique = await connection.query<{ name: string; columns: string[] }>(uniqueIndexes);
      const columnsOf = new Map(unique.rows.map(({ name, columns }) => [name, columns]));
      const readsMore: string[] = [];
      for (const key of keys) {
        const index = (await indexOf(connection, key)) ?? 'no index';
        const isOneRow = columnsOf.get(index)?.every((column) => key.columns.includes(column)) === true;
        if (!isOneRow) readsMore.push(`${key.name} by ${index}`);
      }
      expect(readsMore).toEqual([]);
    });
  } finally {
    await database.close();
  }
});
