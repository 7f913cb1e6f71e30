import type { ReaderHostOptions } from '../contract/ipc/envelope.ts';
import type { Fault } from '../contract/ipc/fault.ts';
import type { Outcome } from '../contract/ipc/operations.ts';
import { type Answer, answered } from './answer.ts';
import { startTill, type Till } from './composer.ts';
import { type ExitCode, exitCodeOfFault, exitCodeOfOutcome } from './exit-code.ts';
import { type TillFlags, tillFolder } from './flags.ts';
import { readPins, type StaffPins } from './pins.ts';
import { chooseReader } from './reader-choice.ts';
import type { Report } from './report.ts';

/** What runs on a till that is up: it reports what it finds and says how the command ends. */
export type TillWork = (till: Till) => Promise<ExitCode>;

/** Starts a till without a reader, does the work, stops the till. */
export function withTill(flags: TillFlags, report: Report, work: TillWork): Promise<ExitCode> {
  return runTill(flags, report, 'no reader', work);
}

/** The same with the reader that flags and settings choose. */
export function withTillAndReader(flags: TillFlags, report: Report, work: TillWork): Promise<ExitCode> {
  return runTill(flags, report, 'reader', work);
}

/**
 * Work whose result is an outcome with a tag: amounts in the edition's currency, and the outcome reported. Ctrl-C takes the
 * tap back as long as nothing is written.
 */
export function withTap(
  flags: TillFlags,
  report: Report,
  tap: (till: Till, currency: string) => Promise<Answer<Outcome>>,
): Promise<ExitCode> {
  return runTill(flags, report, 'tap', async (till) => {
    const currency = await currencyOf(till, report);
    if (!currency.ok) return failedWith(currency.fault, report);
    const outcome = await tap(till, currency.result);
    if (!outcome.ok) return failedWith(outcome.fault, report);
    report.outcome(outcome.result.step);
    return exitCodeOfOutcome(outcome.result);
  });
}

/** `--timeout` in milliseconds, absent where the till's own setting decides; a tag that cannot be used ends the command. */
export function tapRequest(flags: TillFlags): { firstTagOnly: true; timeoutMs?: number } {
  const patience = { firstTagOnly: true } as const;
  return flags.timeout === undefined ? patience : { ...patience, timeoutMs: flags.timeout * 1_000 };
}

/** Reports a fault and gives its exit code: the way every failing command ends. */
export function failedWith(fault: Fault, report: Report): ExitCode {
  report.fault(fault);
  return exitCodeOfFault(fault.code);
}

/** What a command wants of the reader: nothing, evidence of tags, or a tap that can be taken back. */
type ReaderUse = 'no reader' | 'reader' | 'tap';

async function runTill(flags: TillFlags, report: Report, use: ReaderUse, work: TillWork): Promise<ExitCode> {
  const dataFolder = tillFolder(flags);
  const reader = chooseReader(flags, dataFolder);
  if (!reader.ok) return failedWith(reader.fault, report);
  // Typed before the till is started, so that nobody else waits for its folder meanwhile.
  const pins = await readPins(flags, { env: process.env, input: process.stdin, output: process.stderr });
  if (!pins.ok) return failedWith(pins.fault, report);
  const options = { dataFolder, training: flags.training, reader: reader.result };
  return await startAndWork(options, use, report, async (till) => {
    const entered = await letIn(till, pins.result);
    return entered.ok ? await work(till) : failedWith(entered.fault, report);
  });
}

/** Every call of the command line is a till of its own, in which nobody is logged in yet. */
async function letIn(till: Till, { cashier, supervisor }: StaffPins): Promise<Answer<unknown>> {
  const entered = cashier === null ? answered(null) : await till.call('login', { pin: cashier });
  if (!entered.ok || supervisor === null) return entered;
  return await till.call('approve', { pin: supervisor });
}

interface StartOptions {
  readonly dataFolder: string;
  readonly training: boolean;
  readonly reader: ReaderHostOptions;
}

async function startAndWork(
  { dataFolder, training, reader }: StartOptions,
  use: ReaderUse,
  report: Report,
  work: TillWork,
): Promise<ExitCode> {
  const interruption = new Interruption(report, use === 'tap');
  try {
    const till = await startTill({
      dataFolder,
      training,
      readerKind: reader.readerKind,
      reader: use === 'no reader' ? null : reader,
      onStep: (step) => report.step(step),
    });
    if (!till.ok) return failedWith(till.fault, report);
    interruption.appliesTo(till.result);
    try {
      return await work(till.result);
    } finally {
      await till.result.stop();
    }
  } finally {
    interruption.end();
  }
}

/** The edition's currency, in which amounts are shown from now on. */
export async function currencyOf(till: Till, report: Report): Promise<Answer<string>> {
  const view = await till.call('view', {});
  if (!view.ok) return view;
  if (view.result.till === null) {
    const halted = view.result.screen.screen === 'halted' ? view.result.screen.fault : null;
    return { ok: false, fault: halted ?? { code: 'NOT_ENROLLED', message: 'this till is not enrolled yet' } };
  }
  report.showAmountsIn(view.result.till.currency);
  return { ok: true, result: view.result.till.currency };
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Ctrl-C while a till works. A tap is taken back if that is still possible. Anything else, and a second Ctrl-C, stops the
 * till in its own order: what is being written is finished, and what is not certain then is recorded as unknown.
 */
class Interruption {
  readonly #report: Report;
  readonly #mayCancel: boolean;
  readonly #listener = (): void => void this.#interrupt();
  #till: Till | null = null;
  #count = 0;

  constructor(report: Report, mayCancel: boolean) {
    this.#report = report;
    this.#mayCancel = mayCancel;
    for (const signal of signals) process.on(signal, this.#listener);
  }

  /** From now on there is a till to interrupt; a signal that came before it is not forgotten. */
  appliesTo(till: Till): void {
    this.#till = till;
    if (this.#count > 0) void till.stop();
  }

  end(): void {
    for (const signal of signals) process.off(signal, this.#listener);
  }

  async #interrupt(): Promise<void> {
    this.#count += 1;
    if (this.#till === null) return;
    if (!this.#mayCancel || this.#count > 1) {
      await this.#till.stop();
      return;
    }
    const cancelled = await this.#till.call('cancel', {});
    if (!cancelled.ok && cancelled.fault.code === 'NOT_CANCELLABLE') {
      this.#report.note(
        'This cannot be taken back any more: keep the tag on the reader. Ctrl-C once more stops the till.',
      );
    }
  }
}
