import { Command } from 'commander';
import { tillFlagsSchema, withDataFlags, workingFolder } from '../flags.ts';
import type { RunCommand } from '../run-command.ts';
import { statusText } from '../status-text.ts';
import { failedWith } from '../till-work.ts';

/** `klink status`: opens the till's folder read-only, so that it also answers while another process sells. */
export function statusCommand(run: RunCommand): Command {
  return withDataFlags(new Command('status'))
    .description('show the state of this till; works while another process uses it')
    .action((options: unknown) =>
      run(async (report) => {
        const dataFolder = workingFolder(tillFlagsSchema.parse(options));
        const { readTillStatus } = await import('../../terminal-core/main/read-till.ts');
        const status = readTillStatus(dataFolder);
        if (!status.ok) return failedWith(status.fault, report);
        report.say('status', status.value, statusText(status.value, dataFolder));
        return 0;
      }),
    );
}
