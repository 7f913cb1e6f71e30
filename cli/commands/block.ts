import { Command } from 'commander';
import { z } from 'zod';
import { tillFlagsSchema, withReaderFlags } from '../flags.ts';
import type { RunCommand } from '../run-command.ts';
import { tapRequest, withTap } from '../till-work.ts';

const blockFlagsSchema = tillFlagsSchema.extend({ lift: z.boolean().default(false) });

/** `klink block`: sets the tag's blocked flag, or lifts it, by an adjustment of 0 (tag.md, "Writing" 4). */
export function blockCommand(run: RunCommand): Command {
  return withReaderFlags(new Command('block'))
    .description('block a tag, so that no till takes it any more')
    .option('--lift', 'unblock it instead')
    .action((options: unknown) =>
      run((report) => {
        const flags = blockFlagsSchema.parse(options);
        return withTap(flags, report, (till) => till.call('block', { blocked: !flags.lift, ...tapRequest(flags) }));
      }),
    );
}
