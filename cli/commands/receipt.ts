import { Command, Option } from 'commander';
import { z } from 'zod';
import { receiptLanguages } from '../../contract/ipc/receipt.ts';
import { receiptColumns } from '../../contract/settings/receipt-settings.ts';
import { transactionNumberOf } from '../flag-values.ts';
import { tillFlagsSchema, withDataFlags, workingFolder } from '../flags.ts';
import type { RunCommand } from '../run-command.ts';
import { failedWith } from '../till-work.ts';

const receiptFlagsSchema = tillFlagsSchema.extend({
  language: z.enum(receiptLanguages).default('en'),
  columns: z.coerce.number().default(42),
  copy: z.boolean().default(false),
});

/** `klink receipt`: the receipt of a committed transaction, to look at or to pipe; works while another process sells. */
export function receiptCommand(run: RunCommand): Command {
  return withDataFlags(new Command('receipt'))
    .description('show the receipt of a transaction of this till; works while another process uses it')
    .argument('<number>', 'the number of the transaction', transactionNumberOf)
    .addOption(new Option('--language <language>', 'of its words').choices(receiptLanguages).default('en'))
    .addOption(
      new Option('--columns <count>', 'its width in letters').choices(receiptColumns.map(String)).default('42'),
    )
    .option('--copy', 'mark it as a copy')
    .action((number: unknown, options: unknown) =>
      run(async (report) => {
        const flags = receiptFlagsSchema.parse(options);
        const terminalTransactionNumber = z.int().parse(number);
        const { language, copy, columns } = flags;
        const { readReceipt, receiptText } = await import('../../terminal-core/main/read-till.ts');
        const request = { terminalTransactionNumber, language, copy };
        const answer = readReceipt(workingFolder(flags), request, flags.training);
        if (!answer.ok) return failedWith(answer.fault, report);
        report.say('receipt', answer.value, receiptText(answer.value.document, columns));
        return 0;
      }),
    );
}
