import { Command } from 'commander';
import { z } from 'zod';
import type { OperationAnswer } from '../../contract/ipc/operations.ts';
import type { ExitCode } from '../exit-code.ts';
import { secondsOf } from '../flag-values.ts';
import { tillFlagsSchema, withDataFlags } from '../flags.ts';
import type { Report } from '../report.ts';
import type { RunCommand } from '../run-command.ts';
import { failedWith, withTill } from '../till-work.ts';

const replicateFlagsSchema = tillFlagsSchema.extend({ untilEmpty: z.boolean().default(false) });
const defaultTimeoutSeconds = 60;

/** `klink replicate`: sends what the backend has not acknowledged yet (protocol.md, "Ingest rules"). */
export function replicateCommand(run: RunCommand): Command {
  return withDataFlags(new Command('replicate'))
    .description('send what is unsent to the backend, and fetch its current settings')
    .option('--until-empty', 'go on, with patience, until nothing is left')
    .option('--timeout <seconds>', `give up after so many seconds (default: ${defaultTimeoutSeconds})`, secondsOf)
    .action((options: unknown) =>
      run((report) => {
        const flags = replicateFlagsSchema.parse(options);
        return withTill(flags, report, async (till) => {
          const timeoutMs = (flags.timeout ?? defaultTimeoutSeconds) * 1_000;
          const answer = await till.call('replicate', { untilEmpty: flags.untilEmpty, timeoutMs });
          return answer.ok ? conclude(answer.result, report) : failedWith(answer.fault, report);
        });
      }),
    );
}

/** Rejected entries are 6 even if the network went away afterwards: somebody has to look at them. */
function conclude(answer: OperationAnswer<'replicate'>, report: Report): ExitCode {
  const { sentCount, rejectedCount, unsentCount, sealed, fault } = answer;
  const details = { sentCount, rejectedCount, unsentCount, sealed };
  const rest =
    unsentCount === 0 ? (sealed ? 'Nothing is left; safe to pack.' : 'Nothing is left.') : `${unsentCount} left.`;
  report.say('replicated', details, `Sent ${sentCount}, rejected ${rejectedCount}. ${rest}`);
  if (rejectedCount > 0) {
    if (fault !== null) report.fault(fault);
    const message = `the backend rejected ${rejectedCount} of the ${sentCount} entries`;
    return failedWith({ code: 'ENTRIES_REJECTED', message }, report);
  }
  if (fault !== null) return failedWith(fault, report);
  return 0;
}
