import { Command } from 'commander';
import { tagUidOf } from '../flag-values.ts';
import { tillFlagsSchema, withReaderFlags } from '../flags.ts';
import type { RunCommand } from '../run-command.ts';
import { tapRequest, withTap } from '../till-work.ts';

/** `klink replace UID`: a blank tag takes the place of the lost one with this UID (money rule 2). */
export function replaceCommand(run: RunCommand): Command {
  return withReaderFlags(new Command('replace'))
    .description('let a blank tag take the place of a lost one, which is blocked for good')
    .argument('<uid>', 'the number of the lost tag, for example 04A1B2C3D4E5F6', tagUidOf)
    .action((lostUid: string, options: unknown) =>
      run((report) => {
        const flags = tillFlagsSchema.parse(options);
        return withTap(flags, report, (till) => till.call('replace', { lostUid, ...tapRequest(flags) }));
      }),
    );
}
