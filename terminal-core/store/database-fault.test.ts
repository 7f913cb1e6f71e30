/**
 * Goal: what the disk or another program does to the database has a code a person can act on; what is our mistake has none.
 * Method: the real errors of SQLite and of the file system: a database that another connection holds, a disk that takes nothing.
 */
import { writeFileSync } from 'node:fs';
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { makeFolder } from '../../testing/klink/test-folder.ts';
import { databaseFault } from './open-database.ts';

function thrownBy(act: () => void): unknown {
  try {
    act();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

test('a database that another program keeps locked cannot be reached, and is not our mistake', () => {
  const folder = makeFolder('locked');
  const holder = new Database(`${folder.place}/till.db`);
  holder.exec('CREATE TABLE a (b); BEGIN EXCLUSIVE');
  const other = new Database(`${folder.place}/till.db`, { timeout: 0 });
  const locked = databaseFault(thrownBy(() => other.exec('BEGIN IMMEDIATE')));
  expect(locked).toMatchObject({ code: 'DATABASE_UNREACHABLE' });
  expect(locked?.message).toContain('another program keeps it locked');
  other.close();
  holder.close();
  folder.remove();
});

test('a disk that takes nothing more is full, whichever file it was', () => {
  expect(databaseFault(thrownBy(() => writeFileSync('/dev/full', 'x')))).toMatchObject({ code: 'DISK_FULL' });
});

test('a mistake of ours is none of these', () => {
  expect(databaseFault(thrownBy(() => new Database(':memory:').exec('SELECT nothing')))).toBeNull();
  expect(databaseFault(new Error('disk full'))).toBeNull();
});
