import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/** A folder below the system's temporary one, readable for other users, because PostgreSQL refuses to run as root. */
export interface TestFolder {
  readonly place: string;
  remove(): void;
}

export function makeFolder(name: string): TestFolder {
  const place = fs.mkdtempSync(path.join(os.tmpdir(), `klink-${name}-`));
  fs.chmodSync(place, 0o755);
  return { place, remove: () => fs.rmSync(place, { recursive: true, force: true }) };
}

/** A copy with everything that is in it: matrices prepare a till once and give every row one of its own. */
export function copyFolder(original: string, name: string): TestFolder {
  const copy = makeFolder(name);
  fs.cpSync(original, copy.place, { recursive: true });
  return copy;
}
