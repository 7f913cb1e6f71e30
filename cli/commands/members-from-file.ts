import { Command } from 'commander';
import { z } from 'zod';
import {
  type ImportedCredit,
  type MemberImportAnswer,
  type MemberImportRow,
  memberImportAnswerSchema,
} from '../../contract/wire/member-import.ts';
import { parseAmount } from '../amount.ts';
import { type Answer, answered, faulted } from '../answer.ts';
import type { ExitCode } from '../exit-code.ts';
import { amountTextOf, daysOf, editionNumberOf } from '../flag-values.ts';
import { currencyOf } from '../member-lookup.ts';
import { type OperatorLink, operatorFlagsSchema, withOperator, withOperatorFlags } from '../operator.ts';
import type { Report } from '../report.ts';
import type { RunCommand } from '../run-command.ts';
import { sentFile } from '../sent-file.ts';
import { failedWith } from '../till-work.ts';

const flagsSchema = operatorFlagsSchema.extend({
  edition: z.int(),
  import: z.boolean().default(false),
  credit: z.string().optional(),
  creditAmount: z.string().optional(),
  creditApply: z.string().default('0 1 * * 1-5'),
  creditDays: z.int().default(1),
});
type Flags = z.infer<typeof flagsSchema>;

/** `klink members from-file FILE`: whom a register as CSV would make and change, and with `--import` does it. */
export function membersFromFileCommand(run: RunCommand): Command {
  return withOperatorFlags(new Command('from-file'))
    .description("members from a school's register: shows what would be done, and does it with --import")
    .argument('<file>', 'CSV with a column MIS ID or UPN, Name, and what else is known: Class, Allergens, Card …')
    .requiredOption('--edition <number>', 'number of the edition', editionNumberOf)
    .option('--import', 'do it; a second time nothing is done')
    .option('--credit <title>', 'what those who have free meals are entitled to: "Free School Meals"')
    .option('--credit-amount <amount>', 'each credit', amountTextOf)
    .option('--credit-apply <crontab>', 'when one comes (default: 0 1 * * 1-5, every school day)')
    .option('--credit-days <number>', 'how many days one stays (default: 1, until midnight)', daysOf)
    .action((file: unknown, options: unknown) =>
      run(async (report) => {
        const flags = flagsSchema.parse(options);
        if ((flags.credit === undefined) !== (flags.creditAmount === undefined))
          return failedWith({ code: 'USAGE', message: '--credit and --credit-amount belong together' }, report);
        const content = await sentFile(z.string().parse(file));
        if (!content.ok) return failedWith(content.fault, report);
        return withOperator(flags, report, async (operator) => {
          const credit = await creditOf(operator, flags);
          if (!credit.ok) return failedWith(credit.fault, report);
          const path = `/member-imports${flags.import ? '' : '/preview'}`;
          const body = { editionId: flags.edition, ...content.result, credit: credit.result ?? undefined };
          const answer = await operator.call('POST', path, memberImportAnswerSchema, body);
          if (!answer.ok) return failedWith(answer.fault, report);
          return tell(report, answer.result, flags.import);
        });
      }),
    );
}

async function creditOf(operator: OperatorLink, flags: Flags): Promise<Answer<ImportedCredit | null>> {
  const { credit: title, creditAmount, creditApply, creditDays: expiryDurationDays, edition } = flags;
  if (title === undefined || creditAmount === undefined) return answered(null);
  const currency = await currencyOf(operator, edition);
  if (!currency.ok) return currency;
  const amount = parseAmount(creditAmount, currency.result);
  if (!amount.ok) return amount;
  if (title.trim() === '') return faulted('USAGE', '--credit takes what reports call it');
  return answered({ title, amountMinor: amount.result, creditApply, expiryDurationDays });
}

/** 0 where all is well; 3 where something in the file is wrong, with every line of it. */
function tell(report: Report, answer: MemberImportAnswer, isDone: boolean): ExitCode {
  const ignored =
    answer.ignoredColumns.length === 0 ? [] : [`Not imported: the columns ${answer.ignoredColumns.join(', ')}.`];
  report.say('members', answer, [...rowLines(answer), ...ignored, totalsLine(answer, isDone)].join('\n'));
  return answer.importable ? 0 : 3;
}

/** What is wrong; where nothing is, what is new in whom. */
function rowLines({ flaw, rows, importable }: MemberImportAnswer): readonly string[] {
  if (flaw !== null) return [`${flaw.line === null ? 'The file' : `Line ${flaw.line}`}: ${flaw.advice} (${flaw.code})`];
  if (!importable) return rows.filter((row) => row.flaw !== null).map(flawLine);
  return rows.filter(({ outcome }) => outcome === 'to-change' || outcome === 'changed').map(changeLine);
}

const whoIs = ({ person, name }: MemberImportRow): string =>
  [person, name].filter((text) => text !== null && text !== '').join(', ') || 'nobody';

const flawLine = (row: MemberImportRow): string =>
  `Line ${row.line} (${whoIs(row)}): ${row.advice ?? ''} (${row.flaw ?? ''})`;

const changeLine = (row: MemberImportRow): string => `Line ${row.line} (${whoIs(row)}): ${row.facts.join(', ')}`;

function totalsLine({ totals, importable }: MemberImportAnswer, isDone: boolean): string {
  if (!importable) return `Nothing was done. ${totals.flawed} of ${totals.rows} rows have to be put right first.`;
  const { made, changed, unchanged, tags, credits } = totals;
  const counts = `${made} new members, ${changed} changed, ${unchanged} as they were; ${tags} tags, ${credits} entitled`;
  return isDone ? `Done: ${counts}.` : `Would be: ${counts}. Run it again with --import.`;
}
