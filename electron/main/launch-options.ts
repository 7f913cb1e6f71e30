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
const customerDisplays = tillSettingsSchema.shape.customerDisplay.unwrap().options;

/**
 * Reads `--data DIR`, `--reader pcsc|simulated|auto`, `--reader-name TEXT` and `--customer-display auto|window|off`,
 * `KLINK_DATA`, and the till's settings.
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
    options: {
      data: { type: 'string' },
      reader: { type: 'string' },
      'reader-name': { type: 'string' },
      'customer-display': { type: 'string' },
    },
    strict: false,
  });
  const text = (value: string | boolean | undefined): string | null => (typeof value === 'string' ? value : null);
  const dataFolder = path.resolve(text(values['data']) ?? environment['KLINK_DATA'] ?? defaultDataFolder);
  const settings = readSettings(path.join(dataFolder, 'till.json'));
  const kind = text(values['reader']) ?? settings.reader.kind;
  const known = oneOf('--reader', kind, readerChoices);
  const customerDisplay = oneOf(
    '--customer-display',
    text(values['customer-display']) ?? settings.customerDisplay,
    customerDisplays,
  );
  const name = text(values['reader-name']) ?? settings.reader.name;
  return { dataFolder, settings: { ...settings, customerDisplay, reader: { kind: known, name } } };
}

function oneOf<T extends string>(flag: string, value: string, choices: readonly T[]): T {
  const known = choices.find((choice) => choice === value);
  if (known === undefined) throw new Error(`${flag} ${value}: choose one of ${choices.join(', ')}`);
  return known;
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
