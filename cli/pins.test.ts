/**
 * Goal: a PIN comes from the environment or is typed unseen, and never stands where others can read it.
 * Method: the sources of a call as streams and objects; a terminal is a stream that says it is one.
 */
import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { readPins } from './pins.ts';

const noFlags = { cashier: false, supervisor: false } as const;

function sources(env: Record<string, string>, isTTY = false) {
  const input = Object.assign(new PassThrough(), { isTTY });
  const output = new PassThrough();
  return { env, input, output, shown: () => String(output.read() ?? '') };
}

describe('from the environment', () => {
  test('without a flag, and taken out of it so that no host inherits it', async () => {
    const from = sources({ KLINK_PIN: '1111', KLINK_SUPERVISOR_PIN: '9999', KLINK_DATA: 'x' });
    expect(await readPins(noFlags, from)).toEqual({ ok: true, result: { cashier: '1111', supervisor: '9999' } });
    expect(from.env).toEqual({ KLINK_DATA: 'x' });
  });

  test('none where none is given', async () => {
    expect(await readPins(noFlags, sources({ KLINK_PIN: '' }))).toEqual({
      ok: true,
      result: { cashier: null, supervisor: null },
    });
  });

  test.each(['123', '1234567890123', '12a4', ' 1234'])('%j is no PIN, and is not repeated', async (pin) => {
    const answer = await readPins(noFlags, sources({ KLINK_PIN: pin }));
    expect(answer).toMatchObject({ ok: false, fault: { code: 'USAGE' } });
    expect(JSON.stringify(answer)).not.toContain(pin);
  });
});

describe('typed', () => {
  test('on a terminal, and not shown there', async () => {
    const from = sources({}, true);
    const answer = readPins({ cashier: true, supervisor: false }, from);
    from.input.write('1111\r');
    expect(await answer).toEqual({ ok: true, result: { cashier: '1111', supervisor: null } });
    expect(from.shown()).toBe('PIN: \n');
  });

  test('Ctrl-C: nobody logs in', async () => {
    const from = sources({}, true);
    const answer = readPins({ cashier: true, supervisor: false }, from);
    from.input.write('11\u0003');
    expect(await answer).toMatchObject({ ok: false, fault: { code: 'CANCELLED' } });
  });

  test('the input ends: nobody logs in', async () => {
    const from = sources({}, true);
    const answer = readPins({ cashier: false, supervisor: true }, from);
    from.input.end();
    expect(await answer).toMatchObject({ ok: false, fault: { code: 'CANCELLED' } });
  });

  test('without a terminal nothing can be typed', async () => {
    const answer = await readPins({ cashier: false, supervisor: true }, sources({}));
    expect(answer).toMatchObject({
      fault: { code: 'USAGE', message: expect.stringContaining('KLINK_SUPERVISOR_PIN') },
    });
  });
});

test('a PIN on the command line is refused, with the reason and without the PIN', async () => {
  const answer = await readPins({ cashier: '1111', supervisor: false }, sources({}));
  expect(answer).toMatchObject({ fault: { code: 'USAGE', message: expect.stringContaining('shows in ps') } });
  expect(JSON.stringify(answer)).not.toContain('1111');
});
