/**
 * `node testing/soak/soak-process.ts [--sales 5000] [--reader pcsc] [--figures FILE]`: a day of a till in fast motion. Sale
 * after sale on the virtual reader (or, much faster, on the simulated one), cart first and one tap, with top-ups as the tags
 * run dry, cleanups, and replication to a real backend going on. Ends with 0 where nothing grows with the sales (memory in
 * V8's heap and outside it, descriptors, threads, write-ahead log; `bounds.ts`) and where every tap is accounted for on the
 * tags, in the till and in the books; else with 1 and what is wrong. A run of less than some 3,000 sales is for looking at
 * its curves: what it judges is still warming up.
 */
import fs from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { readerKinds } from '../../contract/ipc/reader.ts';
import type { Step } from '../../contract/ipc/step.ts';
import { accountSoak, type Counted } from './accounting.ts';
import { judgeGrowth } from './bounds.ts';
import { systemFigures } from './process-figures.ts';
import { Recorder } from './recorder.ts';
import { type Customer, type SoakWorld, startSoakWorld } from './soak-world.ts';

const { values } = parseArgs({
  options: {
    sales: { type: 'string', default: '5000' },
    reader: { type: 'string', default: 'pcsc' },
    /** Every value measured, for whoever wants to see the curve: JSON. */
    figures: { type: 'string' },
  },
});
const sales = Number(values.sales);
const samples = 50;
const cleanupEvery = 500;
const tap = { firstTagOnly: true, timeoutMs: 30_000 } as const;
const topUpMinor = 200_00;
const sampleEvery = Math.max(1, Math.floor(sales / samples));

/** Between 0.50 and 12.00, another one each time. */
const priceOf = (sale: number): number => 50 + ((sale * 37) % 1_150);

async function sample(world: SoakWorld, recorder: Recorder): Promise<void> {
  for (const [process, pid] of Object.entries(world.probed)) recorder.note(process, await world.probe.figures(pid));
  for (const [process, pid] of Object.entries(world.others)) recorder.note(process, systemFigures(pid));
  recorder.note('till', { writeAheadLogBytes: fs.statSync(`${world.databaseFile}-wal`).size });
}

async function topUp(world: SoakWorld, customer: Customer, counted: Counted): Promise<void> {
  const { step } = await world.tapped('topUp', { ...tap, amountMinor: topUpMinor, method: 'cash' }, customer);
  counted.topUps += 1;
  counted.toppedUpMinor += topUpMinor;
  follow(customer, step, counted);
}

async function sell(world: SoakWorld, customer: Customer, priceMinor: number, counted: Counted): Promise<void> {
  await world.till.ask('addAmountToCart', { amountMinor: priceMinor });
  const { result, step } = await world.tapped('sell', tap, customer);
  if (result !== 'committed') throw new Error(`a sale ended ${result}: ${JSON.stringify(step)}`);
  counted.sales += 1;
  counted.soldMinor += priceMinor;
  follow(customer, step, counted);
}

/** Every tap that books takes the next number of the till and of its tag, and says what it did to the balance. */
function follow(customer: Customer, step: Step, counted: Counted): void {
  const { transaction, tag } = step;
  if (transaction?.terminalTransactionNumber !== counted.sales + counted.topUps || transaction.state !== 'Committed')
    throw new Error(`not the next transaction: ${JSON.stringify(step)}`);
  customer.balanceMinor += transaction.balanceDeltaMinor;
  customer.tagTransactionNumber += 1;
  if (tag?.balanceMinor !== customer.balanceMinor || tag.transactionNumber !== customer.tagTransactionNumber)
    throw new Error(`not what is on the tag: ${JSON.stringify({ step, customer })}`);
}

async function run(world: SoakWorld, recorder: Recorder): Promise<Counted> {
  const counted: Counted = { sales: 0, topUps: 0, soldMinor: 0, toppedUpMinor: 0 };
  const startedMs = performance.now();
  while (counted.sales < sales) {
    const customer = world.customers[counted.sales % world.customers.length];
    if (customer === undefined) throw new Error('there are no customers');
    const priceMinor = priceOf(counted.sales);
    if (customer.balanceMinor < priceMinor) await topUp(world, customer, counted);
    await sell(world, customer, priceMinor, counted);
    if (counted.sales % cleanupEvery === 0) await world.till.ask('cleanup', { timeoutMs: 0 });
    if (counted.sales % sampleEvery !== 0) continue;
    await sample(world, recorder);
    const seconds = Math.round((performance.now() - startedMs) / 1_000);
    console.error(`${counted.sales} of ${sales} sales, ${counted.topUps} top-ups, ${seconds} s`);
  }
  return counted;
}

const world = await startSoakWorld(z.enum(readerKinds).parse(values.reader));
try {
  const recorder = new Recorder(sampleEvery);
  const counted = await run(world, recorder);
  if (values.figures !== undefined) fs.writeFileSync(values.figures, JSON.stringify(recorder.series));
  const judged = recorder.series.map(judgeGrowth);
  for (const { text } of judged) console.log(text);
  const grown = judged.filter(({ isFlat }) => !isFlat).map(({ text }) => text);
  const faults = [...grown, ...(await accountSoak(world, counted))];
  console.log(`${counted.sales} sales, ${counted.topUps} top-ups, ${world.inserts} taps`);
  console.log(faults.length === 0 ? 'nothing leaks, nothing is lost' : `WRONG:\n${faults.join('\n')}`);
  process.exitCode = faults.length === 0 ? 0 : 1;
} finally {
  await world.close();
}
