import type { ReaderHostOptions } from '../contract/ipc/envelope.ts';
import type { Outcome } from '../contract/ipc/operations.ts';
import type { Answer } from './answer.ts';
import { startTill, type Till } from './composer.ts';
import { type ExitCode, exitCodeOfFault, exitCodeOfOutcome } from './exit-code.ts';
import { type TillFlags, tillFolder } from './flags.ts';
import { chooseReader } from './reader-choice.ts';
import type { Report } from './report.ts';

/** What runs on a till that is up: it reports what it finds and says how the command ends. */
export type TillWork = (till: Till) => Promise<ExitCode>;

/** Starts a till without a reader, does the work, stops the till. */
export function withTill(flags: TillFlags, report: Report, work: TillWork): Promise<ExitCode> {
  return runTill(flags, report, false, work);
}

/** The same with the reader that flags and settings choose. Ctrl-C takes the tap back as long as nothing is written. */
export function withTillAndReader(flags: TillFlags, report: Report, work: TillWork): Promise<ExitCode> {
  return runTill(flags, report, true, work);
}

/** Work whose result is an outcome with a tag: amounts in the edition's currency, and the outcome reported. */
export function withTap(
  flags: TillFlags,
  report: Report,
  tap: (till: Till, currency: string) => Promise<Answer<Outcome>>,
): Promise<ExitCode> {
  return withTillAndReader(flags, report, async (till) => {
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
export function failedWith(
  fault: { code: Parameters<typeof exitCodeOfFault>[0]; message: string },
  report: Report,
): ExitCode {
  report.fault(fault);
  return exitCodeOfFault(fault.code);
}

async function runTill(flags: TillFlags, report: Report, withReader: boolean, work: TillWork): Promise<ExitCode> {
  const dataFolder = tillFolder(flags);
  const reader = chooseReader(flags, dataFolder);
  if (!reader.ok) return failedWith(reader.fault, report);
  return await startAndWork(reader.result, withReader, report, work);
}

async function startAndWork(
  reader: ReaderHostOptions,
  withReader: boolean,
  report: Report,
  work: TillWork,
): Promise<ExitCode> {
  const interruption = new Interruption(report);
  try {
    const till = await startTill({
      dataFolder: reader.dataFolder,
      readerKind: reader.readerKind,
      reader: withReader ? reader : null,
      onStep: (step) => report.step(step),
    });
    if (!till.ok) return failedWith(till.fault, report);
    interruption.cancels(till.result);
    try {
      return await work(till.result);
    } finally {
      await till.result.stop();
    }
  } finally {
    interruption.end();
  }
}

async function currencyOf(till: Till, report: Report): Promise<Answer<string>> {
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
 * Ctrl-C while a till works: the tap is taken back if that is still possible, and in every case the command ends by the
 * ordinary way, so that nothing is cut off in the middle of a write.
 */
class Interruption {
  readonly #report: Report;
  readonly #listener = (): void => void this.#interrupt();
  #till: Till | null = null;
  #interrupted = false;

  constructor(report: Report) {
    this.#report = report;
    for (const signal of signals) process.on(signal, this.#listener);
  }

  cancels(till: Till): void {
    this.#till = till;
    if (this.#interrupted) void this.#interrupt();
  }

  end(): void {
    for (const signal of signals) process.off(signal, this.#listener);
  }

  async #interrupt(): Promise<void> {
    this.#interrupted = true;
    const cancelled = await this.#till?.call('cancel', {});
    if (cancelled === undefined || cancelled.ok) return;
    if (cancelled.fault.code === 'NOT_CANCELLABLE') {
      this.#report.note('The tag is being written, which cannot be cancelled. Keep it on the reader…');
    }
  }
}
