import { Command } from 'commander';
import { tillFlagsSchema, withReaderFlags } from '../flags.ts';
import type { RunCommand } from '../run-command.ts';
import { tapRequest, withTap } from '../till-work.ts';

/** `klink issue`: makes a blank tag one of this edition (tag.md, "Writing" 4). */
export function issueCommand(run: RunCommand): Command {
  return withReaderFlags(new Command('issue'))
    .description('issue a blank tag for this event')
    .action((options: unknown) =>
      run((report) => {
        const flags = tillFlagsSchema.parse(options);
        return withTap(flags, report, (till) => till.call('issue', tapRequest(flags)));
      }),
    );
}
