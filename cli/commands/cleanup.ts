import { Command } from 'commander';
import { tillFlagsSchema, withReaderFlags } from '../flags.ts';
import type { RunCommand } from '../run-command.ts';
import { failedWith, type TillWork, withTill, withTillAndReader } from '../till-work.ts';

/**
 * `klink cleanup`: resolves what a crash or a tag that left too early has left behind (requirements 3.2). Without
 * `--timeout` only what needs no tag, and no reader is opened; with it, the tag that can tell is waited for.
 */
export function cleanupCommand(run: RunCommand): Command {
  return withReaderFlags(new Command('cleanup'))
    .description('resolve what a crash left behind; with --timeout also by the tag, shown again')
    .action((options: unknown) =>
      run((report) => {
        const flags = tillFlagsSchema.parse(options);
        const timeoutMs = (flags.timeout ?? 0) * 1_000;
        const work: TillWork = async (till) => {
          const answer = await till.call('cleanup', { timeoutMs });
          if (!answer.ok) return failedWith(answer.fault, report);
          const { committed, aborted, unknown } = answer.result;
          report.say('cleanup', answer.result, `Committed ${committed}, aborted ${aborted}, still unknown ${unknown}.`);
          if (unknown === 0) return 0;
          return failedWith({ code: 'OUTCOME_UNKNOWN', message: `${unknown} outcome(s) still unknown` }, report);
        };
        return timeoutMs > 0 ? withTillAndReader(flags, report, work) : withTill(flags, report, work);
      }),
    );
}
