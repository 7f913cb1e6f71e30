import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import { allFaultCodes, type FaultCode } from '../../contract/ipc/fault.ts';
import { type Configuration, configurationSchema } from '../../contract/wire/configuration.ts';
import { editionSchema } from '../../contract/wire/enrolment.ts';
import type { Assignment, AssignmentStore } from '../checkout/ports.ts';
import { assignment, configuration } from './schema.ts';

const storedEditionSchema = editionSchema.omit({ keySets: true });

/** The one assignment a till database belongs to, and the configuration last fetched for it. */
export class StoredAssignment implements AssignmentStore {
  readonly #drizzle: BetterSQLite3Database;

  constructor(drizzle: BetterSQLite3Database) {
    this.#drizzle = drizzle;
  }

  assignment(): Assignment | null {
    const row = this.#drizzle.select().from(assignment).get();
    if (!row) return null;
    const { assignmentId, terminalId, terminalName, backendUrl, journalId } = row;
    return {
      assignmentId,
      terminalId,
      terminalName,
      backendUrl,
      journalId,
      edition: storedEditionSchema.parse(JSON.parse(row.edition)),
      haltedCode: allFaultCodes.find((code) => code === row.haltedCode) ?? null,
    };
  }

  saveAssignment(entry: Omit<Assignment, 'haltedCode'>, at: string): void {
    this.#drizzle
      .insert(assignment)
      .values({ ...entry, singleton: 1, edition: JSON.stringify(entry.edition), enrolledAt: at })
      .run();
  }

  halt(code: FaultCode): void {
    this.#drizzle.update(assignment).set({ haltedCode: code }).run();
  }

  configuration(): { readonly etag: string; readonly configuration: Configuration } | null {
    const row = this.#drizzle.select().from(configuration).get();
    return row ? { etag: row.etag, configuration: configurationSchema.parse(JSON.parse(row.body)) } : null;
  }

  saveConfiguration(etag: string, value: Configuration, at: string): void {
    const row = { etag, body: JSON.stringify(value), fetchedAt: at };
    this.#drizzle
      .insert(configuration)
      .values({ singleton: 1, ...row })
      .onConflictDoUpdate({ target: configuration.singleton, set: row })
      .run();
  }
}
