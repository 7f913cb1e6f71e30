import { existsSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import type { DiskFacts } from '../../contract/ipc/diagnostics.ts';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { CheckFinding, CheckProgress } from '../../contract/ipc/support.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { checkDatabase } from '../store/database-check.ts';
import { databaseFault } from '../store/open-database.ts';
import { databaseName } from '../store/till-database.ts';
import { technologyOf } from '../tag/atr.ts';
import { toHex } from '../tag/bytes.ts';
import { openForReading, readTill } from './read-till.ts';
import { writeSupportFile } from './support-export.ts';
import { diskFacts } from './surroundings.ts';

type OnProgress = (progress: CheckProgress) => void;
type Json = z.infer<ReturnType<typeof z.json>>;

/** What the disk says of a till; works beside one that sells. */
export function readDiskFacts(dataFolder: string): Result<DiskFacts, Fault> {
  return readTill(dataFolder, (database) => diskFacts(dataFolder, database));
}

/** What kind of card an answer to reset stands for, in words; whether it can be used as a tag is another question. */
export function describeCard(atr: Uint8Array): string {
  const technology = technologyOf(atr);
  switch (technology.kind) {
    case 'type2':
      return `NFC Type 2 (ATR ${toHex(atr)})`;
    case 'classic1k':
      return `MIFARE Classic 1K (ATR ${toHex(atr)})`;
    case 'unsupported':
      return `not supported: ${technology.detail} (ATR ${toHex(atr)})`;
  }
}

/**
 * Checks the whole database, letting others have their turn between two steps.
 * @returns what is wrong with it, or DATABASE_CORRUPT where it cannot even be read
 */
export async function checkTill(
  dataFolder: string,
  onProgress: OnProgress,
): Promise<Result<readonly CheckFinding[], Fault>> {
  if (!existsSync(path.join(dataFolder, databaseName))) return failed(fault('NOT_ENROLLED'));
  try {
    const check = checkDatabase(dataFolder, databaseName);
    for (;;) {
      const step = check.next();
      if (step.done) return ok(step.value);
      onProgress(step.value);
      await new Promise((resolve) => setImmediate(resolve));
    }
  } catch (error) {
    const known = databaseFault(error);
    if (!known) throw error;
    return failed(known);
  }
}

/** Writes the support file; `facts` is what only the running program knows. */
export async function exportForSupport(
  dataFolder: string,
  file: string,
  facts: Json,
  onProgress: OnProgress,
): Promise<Result<number, Fault>> {
  const opened = openAnyhow(dataFolder);
  if (!opened.ok && opened.fault.code === 'NOT_ENROLLED') return opened;
  const database = opened.ok ? opened.value : null;
  const problem = opened.ok ? null : opened.fault;
  try {
    return ok(await writeSupportFile(file, { dataFolder, database, problem, facts }, onProgress));
  } catch (error) {
    const known = databaseFault(error) ?? fileFault(error);
    if (!known) throw error;
    return failed(known);
  } finally {
    database?.close();
  }
}

/** A table that somebody has dropped is no fault of ours here, but what support is asked about. */
function openAnyhow(dataFolder: string): ReturnType<typeof openForReading> {
  try {
    return openForReading(dataFolder);
  } catch (error) {
    const detail = error instanceof Error ? `${error.message}.` : String(error);
    return failed(fault('DATABASE_EDITED', { detail }));
  }
}

function fileFault(error: unknown): Fault | null {
  if (!(error instanceof Error) || !('code' in error) || typeof error.code !== 'string') return null;
  return error.code === 'ENOSPC' ? fault('DISK_FULL') : fault('FILE_NOT_WRITTEN', { detail: error.message });
}
