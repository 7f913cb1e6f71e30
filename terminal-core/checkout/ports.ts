import type { Fault, FaultCode } from '../../contract/ipc/fault.ts';
import type { ReaderState } from '../../contract/ipc/reader.ts';
import type { Configuration } from '../../contract/wire/configuration.ts';
import type { Edition, KeySet } from '../../contract/wire/enrolment.ts';
import type { Result } from '../domain/result.ts';
import type { Transmit } from '../tag/transmit.ts';

/** What the till needs of the world. Everything that is slow, random or may fail comes through one of these. */

export interface Clock {
  /** Milliseconds since 1970, UTC. */
  nowMs(): number;
}

export interface Timers {
  /** Calls `action` once after `delayMs`, unless the returned function was called before. */
  after(delayMs: number, action: () => void): () => void;
}

export interface Random {
  bytes(length: number): Uint8Array;
  /** In [0, 1), for jitter. */
  fraction(): number;
}

/** One uninterrupted stay of one card in the reader's field. */
export interface Presence {
  readonly presenceId: number;
  readonly atr: Uint8Array;
}

export interface ReaderStatus {
  readonly kind: 'pcsc' | 'simulated';
  readonly state: ReaderState;
  readonly name: string | null;
  readonly detail: string | null;
}

/** The reader as the checkout sees it; behind it is another process that may die at any moment. */
export interface ReaderPort {
  readonly status: ReaderStatus;
  /** The card in the field, or null. */
  readonly presence: Presence | null;
  /** Called after every change of `status` or `presence`; returns how to stop. */
  onChange(listener: () => void): () => void;
  transmitTo(presenceId: number): Transmit;
  /** Switches the field off and on: the card, if still there, comes back as another presence. False: it did not work. */
  reset(presenceId: number): Promise<boolean>;
}

/** The assignment this database was made for (R24, R25), without its secrets. */
export interface Assignment {
  readonly assignmentId: number;
  readonly terminalId: string;
  readonly terminalName: string;
  readonly backendUrl: string;
  readonly journalId: string;
  readonly edition: Omit<Edition, 'keySets'>;
  /** Why the till draws no number any more, until it is enrolled again. */
  readonly haltedCode: FaultCode | null;
}

/** Checks a PIN against what the configuration keeps of it; takes some time on purpose. */
export interface PinVerifier {
  matches(pin: string, pinHash: string): Promise<boolean>;
}

export interface AssignmentStore {
  assignment(): Assignment | null;
  /** Once in the life of a database. */
  saveAssignment(assignment: Omit<Assignment, 'haltedCode'>, at: string): void;
  halt(code: FaultCode): void;
  configuration(): { readonly etag: string; readonly configuration: Configuration } | null;
  saveConfiguration(etag: string, configuration: Configuration, at: string): void;
}

/** The token and the keys of the edition: never in a log, never in a view. */
export interface TillSecrets {
  readonly token: string;
  readonly keySets: readonly KeySet[];
}

export interface SecretStore {
  /** Null before enrolment. */
  load(): Result<TillSecrets | null, Fault>;
  save(secrets: TillSecrets): Promise<void>;
}
