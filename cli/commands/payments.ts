import { Command } from 'commander';
import { z } from 'zod';
import type { OpenPaymentView } from '../../contract/ipc/till-view.ts';
import { formatAmount } from '../amount.ts';
import { type ExitCode, exitCodeOfOutcome } from '../exit-code.ts';
import { tillFlagsSchema, withReaderFlags } from '../flags.ts';
import type { Report } from '../report.ts';
import type { RunCommand } from '../run-command.ts';
import { currencyOf, failedWith, tapRequest, withTap, withTill } from '../till-work.ts';

const paymentsFlagsSchema = tillFlagsSchema.extend({
  finish: z.boolean().default(false),
  void: z.boolean().default(false),
});
type PaymentsFlags = z.infer<typeof paymentsFlagsSchema>;

/**
 * `klink payments`: how the card payment stands that a crash, a provider without an answer or a tag that did not come back has
 * left open (Q13); `--finish` brings it onto its tag, `--void` gives the card its money back.
 */
export function paymentsCommand(run: RunCommand): Command {
  return withReaderFlags(new Command('payments'))
    .description('ask how the open card payment stands, finish it by its tag, or void it')
    .option('--finish', 'bring it onto the tag it was paid for')
    .option('--void', 'give the card its money back; no tag is needed')
    .action((options: unknown) =>
      run((report) => {
        const flags = paymentsFlagsSchema.parse(options);
        if (flags.finish && flags.void)
          return Promise.resolve(
            failedWith({ code: 'USAGE', message: 'give either --finish or --void, not both' }, report),
          );
        if (flags.finish) return withTap(flags, report, (till) => till.call('finishPayment', tapRequest(flags)));
        return flags.void ? giveBack(flags, report) : ask(flags, report);
      }),
    );
}

function giveBack(flags: PaymentsFlags, report: Report): Promise<ExitCode> {
  return withTill(flags, report, async (till) => {
    const outcome = await till.call(
      'voidPayment',
      flags.timeout === undefined ? {} : { timeoutMs: flags.timeout * 1_000 },
    );
    if (!outcome.ok) return failedWith(outcome.fault, report);
    report.outcome(outcome.result.step);
    // What was asked for has been done: that the top-up is aborted is the point of it.
    const isVoided = outcome.result.result === 'aborted' && outcome.result.step.error?.code === 'PAYMENT_VOIDED';
    return isVoided ? 0 : exitCodeOfOutcome(outcome.result);
  });
}

function ask(flags: PaymentsFlags, report: Report): Promise<ExitCode> {
  return withTill(flags, report, async (till) => {
    const currency = await currencyOf(till, report);
    if (!currency.ok) return failedWith(currency.fault, report);
    const answer = await till.call('payments', {});
    if (!answer.ok) return failedWith(answer.fault, report);
    const { open, fault } = answer.result;
    report.say('payments', { open }, open ? openText(open, currency.result) : 'No card payment is open.');
    if (fault) return failedWith(fault, report);
    if (!open) return 0;
    const message = 'a card payment is open: finish it with the same tag, or void it';
    return failedWith({ code: 'PAYMENT_OPEN', message }, report);
  });
}

function openText(
  { terminalTransactionNumber, amountMinor, status, uid, openedAt }: OpenPaymentView,
  currency: string,
) {
  const amount = `${formatAmount(amountMinor, currency)} ${currency}`;
  return `#${terminalTransactionNumber}  ${amount}  ${status}  tag ${uid}  since ${openedAt}`;
}
