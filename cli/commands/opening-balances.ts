import { Command } from 'commander';
import { z } from 'zod';
import {
  type OpeningBalanceRow,
  type OpeningBalancesAnswer,
  openingBalancesAnswerSchema,
} from '../../contract/wire/opening-balances.ts';
import { formatAmount } from '../amount.ts';
import { editionNumberOf } from '../flag-values.ts';
import { operatorFlagsSchema, withOperator, withOperatorFlags } from '../operator.ts';
import type { Report } from '../report.ts';
import type { RunCommand } from '../run-command.ts';
import { sentFile } from '../sent-file.ts';
import { failedWith } from '../till-work.ts';

const flagsSchema = operatorFlagsSchema.extend({ edition: z.int(), import: z.boolean().default(false) });

/** `klink opening-balances FILE`: what a CSV file of balances would book, and with `--import` books it (R139). */
export function openingBalancesCommand(run: RunCommand): Command {
  return withOperatorFlags(new Command('opening-balances'))
    .description('bring balances over from a CSV file: shows what would be booked, and books it with --import')
    .argument('<file>', 'CSV with a column Member ID, MIS ID, UPN or Tag, and a column Balance')
    .requiredOption('--edition <number>', 'number of the edition', editionNumberOf)
    .option('--import', 'book it; a second time nothing is booked')
    .action((file: unknown, options: unknown) =>
      run(async (report) => {
        const flags = flagsSchema.parse(options);
        const content = await sentFile(z.string().parse(file));
        if (!content.ok) return failedWith(content.fault, report);
        const path = `/opening-balances${flags.import ? '' : '/preview'}`;
        return withOperator(flags, report, async (operator) => {
          const body = { editionId: flags.edition, ...content.result };
          const answer = await operator.call('POST', path, openingBalancesAnswerSchema, body);
          if (!answer.ok) return failedWith(answer.fault, report);
          return tell(report, answer.result, flags.import);
        });
      }),
    );
}

/** 0 where all is well; 3 where something in the file is wrong, with every line of it. */
function tell(report: Report, answer: OpeningBalancesAnswer, imported: boolean): 0 | 3 {
  report.say('openingBalances', answer, [...flawLines(answer), totalsLine(answer, imported)].join('\n'));
  return answer.importable ? 0 : 3;
}

function flawLines({ flaw, rows }: OpeningBalancesAnswer): readonly string[] {
  if (flaw !== null) return [`${flaw.line === null ? 'The file' : `Line ${flaw.line}`}: ${flaw.advice} (${flaw.code})`];
  return rows.filter((row) => row.flaw !== null).map(flawLine);
}

function flawLine({ line, person, name, written, advice, flaw }: OpeningBalanceRow): string {
  const who = [person, name].filter((text) => text !== null && text !== '').join(', ');
  return `Line ${line} (${who === '' ? 'nobody' : who}; "${written}"): ${advice ?? ''} (${flaw ?? ''})`;
}

function totalsLine({ totals, currency, importable }: OpeningBalancesAnswer, imported: boolean): string {
  const money = (minor: number) => `${formatAmount(minor, currency)} ${currency}`;
  const sums = `${totals.booked} balances: ${money(totals.creditMinor)} that members have, ${money(totals.debtMinor)} that they owe`;
  const before = totals.importedBefore > 0 ? ` ${totals.importedBefore} were imported before and stay.` : '';
  if (!importable) return `Nothing was booked. ${totals.flawed} of ${totals.rows} rows have to be put right first.`;
  return imported ? `Booked ${sums}.${before}` : `Would book ${sums}.${before} Run it again with --import.`;
}
