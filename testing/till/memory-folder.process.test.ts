/**
 * Goal: what a killed run has left in memory does not stay there for ever, and nobody removes what is in use.
 * Method: processes that make a folder and wait; one of them is killed before another makes its first one.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import fs from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';

const source = path.join(import.meta.dirname, 'memory-folder.ts');

async function folderOfAProcess() {
  const script = `import { makeMemoryFolder } from ${JSON.stringify(source)}; console.log(makeMemoryFolder()); process.stdin.resume();`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  const [line] = await once(createInterface({ input: child.stdout }), 'line');
  const folder = z.string().parse(line);
  onTestFinished(() => fs.rmSync(folder, { recursive: true, force: true }));
  const kill = async () => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  return { folder, kill };
}

test('a folder of a process that is no more is removed by the next one, and of those that run none', async () => {
  const [killed, running] = [await folderOfAProcess(), await folderOfAProcess()];
  await killed.kill();
  expect(fs.existsSync(killed.folder)).toBe(true);
  const next = await folderOfAProcess();
  expect([killed, running, next].map(({ folder }) => fs.existsSync(folder))).toEqual([false, true, true]);
});
