import { Command } from 'commander';
import { tillFlagsSchema, withReaderFlags } from '../flags.ts';
import type { RunCommand } from '../run-command.ts';
import { tapRequest, withTap } from '../till-work.ts';

/** `klink repair`: rebuilds a corrupt tag from what the backend has booked (R22; tag.md, "Writing" 4). */
export function repairCommand(run: RunCommand): Command {
  return withReaderFlags(new Command('repair'))
    .description('rebuild a damaged tag from the books of the backend')
    .action((options: unknown) =>
      run((report) => {
        const flags = tillFlagsSchema.parse(options);
        return withTap(flags, report, (till) => till.call('repair', tapRequest(flags)));
      }),
    );
}
