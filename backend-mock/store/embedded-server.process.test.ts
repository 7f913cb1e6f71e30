// Goal: the embedded PostgreSQL starts, stops and survives: a killed backend, a second backend, a folder nobody may enter.
// Method: backend processes from the sources on folders of their own; processes of the server are looked up by the pid in
// its own postmaster.pid.
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { silentLog } from '../../testing/backend/backend.ts';
import { logIn } from '../../testing/backend/operator-client.ts';
import { purchase, topUp } from '../../testing/backend/payloads.ts';
import { spawnBackend } from '../../testing/backend/spawn-backend.ts';
import { enrolTill } from '../../testing/backend/till-client.ts';
import { processState } from './cluster-files.ts';
import { startEmbeddedServer } from './embedded-server.ts';

const folders: string[] = [];
async function newFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'klink-cluster-'));
  await chmod(folder, 0o755);
  folders.push(folder);
  return folder;
}
afterEach(async () => {
  for (const folder of folders.splice(0)) {
    const elsewhere = await readFile(join(folder, 'postgres-cluster-is-at'), 'utf8').catch(() => undefined);
    if (elsewhere !== undefined) await rm(elsewhere.trim(), { recursive: true, force: true });
    await rm(folder, { recursive: true, force: true });
  }
});

async function serverPid(folder: string): Promise<number | undefined> {
  const text = await readFile(join(folder, 'server', 'postgres', 'postmaster.pid'), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : Number(text.split('\n', 1)[0]);
}

/** A zombie that nobody reaps is dead. */
async function isAlive(pid: number | undefined): Promise<boolean> {
  return pid !== undefined && (await processState(pid)) === 'running';
}

test('SIGTERM stops the backend and its PostgreSQL; what was booked is there after the next start', async () => {
  const dataFolder = await newFolder();
  const first = await spawnBackend({ dataFolder });
  const till = await enrolTill(first.address);
  till.journal.append('transaction', topUp({ number: 1 }, 100_00, 5_00));
  await till.send();
  const pid = await serverPid(dataFolder);
  expect(await isAlive(pid)).toBe(true);
  expect(await first.stop()).toBe(0);
  expect(await isAlive(pid)).toBe(false);
  expect(await serverPid(dataFolder)).toBeUndefined();

  const second = await spawnBackend({ dataFolder });
  const again = await till.at(second.address).send();
  expect(again.headers.get('Idempotency-Hit')).toBe('true');
  expect(await second.stop()).toBe(0);
});

test('a SIGKILL during work leaves PostgreSQL running; the next backend adopts it, goes on with the books, and stops it', async () => {
  const dataFolder = await newFolder();
  const first = await spawnBackend({ dataFolder });
  const till = await enrolTill(first.address);
  till.journal.append('transaction', topUp({ number: 1 }, 100_00, 5_00));
  for (let number = 2; number <= 300; number += 1)
    till.journal.append('transaction', purchase({ number, before: 95_00 }, 10));
  const doomed = Array.from({ length: 30 }, (_, index) => till.send(1, (index + 1) * 10).catch(() => undefined));
  await Promise.race(doomed);
  await first.kill();
  await Promise.all(doomed);
  const orphan = await serverPid(dataFolder);
  expect(await isAlive(orphan)).toBe(true);

  const second = await spawnBackend({ dataFolder });
  expect(await serverPid(dataFolder)).toBe(orphan);
  expect((await till.at(second.address).send()).status).toBe(200);
  const operator = await logIn(second.address);
  expect((await operator.balances(till.editionId)).get('merchant:bar')).toBe(299 * 10);
  expect(await operator.coherence(till.editionId)).toMatchObject({
    sumMinor: 0,
    balanceDifferences: [],
    numberGaps: [],
  });
  expect(await second.stop()).toBe(0);
  expect(await isAlive(orphan)).toBe(false);
});

test('a SIGKILL of backend and PostgreSQL alike: the next start recovers what was acknowledged', async () => {
  const dataFolder = await newFolder();
  const first = await spawnBackend({ dataFolder });
  const till = await enrolTill(first.address);
  till.journal.append('transaction', topUp({ number: 1 }, 100_00, 5_00));
  const acknowledged = await till.send();
  const pid = await serverPid(dataFolder);
  if (pid === undefined) throw new Error('the server has a pid');
  process.kill(pid, 'SIGKILL');
  await first.kill();
  const second = await spawnBackend({ dataFolder });
  const again = await till.at(second.address).send();
  expect(again.headers.get('Idempotency-Hit')).toBe('true');
  expect(again.text).toBe(acknowledged.text);
  expect(await second.stop()).toBe(0);
});

test('a PostgreSQL that dies under a running backend is started again, and the same batch is then taken', async () => {
  const dataFolder = await newFolder();
  const backend = await spawnBackend({ dataFolder });
  const till = await enrolTill(backend.address);
  till.journal.append('transaction', topUp({ number: 1 }, 100_00, 5_00));
  const pid = await serverPid(dataFolder);
  if (pid === undefined) throw new Error('the server has a pid');
  process.kill(pid, 'SIGKILL');
  await vi.waitFor(async () => expect((await till.send()).status).toBe(200), { timeout: 30_000, interval: 100 });
  expect(await serverPid(dataFolder)).not.toBe(pid);
  expect(await till.seal()).toEqual(till.journal.seal);
  expect(await backend.stop()).toBe(0);
  expect(await serverPid(dataFolder)).toBeUndefined();
});

test('a second backend on the same data folder ends with a clear message and does not disturb the first', async () => {
  const dataFolder = await newFolder();
  const first = await spawnBackend({ dataFolder });
  await expect(spawnBackend({ dataFolder })).rejects.toThrow(`in use by another backend (process ${first.pid})`);
  expect((await fetch(`${first.address}/healthz`)).status).toBe(200);
  expect(await first.stop()).toBe(0);
});

test('two backends started at once on an empty data folder: one runs, the other says why not', async () => {
  const dataFolder = await newFolder();
  const [one, other] = await Promise.allSettled([spawnBackend({ dataFolder }), spawnBackend({ dataFolder })]);
  const running = [one, other].flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  const refused = [one, other].flatMap((result) => (result.status === 'rejected' ? [String(result.reason)] : []));
  expect(running).toHaveLength(1);
  expect(refused[0]).toContain('in use by another backend');
  expect(await running[0]?.stop()).toBe(0);
});

test('below a private folder the cluster goes where the server may be, and the folder holds a pointer that is believed', async () => {
  const folder = await newFolder();
  const dataFolder = join(folder, 'private', 'data');
  await mkdir(join(folder, 'private'), { mode: 0o700 });
  const server = await startEmbeddedServer(dataFolder, silentLog);
  await server.stop();
  if (process.getuid?.() === 0) {
    const pointer = join(dataFolder, 'postgres-cluster-is-at');
    const place = (await readFile(pointer, 'utf8')).trim();
    expect(await readFile(join(place, 'postgres', 'PG_VERSION'), 'utf8')).toBe('18\n');
    await writeFile(pointer, '/nowhere/at/all\n');
    await expect(startEmbeddedServer(dataFolder, silentLog)).rejects.toThrow('which does not exist');
    await rm(place, { recursive: true });
  }
});
