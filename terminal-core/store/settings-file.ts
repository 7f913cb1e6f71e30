import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import type { Fault } from '../../contract/ipc/fault.ts';
import { type TillSettings, tillSettingsSchema } from '../../contract/settings/till-settings.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';

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
