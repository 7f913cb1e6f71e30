import { Command } from 'commander';
import { tillFlagsSchema, withReaderFlags } from '../flags.ts';
import type { RunCommand } from '../run-command.ts';
import { tapRequest, withTap } from '../till-work.ts';

/** `klink adjust`: brings the next change that is booked in the backend onto the tag (Q20). */
export function adjustCommand(run: RunCommand): Command {
  return withReaderFlags(new Command('adjust'))
    .description('bring the next change that is booked in the backend onto the tag')
    .action((options: unknown) =>
      run((report) => {
        const flags = tillFlagsSchema.parse(options);
        return withTap(flags, report, (till) => till.call('collectAdjustment', tapRequest(flags)));
      }),
    );
}
