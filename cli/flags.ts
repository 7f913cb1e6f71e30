import { join } from 'node:path';
import type { Command } from 'commander';
import envPaths from 'env-paths';
import { z } from 'zod';
import { readerKinds } from '../contract/ipc/reader.ts';
import { trainingFolderName } from '../contract/settings/till-settings.ts';
import { readerKindOf, secondsOf } from './flag-values.ts';
import { pinFlagSchema } from './pins.ts';

/** Flags as commander leaves them, parsed, so that nothing untyped goes on from here. */
export const tillFlagsSchema = z.object({
  data: z.string().min(1).optional(),
  json: z.boolean().default(false),
  reader: z.enum(readerKinds).optional(),
  readerName: z.string().optional(),
  tag: z.string().min(1).max(40).optional(),
  timeout: z.int().optional(),
  training: z.boolean().default(false),
  cashier: pinFlagSchema,
  supervisor: pinFlagSchema,
});
export type TillFlags = z.infer<typeof tillFlagsSchema>;

export const jsonFlag = ['--json', 'one JSON object a line on standard output, for programs'] as const;

/** The till's folder: `--data`, else `KLINK_DATA`, else the user's data folder. */
export function tillFolder(flags: { readonly data?: string | undefined }): string {
  return flags.data ?? process.env['KLINK_DATA'] ?? join(userDataFolder(), 'till');
}

/** Where a call finds its database and its simulated tags: in training a folder inside the till's. */
export function workingFolder(flags: { readonly data?: string | undefined; readonly training: boolean }): string {
  const folder = tillFolder(flags);
  return flags.training ? join(folder, trainingFolderName) : folder;
}

/** Where the backend of this machine keeps its data. */
export function backendFolder(flags: { readonly data?: string | undefined }): string {
  return flags.data ?? join(userDataFolder(), 'backend');
}

function userDataFolder(): string {
  return envPaths('klink', { suffix: '' }).data;
}

/** Which till a command is about. */
export function withDataFlags(command: Command): Command {
  return command
    .option('--data <dir>', 'the folder of this till (default: the folder "klink/till" of your user data)')
    .option('--training', 'practise: a database and simulated tags of its own, and nothing is ever sent')
    .option(...jsonFlag);
}

/** A PIN is never an argument, where it would show in `ps`; commander still has to see one that is written there. */
export function withStaffFlags(command: Command): Command {
  return withDataFlags(command)
    .option('--cashier [pin]', 'log in: the PIN is taken from KLINK_PIN or typed unseen, never written here')
    .option('--supervisor [pin]', 'let a supervisor confirm: the same with KLINK_SUPERVISOR_PIN');
}

/** What every command that waits for a tag takes. */
export function withReaderFlags(command: Command): Command {
  return withStaffFlags(command)
    .option('--reader <kind>', 'pcsc or simulated (default: what till.json says, else pcsc)', readerKindOf)
    .option('--reader-name <text>', 'part of the name of the PC/SC reader (default: the first one)')
    .option('--tag <label>', 'the wristband laid on the simulated reader (default: "Wristband 1")')
    .option('--timeout <seconds>', 'how long to wait for a tag (default: what till.json says, else 60)', secondsOf);
}
