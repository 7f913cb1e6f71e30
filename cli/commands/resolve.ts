import { Command } from 'commander';
import { z } from 'zod';
import type { AttentionItem, AttentionKind } from '../../contract/ipc/attention.ts';
import { formatAmount } from '../amount.ts';
import type { ExitCode } from '../exit-code.ts';
import { transactionNumberOf } from '../flag-values.ts';
import { tillFlagsSchema, withReaderFlags, workingFolder } from '../flags.ts';
import { noCurrency, type Report } from '../report.ts';
import type { RunCommand } from '../run-command.ts';
import { failedWith, tapRequest, withTap, withTill } from '../till-work.ts';

const resolveFlagsSchema = tillFlagsSchema.extend({ cashReturned: z.boolean().default(false) });
type ResolveFlags = z.infer<typeof resolveFlagsSchema>;
const numberSchema = z.int().optional();

/**
 * `klink resolve`: what needs attention on this till, also while another process uses it. With a number: finds out what
 * became of that transaction, by its tag or from the backend (Q9), or says that the cash of an aborted top-up was given back.
 */
export function resolveCommand(run: RunCommand): Command {
  return withReaderFlags(new Command('resolve'))
    .description('list what needs attention; with a number find out what became of that transaction')
    .argument('[number]', 'the number of a transaction of this till', transactionNumberOf)
    .option('--cash-returned', 'the customer has the cash of this aborted top-up back')
    .action((number: unknown, options: unknown) =>
      run((report) => {
        const flags = resolveFlagsSchema.parse(options);
        const terminalTransactionNumber = numberSchema.parse(number);
        if (terminalTransactionNumber === undefined) return list(flags, report);
        return flags.cashReturned
          ? confirmCashReturned(flags, terminalTransactionNumber, report)
          : withTap(flags, report, (till) => till.call('resolve', { ...tapRequest(flags), terminalTransactionNumber }));
      }),
    );
}

function confirmCashReturned(
  flags: ResolveFlags,
  terminalTransactionNumber: number,
  report: Report,
): Promise<ExitCode> {
  return withTill(flags, report, async (till) => {
    const answer = await till.call('confirmCashReturned', { terminalTransactionNumber });
    if (!answer.ok) return failedWith(answer.fault, report);
    const sentence = `Transaction #${terminalTransactionNumber}: the cash was given back.`;
    report.say('cashReturned', { terminalTransactionNumber }, sentence);
    return 0;
  });
}

async function list(flags: ResolveFlags, report: Report): Promise<ExitCode> {
  if (flags.cashReturned) {
    const message = 'say which transaction: klink resolve NUMBER --cash-returned';
    return failedWith({ code: 'USAGE', message }, report);
  }
  const { readAttention } = await import('../../terminal-core/main/read-till.ts');
  const attention = readAttention(workingFolder(flags));
  if (!attention.ok) return failedWith(attention.fault, report);
  const { items, currency } = attention.value;
  const text = items.map((item) => itemText(item, currency ?? noCurrency)).join('\n');
  report.say('attention', { items }, text === '' ? 'Nothing needs attention.' : text);
  return 0;
}

function itemText(item: AttentionItem, currency: string): string {
  const { terminalTransactionNumber: number, type, amountMinor, uid, code, detail, at, sent } = item;
  const what = [
    number === null ? null : `#${number}`,
    type,
    amountMinor === null ? null : `${formatAmount(amountMinor, currency)} ${currency}`,
    uid === null ? null : `tag ${uid}`,
  ].filter((part) => part !== null);
  const why = detail === null ? code : `${code}: ${detail}`;
  const unsent = item.todo === 'show-tag' && !sent ? ', not sent yet' : '';
  return `${[...what, `since ${at}`].join('  ')}\n    ${why}${unsent}. ${advice(item.todo, number)}`;
}

function advice(todo: AttentionKind, number: number | null): string {
  switch (todo) {
    case 'show-tag':
      return `Hold its tag on the reader: klink resolve ${number ?? 'NUMBER'}`;
    case 'ask-operator':
      return 'An operator has to resolve it in the backend; it leaves this list then.';
    case 'finish-payment':
      return 'Hold the same tag on the reader to finish it, or void it: klink payments --help';
    case 'give-cash-back':
      return `Give the cash back, then: klink resolve ${number ?? 'NUMBER'} --cash-returned`;
    case 'give-part-back':
      return `Hold its tag on the reader: klink chargeback --sale ${number ?? 'NUMBER'}`;
  }
}
