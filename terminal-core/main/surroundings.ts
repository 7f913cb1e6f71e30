import { readFileSync, statfsSync } from 'node:fs';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import type { DiskFacts, NotedFault } from '../../contract/ipc/diagnostics.ts';
import type { Fault } from '../../contract/ipc/fault.ts';
import { release } from '../../contract/release.ts';
import type { TillDatabase } from '../store/till-database.ts';

/** What the disk says of a till, also when nobody uses it. */
export function diskFacts(dataFolder: string, { facts, transactions }: TillDatabase): DiskFacts {
  const { schema, sqlite, journalMode, sizeBytes, walBytes, transactionCount } = facts();
  const { journalSeq, acknowledgedSeq } = transactions.counts();
  return {
    versions: {
      klink: release,
      ...{ schema, sqlite },
      node: process.versions.node,
      pcsc: pcscBinding(),
      system: `${os.type()} ${os.release()} ${os.arch()}`,
    },
    database: { sizeBytes, walBytes, journalMode, transactionCount, journalSeq, acknowledgedSeq },
    disk: diskSpace(dataFolder),
  };
}

function diskSpace(folder: string): DiskFacts['disk'] {
  try {
    const { bavail, blocks, bsize } = statfsSync(folder);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  } catch {
    // Some network drives do not say.
    return null;
  }
}

const packageSchema = z.object({ name: z.literal('smartcard'), version: z.string() });

/** Null where the optional package was not installed: this machine then has no PC/SC readers. */
function pcscBinding(): string | null {
  try {
    const entry = createRequire(import.meta.url).resolve('smartcard');
    // It does not let its own description be asked for by name.
    const folder = entry.slice(
      0,
      entry.lastIndexOf(`${path.sep}smartcard${path.sep}`) + `${path.sep}smartcard${path.sep}`.length,
    );
    const { name, version } = packageSchema.parse(JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8')));
    return `${name} ${version}`;
  } catch {
    return null;
  }
}

const keptMax = 50;

/** What went wrong since the start: kept in memory, for whoever looks for a fault. */
export class RecentFaults {
  #noted: NotedFault[] = [];

  /** The same one again only moves to the front: a network that is away would fill the list alone. */
  note(at: string, fault: Fault): void {
    const others = this.#noted.filter(
      (noted) => noted.fault.code !== fault.code || noted.fault.message !== fault.message,
    );
    this.#noted = [{ at, fault }, ...others].slice(0, keptMax);
  }

  get newestFirst(): NotedFault[] {
    return [...this.#noted];
  }
}
