// Goal: a batch costs exactly one database transaction, whatever is in it, and its booking one statement whose plan looks
// accounts up by key.
// Method: the server logs every statement of the test's database; the lines that one request causes are read and counted.
import { readFile } from 'node:fs/promises';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestBackend, startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { purchase, snapshot, topUp, uid } from '../../testing/backend/payloads.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';
import { bookingStatement } from '../ledger/booking.ts';
import type { RunningBackend } from '../main.ts';

let server: TestServer;
let databaseUrl: string;
let backend: RunningBackend;
let administration: pg.Client;
beforeAll(async () => {
  server = await startTestServer();
  databaseUrl = await server.newDatabase();
  administration = new pg.Client(databaseUrl);
  await administration.connect();
  const name = await administration.query<{ name: string }>('SELECT current_database() AS name');
  await administration.query(`ALTER DATABASE ${name.rows[0]?.name} SET log_statement = 'all'`);
  // Jobs would be in the log as well.
  backend = await startTestBackend(databaseUrl, { expiryIntervalMs: 3_600_000, paymentIntervalMs: 3_600_000 });
});
afterAll(async () => {
  await administration.end();
  await backend.close();
  await server.stop();
});

/** The statements that the server ran while `work` was under way: `BEGIN`, `COMMIT`, names of prepared ones. */
async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const before = (await readFile(server.logFile, 'utf8')).length;
  await work();
  const lines = (await readFile(server.logFile, 'utf8')).slice(before).split('\n');
  return lines.flatMap((line) => /LOG:\s+(?:statement: |execute )(\S+)/.exec(line)?.[1]?.replace(/:$/, '') ?? []);
}

function fill(till: TillClient): void {
  till.journal.append('tagSnapshot', snapshot());
  till.journal.append('transaction', topUp({ number: 1 }, 100_00, 5_00));
  for (let number = 2; number <= 99; number += 1) {
    till.journal.append('transaction', purchase({ number, before: 95_00 - (number - 2) * 50 }, 50));
  }
  till.journal.append('transaction', { terminalTransactionNumber: 100, state: 'Open' });
}

test('a batch of 100 entries with a new tag, snapshots and a rejection is exactly one database transaction', async () => {
  const till = await enrolTill(backend.address);
  fill(till);
  const statements = await statementsOf(() => till.send());
  expect(statements.filter((name) => name === 'BEGIN')).toHaveLength(1);
  expect(statements.filter((name) => name === 'COMMIT')).toHaveLength(1);
  expect(statements[0]).toBe('BEGIN');
  expect(statements.at(-1)).toBe('COMMIT');
  expect(statements.filter((name) => name === bookingStatement.name)).toHaveLength(1);
  // A bound that does not grow with the number of entries.
  expect(statements.length).toBeLessThanOrEqual(25);
});

test('rule 1: a repeated batch and rule 2: a refused one are one database transaction each', async () => {
  const till = await enrolTill(backend.address);
  fill(till);
  await till.send(1, 50);
  const repeated = await statementsOf(() => till.send(1, 50));
  expect(repeated).toEqual(['BEGIN', 'lock-assignment', 'read-batch', 'COMMIT']);
  const gap = await statementsOf(() => till.send(80, 90));
  expect(gap.filter((name) => name === 'COMMIT')).toHaveLength(1);
  expect(gap.at(-1)).toBe('COMMIT');
});

test('the booking statement finds its accounts by key among many: no sequential scan over accounts', async () => {
  await administration.query(
    `WITH made AS (INSERT INTO customer (edition_id, customer_id, created_at)
       SELECT 1, 1000000 + n, '2026-01-01Z' FROM generate_series(1, 20000) AS n RETURNING customer_id)
     INSERT INTO account (edition_id, type, name, customer_id) SELECT 1, 'customer', 'customer:' || customer_id || '/default', customer_id FROM made`,
  );
  await administration.query('ANALYZE account');
  const found = await administration.query<{ account_id: string }>(
    `SELECT account_id FROM account WHERE edition_id = 1 AND customer_id > 1000000 ORDER BY account_id LIMIT 200`,
  );
  const ids = found.rows.map((row) => row.account_id);
  const lines = ids.slice(0, 100);
  await administration.query(
    `PREPARE plan_of_booking AS ${bookingStatement.text}`.replace(
      'AS',
      '(bigint, bigint[], integer[], text[], bigint[], bigint[], bigint[], timestamptz, bigint[]) AS',
    ),
  );
  const literal = (values: readonly string[]) => `'{${values.join(',')}}'`;
  const arguments_ = [
    '1',
    literal(lines.map((_id, index) => String(index))),
    literal(lines.map(() => '1')),
    literal(lines.map(() => 'purchase')),
    literal(lines),
    literal(ids.slice(100)),
    literal(lines.map(() => '550')),
    `'2026-01-01Z'`,
    literal(ids),
  ];
  await administration.query('SET random_page_cost = 1.1');
  for (const mode of ['force_custom_plan', 'force_generic_plan']) {
    await administration.query(`SET plan_cache_mode = ${mode}`);
    const plan = await administration.query<{ 'QUERY PLAN': string }>(
      `EXPLAIN EXECUTE plan_of_booking(${arguments_.join(', ')})`,
    );
    const text = plan.rows.map((row) => row['QUERY PLAN']).join('\n');
    expect(text).toContain('LockRows');
    expect(text, text).not.toMatch(/Seq Scan on account/);
  }
});

test('INV-06, append-only: what is booked can neither be changed nor deleted, not even by hand', async () => {
  const till = await enrolTill(backend.address);
  till.journal.append('transaction', topUp({ number: 1, uid }, 10_00, 0));
  await till.send();
  for (const statement of [
    'UPDATE posting SET amount_minor = amount_minor + 1',
    'DELETE FROM posting',
    'TRUNCATE posting CASCADE',
    'UPDATE journal_entry SET entry = entry',
    'DELETE FROM journal_entry',
    'UPDATE transaction_state SET step = step + 1',
    `UPDATE transactions SET state = 'Aborted' WHERE state = 'Committed'`,
    'DELETE FROM transactions',
    'UPDATE assignment SET last_seq = 0 WHERE last_seq > 0',
  ]) {
    await expect(administration.query(statement), statement).rejects.toMatchObject({
      code: expect.stringMatching(/^(?:23001|2BP01)$/),
    });
  }
  const row = await administration.query('SELECT * FROM posting LIMIT 1');
  const { edition_id, backend_transaction_id, debit_account_id } = row.rows[0] ?? {};
  const insert = `INSERT INTO posting SELECT $1, $2, $3, 'topup', $4, $5, $6, '2026-01-01Z'`;
  const other = (
    await administration.query(`SELECT account_id FROM account WHERE name = 'fee' AND edition_id = $1`, [edition_id])
  ).rows[0]?.account_id;
  await expect(
    administration.query(insert, [edition_id, backend_transaction_id, 90, debit_account_id, other, 0]),
  ).rejects.toMatchObject({ code: '23514' });
  await expect(
    administration.query(insert, [edition_id, backend_transaction_id, 91, debit_account_id, debit_account_id, 5]),
  ).rejects.toMatchObject({ code: '23514' });
  await expect(
    administration.query(insert, [edition_id, backend_transaction_id, 1, debit_account_id, other, 5]),
  ).rejects.toMatchObject({ code: '23505' });
});

test('on a database without statistics the work of a batch does not grow with the edition', async () => {
  const fresh = await server.newDatabase();
  const other = await startTestBackend(fresh);
  const till = await enrolTill(other.address);
  const entries = 3_000;
  for (let number = 1; number <= entries; number += 1) {
    const tag = `04${number.toString(16).toUpperCase().padStart(12, '0')}`;
    till.journal.append('transaction', purchase({ number, before: 95_00, uid: tag }, 50));
  }
  for (let first = 1; first <= entries; first += 100) expect((await till.send(first, first + 99)).status).toBe(200);
  // Connections hand in their counters when they end.
  await other.close();
  const client = new pg.Client(fresh);
  await client.connect();
  const read = await client.query<{ name: string; read: number }>(
    `SELECT relname AS name, (seq_tup_read + coalesce(idx_tup_fetch, 0))::int AS read FROM pg_stat_user_tables
      WHERE relname IN ('transactions', 'posting', 'transaction_state', 'journal_entry', 'tag', 'tag_last_seen')`,
  );
  await client.end();
  expect(read.rows).toHaveLength(6);
  // A foreign key's check that scans reads a thousand rows for every row; a look-up by key reads a few.
  for (const row of read.rows) expect([row.name, row.read < entries * 10]).toEqual([row.name, true]);
});
