import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import type { Fault } from '../../contract/ipc/fault.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';

/**
 * The right to write in a data folder: an exclusive lock on `DIR/lock.db` for as long as the process lives. The operating
 * system releases it however the process ends, so that no stale lock is ever left behind.
 * @returns TILL_IN_USE with the other process's number
 */
export function lockForWriting(dataFolder: string): Result<{ release(): void }, Fault> {
  const holderFile = path.join(dataFolder, 'lock.pid');
  const lock = new Database(path.join(dataFolder, 'lock.db'), { timeout: 0 });
  try {
    // Nothing is ever kept in it: a disk that is full has room for a lock.
    lock.pragma('journal_mode = memory');
    lock.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    lock.close();
    if (error instanceof Database.SqliteError && error.code.startsWith('SQLITE_BUSY'))
      return failed(fault('TILL_IN_USE', { pid: holderOf(holderFile) }));
    throw error;
  }
  writeFileSync(holderFile, `${process.pid}\n`);
  return ok({
    release() {
      lock.exec('ROLLBACK');
      lock.close();
    },
  });
}

function holderOf(holderFile: string): string {
  try {
    return readFileSync(holderFile, 'utf8').trim();
  } catch {
    // The other process holds the lock and has not written its number yet.
    return '?';
  }
}
