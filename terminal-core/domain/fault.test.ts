/**
 * Goal: whatever goes wrong, a person reads a whole sentence: every code has one, and every gap in it is filled by whoever
 * makes the fault.
 * Method: every code of the contract; and the sources themselves, in which each `fault('CODE', …)` of a text with gaps has
 * to name what fills them.
 */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { allFaultCodes, type FaultCode } from '../../contract/ipc/fault.ts';
import { fault } from './fault.ts';

const gapsOf = (code: FaultCode): readonly string[] =>
  [...fault(code).message.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);

describe('texts', () => {
  test.each(allFaultCodes)('%s has a sentence', (code) => {
    expect(fault(code).message.length).toBeGreaterThan(15);
    expect(fault(code).message).toMatch(/[.:?"})]$|\{\w+\}$/);
  });

  test('details fill the gaps and travel along; without any there are none', () => {
    const made = fault('TILL_IN_USE', { pid: '4711' });
    expect(made).toEqual({ code: 'TILL_IN_USE', message: expect.stringContaining('4711'), details: { pid: '4711' } });
    expect(fault('BUSY')).not.toHaveProperty('details');
  });
});

describe('the places that make faults', () => {
  const folder = path.resolve(import.meta.dirname, '..');
  const sources = fs
    .readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && file !== path.join('domain', 'fault.ts'))
    .map((file) => fs.readFileSync(path.join(folder, file), 'utf8'));
  const made = sources.flatMap((text) =>
    [...text.matchAll(/\bfault\('([A-Z_]+)'(?:,\s*\{([^}]*(?:\}[^}]*)*?)\}\s*)?\)/g)].map(
      ([all, code = '', details = '']) => ({
        all,
        code,
        details,
      }),
    ),
  );

  test('are found', () => {
    expect(made.length).toBeGreaterThan(40);
  });

  test('fill every gap of the text', () => {
    const unfilled = made.filter(({ code, details }) =>
      allFaultCodes.some(
        (known) => known === code && gapsOf(known).some((gap) => !new RegExp(`\\b${gap}\\b`).test(details)),
      ),
    );
    expect(unfilled.map(({ all }) => all)).toEqual([]);
  });

  test('no code whose text has gaps is made without its name being written out', () => {
    // `fault(code)` with a code of a variable cannot fill a gap: those codes have none.
    const variable = [
      'CANCELLED',
      'INTERRUPTED',
      'TAG_WRITE_FAILED',
      'TAG_CHANGED',
      'JOURNAL_FORKED',
      'JOURNAL_UNKNOWN',
      'CHAIN_BROKEN',
      'JOURNAL_BEHIND',
    ];
    expect(allFaultCodes.filter((code) => variable.includes(code) && gapsOf(code).length > 0)).toEqual([]);
  });
});
