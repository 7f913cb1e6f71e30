import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Fault } from '../../contract/ipc/fault.ts';
import { keySetSchema } from '../../contract/wire/enrolment.ts';
import type { SecretStore, TillSecrets } from '../checkout/ports.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { replaceFile } from './replace-file.ts';

/** What `DIR/secrets.json` holds. */
export const tillSecretsSchema = z.object({ token: z.string().min(1), keySets: z.array(keySetSchema).min(1) });

/** The application keeps its secrets here, sealed by the operating system's key store. */
const sealedName = 'secrets.sealed';

/** Secrets in a file that only its owner can read: the command line, and machines without a key store. */
export class SecretFile implements SecretStore {
  readonly #folder: string;

  constructor(dataFolder: string) {
    this.#folder = dataFolder;
  }

  load(): Result<TillSecrets | null, Fault> {
    const file = this.#file();
    if (!existsSync(file))
      return existsSync(path.join(this.#folder, sealedName)) ? failed(fault('SECRETS_SEALED')) : ok(null);
    const parsed = tillSecretsSchema.safeParse(jsonOrNull(readFileSync(file, 'utf8')));
    return parsed.success ? ok(parsed.data) : failed(fault('SECRETS_MISSING'));
  }

  save(secrets: TillSecrets): Promise<void> {
    replaceFile(this.#file(), JSON.stringify(secrets));
    return Promise.resolve();
  }

  #file(): string {
    return path.join(this.#folder, 'secrets.json');
  }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
