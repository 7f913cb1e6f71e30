import { Command } from 'commander';
import { tillFlagsSchema, withReaderFlags } from '../flags.ts';
import type { RunCommand } from '../run-command.ts';
import { tapRequest, withTap } from '../till-work.ts';

/** `klink balance`: reads a tag and shows what is on it; nothing is written. */
export function balanceCommand(run: RunCommand): Command {
  return withReaderFlags(new Command('balance'))
    .description('show what is on a tag')
    .action((options: unknown) =>
      run((report) => {
        const flags = tillFlagsSchema.parse(options);
        return withTap(flags, report, (till) => till.call('balance', tapRequest(flags)));
      }),
    );
}
