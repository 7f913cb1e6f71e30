import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Puts a text in the place of a file that only its owner can read: whole or not at all, and on the disk when it returns. The
 * new name is kept through a power cut only once the folder is synced too: without that a till was enrolled and its token
 * gone (`testing/disk`).
 */
export function replaceFile(file: string, text: string): void {
  const fresh = `${file}.new`;
  // The mode counts only for a file that is made now.
  rmSync(fresh, { force: true });
  const descriptor = openSync(fresh, 'wx', 0o600);
  try {
    writeFileSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  renameSync(fresh, file);
  syncFolder(path.dirname(file));
}

function syncFolder(folder: string): void {
  // Windows opens no folder, and its file system keeps names in its own journal.
  if (process.platform === 'win32') return;
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
