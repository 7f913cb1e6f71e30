/**
 * Goal: training is a till that resembles the real one and can do no harm to it: another database, other keys, simulated
 * tags of its own, and nothing on the wire.
 * Method: the real till host's process on a folder of an enrolled till, with a backend on a real socket that would hear of
 * anything that was sent.
 */
import fs from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { makeFolder, type TestFolder } from '../../testing/klink/test-folder.ts';
import { assignment, configuration, secrets } from '../../testing/till/festival.ts';
import { ScriptedBackend } from '../../testing/till/scripted-backend.ts';
import { TillHostClient } from '../../testing/till/till-host-client.ts';
import { SecretFile } from '../store/secret-file.ts';
import { databaseName, openTillDatabase, openTillDatabaseReadOnly } from '../store/till-database.ts';
import { trainingFolder } from './training.ts';

const folders: TestFolder[] = [];
const hosts: TillHostClient[] = [];
const backends: ScriptedBackend[] = [];

afterEach(async () => {
  for (const host of hosts.splice(0)) {
    host.child.kill('SIGKILL');
    await host.ended;
  }
  for (const backend of backends.splice(0)) await backend.close();
  for (const folder of folders.splice(0)) folder.remove();
});

function emptyFolder(): string {
  const folder = makeFolder('training');
  folders.push(folder);
  return folder.place;
}

function host(): TillHostClient {
  const client = new TillHostClient();
  hosts.push(client);
  return client;
}

async function backend(): Promise<ScriptedBackend> {
  const started = await ScriptedBackend.start(() => ({ status: 500 }));
  backends.push(started);
  return started;
}

async function enrolledFolder(backendUrl: string): Promise<string> {
  const folder = emptyFolder();
  const opened = openTillDatabase(folder);
  if (!opened.ok) throw new Error(opened.fault.code);
  opened.value.assignments.saveAssignment({ ...assignment, backendUrl }, '2026-07-04T20:15:00.000Z');
  opened.value.assignments.saveConfiguration('"1"', configuration, '2026-07-04T20:15:00.000Z');
  opened.value.close();
  await new SecretFile(folder).save(secrets);
  return folder;
}

const failure = (client: TillHostClient) =>
  client.next((message) => (message.kind === 'failed' ? message.fault : null));

test('training resembles the till, and nothing of it is sent, by itself or when asked', async () => {
  const heard = await backend();
  const folder = await enrolledFolder(heard.url);
  const client = host();
  client.start(folder, { training: true, replication: 'background' });
  await client.ready();
  expect(await client.call('view')).toMatchObject({
    ok: true,
    result: { training: true, till: { terminalName: 'Bar 1' }, screen: { screen: 'sale' }, uplink: { unsentCount: 0 } },
  });
  expect(await client.call('replicate', { untilEmpty: false, timeoutMs: 1_000 })).toMatchObject({
    ok: true,
    result: { sentCount: 0, fault: { code: 'TRAINING' } },
  });
  const again = { backendUrl: heard.url, code: 'X', terminalName: 'x' };
  expect(await client.call('enrol', again)).toMatchObject({ ok: false, fault: { code: 'ALREADY_ENROLLED' } });
  client.tell({ kind: 'stop' });
  expect(await client.ended).toBe(0);
  expect(heard.requests).toEqual([]);
});

test('training has a database, a journal and keys of its own; the till beside it stays as it was', async () => {
  const folder = await enrolledFolder('http://127.0.0.1:1');
  const real = host();
  real.start(folder);
  await real.ready();
  const training = host();
  training.start(folder, { training: true });
  await training.ready();
  training.tell({ kind: 'stop' });
  expect(await training.ended).toBe(0);
  const trained = openTillDatabaseReadOnly(trainingFolder(folder));
  if (!trained.ok) throw new Error(trained.fault.message);
  const kept = trained.value.assignments.assignment();
  trained.value.close();
  expect(kept).toMatchObject({ assignmentId: 41, terminalName: 'Bar 1' });
  expect(kept?.journalId).not.toBe(assignment.journalId);
  expect(fs.existsSync(path.join(trainingFolder(folder), 'secrets.json'))).toBe(false);
  for (const name of fs.readdirSync(trainingFolder(folder))) {
    const bytes = fs.readFileSync(path.join(trainingFolder(folder), name));
    for (const secret of [secrets.token, ...secrets.keySets.map(({ keyHex }) => keyHex)])
      expect(bytes.includes(secret)).toBe(false);
  }
  expect(await real.call('view')).toMatchObject({ ok: true, result: { training: false, screen: { screen: 'sale' } } });
});

test('training never uses a real reader, and a folder without a till has none', async () => {
  const withReader = host();
  withReader.start(await enrolledFolder('http://127.0.0.1:1'), { training: true, readerKind: 'pcsc' });
  expect(await failure(withReader)).toMatchObject({ code: 'TRAINING' });
  const empty = emptyFolder();
  const withoutTill = host();
  withoutTill.start(empty, { training: true });
  expect(await failure(withoutTill)).toMatchObject({ code: 'NOT_ENROLLED' });
  expect(fs.existsSync(path.join(empty, databaseName))).toBe(false);
});
