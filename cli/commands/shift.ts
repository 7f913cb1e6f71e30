import { Command } from 'commander';
import { z } from 'zod';
import type { ClosedShiftReport, ShiftReport } from '../../contract/ipc/shift.ts';
import { formatAmount, parseAmountOrZero } from '../amount.ts';
import type { Answer } from '../answer.ts';
import type { Till } from '../composer.ts';
import type { ExitCode } from '../exit-code.ts';
import { amountTextOf } from '../flag-values.ts';
import { type TillFlags, tillFlagsSchema, withStaffFlags } from '../flags.ts';
import type { Report } from '../report.ts';
import type { RunCommand } from '../run-command.ts';
import { currencyOf, failedWith, withTill } from '../till-work.ts';

const openFlagsSchema = tillFlagsSchema.extend({ float: z.string() });
const closeFlagsSchema = tillFlagsSchema.extend({ counted: z.string() });

/** `klink shift`: the drawer's shift, from the float counted in to the cash counted out (screens.md, "Shift"). */
export function shiftCommand(run: RunCommand): Command {
  return new Command('shift')
    .description("open, report and close the drawer's shift")
    .addCommand(openCommand(run))
    .addCommand(reportCommand(run))
    .addCommand(closeCommand(run));
}

function openCommand(run: RunCommand): Command {
  return withStaffFlags(new Command('open'))
    .description('open a shift with the float that is in the drawer')
    .requiredOption('--float <amount>', 'what was counted into the drawer, for example 100.00', amountTextOf)
    .action((options: unknown) =>
      run((report) => {
        const flags = openFlagsSchema.parse(options);
        return inCurrency(flags, report, async (till, currency) => {
          const float = parseAmountOrZero(flags.float, currency);
          if (!float.ok) return failedWith(float.fault, report);
          return tell(await till.call('openShift', { floatMinor: float.result }), report, (opened) =>
            report.say(
              'shiftOpened',
              opened,
              `Shift ${opened.shiftId} is open, float ${formatAmount(float.result, currency)} ${currency}.`,
            ),
          );
        });
      }),
    );
}

function reportCommand(run: RunCommand): Command {
  return withStaffFlags(new Command('report'))
    .description('the X report: the shift so far; its cash is shown to a supervisor only')
    .action((options: unknown) =>
      run((report) =>
        inCurrency(tillFlagsSchema.parse(options), report, async (till, currency) =>
          tell(await till.call('shiftReport', {}), report, (shift) =>
            report.say('shiftReported', shift, linesOf(reportLines(shift, currency))),
          ),
        ),
      ),
    );
}

function closeCommand(run: RunCommand): Command {
  return withStaffFlags(new Command('close'))
    .description('close the shift: count the drawer first, what should be in it is said afterwards (Z report)')
    .requiredOption('--counted <amount>', 'what was counted out of the drawer, for example 1345.20', amountTextOf)
    .action((options: unknown) =>
      run((report) => {
        const flags = closeFlagsSchema.parse(options);
        return inCurrency(flags, report, async (till, currency) => {
          const counted = parseAmountOrZero(flags.counted, currency);
          if (!counted.ok) return failedWith(counted.fault, report);
          return tell(await till.call('closeShift', { countedCashMinor: counted.result }), report, (closed) =>
            report.say('shiftClosed', closed, linesOf(closedLines(closed, currency))),
          );
        });
      }),
    );
}

function inCurrency(
  flags: TillFlags,
  report: Report,
  work: (till: Till, currency: string) => Promise<ExitCode>,
): Promise<ExitCode> {
  return withTill(flags, report, async (till) => {
    const currency = await currencyOf(till, report);
    return currency.ok ? await work(till, currency.result) : failedWith(currency.fault, report);
  });
}

function tell<Result>(answer: Answer<Result>, report: Report, say: (result: Result) => void): ExitCode {
  if (!answer.ok) return failedWith(answer.fault, report);
  say(answer.result);
  return 0;
}

type Line = readonly [name: string, value: string];

function linesOf(lines: readonly Line[]): string {
  return lines.map(([name, value]) => `${name.padEnd(15)}${value}`).join('\n');
}

function reportLines(shift: ShiftReport, currency: string): readonly Line[] {
  const money = (amountMinor: number): string => `${formatAmount(amountMinor, currency)} ${currency}`;
  const { sales, chargebacks, unknownCount, cash } = shift;
  return [
    ['Shift', `${shift.shiftId}, opened by ${shift.cashierId} at ${shift.openedAt}`],
    ['Sales', `${money(sales.amountMinor)} in ${sales.count}`],
    ['Taken back', `${money(chargebacks.amountMinor)} in ${chargebacks.count}`],
    ['Unknown', unknownCount === 0 ? '0' : `${unknownCount}: run "klink cleanup --timeout 60" and show the tag again`],
    ...(cash === null
      ? []
      : ([
          ['Float', money(cash.floatMinor)],
          ['Cash topped up', money(cash.topUpsMinor)],
          ['Cash paid out', money(cash.refundsMinor - cash.reversalsMinor)],
          ['Cash expected', money(cash.expectedMinor)],
          ['Cash unknown', money(cash.unknownMinor)],
        ] as const)),
  ];
}

function closedLines(closed: ClosedShiftReport, currency: string): readonly Line[] {
  const money = (amountMinor: number): string => `${formatAmount(amountMinor, currency)} ${currency}`;
  return [
    ['Z number', String(closed.zNumber)],
    ...reportLines(closed, currency),
    ['Cash counted', money(closed.countedCashMinor)],
    ['Difference', money(closed.differenceMinor)],
  ];
}
