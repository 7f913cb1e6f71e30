import fs from 'node:fs';
import path from 'node:path';
import type { FaultCode } from '../../contract/ipc/fault.ts';
import type { TillView } from '../../contract/ipc/till-view.ts';

/** What belongs to the place and not to what was sold: the window's own memory, the settings, the simulated wristbands. */
const staying = new Set(['window', 'till.json', 'simulated-tags.json']);
const asidePrefix = 'set-aside-';

/** With these the data is of no more use at this till; with all others it is, once somebody has seen to it. */
const spoilt: readonly FaultCode[] = [
  'DATABASE_CORRUPT',
  'DATABASE_EDITED',
  'CHAIN_BROKEN',
  'JOURNAL_FORKED',
  'JOURNAL_UNKNOWN',
  'JOURNAL_BEHIND',
  'SECRETS_MISSING',
  'SECRETS_SEALED',
];

/** Whether the till has stopped over data that cannot be gone on with, so that they may be set aside. */
export function isSpoilt({ screen }: TillView): boolean {
  return screen.screen === 'halted' && spoilt.includes(screen.fault.code);
}

/**
 * Moves everything a till has stored into a folder of its own inside the data folder, so that the next start finds none and
 * asks to be enrolled. Nothing is deleted: support can read out later what was not sent.
 * @returns the folder it lies in now
 * @throws when it cannot be moved; what was moved until then stays where it is now
 */
export function setAside(dataFolder: string, now: Date): string {
  const aside = path.join(dataFolder, `${asidePrefix}${now.toISOString().replaceAll(/[:.]/g, '-')}`);
  fs.mkdirSync(aside, { mode: 0o700 });
  const isMoved = (name: string): boolean => !staying.has(name) && !name.startsWith(asidePrefix);
  for (const name of fs.readdirSync(dataFolder).filter(isMoved)) {
    fs.renameSync(path.join(dataFolder, name), path.join(aside, name));
  }
  return aside;
}
