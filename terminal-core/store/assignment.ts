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
  /** Parsed once, not at every tap; this process is the only one that writes them. */
  #assignment: Assignment | null = null;
  #configuration: { readonly etag: string; readonly configuration: Configuration } | null = null;

  constructor(drizzle: BetterSQLite3Database) {
    this.#drizzle = drizzle;
  }

  assignment(): Assignment | null {
    this.#assignment ??= this.#readAssignment();
    return this.#assignment;
  }

  saveAssignment(entry: Omit<Assignment, 'haltedCode'>, at: string): void {
    this.#drizzle
      .insert(assignment)
      .values({ ...entry, singleton: 1, edition: JSON.stringify(entry.edition), enrolledAt: at })
      .run();
    this.#assignment = null;
  }

  halt(code: FaultCode): void {
    this.#drizzle.update(assignment).set({ haltedCode: code }).run();
    this.#assignment = null;
  }

  configuration(): { readonly etag: string; readonly configuration: Configuration } | null {
    if (this.#configuration) return this.#configuration;
    const row = this.#drizzle.select().from(configuration).get();
    if (row) this.#configuration = { etag: row.etag, configuration: configurationSchema.parse(JSON.parse(row.body)) };
    return this.#configuration;
  }

  saveConfiguration(etag: string, value: Configuration, at: string): void {
    const row = { etag, body: JSON.stringify(value), fetchedAt: at };
    this.#drizzle
      .insert(configuration)
      .values({ singleton: 1, ...row })
      .onConflictDoUpdate({ target: configuration.singleton, set: row })
      .run();
    this.#configuration = { etag, configuration: value };
  }

  #readAssignment(): Assignment | null {
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
}
