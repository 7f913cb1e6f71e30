import { Command, CommanderError } from 'commander';
import { release } from '../contract/release.ts';
import { adjustCommand } from './commands/adjust.ts';
import { backendCommand } from './commands/backend.ts';
import { balanceCommand } from './commands/balance.ts';
import { blockCommand } from './commands/block.ts';
import { chargebackCommand } from './commands/chargeback.ts';
import { cleanupCommand } from './commands/cleanup.ts';
import { connectorCommand } from './commands/connector.ts';
import { creditsCommand } from './commands/credits.ts';
import { diagnoseCommand } from './commands/diagnose.ts';
import { enrolCommand } from './commands/enrol.ts';
import { exportCommand } from './commands/export.ts';
import { exportSupportCommand } from './commands/export-support.ts';
import { installationsCommand } from './commands/installations.ts';
import { issueCommand } from './commands/issue.ts';
import { membersCommand } from './commands/members.ts';
import { openingBalancesCommand } from './commands/opening-balances.ts';
import { paymentsCommand } from './commands/payments.ts';
import { receiptCommand } from './commands/receipt.ts';
import { refundCommand } from './commands/refund.ts';
import { repairCommand } from './commands/repair.ts';
import { replaceCommand } from './commands/replace.ts';
import { replicateCommand } from './commands/replicate.ts';
import { reportCommand } from './commands/report.ts';
import { resolveCommand } from './commands/resolve.ts';
import { sellCommand } from './commands/sell.ts';
import { shiftCommand } from './commands/shift.ts';
import { statusCommand } from './commands/status.ts';
import { tillsCommand } from './commands/tills.ts';
import { topUpCommand } from './commands/topup.ts';
import { watchCommand } from './commands/watch.ts';
import type { ExitCode } from './exit-code.ts';
import { createReport, type Streams } from './report.ts';
import type { RunCommand } from './run-command.ts';
import { failedWith } from './till-work.ts';

const exitCodesText = `
Exit codes: 0 done or committed · 2 usage · 3 aborted or refused, nothing charged · 4 an outcome is unknown
            5 no reader, no backend, till in use or another fault of the surroundings · 6 entries were rejected`;

/**
 * Runs one command line and gives its exit code. Nothing is thrown for what a person or a machine can do wrong; a broken
 * invariant goes through as an exception.
 */
export async function runKlink(args: readonly string[], streams: Streams): Promise<ExitCode> {
  const report = createReport(args.includes('--json'), streams);
  let exitCode: ExitCode = 0;
  const run: RunCommand = async (work) => {
    exitCode = await work(report);
  };
  const complaints: string[] = [];
  const program = buildProgram(run, streams, (text) => complaints.push(text));
  try {
    await program.parseAsync(args, { from: 'user' });
    return exitCode;
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    // Help and version are what was asked for; everything else commander ends with is a misuse.
    if (error.exitCode === 0) return 0;
    return failedWith(
      { code: 'USAGE', message: complaintOf(error, complaints.join(''), askedCommand(program, args)) },
      report,
    );
  }
}

/** Commander writes its complaint; where no command was given it writes the whole help instead. */
function complaintOf(error: CommanderError, written: string, asked: Command): string {
  if (error.code === 'commander.help') {
    return `say what to do: ${asked.commands.map((command) => command.name()).join(', ')}`;
  }
  const complaint = written.replace(/^error: /, '').trim();
  return complaint === '' ? error.message : complaint;
}

function buildProgram(run: RunCommand, streams: Streams, onComplaint: (text: string) => void): Command {
  const program = new Command('klink')
    .description('A cashless till for festivals and canteens, on the command line.')
    .version(release)
    .addHelpText('after', exitCodesText);
  const makers = [
    backendCommand,
    enrolCommand,
    issueCommand,
    balanceCommand,
    topUpCommand,
    sellCommand,
    paymentsCommand,
    refundCommand,
    chargebackCommand,
    adjustCommand,
    blockCommand,
    repairCommand,
    replaceCommand,
    shiftCommand,
    replicateCommand,
    statusCommand,
    watchCommand,
    cleanupCommand,
    resolveCommand,
    receiptCommand,
    exportCommand,
    diagnoseCommand,
    exportSupportCommand,
    installationsCommand,
    connectorCommand,
    membersCommand,
    creditsCommand,
    openingBalancesCommand,
    reportCommand,
    tillsCommand,
  ];
  for (const make of makers) program.addCommand(make(run));
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => streams.out.write(text),
      writeErr: onComplaint,
    });
  }
  return program;
}

/** `klink shift` asks for one of the commands of `shift`. */
function askedCommand(program: Command, args: readonly string[]): Command {
  return program.commands.find((command) => command.name() === args[0] && command.commands.length > 0) ?? program;
}

function withSubcommands(command: Command): readonly Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}
