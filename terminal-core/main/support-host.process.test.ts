/**
 * Goal: looking for a fault is a process beside the till that may be ended at any moment and never gets in its way.
 * Method: the real support host and the real till host on one folder; the till sells to nobody, but holds its lock and writes.
 */
import { type ChildProcess, fork } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type FromSupportHost, fromSupportHostSchema, type ToSupportHost } from '../../contract/ipc/support.ts';
import { makeFolder, type TestFolder } from '../../testing/klink/test-folder.ts';
import { assignment, configuration, secrets } from '../../testing/till/festival.ts';
import { TillHostClient } from '../../testing/till/till-host-client.ts';
import { StoredAssignment } from '../store/assignment.ts';
import { Journal } from '../store/journal.ts';
import { openDatabase } from '../store/open-database.ts';
import { SecretFile } from '../store/secret-file.ts';
import { databaseName } from '../store/till-database.ts';

const entryCount = 8_000;
const at = '2026-07-04T20:15:00.000Z';
/** A till with a long journal, made once. */
let worked: TestFolder;
let folder: TestFolder;
let till: TillHostClient;
const hosts: ChildProcess[] = [];

beforeAll(async () => {
  worked = makeFolder('support');
  const opened = openDatabase(path.join(worked.place, databaseName));
  if (!opened.ok) throw new Error(opened.fault.code);
  const database = opened.value;
  const orm = drizzle(database);
  const assignments = new StoredAssignment(orm);
  assignments.saveAssignment(assignment, at);
  assignments.saveConfiguration('"1"', configuration, at);
  const journal = new Journal(database, orm);
  const event = { event: 'corruptSeen', uid: '04A1B2C3D4E5F6', generation: 0, detail: null } as const;
  // In one commit: nobody has to wait for a disk here.
  database.transaction(() => {
    for (let seq = 0; seq < entryCount; seq += 1) journal.append('tagEvent', at, event);
  })();
  database.close();
  await new SecretFile(worked.place).save(secrets);
});
afterAll(() => worked.remove());
beforeEach(async () => {
  folder = makeFolder('support');
  fs.cpSync(worked.place, folder.place, { recursive: true });
  till = new TillHostClient();
  till.start(folder.place);
  await till.ready();
});
afterEach(async () => {
  for (const host of hosts.splice(0)) host.kill('SIGKILL');
  till.child.kill('SIGKILL');
  await till.ended;
  folder.remove();
});

/** One piece of work; `stop` says at which message the process is ended. */
function look(message: ToSupportHost, stop: (said: FromSupportHost) => boolean = () => false) {
  const host = fork(path.join(import.meta.dirname, 'support-host.ts'), [], { serialization: 'advanced', execArgv: [] });
  hosts.push(host);
  const said: FromSupportHost[] = [];
  return new Promise<readonly FromSupportHost[]>((resolve) => {
    host.on('message', (raw) => {
      const heard = fromSupportHostSchema.parse(raw);
      said.push(heard);
      if (heard.kind !== 'progress' || stop(heard)) host.kill('SIGKILL');
    });
    host.once('exit', () => resolve(said));
    host.send(message);
  });
}

const dataFolder = (): string => folder.place;

test('a check tells how far it is, and ends with nothing found', async () => {
  const said = await look({ kind: 'check', dataFolder: dataFolder() });
  expect(said.at(-1)).toEqual({ kind: 'checked', findings: [] });
  const progress = said.flatMap((heard) => (heard.kind === 'progress' ? [heard.progress.done] : []));
  expect(progress.length).toBeGreaterThan(10);
  expect(await till.call('status')).toMatchObject({ ok: true, result: { journalSeq: entryCount } });
});

test('ended in the middle of a check or an export: the till goes on as if nothing had been', async () => {
  const isUnderWay = (heard: FromSupportHost) => heard.kind === 'progress' && heard.progress.done > 2;
  const stopped = await look({ kind: 'check', dataFolder: dataFolder() }, isUnderWay);
  expect(stopped.at(-1)?.kind).toBe('progress');
  const file = path.join(dataFolder(), 'support.jsonl.gz');
  await look({ kind: 'export', dataFolder: dataFolder(), file, facts: {} }, isUnderWay);
  expect(fs.existsSync(file)).toBe(false);
  expect(await till.call('addToCart', { productId: 'beer', quantity: 1 })).toMatchObject({ ok: true });
  till.tell({ kind: 'stop' });
  expect(await till.ended).toBe(0);
});
