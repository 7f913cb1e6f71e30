import { type FaultClass, type FaultCode, faultCodes } from '../contract/ipc/fault.ts';
import type { Outcome } from '../contract/ipc/operations.ts';

/** The only numbers `klink` ends with; `docs/operating.md` says what to do about each. */
export type ExitCode = 0 | 2 | 3 | 4 | 5 | 6;

const exitCodeByClass: { readonly [C in FaultClass]: ExitCode } = {
  usage: 2,
  refused: 3,
  unknown: 4,
  environment: 5,
  rejected: 6,
};

const exitCodeByFault: ReadonlyMap<string, ExitCode> = new Map(
  [
    { codes: faultCodes.usage, exitCode: exitCodeByClass.usage },
    { codes: faultCodes.refused, exitCode: exitCodeByClass.refused },
    { codes: faultCodes.unknown, exitCode: exitCodeByClass.unknown },
    { codes: faultCodes.environment, exitCode: exitCodeByClass.environment },
    { codes: faultCodes.rejected, exitCode: exitCodeByClass.rejected },
  ].flatMap(({ codes, exitCode }) => codes.map((code): [string, ExitCode] => [code, exitCode])),
);

/** The exit code of a fault, by its class in `contract/ipc/fault.ts`. */
export function exitCodeOfFault(code: FaultCode): ExitCode {
  const exitCode = exitCodeByFault.get(code);
  if (exitCode === undefined) throw new Error(`fault code ${code} has no class`);
  return exitCode;
}

/**
 * The exit code of a piece of work with a tag. `refused` and `aborted` are 3 unless their fault is of another class: a
 * sale that ended because the reader is gone is the environment's fault (5).
 */
export function exitCodeOfOutcome(outcome: Outcome): ExitCode {
  switch (outcome.result) {
    case 'done':
    case 'committed':
      return 0;
    case 'unknown':
    case 'payment-open':
      return exitCodeByClass.unknown;
    case 'aborted':
    case 'refused':
      return outcome.step.error === undefined ? exitCodeByClass.refused : exitCodeOfFault(outcome.step.error.code);
  }
}
