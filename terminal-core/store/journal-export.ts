import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';

/**
 * Writes a journal as one JSON object a line, for support and for an operator who imports a forked one. It holds no
 * secret: neither token nor key is ever journalled.
 * @returns how many entries there were
 */
export function writeJournalExport(file: string, lines: Iterable<string>): number {
  const descriptor = openSync(file, 'w', 0o600);
  try {
    let entryCount = 0;
    for (const line of lines) {
      writeSync(descriptor, `${line}\n`);
      entryCount += 1;
    }
    fsyncSync(descriptor);
    return entryCount;
  } finally {
    closeSync(descriptor);
  }
}
