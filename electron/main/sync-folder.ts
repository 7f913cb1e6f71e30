import fs from 'node:fs';

/** Makes names in a folder – of files made, replaced or removed – survive a power cut. */
export function syncFolder(folder: string): void {
  // Windows opens no folder, and its file system keeps names in its own journal.
  if (process.platform === 'win32') return;
  const handle = fs.openSync(folder, 'r');
  try {
    fs.fsyncSync(handle);
  } finally {
    fs.closeSync(handle);
  }
}
