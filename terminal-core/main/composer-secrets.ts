import type { ResultEnvelope, Secrets } from '../../contract/ipc/envelope.ts';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { SecretStore, TillSecrets } from '../checkout/ports.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { tillSecretsSchema } from '../store/secret-file.ts';

/**
 * Secrets that the composer seals with the operating system's key store: it opened them before the host started, and is
 * asked to keep new ones.
 */
export class ComposerSecrets implements SecretStore {
  readonly #opened: Secrets | null;
  readonly #keep: (id: number, secrets: Secrets) => void;
  readonly #waiting = new Map<number, { resolve: () => void; reject: (error: Error) => void }>();
  #nextId = 1;

  constructor(opened: Secrets | null, keep: (id: number, secrets: Secrets) => void) {
    this.#opened = opened;
    this.#keep = keep;
  }

  load(): Result<TillSecrets | null, Fault> {
    if (this.#opened === null) return ok(null);
    const { token, keySets } = this.#opened;
    const parsed = tillSecretsSchema.safeParse({ token, keySets: keySets === undefined ? null : JSON.parse(keySets) });
    return parsed.success ? ok(parsed.data) : failed(fault('SECRETS_MISSING'));
  }

  save({ token, keySets }: TillSecrets): Promise<void> {
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#keep(id, { token, keySets: JSON.stringify(keySets) });
    });
  }

  /** The composer's answer to `keep-secrets`. */
  kept(id: number, envelope: ResultEnvelope): void {
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (envelope.ok) waiting?.resolve();
    else waiting?.reject(new Error(envelope.fault.message));
  }
}
