import { Command } from 'commander';
import type { TillStatus } from '../../contract/ipc/operations.ts';
import { formatAmount } from '../amount.ts';
import { tillFlagsSchema, withDataFlags, workingFolder } from '../flags.ts';
import type { RunCommand } from '../run-command.ts';
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

function statusText(status: TillStatus, dataFolder: string): string {
  if (!status.enrolled) return `Folder       ${dataFolder}\nTill         not enrolled yet`;
  const lines = [
    ['Folder', dataFolder],
    ['Till', `${status.terminalName ?? ''} (assignment ${status.assignmentId ?? 0})`],
    ['Event', status.editionName ?? ''],
    ['Backend', status.backendUrl ?? ''],
    ['Last number', String(status.lastTerminalTransactionNumber)],
    ['Journal', `${status.journalSeq} entries, ${status.unsentCount} unsent`],
    ['Exposure', exposureText(status)],
    ['Unfinished', String(status.unfinishedCount)],
    ['Unknown', attention(status.unknownCount, 'run "klink cleanup --timeout 60" and show the tag again')],
    ['Rejected', attention(status.rejectedCount, 'an operator has to resolve them in the backend')],
    ...(status.halted === null ? [] : [['Halted', `${status.halted.message} (${status.halted.code})`]]),
  ];
  return lines.map(([name = '', value = '']) => `${name.padEnd(13)}${value}`).join('\n');
}

/** Live: what the edition risks at this till, and what it may at most (Q52). */
function exposureText({ exposureMinor, exposureLimitMinor, currency }: TillStatus): string {
  const money = (amountMinor: number): string => (currency === null ? '' : formatAmount(amountMinor, currency));
  const most = exposureLimitMinor === null ? '' : ` of at most ${money(exposureLimitMinor)}`;
  return `${money(exposureMinor)}${most} ${currency ?? ''} sold offline and unsent`;
}

function attention(count: number, advice: string): string {
  return count === 0 ? '0' : `${count}: ${advice}`;
}
