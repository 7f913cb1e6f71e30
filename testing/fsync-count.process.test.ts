/**
 * Goal: a one-tap purchase is three commits, each on the disk before the next step, and so exactly three fsyncs (Q51);
 * checkpoints apart. Fewer would lose sales at a power cut, more would make the queue longer.
 * Method: the composer of the command line with the real hosts of `out/` and the real PC/SC service. After a first sale, so
 * that no file is new, strace is attached to the till host for one sale and counts what reaches the disk, by file.
 */
import fs from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTill, type Till } from '../cli/composer.ts';
import { type ChargedTag, chargeTag } from './klink/charged-tag.ts';
import { childRunning } from './klink/child-processes.ts';
import { type DemoBackend, startDemoBackend } from './klink/demo-backend.ts';
import { traceSyncs } from './klink/strace.ts';
import { makeFolder, type TestFolder } from './klink/test-folder.ts';
import { startVirtualReader, type VirtualReader, type VirtualTag } from './virtual-reader/virtual-reader.ts';

const hostsFolder = path.resolve(import.meta.dirname, '../out/hosts');

describe('fsyncs of the till', () => {
  let backend: DemoBackend;
  let reader: VirtualReader;
  let charged: ChargedTag;
  let till: Till;
  let traces: TestFolder;
  let tag: VirtualTag;

  beforeAll(async () => {
    [backend, reader] = await Promise.all([startDemoBackend(), startVirtualReader()]);
    charged = await chargeTag(backend, reader, '04A1B2C3D4E5F6');
    traces = makeFolder('strace');
    till = await composeTill();
    tag = await charged.tagFor(reader);
    await reader.insert(tag);
  });

  afterAll(async () => {
    await till.stop();
    charged.till.folder.remove();
    traces.remove();
    await reader.close();
    await backend.close();
  });

  async function composeTill(): Promise<Till> {
    // The hosts inherit the environment of this process, as those of klink do.
    Object.assign(process.env, reader.env);
    const dataFolder = charged.till.folder.place;
    const started = await startTill({
      dataFolder,
      readerKind: 'pcsc',
      reader: { readerKind: 'pcsc', readerName: null, dataFolder, simulatedTag: null },
      onStep: () => {},
      hostsFolder,
    });
    if (!started.ok) throw new Error(started.fault.message);
    return started.result;
  }

  /** The tag of the sale before does not count until it was away. */
  async function sellToNextTag() {
    const sold = till.call('sell', { timeoutMs: 20_000, firstTagOnly: true });
    await reader.remove();
    await reader.insert(tag);
    return await sold;
  }

  async function sellOneTap(): Promise<void> {
    const filled = await till.call('addAmountToCart', { amountMinor: 100 });
    expect(filled).toMatchObject({ ok: true });
    const sold = await sellToNextTag();
    expect(sold).toMatchObject({ ok: true, result: { result: 'committed' } });
    await till.call('dismiss', {});
  }

  /** The files that were synced while `work` ran, in order. */
  async function syncedFiles(work: () => Promise<void>): Promise<readonly string[]> {
    const pid = childRunning(process.pid, 'till-host');
    if (pid === null) throw new Error('the till host is not to be found');
    const output = path.join(traces.place, 'trace');
    const tracing = await traceSyncs(pid, output);
    await work();
    await tracing.detach();
    const lines = fs.readFileSync(output, 'utf8').split('\n');
    return lines.flatMap((line) => {
      const file = /\b(?:fsync|fdatasync|sync|syncfs|sync_file_range)\((?:\d+<(?<file>[^>]*)>)?/.exec(line)?.groups;
      return file === undefined ? [] : [path.basename(file['file'] ?? 'everything')];
    });
  }

  test('Q51: a one-tap purchase syncs exactly three times, each time the log of the database', async () => {
    await sellOneTap();
    const synced = await syncedFiles(sellOneTap);
    expect(synced).toHaveLength(3);
    expect(new Set(synced).size).toBe(1);
    expect(synced[0]).toMatch(/-wal$/);
  });

  test('Q51: and so does the next one', async () => {
    expect(await syncedFiles(sellOneTap)).toHaveLength(3);
  });

  test('a refused sale syncs twice: Open, and Aborted with its journal', async () => {
    const synced = await syncedFiles(async () => {
      await till.call('addAmountToCart', { amountMinor: 40_000 });
      const sold = await sellToNextTag();
      expect(sold).toMatchObject({ ok: true, result: { result: 'aborted' } });
      await till.call('dismiss', {});
      await till.call('clearCart', {});
    });
    expect(synced).toHaveLength(2);
  });
});
