import { createHash } from 'node:crypto';
import type { Connection, Database } from './database.ts';
import { type Migration, migrations } from './migrations/list.ts';

/** The database's schema is not one that this program wrote; it is left untouched. */
export class SchemaRefused extends Error {
  constructor(explanation: string) {
    super(explanation);
    this.name = 'SchemaRefused';
  }
}

/** Any number of backend processes may start at once: the first one migrates, the others wait and find it done. */
const migrationLock = 7_480_001;

/** By which an edited migration is known. */
export function migrationHash(migration: Migration): string {
  return createHash('sha256').update(migration.sql).digest('hex');
}

/**
 * Brings the schema up to date in one transaction and runs `afterwards` (seeding) under the same lock.
 * Throws {@link SchemaRefused} for a schema that is newer than this program or whose migrations were edited.
 */
export async function migrate(
  database: Database,
  now: Date,
  afterwards: (connection: Connection) => Promise<void>,
  known: readonly Migration[] = migrations,
): Promise<void> {
  await database.transaction(async (connection) => {
    await connection.query('SELECT pg_advisory_xact_lock($1)', [migrationLock]);
    await connection.query(`CREATE TABLE IF NOT EXISTS schema_migration (
      version integer PRIMARY KEY, name text NOT NULL, sha256 text NOT NULL, applied_at timestamptz NOT NULL)`);
    const applied = await connection.query<{ version: number; name: string; sha256: string }>(
      'SELECT version, name, sha256 FROM schema_migration ORDER BY version',
    );
    for (const [index, row] of applied.rows.entries()) refuseStranger(row, known[index]);
    for (const migration of known.slice(applied.rows.length)) {
      await connection.query(migration.sql);
      await connection.query(
        'INSERT INTO schema_migration (version, name, sha256, applied_at) VALUES ($1, $2, $3, $4)',
        [migration.version, migration.name, migrationHash(migration), now],
      );
    }
    await afterwards(connection);
  });
}

function refuseStranger(
  row: { version: number; name: string; sha256: string },
  migration: Migration | undefined,
): void {
  if (migration === undefined) {
    throw new SchemaRefused(
      `The database has schema version ${row.version} (${row.name}), which is newer than this program. Use the newer program.`,
    );
  }
  if (row.version !== migration.version || row.sha256 !== migrationHash(migration)) {
    throw new SchemaRefused(
      `Migration ${migration.version} (${migration.name}) of this program is not the one the database was made with. Nothing was changed.`,
    );
  }
}
