/**
 * Goal: what a till sends by itself it sends at once, in its rhythm, one exchange at a time, and it hammers nobody (R46).
 * Method: the real replicator and uplink over a real database, against a server on a real socket that answers as each test
 * says; time and chance are the test's.
 */
import { describe, expect, test } from 'vitest';
import { settled } from '../../testing/till/manual-time.ts';
import {
  hourMs,
  isBatch,
  onBatch,
  problem,
  type ReplicatingWorld,
  replicatingWorldsOfTest,
} from '../../testing/till/replicating-world.ts';
import { limits } from '../domain/limits.ts';
import type { Replicator } from './replicator.ts';

const world = replicatingWorldsOfTest();

describe('in the background', () => {
  /** Until the replicator has told of so many changes: of an answer, of a configuration. */
  function answers(replicator: Replicator, count: number): Promise<void> {
    let left = count;
    return changeOf(replicator, () => {
      left -= 1;
      return left === 0;
    });
  }

  function changeOf(replicator: Replicator, isIt: (status: Replicator['status']) => boolean): Promise<void> {
    return new Promise((resolve) => {
      const stop = replicator.onChange(() => {
        if (!isIt(replicator.status)) return;
        stop();
        resolve();
      });
    });
  }

  /** Lets the next alarm ring, and waits until the one after it is set. */
  async function ring({ time }: ReplicatingWorld): Promise<number> {
    const next = time.alarmSet();
    time.advance(time.pendingMs[0] ?? 0);
    return next;
  }

  test('R46: sends what there is, then looks again in its rhythm, seals first', async () => {
    const one = await world(2);
    one.replicator.start();
    expect(await ring(one)).toBe(0);
    expect(await ring(one)).toBe(limits.replication.refreshMs);
    expect(one.backend.resources).toEqual(['seal', 'batches/1-2', 'config']);
    one.append(1);
    expect(await ring(one)).toBe(0);
    expect(one.backend.resources.slice(3)).toEqual(['seal', 'batches/3-3']);
  });

  test('Retry-After is honoured, and no new sale makes it sooner', async () => {
    const one = await world(1, onBatch(1, problem(503, 'UNAVAILABLE', {}, { 'retry-after': '90' })));
    one.replicator.start();
    expect(await ring(one)).toBe(90_000);
    one.replicator.wake();
    expect(one.time.pendingMs).toEqual([90_000]);
    expect(await ring(one)).toBe(0);
    expect(one.journal.acknowledgedSeq()).toBe(1);
  });

  test('sales while the backend does not answer do not queue up attempts behind its back', async () => {
    const releases: (() => void)[] = [];
    const one = await world(1, async (request) => {
      if (!isBatch(request)) return null;
      await new Promise<void>((resolve) => releases.push(resolve));
      return 'cut';
    });
    one.replicator.start();
    one.time.advance(0);
    await one.backend.received(2);
    for (let sale = 0; sale < 5; sale += 1) {
      one.append(1);
      one.replicator.wake();
      one.time.advance(10);
    }
    const hasFailed = changeOf(one.replicator, ({ state }) => state === 'offline');
    releases[0]?.();
    await hasFailed;
    // What was queued behind the first attempt would come in before these.
    for (let times = 0; times < 3; times += 1) await fetch(`${one.backend.url}/v1/seal`);
    expect(one.backend.requests.filter(isBatch)).toHaveLength(1);
    expect(one.time.pendingMs[0]).toBeGreaterThanOrEqual(limits.replication.backoffFloorMs);
  });

  test('a sale during the look for a new catalogue is sent at once, not at the next look', async () => {
    const made: { sale: () => void } = { sale: () => undefined };
    const one = await world(1, ({ resource }) => {
      if (resource === 'config') made.sale();
      return null;
    });
    made.sale = () => {
      one.append(1);
      one.replicator.wake();
    };
    one.replicator.start();
    await ring(one);
    const isAnswered = answers(one.replicator, 1);
    one.time.advance(0);
    await isAnswered;
    await settled();
    expect(one.backend.resources.at(-1)).toBe('config');
    expect(one.time.pendingMs).toEqual([0]);
  });

  test('stopped, it sets no alarm any more, also when an answer comes late', async () => {
    const made: { stop: () => void } = { stop: () => undefined };
    const one = await world(0, ({ resource }) => {
      if (resource === 'config') made.stop();
      return null;
    });
    made.stop = () => one.replicator.stop();
    one.replicator.start();
    const isAnswered = answers(one.replicator, 2);
    one.time.advance(0);
    await isAnswered;
    await settled();
    expect(one.backend.resources).toEqual(['seal', 'config']);
    expect(one.time.pendingMs).toEqual([]);
  });

  test('one exchange at a time, whoever asks', async () => {
    const one = await world(1_200, async () => {
      for (let turn = 0; turn < 100; turn += 1) await settled();
      return null;
    });
    one.replicator.start();
    const asked = [
      one.replicator.drain(hourMs, true),
      one.replicator.refreshConfiguration(),
      one.replicator.drain(hourMs, true),
    ];
    one.time.advance(0);
    one.replicator.wake();
    await Promise.all(asked);
    expect(one.backend.openMax).toBe(1);
    expect(one.journal.acknowledgedSeq()).toBe(1_200);
  });
});
