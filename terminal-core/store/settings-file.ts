import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Fault } from '../../contract/ipc/fault.ts';
import { type TillSettings, tillSettingsSchema } from '../../contract/settings/till-settings.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { replaceFile } from './replace-file.ts';

/** Reads `DIR/till.json`; a folder without one has the defaults. */
export function loadSettings(dataFolder: string): Result<TillSettings, Fault> {
  const file = path.join(dataFolder, 'till.json');
  if (!existsSync(file)) return ok(tillSettingsSchema.parse({}));
  try {
    const parsed = tillSettingsSchema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    return parsed.success
      ? ok(parsed.data)
      : failed(fault('SETTINGS_INVALID', { detail: z.prettifyError(parsed.error).replaceAll(/\s+/g, ' ') }));
  } catch (error) {
    return failed(fault('SETTINGS_INVALID', { detail: error instanceof Error ? error.message : String(error) }));
  }
}

/**
 * Changes some settings in `DIR/till.json` and leaves the rest of the file as somebody wrote it. The new file takes the
 * place of the old one whole, so that a till that is cut off has one or the other.
 * @returns SETTINGS_INVALID where the file cannot be read or written
 */
export function changeSettings(dataFolder: string, change: Partial<TillSettings>): Result<void, Fault> {
  const valid = loadSettings(dataFolder);
  if (!valid.ok) return valid;
  const file = path.join(dataFolder, 'till.json');
  try {
    const written = existsSync(file) ? fileSchema.parse(JSON.parse(readFileSync(file, 'utf8'))) : {};
    replaceFile(file, `${JSON.stringify({ ...written, ...change }, null, 2)}\n`);
    return ok(undefined);
  } catch (error) {
    return failed(fault('SETTINGS_INVALID', { detail: error instanceof Error ? error.message : String(error) }));
  }
}

const fileSchema = z.record(z.string(), z.json());
