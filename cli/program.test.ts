/**
 * Goal: a misused command line ends with 2, says what is wrong, and starts no till; help and version end with 0.
 * Method: runs the whole program in this process with streams that are kept; none of these calls gets as far as a host.
 */
import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { stepSchema } from '../contract/ipc/step.ts';
import { runKlink } from './program.ts';

async function run(...args: readonly string[]): Promise<{ exitCode: number; out: string; error: string }> {
  const written = { out: '', error: '' };
  const streamTo = (name: 'out' | 'error'): Writable =>
    new Writable({
      write(chunk, _encoding, done) {
        written[name] += String(chunk);
        done();
      },
    });
  const exitCode = await runKlink(args, { out: streamTo('out'), error: streamTo('error') });
  return { exitCode, ...written };
}

describe('klink, misused', () => {
  test.each([
    [['nonsense'], /unknown command/i],
    [['sell'], /--item beer:2 or --amount/],
    [['sell', '--amount', '5.00', '--item', 'beer'], /not both/],
    [['sell', '--amount', '1e3'], /--amount/],
    [['sell', '--amount', '-5'], /--amount/],
    [['sell', '--item', 'beer:0'], /--item/],
    [['sell', '--item', 'beer:1000'], /--item/],
    [['sell', '--amount', '5.00', '--reader', 'usb'], /pcsc, simulated/],
    [['sell', '--amount', '5.00', '--timeout', '1.5'], /seconds/],
    [['sell', '--amount', '5.00', '--tag', 'Wristband 1', '--reader', 'pcsc'], /--reader simulated/],
    [['topup', '--method', 'cash'], /--amount/],
    [['topup', '--amount', '5.00', '--method', 'cheque'], /cash/],
    [['enrol', '--code', 'X'], /--backend/],
    [['enrol', '--backend', 'ftp://x', '--code', 'X'], /http/],
    [['backend', '--port', '70000'], /65535/],
    [['status', 'surplus'], /argument/i],
    [['shift'], /open/],
    [['shift', 'reopen'], /unknown command/i],
    [['shift', 'open'], /--float/],
    [['shift', 'open', '--float', '-1'], /--float/],
    [['shift', 'close'], /--counted/],
    [['shift', 'close', '--counted', 'all'], /--counted/],
    [['shift', 'report', '--cashier', '1111'], /shows in ps: put it in KLINK_PIN/],
    [['refund', '--supervisor', '9999', '--reader', 'simulated'], /shows in ps: put it in KLINK_SUPERVISOR_PIN/],
    [['balance', '--training', '--reader', 'pcsc'], /simulated tags only/],
    [['receipt'], /missing required argument 'number'/],
    [['receipt', '1.5'], /number/],
    [['receipt', '2', '--columns', '40'], /32, 42, 48/],
    [['receipt', '2', '--language', 'it'], /en, de, fr/],
    [['export-support'], /missing required argument 'file'/],
    [['diagnose', 'surplus'], /argument/i],
    [['replace'], /missing required argument 'uid'/],
    [['replace', '04A1B2C3D4E5'], /8, 14 or 20 hex digits/],
    [['replace', 'Wristband'], /8, 14 or 20 hex digits/],
    [['balance', '--unknown-flag'], /unknown option/],
    [[], /say what to do: backend, enrol/],
  ])('%j ends with 2', async (args, complaint) => {
    const { exitCode, out, error } = await run(...args);
    expect({ exitCode, out }).toEqual({ exitCode: 2, out: '' });
    expect(error).toMatch(complaint);
  });

  test('--json tells a misuse as a step with the code USAGE, and nothing else', async () => {
    const { exitCode, out, error } = await run('sell', '--amount', '1.2.3', '--json');
    const lines = out.trimEnd().split('\n');
    expect({ exitCode, error, lineCount: lines.length }).toEqual({ exitCode: 2, error: '', lineCount: 1 });
    expect(stepSchema.parse(JSON.parse(out))).toMatchObject({ event: 'fault', error: { code: 'USAGE' } });
  });
});

describe('klink, asked about itself', () => {
  test.each([[['--help']], [['sell', '--help']], [['--version']]])('%j ends with 0', async (args) => {
    const { exitCode, out, error } = await run(...args);
    expect({ exitCode, error }).toEqual({ exitCode: 0, error: '' });
    expect(out).not.toBe('');
  });

  test('its help names every command of the till', async () => {
    const { out } = await run('--help');
    for (const name of [
      'shift',
      'backend',
      'enrol',
      'issue',
      'repair',
      'replace',
      'balance',
      'topup',
      'sell',
      'replicate',
      'status',
      'cleanup',
      'export',
    ]) {
      expect(out).toMatch(new RegExp(`^  ${name} `, 'm'));
    }
  });
});
