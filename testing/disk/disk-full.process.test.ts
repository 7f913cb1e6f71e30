/**
 * Goal: a disk that is full at any write of a sale costs at most the sale: it ends before the wristband is touched, or what
 * is on the wristband is found again and booked once there is room; never half (Q51, DISK_FULL).
 * Method: the real hosts on a disk that takes a few more writes and then no byte (ENOSPC, by a library in front of the C
 * library; no rights needed). `npm run test:disk-full` takes every write of every deed; here are the first write and the
 * last one, which comes after the wristband was written.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { TestFolder } from '../klink/test-folder.ts';
import { countWrites, fillDisk, prepareTill } from './disk-full.ts';

let prepared: TestFolder;
let writes: number;

beforeAll(async () => {
  prepared = await prepareTill();
  writes = await countWrites(prepared, 'sale');
});
afterAll(() => prepared.remove());

test.concurrent.each([
  { at: 'the first write', isFirst: true, left: 'nothing', end: 'never begun' },
  { at: 'the last write', isFirst: false, left: 'TerminalConfirmStarted', end: 'Committed' },
])('DISK_FULL at $at of a sale: nothing is half', async ({ isFirst, left, end }) => {
  const writesLeft = isFirst ? 0 : writes - 1;
  const report = await fillDisk(prepared, { deed: 'sale', writesLeft, takesHalf: true });
  expect(report).toMatchObject({ told: 'DISK_FULL', left, end, complaints: [] });
});
