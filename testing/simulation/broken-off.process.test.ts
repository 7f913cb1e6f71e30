/**
 * Goal: who breaks a run off is told nothing that it did not find, and keeps no server. Method: the program itself gets a signal
 * while it plays.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, onTestFinished, test } from 'vitest';

const program = path.resolve(import.meta.dirname, 'simulate.ts');

test('a run that is broken off ends its server, says nothing more and is not a finding', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'sim-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  // As root, the server's user has to get in.
  await chmod(folder, 0o755);
  const parameters = [program, '--seed', '1', '--steps', '100000'];
  const child = spawn(process.execPath, parameters, { env: { ...process.env, TMPDIR: folder } });
  onTestFinished(() => void child.kill());
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  const ended = once(child, 'close');
  await once(child.stdout, 'data');
  child.kill('SIGTERM');
  expect(await ended).toEqual([130, null]);
  expect(said).toBe('seed 1: up to 100000 steps, 3 tills, 8 tags\n');
  expect(await readdir(folder)).toEqual([]);
});
