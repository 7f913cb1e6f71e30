import { Command } from 'commander';
import { z } from 'zod';
import { parseAmount } from '../amount.ts';
import { amountTextOf, transactionNumberOf } from '../flag-values.ts';
import { tillFlagsSchema, withReaderFlags } from '../flags.ts';
import type { RunCommand } from '../run-command.ts';
import { tapRequest, withTap } from '../till-work.ts';

const refundFlagsSchema = tillFlagsSchema.extend({ amount: z.string().optional(), reverse: z.int().optional() });

/** `klink refund`: leftover money out in cash (R6), or with `--reverse` back onto the tag it came from. */
export function refundCommand(run: RunCommand): Command {
  return withReaderFlags(new Command('refund'))
    .description('take money off a tag to pay it out in cash: all of it, or an amount')
    .option('--amount <amount>', 'how much is paid out, for example 12.50; without it everything', amountTextOf)
    .option('--reverse <number>', 'put refund number N back: its cash was not handed out', transactionNumberOf)
    .action((options: unknown) =>
      run((report) => {
        const flags = refundFlagsSchema.parse(options);
        return withTap(flags, report, async (till, currency) => {
          if (flags.reverse !== undefined)
            return await till.call('reverseRefund', { terminalTransactionNumber: flags.reverse, ...tapRequest(flags) });
          if (flags.amount === undefined) return await till.call('refund', { amountMinor: null, ...tapRequest(flags) });
          const amount = parseAmount(flags.amount, currency);
          if (!amount.ok) return amount;
          return await till.call('refund', { amountMinor: amount.result, ...tapRequest(flags) });
        });
      }),
    );
}
