import { writeFile } from 'node:fs/promises';
import { Command } from 'commander';
import { z } from 'zod';
import { type ReportName, reportNames, reportSchema } from '../../contract/wire/reports.ts';
import type { ExitCode } from '../exit-code.ts';
import { dayOf, editionNumberOf, oneOf } from '../flag-values.ts';
import { type OperatorLink, operatorFlagsSchema, withOperator, withOperatorFlags } from '../operator.ts';
import type { Report } from '../report.ts';
import type { RunCommand } from '../run-command.ts';
import { failedWith } from '../till-work.ts';

/** Of every command that gives a report out. */
export const daysSchema = z.object({
  from: z.string().optional(),
  to: z.string().optional(),
  file: z.string().optional(),
});
const flagsSchema = operatorFlagsSchema.extend({ edition: z.int(), ...daysSchema.shape });

/** `klink report NAME`: the books, as CSV that a spreadsheet opens (R116). */
export function reportCommand(run: RunCommand): Command {
  return asksForDays(withOperatorFlags(new Command('report')))
    .description('what the books say, as CSV; each adds up to the accounts')
    .argument('<name>', reportNames.join(', '), oneOf(reportNames))
    .requiredOption('--edition <number>', 'number of the edition', editionNumberOf)
    .action((name: unknown, options: unknown) =>
      run((report) => {
        const flags = flagsSchema.parse(options);
        return withOperator(flags, report, (operator) =>
          tellReport(operator, report, z.enum(reportNames).parse(name), flags),
        );
      }),
    );
}

export function asksForDays(command: Command): Command {
  return command
    .option('--from <day>', 'from this day on: 2026-09-01', dayOf)
    .option('--to <day>', 'until the end of this day', dayOf)
    .option('--file <name>', 'writes it there instead of showing it');
}

/** With `--json` the report itself, else CSV. */
async function tellReport(
  operator: OperatorLink,
  report: Report,
  name: ReportName,
  flags: z.infer<typeof flagsSchema>,
): Promise<ExitCode> {
  const { edition, json, file } = flags;
  const query = daysQuery(edition, flags);
  if (json && file === undefined) {
    const told = await operator.call('GET', `/reports/${name}?${query}`, reportSchema);
    if (!told.ok) return failedWith(told.fault, report);
    report.say('report', told.result, '');
    return 0;
  }
  query.set('format', 'csv');
  const told = await operator.text(`/reports/${name}?${query}`);
  if (!told.ok) return failedWith(told.fault, report);
  return giveOut(report, told.result, file);
}

export function daysQuery(edition: number, { from, to }: z.infer<typeof daysSchema>): URLSearchParams {
  const query = new URLSearchParams({ editionId: String(edition) });
  if (from !== undefined) query.set('from', from);
  if (to !== undefined) query.set('to', to);
  return query;
}

/** Shows a text, or writes it to a file. One that is there is not overwritten: it may be last month's. */
export async function giveOut(report: Report, text: string, file: string | undefined): Promise<ExitCode> {
  if (file === undefined) {
    report.say('report', { text }, text.trimEnd());
    return 0;
  }
  try {
    await writeFile(file, text.endsWith('\n') ? text : `${text}\n`, { flag: 'wx' });
  } catch (error) {
    return failedWith({ code: 'USAGE', message: error instanceof Error ? error.message : String(error) }, report);
  }
  report.say('report', { file }, `Written to ${file}.`);
  return 0;
}
