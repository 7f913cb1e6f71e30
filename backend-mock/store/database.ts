import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { Logger } from 'pino';
import { limits } from '../limits.ts';
import type { Random } from '../ports.ts';
import * as schema from './schema.ts';

export type Connection = pg.PoolClient;
export type Reads = NodePgDatabase<typeof schema>;

/** The open database: `reads` for queries, `transaction` for everything that writes. */
export type Database = {
  pool: pg.Pool;
  reads: Reads;
  /**
   * Runs `work` in one READ COMMITTED transaction and commits what it returns. On a serialization failure (40001) or a
   * deadlock (40P01), or an {@link OvertakenError}, the whole of it is repeated, so `work` must have no effect outside the database.
   */
  transaction<T>(work: (connection: Connection) => Promise<T>): Promise<T>;
  close(): Promise<void>;
};

const repeatableErrors = new Set(['40001', '40P01']);

/** What a transaction relied on was changed under it by one that committed first: repeated, it sees that. */
export class OvertakenError extends Error {
  constructor(explanation: string) {
    super(explanation);
    this.name = 'OvertakenError';
  }
}

/** `bigint` columns are amounts and numbers far below 2^53; one that is not must not lose digits in silence. */
function parseInteger(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError('an integer of the database exceeds 2^53');
  return value;
}

const types = new pg.TypeOverrides();
types.setTypeParser(pg.types.builtins.INT8, parseInteger);
types.setTypeParser(pg.types.builtins.NUMERIC, parseInteger);

/** Opens a pool on `connection` and reads nothing yet; the first query shows whether the server is there. */
export function openDatabase(connection: pg.PoolConfig, random: Random, log: Logger): Database {
  const pool = new pg.Pool({
    ...connection,
    types,
    max: limits.poolConnectionsMax,
    connectionTimeoutMillis: limits.connectTimeoutMs,
    application_name: 'klink backend',
    statement_timeout: limits.statementTimeoutMs,
    lock_timeout: limits.lockTimeoutMs,
    idle_in_transaction_session_timeout: limits.idleTransactionTimeoutMs,
    // random_page_cost: every disk of today reads in any order at one price; the default makes the planner scan accounts.
    options: '-c random_page_cost=1.1 -c TimeZone=UTC',
  });
  pool.on('error', (error) => log.warn({ err: error }, 'an idle database connection was lost'));
  // The pool listens only while a connection is idle; one that is lost in use would end the process.
  pool.on('connect', (client) => {
    client.on('error', (error) => log.debug({ err: error }, 'a database connection was lost'));
  });

  async function once<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken = false;
    try {
      await client.query('BEGIN');
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch((rollbackError: unknown) => {
        broken = true;
        log.warn({ err: rollbackError }, 'a transaction could not be rolled back; its connection is dropped');
      });
      throw error;
    } finally {
      client.release(broken);
    }
  }

  return {
    pool,
    reads: drizzle(pool, { schema }),
    async transaction(work) {
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await once(work);
        } catch (error) {
          const code = error instanceof OvertakenError ? 'overtaken' : databaseErrorCode(error);
          if (code === undefined || !(code === 'overtaken' || repeatableErrors.has(code))) throw error;
          if (attempt >= limits.transactionAttemptsMax) throw error;
          log.info({ code, attempt }, 'a database transaction is repeated');
          await pause(attempt, random);
        }
      }
    },
    close: () => pool.end(),
  };
}

function pause(attempt: number, random: Random): Promise<void> {
  const spread = (random.bytes(1)[0] ?? 0) / 255;
  const delayMs = limits.transactionBackoffMs * 2 ** (attempt - 1) * (0.5 + spread);
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs);
  });
}

/** SQLSTATE of a PostgreSQL error, also where the query builder wrapped it. */
export function databaseErrorCode(error: unknown): string | undefined {
  if (error instanceof pg.DatabaseError) return error.code;
  if (error instanceof Error && error.cause !== undefined) return databaseErrorCode(error.cause);
  return undefined;
}

const unreachable = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOENT', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND']);

/** How the driver says that a connection is not there, or not any more: without a code. */
const lostConnection =
  /^(?:Connection terminated|timeout exceeded when trying to connect|Cannot use a pool after|Client has encountered a connection error)/;

/** Whether the server could not be asked at all: the same request may succeed later. */
export function isDatabaseUnavailable(error: unknown): boolean {
  const code = databaseErrorCode(error);
  if (code !== undefined)
    return code.startsWith('08') || code.startsWith('57P') || code.startsWith('53') || code === '55P03';
  if (!(error instanceof Error)) return false;
  if ('code' in error && typeof error.code === 'string' && unreachable.has(error.code)) return true;
  if (lostConnection.test(error.message)) return true;
  return error.cause !== undefined && isDatabaseUnavailable(error.cause);
}
