/**
 * Goal: Ctrl-C never cuts a till off in the middle (Q51: cancel until the write, 3.2: "before exit"): what can be taken back
 * is, what cannot is said, and every command ends by its ordinary way, with nothing left half done.
 * Method: the real `klink` gets the signals a terminal sends, at the moments its own steps name.
 */
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ChargedTag, chargeTag } from './klink/charged-tag.ts';
import { type DemoBackend, startDemoBackend } from './klink/demo-backend.ts';
import { startRecordingProxy } from './klink/recording-proxy.ts';
import { enrolTill, succeeded, type TillOnReader } from './klink/till-on-reader.ts';
import { startVirtualReader, type VirtualReader, type VirtualTag } from './virtual-reader/virtual-reader.ts';

describe('Ctrl-C', () => {
  let backend: DemoBackend;
  let reader: VirtualReader;
  let charged: ChargedTag;

  beforeAll(async () => {
    [backend, reader] = await Promise.all([startDemoBackend(), startVirtualReader()]);
    charged = await chargeTag(backend, reader, '04A1B2C3D4E5F6');
  });

  afterAll(async () => {
    charged.till.folder.remove();
    await reader.close();
    await backend.close();
  });

  /** A purchase whose tag left after the third page was written. */
  async function tornSale(): Promise<{
    till: TillOnReader;
    tag: VirtualTag;
    selling: ReturnType<TillOnReader['start']>;
  }> {
    const till = charged.copyFor(reader);
    const tag = await charged.tagFor(reader);
    await reader.tear(3, 'after');
    await reader.insert(tag);
    const selling = till.start('sell', '--amount', '55.00', '--timeout', '50');
    await selling.step('that it waits for the same tag', ({ event }) => event === 'waitingForSameTag');
    return { till, tag, selling };
  }

  async function expectResolvedBy(till: TillOnReader, tag: VirtualTag): Promise<void> {
    await reader.insert(tag);
    const cleaned = succeeded(await till.run('cleanup', '--timeout', '20'));
    expect(cleaned.steps.at(-1)).toMatchObject({ event: 'cleanup', details: { committed: 0, aborted: 1, unknown: 0 } });
    expect(charged.witness(await reader.memory(tag))).toMatchObject({ balanceMinor: 9_500, transactionNumber: 1 });
    await reader.remove();
    till.folder.remove();
  }

  test('while a tag is waited for: CANCELLED, 3, nothing drawn', async () => {
    const till = charged.copyFor(reader);
    const selling = till.start('sell', '--amount', '1.00', '--timeout', '50');
    await selling.step('that it waits', ({ event }) => event === 'waitingForTag');
    selling.signal('SIGINT');
    const { exitCode, steps } = await selling.ended;
    expect({ exitCode, code: steps.at(-1)?.error?.code }).toEqual({ exitCode: 3, code: 'CANCELLED' });
    expect(succeeded(await till.run('status')).steps.at(-1)?.details).toMatchObject({
      lastTerminalTransactionNumber: 1,
    });
    till.folder.remove();
  });

  test('R30: once the tag may have been written, one Ctrl-C changes nothing and the tag put back settles it', async () => {
    const { till, tag, selling } = await tornSale();
    selling.signal('SIGINT');
    await reader.insert(tag);
    const { exitCode, steps } = await selling.ended;
    expect({ exitCode, event: steps.at(-1)?.event }).toEqual({ exitCode: 0, event: 'transactionCommitted' });
    expect(charged.witness(await reader.memory(tag))).toMatchObject({ balanceMinor: 4_000, transactionNumber: 2 });
    await reader.remove();
    till.folder.remove();
  });

  test('R30, R36: a second Ctrl-C stops the till: recorded as unknown, and the tag settles it later', async () => {
    const { till, tag, selling } = await tornSale();
    selling.signal('SIGINT');
    selling.signal('SIGTERM');
    const { exitCode, steps } = await selling.ended;
    expect([4, 5]).toContain(exitCode);
    expect(steps.some(({ event }) => event === 'transactionUnknown')).toBe(true);
    expect(succeeded(await till.run('status')).steps.at(-1)?.details).toMatchObject({
      unfinishedCount: 0,
      unknownCount: 1,
    });
    await expectResolvedBy(till, tag);
  });

  test('a cleanup that waits for a tag ends at once, and the unknown one stays unknown', async () => {
    const { till, tag, selling } = await tornSale();
    selling.signal('SIGINT');
    selling.signal('SIGTERM');
    await selling.ended;
    const cleaning = till.start('cleanup', '--timeout', '50');
    await cleaning.step('that it waits', ({ event }) => event === 'waitingForTag');
    cleaning.signal('SIGINT');
    expect([4, 5]).toContain((await cleaning.ended).exitCode);
    await expectResolvedBy(till, tag);
  });

  test('a replication whose backend never answers ends at once, and keeps what is unsent', async () => {
    const proxy = await startRecordingProxy(backend.address);
    const till = await enrolTill(proxy.address, reader);
    await reader.insert(await reader.makeTag({ uid: '04223344556677' }));
    succeeded(await till.run('issue', '--timeout', '20'));
    await reader.remove();
    await proxy.close();
    const silent = createServer();
    const called = new Promise((resolve) => silent.once('connection', resolve));
    await new Promise<void>((resolve) => silent.listen(Number(new URL(proxy.address).port), '127.0.0.1', resolve));
    const replicating = till.start('replicate', '--until-empty', '--timeout', '50');
    await called;
    replicating.signal('SIGINT');
    const { exitCode } = await replicating.ended;
    silent.close();
    expect(exitCode).toBe(5);
    expect(succeeded(await till.run('status')).steps.at(-1)?.details).toMatchObject({ unsentCount: 1 });
    till.folder.remove();
  });
});
