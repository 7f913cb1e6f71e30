/**
 * Goal: the till host's process begins, answers, refuses and ends as its composer was promised.
 * Method: the real process over its real channel, in a folder that an earlier till left.
 */
import fs from 'node:fs';
import path from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, describe, expect, test } from 'vitest';
import { makeFolder, type TestFolder } from '../../testing/klink/test-folder.ts';
import { assignment, configuration, secrets } from '../../testing/till/festival.ts';
import { TillHostClient } from '../../testing/till/till-host-client.ts';
import { SecretFile } from '../store/secret-file.ts';
import { openTillDatabase } from '../store/till-database.ts';

const folders: TestFolder[] = [];
const hosts: TillHostClient[] = [];

afterEach(async () => {
  for (const host of hosts.splice(0)) {
    host.child.kill('SIGKILL');
    await host.ended;
  }
  for (const folder of folders.splice(0)) folder.remove();
});

function emptyFolder(): string {
  const folder = makeFolder('till-host');
  folders.push(folder);
  return folder.place;
}

/** A folder of a till that has an assignment, a catalogue and its secrets. */
async function enrolledFolder(): Promise<string> {
  const folder = emptyFolder();
  const opened = openTillDatabase(folder);
  if (!opened.ok) throw new Error(opened.fault.code);
  opened.value.assignments.saveAssignment(assignment, '2026-07-04T20:15:00.000Z');
  opened.value.assignments.saveConfiguration('"1"', configuration, '2026-07-04T20:15:00.000Z');
  opened.value.close();
  await new SecretFile(folder).save(secrets);
  return folder;
}

function host(): TillHostClient {
  const client = new TillHostClient();
  hosts.push(client);
  return client;
}

async function readyHost(folder: string): Promise<TillHostClient> {
  const client = host();
  client.start(folder);
  await client.ready();
  return client;
}

const failure = (client: TillHostClient) =>
  client.next((message) => (message.kind === 'failed' ? message.fault : null));

describe('protocol.md, Journal: the chain of what is not sent yet is followed at a start', () => {
  /** @param forge what somebody does to the database who does not know the chain */
  async function screenAfter(forge: string): Promise<unknown> {
    const folder = await enrolledFolder();
    const opened = openTillDatabase(folder);
    if (!opened.ok) throw new Error(opened.fault.code);
    for (const index of [1, 2, 3]) opened.value.journal.append('shift', '2026-07-04T20:15:00.000Z', { index });
    opened.value.journal.acknowledge(1, [], '2026-07-04T20:15:00.000Z');
    opened.value.close();
    const database = new Database(path.join(folder, 'till.db'));
    const guard = database
      .prepare<[], string>("SELECT sql FROM sqlite_schema WHERE name = 'journal_fixed'")
      .pluck()
      .get();
    database.exec(`DROP TRIGGER journal_fixed; ${forge}; ${guard}`);
    database.close();
    // It sends nothing by itself: nobody else could have noticed.
    const client = await readyHost(folder);
    const view = await client.call('view');
    const sold = await client
      .call('addAmountToCart', { amountMinor: 250 })
      .then(() => client.call('sell', { timeoutMs: 0 }));
    return { view, sold };
  }

  test('an entry that was changed stops the till before it sells', async () => {
    expect(await screenAfter(`UPDATE journal SET payload = '{"index":7}' WHERE seq = 3`)).toMatchObject({
      view: { result: { screen: { screen: 'halted', fault: { code: 'CHAIN_BROKEN' } } } },
      sold: { ok: false, fault: { code: 'CHAIN_BROKEN' } },
    });
  });

  test('what the backend has acknowledged it compares itself, by the seal', async () => {
    expect(await screenAfter(`UPDATE journal SET payload = '{"index":7}' WHERE seq = 1`)).toMatchObject({
      view: { result: { screen: { screen: 'sale' } } },
    });
  });
});

describe('calls', () => {
  test('are parsed by the contract: what it does not know is USAGE, and the host goes on', async () => {
    const client = await readyHost(await enrolledFolder());
    expect(await client.call('fly')).toMatchObject({ ok: false, fault: { code: 'USAGE' } });
    expect(await client.call('constructor')).toMatchObject({ ok: false, fault: { code: 'USAGE' } });
    expect(await client.call('addAmountToCart', { amountMinor: 0.5 })).toMatchObject({ fault: { code: 'USAGE' } });
    expect(await client.call('addAmountToCart', { amountMinor: 250 })).toEqual({ ok: true, result: {} });
    expect(await client.call('view')).toMatchObject({
      ok: true,
      result: { cart: { totalMinor: 250 }, screen: { screen: 'sale' } },
    });
    expect(await client.call('status')).toMatchObject({ result: { enrolled: true, assignmentId: 41, unsentCount: 0 } });
  });

  test('the view comes by itself at every change, and never holds a secret', async () => {
    const client = await readyHost(await enrolledFolder());
    await client.call('addAmountToCart', { amountMinor: 250 });
    const views = client.messages.filter(({ kind }) => kind === 'view');
    expect(views.length).toBeGreaterThan(1);
    const said = JSON.stringify(client.messages);
    for (const secret of [secrets.token, secrets.keySets[0]?.keyHex ?? '']) expect(said).not.toContain(secret);
  });
});

describe('the end', () => {
  test('R36: at `stop` the waiting sale ends and the process with 0', async () => {
    const client = await readyHost(await enrolledFolder());
    await client.call('addAmountToCart', { amountMinor: 250 });
    const sale = client.call('sell');
    await client.next((message) => (message.kind === 'step' && message.step.event === 'waitingForTag' ? true : null));
    client.tell({ kind: 'stop' });
    expect(await sale).toMatchObject({ ok: true, result: { result: 'refused' } });
    expect(await client.ended).toBe(0);
  });

  test('without its composer it ends by itself', async () => {
    const client = await readyHost(await enrolledFolder());
    client.child.disconnect();
    expect(await client.ended).toBe(0);
  });

  test('R36: SIGTERM is a stop, Ctrl-C is the composer’s to decide', async () => {
    const client = await readyHost(await enrolledFolder());
    client.child.kill('SIGINT');
    expect(await client.call('status')).toMatchObject({ ok: true });
    client.child.kill('SIGTERM');
    expect(await client.ended).toBe(0);
  });
});

describe('a folder that cannot be used', () => {
  test('TILL_IN_USE: another till holds it; when that one is killed it is free', async () => {
    const folder = await enrolledFolder();
    const first = await readyHost(folder);
    const second = host();
    second.start(folder);
    expect(await failure(second)).toMatchObject({ code: 'TILL_IN_USE', details: { pid: String(first.child.pid) } });
    expect(await second.ended).toBe(1);
    first.child.kill('SIGKILL');
    expect(await first.ended).toBe('SIGKILL');
    expect(await (await readyHost(folder)).call('status')).toMatchObject({ ok: true });
  });

  test.each([
    ['DATABASE_NEWER', (folder: string) => edit(folder, `INSERT INTO schema_migration VALUES (999, 'x', 'x', 'x')`)],
    ['DATABASE_EDITED', (folder: string) => edit(folder, 'DROP TRIGGER txn_stays')],
    ['DATABASE_CORRUPT', (folder: string) => fs.writeFileSync(path.join(folder, 'till.db'), 'no database'.repeat(500))],
    ['SETTINGS_INVALID', (folder: string) => fs.writeFileSync(path.join(folder, 'till.json'), '{"sound":"loud"}')],
    ['SECRETS_MISSING', (folder: string) => fs.writeFileSync(path.join(folder, 'secrets.json'), '{}')],
  ] as const)('%s: said before the process ends, and the folder is not locked', async (code, spoil) => {
    const folder = await enrolledFolder();
    spoil(folder);
    const client = host();
    client.start(folder);
    expect(await failure(client)).toMatchObject({ code });
    expect(await client.ended).toBe(1);
  });

  test('an empty one waits for an enrolment', async () => {
    const client = await readyHost(emptyFolder());
    expect(await client.call('sell')).toMatchObject({ ok: false, fault: { code: 'NOT_ENROLLED' } });
    expect(await client.call('view')).toMatchObject({ result: { till: null, screen: { screen: 'enrolment' } } });
  });
});

test('secrets that the composer keeps: asked to keep them, and opened by it at the start', async () => {
  const folder = await enrolledFolder();
  fs.rmSync(path.join(folder, 'secrets.json'));
  const client = host();
  const opened = { token: secrets.token, keySets: JSON.stringify(secrets.keySets) };
  client.start(folder, { secretStore: { kind: 'composer', secrets: opened } });
  await client.ready();
  expect(await client.call('view')).toMatchObject({ result: { screen: { screen: 'sale' } } });
});

function edit(folder: string, sql: string): void {
  const database = new Database(path.join(folder, 'till.db'));
  database.exec(sql);
  database.close();
}
