import { createInterface } from 'node:readline';
import { Writable } from 'node:stream';
import { z } from 'zod';
import { pinSchema } from '../contract/wire/configuration.ts';
import { type Answer, answered, faulted } from './answer.ts';

/** `true`: asked for. Text: somebody wrote the PIN itself on the command line, where everybody on the machine sees it. */
export const pinFlagSchema = z.union([z.boolean(), z.string()]).default(false);

/** Who logs in for this call, and who confirms what a cashier may not do alone; null where nobody was named. */
export interface StaffPins {
  readonly cashier: string | null;
  readonly supervisor: string | null;
}

interface PinFlags {
  readonly cashier: boolean | string;
  readonly supervisor: boolean | string;
}

/** Where PINs come from and where they are asked for. */
export interface PinSources {
  readonly env: NodeJS.ProcessEnv;
  readonly input: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly output: NodeJS.WritableStream;
}

/**
 * PINs out of `KLINK_PIN` and `KLINK_SUPERVISOR_PIN`, which are taken out of the environment so that no other process
 * inherits them, else typed unseen. `USAGE` where a PIN stands on the command line: it would show in `ps`.
 */
export async function readPins(flags: PinFlags, sources: PinSources): Promise<Answer<StaffPins>> {
  const cashier = await readPin('--cashier', flags.cashier, 'KLINK_PIN', sources);
  if (!cashier.ok) return cashier;
  const supervisor = await readPin('--supervisor', flags.supervisor, 'KLINK_SUPERVISOR_PIN', sources);
  if (!supervisor.ok) return supervisor;
  return answered({ cashier: cashier.result, supervisor: supervisor.result });
}

async function readPin(
  flag: '--cashier' | '--supervisor',
  given: boolean | string,
  variable: 'KLINK_PIN' | 'KLINK_SUPERVISOR_PIN',
  { env, input, output }: PinSources,
): Promise<Answer<string | null>> {
  const fromEnvironment = env[variable];
  delete env[variable];
  if (typeof given === 'string') {
    return faulted(
      'USAGE',
      `a PIN after ${flag} shows in ps: put it in ${variable}, or give ${flag} alone and type it`,
    );
  }
  if (fromEnvironment !== undefined && fromEnvironment !== '') return checked(fromEnvironment, variable);
  if (!given) return answered(null);
  if (input.isTTY !== true) return faulted('USAGE', `${flag} needs ${variable}, or a terminal to type the PIN on`);
  const typed = await askUnseen(flag === '--cashier' ? 'PIN: ' : "Supervisor's PIN: ", input, output);
  return typed === null ? faulted('CANCELLED', 'no PIN was typed') : checked(typed, flag);
}

/** Says what is wrong with it, never what it is. */
function checked(pin: string, source: string): Answer<string> {
  return pinSchema.safeParse(pin).success
    ? answered(pin)
    : faulted('USAGE', `the PIN of ${source} is none: a PIN has 4 to 12 digits`);
}

/** One line that is not echoed; null for Ctrl-C and for the end of the input. */
export function askUnseen(
  prompt: string,
  input: PinSources['input'],
  output: NodeJS.WritableStream,
): Promise<string | null> {
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input, output: unseen, terminal: true });
  output.write(prompt);
  return new Promise((resolve) => {
    let typed: string | null = null;
    lines.once('line', (line) => {
      typed = line.trim();
      lines.close();
    });
    lines.once('SIGINT', () => lines.close());
    lines.once('close', () => {
      output.write('\n');
      resolve(typed);
    });
  });
}
