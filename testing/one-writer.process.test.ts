/**
 * Goal: two processes never write one till (architecture.md, "One writer"), and a killed one leaves nothing locked.
 * Method: a real `klink` waits for a tag; a second one on the same folder is refused with the number of the first, `status`
 * answers meanwhile, and after SIGKILL of the till host, or of klink itself, the next one works at once.
 */
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type ChargedTag, chargeTag } from './klink/charged-tag.ts';
import { childRunning, isRunning } from './klink/child-processes.ts';
import { type DemoBackend, startDemoBackend } from './klink/demo-backend.ts';
import type { RunningKlink } from './klink/run-klink.ts';
import { succeeded, type TillOnReader } from './klink/till-on-reader.ts';
import { startVirtualReader, type VirtualReader, type VirtualTag } from './virtual-reader/virtual-reader.ts';

describe('one till, one writer', () => {
  let backend: DemoBackend;
  let reader: VirtualReader;
  let charged: ChargedTag;
  let till: TillOnReader;
  let tag: VirtualTag;

  beforeAll(async () => {
    [backend, reader] = await Promise.all([startDemoBackend(), startVirtualReader()]);
    charged = await chargeTag(backend, reader, '04A1B2C3D4E5F6');
    till = charged.till;
    tag = await charged.tagFor(reader);
  });

  afterAll(async () => {
    till.folder.remove();
    await reader.close();
    await backend.close();
  });

  async function waitingKlink(): Promise<{ running: RunningKlink; tillHostPid: number }> {
    const running = till.start('balance', '--timeout', '50');
    await running.step('that it waits', ({ event }) => event === 'waitingForTag');
    const tillHostPid = childRunning(running.pid, 'till-host');
    if (tillHostPid === null) throw new Error('the till host is not to be found');
    return { running, tillHostPid };
  }

  async function expectBalance(): Promise<void> {
    await reader.insert(tag);
    const read = succeeded(await till.run('balance', '--timeout', '20'));
    expect(read.steps.at(-1)).toMatchObject({ event: 'balance', tag: { balanceMinor: 9_500 } });
    await reader.remove();
  }

  test('a second process is refused with 5 and told which process has the till; status answers', async () => {
    const { running, tillHostPid } = await waitingKlink();
    const second = await till.run('sell', '--amount', '1.00');
    expect(second.exitCode).toBe(5);
    expect(second.steps.at(-1)).toMatchObject({ event: 'fault', error: { code: 'TILL_IN_USE' } });
    expect(second.steps.at(-1)?.error?.message).toContain(`in use by process ${tillHostPid}`);
    expect(succeeded(await till.run('status')).steps.at(-1)).toMatchObject({
      event: 'status',
      details: { enrolled: true, lastTerminalTransactionNumber: 1, unfinishedCount: 0 },
    });

    running.signal('SIGINT');
    const cancelled = await running.ended;
    expect(cancelled).toMatchObject({ exitCode: 3 });
    expect(cancelled.steps.at(-1)?.error?.code).toBe('CANCELLED');
    expect(isRunning(tillHostPid)).toBe(false);
  });

  test('SIGKILL of the till host: klink ends with 5 and says what to do; the next one works', async () => {
    const { running, tillHostPid } = await waitingKlink();
    process.kill(tillHostPid, 'SIGKILL');
    const killed = await running.ended;
    expect(killed.exitCode).toBe(5);
    expect(killed.steps.at(-1)).toMatchObject({ event: 'fault', error: { code: 'TILL_STOPPED' } });
    expect(killed.steps.at(-1)?.error?.message).toContain('SIGKILL');
    await expectBalance();
  });

  test('SIGKILL of klink itself: its hosts end by themselves; the next one works', async () => {
    const { running, tillHostPid } = await waitingKlink();
    const readerHostPid = childRunning(running.pid, 'reader-host');
    running.signal('SIGKILL');
    await running.ended;
    await vi.waitFor(() => expect([tillHostPid, readerHostPid ?? 0].filter(isRunning)).toEqual([]), {
      timeout: 10_000,
    });
    await expectBalance();
  });

  test('SIGKILL of the reader host: it is started again and the tag is read', async () => {
    const { running } = await waitingKlink();
    const readerHostPid = childRunning(running.pid, 'reader-host');
    if (readerHostPid === null) throw new Error('the reader host is not to be found');
    process.kill(readerHostPid, 'SIGKILL');
    await reader.insert(tag);
    const read = await running.ended;
    await reader.remove();
    expect(succeeded(read).steps.at(-1)).toMatchObject({ event: 'balance', tag: { balanceMinor: 9_500 } });
  });

  test('a reader host that is frozen in the middle of an APDU is ended, and the sale goes on', async () => {
    await reader.plan({ kind: 'hold', counted: { of: 'apdus', number: 3 }, isDone: false });
    const running = till.start('sell', '--amount', '1.00', '--timeout', '50');
    await reader.insert(tag);
    await reader.held();
    const readerHostPid = childRunning(running.pid, 'reader-host');
    if (readerHostPid === null) throw new Error('the reader host is not to be found');
    process.kill(readerHostPid, 'SIGSTOP');
    await running.step('tagGone', (step) => step.event === 'tagGone');
    await reader.remove();
    await reader.insert(tag);
    expect(succeeded(await running.ended).steps.at(-1)).toMatchObject({ event: 'transactionCommitted' });
    await reader.remove();
    expect(isRunning(readerHostPid)).toBe(false);
  });
});
