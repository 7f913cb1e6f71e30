import { hostname } from 'node:os';
import { Command } from 'commander';
import { z } from 'zod';
import { backendUrlOf } from '../flag-values.ts';
import { tillFlagsSchema, withDataFlags } from '../flags.ts';
import type { RunCommand } from '../run-command.ts';
import { failedWith, withTill } from '../till-work.ts';

const enrolFlagsSchema = tillFlagsSchema.extend({
  backend: z.string(),
  code: z.string().min(1).max(64),
  name: z.string().min(1).max(120).optional(),
});

/** `klink enrol`: binds this folder to an edition of a backend by a one-time code (R24, R25). */
export function enrolCommand(run: RunCommand): Command {
  return withDataFlags(new Command('enrol'))
    .description('bind this till to an event, by a code from the operator')
    .requiredOption('--backend <url>', 'address of the backend, e.g. http://127.0.0.1:7480', backendUrlOf)
    .requiredOption('--code <code>', 'the one-time code')
    .option('--name <name>', 'name of this till (default: the name of this machine)')
    .action((options: unknown) =>
      run((report) => {
        const flags = enrolFlagsSchema.parse(options);
        return withTill(flags, report, async (till) => {
          const status = await till.call('enrol', {
            backendUrl: flags.backend,
            code: flags.code,
            terminalName: flags.name ?? hostname().slice(0, 120),
          });
          if (!status.ok) return failedWith(status.fault, report);
          const { terminalName, editionName, assignmentId } = status.result;
          report.say(
            'enrolled',
            status.result,
            `Enrolled "${terminalName ?? ''}" for ${editionName ?? ''} (assignment ${assignmentId ?? 0}). It can sell without a network from now on.`,
          );
          return 0;
        });
      }),
    );
}
