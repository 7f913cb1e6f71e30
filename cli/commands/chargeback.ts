import { Command } from 'commander';
import { z } from 'zod';
import { lineOf, transactionNumberOf } from '../flag-values.ts';
import { tillFlagsSchema, withReaderFlags } from '../flags.ts';
import type { RunCommand } from '../run-command.ts';
import { tapRequest, withTap } from '../till-work.ts';

const chargebackFlagsSchema = tillFlagsSchema.extend({
  sale: z.int().optional(),
  line: z.array(z.object({ line: z.int(), quantity: z.int() })).default([]),
});

/** `klink chargeback`: goods of a sale of this till come back and are paid back onto the tag (R5). */
export function chargebackCommand(run: RunCommand): Command {
  return withReaderFlags(new Command('chargeback'))
    .description('take goods back and pay them back onto the tag: the last sale, or some lines of a sale')
    .option('--sale <number>', "number of the sale; without it the tag's last one on this till", transactionNumberOf)
    .option('--line <line:quantity>', 'a line of the sale and how many pieces, e.g. 1:2; may be repeated', lineOf)
    .action((options: unknown) =>
      run((report) => {
        const flags = chargebackFlagsSchema.parse(options);
        const request = {
          terminalTransactionNumber: flags.sale ?? null,
          lines: flags.line.length === 0 ? null : flags.line,
          ...tapRequest(flags),
        };
        return withTap(flags, report, (till) => till.call('chargeback', request));
      }),
    );
}
