import { Command } from 'commander';
import { tillFlagsSchema, withDataFlags, workingFolder } from '../flags.ts';
import type { Report } from '../report.ts';
import type { RunCommand } from '../run-command.ts';
import { statusText } from '../status-text.ts';
import { failedWith } from '../till-work.ts';

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * `klink watch`: what a running till does, as it does it, read from its disk without the right to write. Lives as long as
 * nobody ends it, also while the till is restarted.
 */
export function watchCommand(run: RunCommand): Command {
  return withDataFlags(new Command('watch'))
    .description('follow what this till does while another process uses it; Ctrl-C ends it')
    .action((options: unknown) => run((report) => watch(workingFolder(tillFlagsSchema.parse(options)), report)));
}

async function watch(dataFolder: string, report: Report) {
  const { watchTill } = await import('../../terminal-core/main/watch-till.ts');
  const begun = watchTill(dataFolder);
  if (!begun.ok) return failedWith(begun.fault, report);
  const { currency, status, follow, stop } = begun.value;
  for (const signal of signals) process.on(signal, stop);
  process.stdout.on('error', stop);
  try {
    if (currency !== null) report.showAmountsIn(currency);
    report.say('status', status, statusText(status, dataFolder));
    report.note('Watching; Ctrl-C ends it.');
    const ended = await follow((step) => report.step(step));
    return ended.ok ? 0 : failedWith(ended.fault, report);
  } finally {
    for (const signal of signals) process.off(signal, stop);
    process.stdout.off('error', stop);
  }
}
