import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReaderHostOptions } from '../contract/ipc/envelope.ts';
import { type TillSettings, tillSettingsSchema, trainingFolderName } from '../contract/settings/till-settings.ts';
import { type Answer, answered, faulted } from './answer.ts';
import type { TillFlags } from './flags.ts';

const defaultWristband = 'Wristband 1';

/**
 * Which reader this call uses: a flag beats `DIR/till.json`; `auto` is for the window, so on the command line it is PC/SC.
 * `SETTINGS_INVALID` where the file is not what `contract/settings` says, `USAGE` where flags contradict each other.
 */
export function chooseReader(flags: TillFlags, dataFolder: string): Answer<ReaderHostOptions> {
  const settings = readSettings(dataFolder);
  if (!settings.ok) return settings;
  const fromFile = settings.result.reader;
  if (flags.training && flags.reader === 'pcsc') {
    return faulted('USAGE', '--training uses simulated tags only: leave --reader away');
  }
  const chosen = flags.reader ?? (fromFile.kind === 'auto' ? 'pcsc' : fromFile.kind);
  const readerKind = flags.training ? 'simulated' : chosen;
  if (readerKind === 'pcsc' && flags.tag !== undefined) {
    return faulted('USAGE', '--tag lays a wristband on the simulated reader; add --reader simulated');
  }
  const readerName = flags.readerName ?? fromFile.name;
  return answered({
    readerKind,
    readerName: readerName === '' ? null : readerName,
    dataFolder: flags.training ? join(dataFolder, trainingFolderName) : dataFolder,
    simulatedTag: readerKind === 'simulated' ? (flags.tag ?? defaultWristband) : null,
  });
}

function readSettings(dataFolder: string): Answer<TillSettings> {
  const file = join(dataFolder, 'till.json');
  const text = readIfThere(file);
  if (text === null) return answered(tillSettingsSchema.parse({}));
  const parsed = tillSettingsSchema.safeParse(parseJson(text));
  if (parsed.success) return answered(parsed.data);
  const [issue] = parsed.error.issues;
  return faulted('SETTINGS_INVALID', `${file}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
}

function readIfThere(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return null;
    throw error;
  }
}

/** Undefined where the text is no JSON, which no schema accepts. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
