import { readFile } from 'node:fs/promises';
import { Command, InvalidArgumentError } from 'commander';
import { z } from 'zod';
import {
  type InstallationDefaults,
  type InstallationRow,
  installationDefaultsSchema,
  installationRowSchema,
  installationsAnswerSchema,
} from '../../contract/wire/installations.ts';
import { type Answer, answered, faulted } from '../answer.ts';
import { operatorFlagsSchema, withOperator, withOperatorFlags } from '../operator.ts';
import type { Report } from '../report.ts';
import type { RunCommand } from '../run-command.ts';
import { failedWith } from '../till-work.ts';

const listFlagsSchema = operatorFlagsSchema.extend({ edition: z.int() });
const addFlagsSchema = listFlagsSchema.extend({
  slug: z.string(),
  key: z.string(),
  namespace: z.string().optional(),
  defaults: z.string().optional(),
});
const changeFlagsSchema = operatorFlagsSchema.extend({
  key: z.string().optional(),
  defaults: z.string().optional(),
  shut: z.boolean().default(false),
  open: z.boolean().default(false),
});

function numberOf(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('Use a whole number from 1 on.');
  return Number(text);
}

/** `klink installations`: which integrations may use the Trac-compatible API of an edition (R50–R54, R127). */
export function installationsCommand(run: RunCommand): Command {
  return new Command('installations')
    .description('integrations that may use the Trac-compatible API of an edition')
    .addCommand(listCommand(run))
    .addCommand(addCommand(run))
    .addCommand(changeCommand(run));
}

function listCommand(run: RunCommand): Command {
  return withOperatorFlags(new Command('list'))
    .description('who is let in at an edition')
    .requiredOption('--edition <number>', 'number of the edition', numberOf)
    .action((options: unknown) =>
      run((report) => {
        const flags = listFlagsSchema.parse(options);
        return withOperator(flags, report, async (operator) => {
          const found = await operator.call(
            'GET',
            `/installations?editionId=${flags.edition}`,
            installationsAnswerSchema,
          );
          if (!found.ok) return failedWith(found.fault, report);
          tell(report, found.result.installations);
          return 0;
        });
      }),
    );
}

function addCommand(run: RunCommand): Command {
  return withOperatorFlags(new Command('add'))
    .description('let an integration in by its public key')
    .requiredOption('--edition <number>', 'number of the edition', numberOf)
    .requiredOption('--slug <slug>', 'its app slug: the iss of its tokens')
    .requiredOption('--key <file>', 'its public key, PEM')
    .option('--namespace <name>', 'where it keeps what is its own, e.g. parentPay (default: the slug)')
    .option('--defaults <file>', 'JSON of what its members, purses and transactions begin with')
    .action((options: unknown) =>
      run(async (report) => {
        const { edition: editionId, slug, namespace, ...flags } = addFlagsSchema.parse(options);
        const files = await readFiles(flags);
        if (!files.ok) return failedWith(files.fault, report);
        const request = { editionId, slug, ...(namespace === undefined ? {} : { namespace }), ...files.result };
        return withOperator(flags, report, async (operator) => {
          const made = await operator.call('POST', '/installations', installationRowSchema, request);
          if (!made.ok) return failedWith(made.fault, report);
          tell(report, [made.result]);
          return 0;
        });
      }),
    );
}

function changeCommand(run: RunCommand): Command {
  return withOperatorFlags(new Command('change'))
    .description('give an integration another key or other defaults, shut it out or let it in again')
    .argument('<installation>', 'its number', numberOf)
    .option('--key <file>', 'its new public key, PEM; access tokens of the old one end')
    .option('--defaults <file>', 'JSON that takes the place of its defaults')
    .option('--shut', 'shut it out at once')
    .option('--open', 'let it in again')
    .action((installationId: unknown, options: unknown) =>
      run(async (report) => {
        const flags = changeFlagsSchema.parse(options);
        if (flags.shut && flags.open)
          return failedWith({ code: 'USAGE', message: '--shut or --open, not both' }, report);
        const files = await readFiles(flags);
        if (!files.ok) return failedWith(files.fault, report);
        const change = { ...files.result, ...(flags.shut || flags.open ? { active: flags.open } : {}) };
        return withOperator(flags, report, async (operator) => {
          const path = `/installations/${z.int().parse(installationId)}`;
          const changed = await operator.call('PATCH', path, installationRowSchema, change);
          if (!changed.ok) return failedWith(changed.fault, report);
          tell(report, [changed.result]);
          return 0;
        });
      }),
    );
}

type Files = { publicKeyPem?: string; defaults?: InstallationDefaults };

/** The files that flags name. A private key stays on this machine: it is refused before anything is sent. */
async function readFiles(flags: { key?: string | undefined; defaults?: string | undefined }): Promise<Answer<Files>> {
  const files: Files = {};
  try {
    if (flags.key !== undefined) files.publicKeyPem = await readFile(flags.key, 'utf8');
    if (flags.defaults !== undefined) {
      const parsed = installationDefaultsSchema.safeParse(JSON.parse(await readFile(flags.defaults, 'utf8')));
      if (!parsed.success) return faulted('USAGE', `${flags.defaults}: ${z.prettifyError(parsed.error)}`);
      files.defaults = parsed.data;
    }
  } catch (error) {
    return faulted('USAGE', error instanceof Error ? error.message : String(error));
  }
  if (files.publicKeyPem?.includes('PRIVATE KEY') === true)
    return faulted('USAGE', `${flags.key} is a private key, which nobody else may have: give the public one`);
  return answered(files);
}

function tell(report: Report, installations: readonly InstallationRow[]): void {
  const lines = installations.map(
    ({ installationId, slug, namespace, publicKeySha256, active, audience }) =>
      `${installationId}: ${slug} (${namespace})${active ? '' : ', shut out'}\n   key SHA-256 ${publicKeySha256}\n   aud ${audience}`,
  );
  report.say('installations', { installations }, lines.length === 0 ? 'Nobody is let in.' : lines.join('\n'));
}
