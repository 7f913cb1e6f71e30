import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { makeFolder } from '../klink/test-folder.ts';
import { type DiskEvent, readDiskLog, tell } from './disk-log.ts';
import { startSessionBackend } from './session-backend.ts';
import type { Told } from './told.ts';
import { WatchedDisk } from './watched-disk.ts';

/** The emulated wristbands: no part of the till's disk. */
export const drawerName = 'simulated-tags.json';
const program = path.join(import.meta.dirname, 'session-process.ts');

/** Plays the whole session on a folder of its own, and gives everything that happened to it, in order. */
export async function recordSession(sales: number): Promise<readonly DiskEvent[]> {
  const folder = makeFolder('power-loss');
  const disk = new WatchedDisk(folder.place, drawerName);
  const backend = await startSessionBackend((seq, hash) => {
    const told: Told = { kind: 'heard', seq, hash };
    tell(disk.logFile, told);
  });
  try {
    for (const part of ['first', 'second', 'third']) {
      const child = spawn(
        process.execPath,
        [program, folder.place, disk.logFile, backend.server.url, part, String(sales)],
        { stdio: 'inherit', env: { ...process.env, ...disk.environment } },
      );
      const [code, signal]: unknown[] = await once(child, 'exit');
      const isWanted = part === 'first' ? signal === 'SIGKILL' : code === 0;
      if (!isWanted) throw new Error(`the ${part} part of the session ended with ${String(code ?? signal)}`);
    }
    return readDiskLog(disk.log);
  } finally {
    await backend.server.close();
    disk.close();
    folder.remove();
  }
}
