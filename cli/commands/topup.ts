import { Command, Option } from 'commander';
import { z } from 'zod';
import { parseAmount } from '../amount.ts';
import { amountTextOf } from '../flag-values.ts';
import { tillFlagsSchema, withReaderFlags } from '../flags.ts';
import type { RunCommand } from '../run-command.ts';
import { tapRequest, withTap } from '../till-work.ts';

const topUpFlagsSchema = tillFlagsSchema.extend({ amount: z.string(), method: z.enum(['cash', 'card']) });

/** `klink topup`: puts money on a tag, paid in cash or by card (Q13); the fee of the edition is taken from it (R9, R10). */
export function topUpCommand(run: RunCommand): Command {
  return withReaderFlags(new Command('topup'))
    .description('put money on a tag; the fee of the event is taken from it')
    .requiredOption('--amount <amount>', 'what the customer pays, for example 100.00', amountTextOf)
    .addOption(new Option('--method <method>', 'how the customer pays').choices(['cash', 'card']).default('cash'))
    .action((options: unknown) =>
      run((report) => {
        const flags = topUpFlagsSchema.parse(options);
        return withTap(flags, report, async (till, currency) => {
          const amount = parseAmount(flags.amount, currency);
          if (!amount.ok) return amount;
          return await till.call('topUp', { amountMinor: amount.result, method: flags.method, ...tapRequest(flags) });
        });
      }),
    );
}
