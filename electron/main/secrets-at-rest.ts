import fs from 'node:fs';
import path from 'node:path';
import { safeStorage } from 'electron';
import { type Secrets, secretsSchema, type TillHostOptions } from '../../contract/ipc/envelope.ts';
import { log } from './log.ts';
import { syncFolder } from './sync-folder.ts';

type SecretStoreOption = TillHostOptions['secretStore'];

/**
 * The till's secrets between two starts: sealed with the key of the system's key store where there is one, else left to the
 * till host's own file (architecture.md, "Secrets").
 */
export class SecretsAtRest {
  private readonly file: string;

  constructor(dataFolder: string) {
    this.file = path.join(dataFolder, 'secrets.sealed');
  }

  /**
   * How the till host gets its secrets at this start. A sealed file that cannot be opened is left to the till host, which
   * refuses it with the code that says so.
   */
  open(): SecretStoreOption {
    if (!hasKeyStore()) {
      log('warn', 'no key store on this system: the secrets are kept in DIR/secrets.json with mode 0600');
      return { kind: 'file' };
    }
    const plainFile = path.join(path.dirname(this.file), 'secrets.json');
    if (!fs.existsSync(this.file)) {
      // Enrolled from the command line: those secrets stay where that can read them.
      return fs.existsSync(plainFile) ? { kind: 'file' } : { kind: 'composer', secrets: null };
    }
    try {
      const opened: unknown = JSON.parse(safeStorage.decryptString(fs.readFileSync(this.file)));
      return { kind: 'composer', secrets: secretsSchema.parse(opened) };
    } catch {
      log('error', 'DIR/secrets.sealed cannot be opened with the key of this user');
      return { kind: 'file' };
    }
  }

  /** Seals new secrets; on the disk before it returns. */
  keep(secrets: Secrets): void {
    const unfinished = `${this.file}.unfinished`;
    const handle = fs.openSync(unfinished, 'w', 0o600);
    try {
      fs.writeFileSync(handle, safeStorage.encryptString(JSON.stringify(secrets)));
      fs.fsyncSync(handle);
    } finally {
      fs.closeSync(handle);
    }
    fs.renameSync(unfinished, this.file);
    syncFolder(path.dirname(this.file));
  }
}

function hasKeyStore(): boolean {
  if (!safeStorage.isEncryptionAvailable()) return false;
  // On Linux "basic_text" means a password that everybody knows.
  return process.platform !== 'linux' || safeStorage.getSelectedStorageBackend() !== 'basic_text';
}
