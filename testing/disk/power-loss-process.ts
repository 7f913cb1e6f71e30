/**
 * `npm run test:power-loss -- [--sales 90] [--seed N] [--every 1] [--per-moment 40] [--figures FILE]`: a till's session is
 * recorded to the last write and sync of its disk; then the power goes at every sync, in every way that a disk may lose what
 * was not synced, and a till has to go on from each. Ends with 0 where everything it had told was there each time.
 */
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { losePower, type PowerLossProgress } from './power-loss.ts';
import { recordSession } from './recording.ts';

const { values } = parseArgs({
  options: {
    /** Beyond the session itself; from some 85 on the write-ahead log is copied back in the middle of it. */
    sales: { type: 'string', default: '90' },
    seed: { type: 'string', default: '1' },
    every: { type: 'string', default: '1' },
    'per-moment': { type: 'string', default: '40' },
    figures: { type: 'string' },
  },
});
const seed = Number(values.seed);
const startedMs = performance.now();
const sayEveryMs = 10_000;
const shownMax = 20;
let saidMs = startedMs;

function lineOf({ done, total, syncs, pictures, repeated, losses }: PowerLossProgress): string {
  const seconds = Math.round((performance.now() - startedMs) / 1_000);
  return `${done} of ${total} events, ${syncs} syncs, ${pictures} pictures (${repeated} the same as before), ${losses.length} wrong, ${seconds} s`;
}

function say(progress: PowerLossProgress): void {
  if (performance.now() - saidMs < sayEveryMs) return;
  saidMs = performance.now();
  console.error(lineOf(progress));
}

const events = await recordSession(Number(values.sales));
const plan = { seed, every: Number(values.every), perMoment: Number(values['per-moment']) };
const end = await losePower(events, plan, say);
for (const [how, count] of end.byHow) console.log(`${String(count).padStart(6)}  ${how}`);
for (const { moment, how, complaints } of end.losses.slice(0, shownMax))
  console.log(`WRONG ${moment}, ${how}: ${complaints.join('; ')}`);
console.log(lineOf(end));
if (values.figures !== undefined) {
  const { byHow, losses, ...counts } = end;
  const figures = { ...plan, ...counts, wrong: losses.length, byHow: Object.fromEntries(byHow) };
  fs.writeFileSync(values.figures, `${JSON.stringify(figures, null, 2)}\n`);
}
process.exitCode = end.losses.length > 0 || end.pictures === 0 ? 1 : 0;
