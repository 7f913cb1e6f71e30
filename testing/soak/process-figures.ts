import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Figures } from './bounds.ts';

const probedSchema = z.object({
  heapBytes: z.int(),
  externalBytes: z.int(),
  reservedHeapBytes: z.int(),
  handles: z.int(),
});

type SystemFigures = Required<Pick<Figures, 'anonymousBytes' | 'threads' | 'descriptors'>>;

const answerTimeoutMs = 20_000;

/** Asks hosts that were started with the probe (`probe-process.ts`) what is left after all garbage is collected. */
export class Probe {
  readonly folder: string;
  readonly #asked = new Map<number, number>();

  constructor(folder: string) {
    this.folder = folder;
  }

  async figures(pid: number): Promise<Figures> {
    const count = (this.#asked.get(pid) ?? 0) + 1;
    this.#asked.set(pid, count);
    const name = `${pid}-${count}.json`;
    const appeared = appearing(this.folder, name);
    process.kill(pid, 'SIGUSR2');
    await appeared;
    const probed = probedSchema.parse(JSON.parse(fs.readFileSync(path.join(this.folder, name), 'utf8')));
    fs.rmSync(path.join(this.folder, name));
    return { ...probed, ...systemFigures(pid) };
  }
}

/** What the system says of any process. Pages of mapped files are not memory of its own: the system takes them back. */
export function systemFigures(pid: number): SystemFigures {
  const status = fs.readFileSync(`/proc/${pid}/status`, 'utf8');
  const line = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? Number.NaN);
  return {
    anonymousBytes: (line('RssAnon') + line('VmSwap')) * 1_024,
    threads: line('Threads'),
    descriptors: fs.readdirSync(`/proc/${pid}/fd`).length,
  };
}

function appearing(folder: string, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const watcher = fs.watch(folder);
    const timer = setTimeout(() => end(new Error(`${name} does not appear`)), answerTimeoutMs);
    const end = (error: Error | null): void => {
      clearTimeout(timer);
      watcher.close();
      if (error === null) resolve();
      else reject(error);
    };
    watcher.on('change', () => {
      if (fs.existsSync(path.join(folder, name))) end(null);
    });
  });
}
