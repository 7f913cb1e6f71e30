/**
 * `npm run test:disk-full -- [--figures FILE]`: the disk of a till is full from the n-th write of a sale, a top-up or a refund
 * on, for every n; of the write that does not fit, nothing is taken, or half. Each time the till ends before it has touched
 * the wristband, or what is on the wristband is found again and booked once there is room. Ends with 0 where that is so.
 */
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { inParallel } from '../klink/rows-in-parallel.ts';
import type { TestFolder } from '../klink/test-folder.ts';
import { countWrites, deeds, type FullDiskReport, type FullDiskRow, fillDisk, prepareTill } from './disk-full.ts';

/** On a machine that is so busy that a reader host is given up (5 s without an answer), a row says nothing about disks. */
const repeatsMax = 10;
let repeats = 0;

async function filled(prepared: TestFolder, row: FullDiskRow): Promise<FullDiskReport> {
  for (;;) {
    try {
      return await fillDisk(prepared, row);
    } catch (error) {
      repeats += 1;
      const isStarved = error instanceof Error && error.message.includes('the reader host ended');
      if (!isStarved || repeats > repeatsMax) throw error;
    }
  }
}

const { values } = parseArgs({ options: { figures: { type: 'string' } } });
const startedMs = performance.now();
const workers = [1, 2];
const prepared = await prepareTill();
const reports: FullDiskReport[] = [];
try {
  const rows: FullDiskRow[] = [];
  for (const deed of deeds) {
    const writes = await countWrites(prepared, deed);
    console.log(`${deed}: ${writes} writes`);
    for (let writesLeft = 0; writesLeft <= writes; writesLeft += 1)
      for (const takesHalf of [false, true]) rows.push({ deed, writesLeft, takesHalf });
  }
  await inParallel(workers, rows, async (_, row) => {
    reports.push(await filled(prepared, row));
    const seconds = Math.round((performance.now() - startedMs) / 1_000);
    console.error(`${reports.length} of ${rows.length} rows, ${seconds} s`);
  });
} finally {
  prepared.remove();
}

const counts = new Map<string, number>();
for (const { deed, told, left, startedFull, end } of reports) {
  const text = `${deed}: told ${told}, left ${left}; at a start on the full disk ${startedFull}; with room ${end}`;
  counts.set(text, (counts.get(text) ?? 0) + 1);
}
for (const [text, count] of [...counts].sort()) console.log(`${String(count).padStart(5)}  ${text}`);
const wrong = reports.filter(({ complaints }) => complaints.length > 0);
for (const { deed, writesLeft, takesHalf, complaints } of wrong)
  console.log(`WRONG ${deed}, ${writesLeft} writes left${takesHalf ? ' and a half' : ''}: ${complaints.join('; ')}`);
if (repeats > 0) console.log(`${repeats} rows had to be repeated: the machine was too busy for its reader`);
console.log(
  `${reports.length} full disks, ${wrong.length} wrong, ${Math.round((performance.now() - startedMs) / 1_000)} s`,
);
if (values.figures !== undefined) {
  const figures = { rows: reports.length, repeats, wrong: wrong.length, ends: Object.fromEntries(counts) };
  fs.writeFileSync(values.figures, `${JSON.stringify(figures, null, 2)}\n`);
}
process.exitCode = wrong.length > 0 || reports.length === 0 ? 1 : 0;
