import fs from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { readerKinds } from '../../contract/ipc/reader.ts';
import { type TillSettings, tillSettingsSchema } from '../../contract/settings/till-settings.ts';

/** What the application was started with; a flag beats the environment, which beats `DIR/till.json`. */
export interface LaunchOptions {
  readonly dataFolder: string;
  readonly settings: TillSettings;
}

const readerChoices = [...readerKinds, 'auto'] as const;

/**
 * Reads `--data DIR`, `--reader pcsc|simulated|auto` and `--reader-name TEXT`, `KLINK_DATA`, and the till's settings.
 * Chromium's own flags stand between them and are left alone.
 * @throws with a sentence for a person when a flag or the settings file makes no sense.
 */
export function readLaunchOptions(
  commandLine: readonly string[],
  environment: NodeJS.ProcessEnv,
  defaultDataFolder: string,
): LaunchOptions {
  const { values } = parseArgs({
    args: [...commandLine],
    options: { data: { type: 'string' }, reader: { type: 'string' }, 'reader-name': { type: 'string' } },
    strict: false,
  });
  const text = (value: string | boolean | undefined): string | null => (typeof value === 'string' ? value : null);
  const dataFolder = path.resolve(text(values['data']) ?? environment['KLINK_DATA'] ?? defaultDataFolder);
  const settings = readSettings(path.join(dataFolder, 'till.json'));
  const kind = text(values['reader']) ?? settings.reader.kind;
  const known = readerChoices.find((choice) => choice === kind);
  if (known === undefined) throw new Error(`--reader ${kind}: choose one of ${readerChoices.join(', ')}`);
  const name = text(values['reader-name']) ?? settings.reader.name;
  return { dataFolder, settings: { ...settings, reader: { kind: known, name } } };
}

function readSettings(file: string): TillSettings {
  if (!fs.existsSync(file)) return tillSettingsSchema.parse({});
  let content: unknown;
  try {
    content = JSON.parse(fs.readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Error(`${file} cannot be read as JSON`, { cause: error });
  }
  const settings = tillSettingsSchema.safeParse(content);
  if (settings.success) return settings.data;
  const problems = settings.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`${file} has settings this till does not know: ${problems.join('; ')}`);
}
