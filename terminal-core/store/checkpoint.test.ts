/**
 * Goal: the write-ahead log is copied back when nobody waits, and only when it has grown; a sale is never held up by it.
 * Method: a real database whose log is looked at with a connection of the test's own.
 */
import Database from 'better-sqlite3';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { assignment } from '../../testing/till/festival.ts';
import { at, databaseFile, storesOfTest } from '../../testing/till/store-folder.ts';
import { openTillDatabase } from './till-database.ts';

const stores = storesOfTest();
const logSchema = z.tuple([z.object({ log: z.int(), checkpointed: z.int() })]);

test('below a thousand pages it stays; above, all of it is copied back and nothing is lost', () => {
  const folder = stores.folder();
  const opened = openTillDatabase(folder);
  if (!opened.ok) throw new Error(opened.fault.code);
  const { assignments, journal, checkpoint, close } = opened.value;
  const looker = new Database(databaseFile(folder));
  const log = () => logSchema.parse(looker.pragma('wal_checkpoint(noop)'))[0];
  assignments.saveAssignment(assignment, at);
  checkpoint();
  expect(log().checkpointed).toBe(0);
  for (let index = 0; log().log <= 1_000; index += 1) journal.append('shift', at, { index, note: 'x'.repeat(20_000) });
  const { seq } = journal.ownSeal();
  // Nothing is copied by itself, in the middle of a sale.
  expect(log().checkpointed).toBe(0);
  checkpoint();
  expect(log().checkpointed).toBe(log().log);
  expect(journal.ownSeal().seq).toBe(seq);
  looker.close();
  close();
});
