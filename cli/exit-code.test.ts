/**
 * Goal: every fault code of the contract ends `klink` with exactly the exit code of its class.
 * Method: walks all codes of `contract/ipc/fault.ts` and compares with the table of the command line's documentation.
 */
import { describe, expect, test } from 'vitest';
import { allFaultCodes, faultCodes } from '../contract/ipc/fault.ts';
import { exitCodeOfFault, exitCodeOfOutcome } from './exit-code.ts';

const at = '2026-07-04T20:15:03.120Z';

describe('exit codes', () => {
  test('usage 2, refused 3, unknown 4, environment 5, rejected 6', () => {
    expect(new Set(faultCodes.usage.map(exitCodeOfFault))).toEqual(new Set([2]));
    expect(new Set(faultCodes.refused.map(exitCodeOfFault))).toEqual(new Set([3]));
    expect(new Set(faultCodes.unknown.map(exitCodeOfFault))).toEqual(new Set([4]));
    expect(new Set(faultCodes.environment.map(exitCodeOfFault))).toEqual(new Set([5]));
    expect(new Set(faultCodes.rejected.map(exitCodeOfFault))).toEqual(new Set([6]));
  });

  test('no code is in two classes', () => {
    expect(new Set(allFaultCodes).size).toBe(allFaultCodes.length);
  });

  test('a committed or finished piece of work is 0', () => {
    expect(exitCodeOfOutcome({ result: 'committed', step: { at, event: 'transactionCommitted' } })).toBe(0);
    expect(exitCodeOfOutcome({ result: 'done', step: { at, event: 'balance' } })).toBe(0);
  });

  test('R30: an unknown outcome is 4', () => {
    expect(exitCodeOfOutcome({ result: 'unknown', step: { at, event: 'transactionUnknown' } })).toBe(4);
  });

  test('an aborted sale is 3 unless its fault is of another class', () => {
    expect(exitCodeOfOutcome({ result: 'aborted', step: { at, event: 'transactionAborted' } })).toBe(3);
    const error = { code: 'READER_MISSING', message: 'no reader' } as const;
    expect(exitCodeOfOutcome({ result: 'refused', step: { at, event: 'fault', error } })).toBe(5);
  });
});
