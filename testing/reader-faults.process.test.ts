/**
 * Goal: a reader that is gone and a tag that cannot be used each have a code, a message and an exit code of their own, and
 * the till goes on: the next sale works (issue 2, "Reader gone"; tag.md, "Reading").
 * Method: the real `klink` on a real PC/SC service that is unplugged, stopped, killed and started again, and on emulated
 * tags that are blank, foreign, forged, corrupt, too small, of random UID or of another kind.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type ChargedTag, chargeTag } from './klink/charged-tag.ts';
import { type DemoBackend, startDemoBackend } from './klink/demo-backend.ts';
import { type KlinkRun, klinkForPeople } from './klink/run-klink.ts';
import { succeeded, type TillOnReader } from './klink/till-on-reader.ts';
import { type NewTag, startVirtualReader, type VirtualReader } from './virtual-reader/virtual-reader.ts';

const goodUid = '04A1B2C3D4E5F6';
const classicAtr = '3B8F8001804F0CA000000306030001000000006A';

describe('faults around the reader', () => {
  let backend: DemoBackend;
  let reader: VirtualReader;
  let charged: ChargedTag;
  let till: TillOnReader;

  beforeAll(async () => {
    [backend, reader] = await Promise.all([startDemoBackend(), startVirtualReader()]);
    charged = await chargeTag(backend, reader, goodUid);
    till = charged.copyFor(reader);
  });

  afterAll(async () => {
    till.folder.remove();
    charged.till.folder.remove();
    await reader.close();
    await backend.close();
  });

  /** One undisturbed sale with a tag of its own: the till has gone on. */
  async function expectNextSale(): Promise<void> {
    const next = charged.copyFor(reader);
    const tag = await charged.tagFor(reader);
    await reader.insert(tag);
    succeeded(await next.run('sell', '--amount', '1.00', '--timeout', '20'));
    await reader.remove();
    next.folder.remove();
  }

  function expectFault(run: KlinkRun, exitCode: number, code: string): void {
    const error = run.steps.at(-1)?.error;
    expect({ exitCode: run.exitCode, code: error?.code, said: run.stdout }).toMatchObject({ exitCode, code });
    expect(error?.message).toMatch(/\w+ \w+ \w+/);
    expect(error?.message).not.toMatch(/[{}]/);
  }

  describe('a reader that is gone', () => {
    /** Whatever a test has done to the service: it is started again, and the next sale works. */
    afterEach(async () => {
      await reader.stopService();
      await reader.startService();
      await expectNextSale();
    });

    test('the PC/SC service has no reader: READER_MISSING, 5', async () => {
      await reader.stopService();
      await reader.startService({ hasReader: false });
      expectFault(await till.run('sell', '--amount', '1.00', '--timeout', '20'), 5, 'READER_MISSING');
    });

    test('the PC/SC service is stopped: READER_SERVICE_DOWN, 5', async () => {
      await reader.stopService();
      expectFault(await till.run('sell', '--amount', '1.00', '--timeout', '20'), 5, 'READER_SERVICE_DOWN');
    });

    test('the PC/SC service is killed while a tag is waited for: READER_SERVICE_DOWN, 5, and nothing is left open', async () => {
      const selling = till.start('sell', '--amount', '1.00', '--timeout', '20');
      await selling.step('that it waits', ({ event }) => event === 'waitingForTag');
      await reader.killService();
      expectFault(await selling.ended, 5, 'READER_SERVICE_DOWN');
      expect(succeeded(await till.run('status')).steps.at(-1)?.details).toMatchObject({
        unfinishedCount: 0,
        unknownCount: 0,
      });
    });

    test('--reader-name that fits no reader: READER_MISSING, 5', async () => {
      const run = await till.run('sell', '--amount', '1.00', '--timeout', '20', '--reader-name', 'No such reader');
      expectFault(run, 5, 'READER_MISSING');
    });
  });

  describe('a tag that cannot be used', () => {
    const memoryLength = 144;
    const changed = (change: (memory: Buffer) => void): Buffer => {
      const memory = Buffer.from(charged.memory);
      change(memory);
      return memory;
    };
    const flip = (memory: Buffer, at: number): void => {
      memory[at] = (memory[at] ?? 0) ^ 0x01;
    };

    const cases: readonly { what: string; code: string; tag: NewTag; memory?: () => Uint8Array }[] = [
      { what: 'a blank tag', code: 'TAG_UNKNOWN', tag: { uid: '04111111111111' } },
      {
        what: 'something else on it',
        code: 'TAG_UNKNOWN',
        tag: { uid: '04121212121212' },
        memory: () => Buffer.alloc(memoryLength, 0x5a),
      },
      {
        what: 'a tag of another event',
        code: 'TAG_FOREIGN_EDITION',
        tag: { uid: goodUid },
        memory: () => changed((memory) => memory.writeUInt32BE(memory.readUInt32BE(4) + 1, 4)),
      },
      {
        what: 'a header with a forged MAC',
        code: 'TAG_FORGED',
        tag: { uid: goodUid },
        memory: () => changed((memory) => flip(memory, 12)),
      },
      {
        what: 'a tag copied to another UID',
        code: 'TAG_FORGED',
        tag: { uid: '04A1B2C3D4E5F7' },
        memory: () => Buffer.from(charged.memory),
      },
      {
        what: 'two corrupt slots',
        code: 'TAG_CORRUPT',
        tag: { uid: goodUid },
        memory: () =>
          changed((memory) => {
            flip(memory, 16 + 4);
            flip(memory, 80 + 4);
          }),
      },
      { what: 'a random UID', code: 'TAG_RANDOM_UID', tag: { uid: '08123456' } },
      { what: 'too little memory', code: 'TAG_TOO_SMALL', tag: { uid: '04131313131313', model: 'ultralight' } },
      { what: 'another technology', code: 'TAG_UNSUPPORTED', tag: { uid: '11223344', atr: classicAtr } },
    ];

    test.each(cases)('$what: $code, 3, and it is not written to', async ({ code, tag: spec, memory }) => {
      const tag = await reader.makeTag(spec);
      if (memory !== undefined) await reader.setMemory(tag, memory());
      const before = await reader.memory(tag);
      await reader.insert(tag);
      expectFault(await till.run('sell', '--amount', '1.00', '--timeout', '20'), 3, code);
      expect(await reader.memory(tag)).toEqual(before);
      await reader.remove();
    });

    test('each code has a message of its own, and the next sale works', async () => {
      const messages = new Map<string, string>();
      for (const { code, tag: spec, memory } of cases) {
        const tag = await reader.makeTag(spec);
        if (memory !== undefined) await reader.setMemory(tag, memory());
        await reader.insert(tag);
        const run = await till.run('balance', '--timeout', '20');
        messages.set(code, run.steps.at(-1)?.error?.message ?? '');
        await reader.remove();
      }
      expect(new Set(messages.values()).size).toBe(new Set(cases.map(({ code }) => code)).size);
      await expectNextSale();
    });

    test('a person reads what is wrong and what to do, on standard error', async () => {
      const tag = await reader.makeTag({ uid: '04111111111111' });
      await reader.insert(tag);
      const args = ['sell', '--amount', '1.00', '--timeout', '20', '--reader', 'pcsc', '--data', till.folder.place];
      const { exitCode, stdout, stderr } = await klinkForPeople(args, { env: reader.env });
      await reader.remove();
      expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: '' });
      expect(stderr).toMatch(/klink: .*blank.*\(TAG_UNKNOWN\)\n.*klink issue/);
    });

    test('no tag at all: TAG_NOT_SHOWN, 3', async () => {
      expectFault(await till.run('balance', '--timeout', '2'), 3, 'TAG_NOT_SHOWN');
    });

    test('not enough money: INSUFFICIENT_FUNDS, 3, the tag as it was, and the transaction Aborted', async () => {
      const next = charged.copyFor(reader);
      const tag = await charged.tagFor(reader);
      await reader.insert(tag);
      const run = await next.run('sell', '--amount', '95.01', '--timeout', '20');
      expectFault(run, 3, 'INSUFFICIENT_FUNDS');
      expect(run.steps.at(-1)).toMatchObject({
        transaction: { state: 'Aborted' },
        error: { details: { missingMinor: 1 } },
      });
      expect(await reader.memory(tag)).toEqual(charged.memory);
      await reader.remove();
      next.folder.remove();
    });
  });
});
