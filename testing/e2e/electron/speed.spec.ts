// Goal: the window answers as fast on a till that has sold for weeks, with a shop's assortment, as on a new one: what a press
// and a tap cost does not grow with what was sold or is on sale.
// Method: two real applications with simulated readers sell in turns, so that what slows the machine slows both: a new till
// with 12 products, and one with 5,000 products and tens of thousands of transactions. Times are taken in the window, from
// the end of the press to the frame that shows the change, and the middle ones are compared; `npm run test:speed` makes
// 100,000 transactions and holds the 95th percentile to 100 ms besides. The times are kept in test-results/speed.json.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from '@playwright/test';
import { makeFolder, type TestFolder } from '../../klink/test-folder.ts';
import { type GrownTill, growTill } from '../../speed/grown-till.ts';
import { MeasuredWindow, quantile, type WindowTimes } from '../../speed/measured-window.ts';
import { type Application, nextCustomer, startApplication, typeAmount } from './application.ts';
import { Wristbands } from './wristbands.ts';

const isFull = process.env['KLINK_SPEED'] === 'full';
const saleCount = isFull ? 110 : 12;
const grown: GrownTill = { productCount: 5_000, transactionCount: isFull ? 100_000 : 20_000 };
const young: GrownTill = { productCount: 12, transactionCount: 0 };
/** Frames and schedulers have a grain of some milliseconds, which is no growth. */
const grainMs = 12;
const growthMax = isFull ? 1.5 : 2;
const boundMs = 100;
const steps = ['product', 'tap', 'done'] as const satisfies readonly (keyof WindowTimes)[];

interface RunningTill {
  readonly folder: TestFolder;
  readonly application: Application;
  readonly window: MeasuredWindow;
}

const running: RunningTill[] = [];
test.afterEach(async () => {
  for (const { application, folder } of running.splice(0)) {
    await application.close();
    folder.remove();
  }
});

/** A till that is open, with a wristband that can pay for all the sales. */
async function open(till: GrownTill): Promise<RunningTill> {
  const folder = makeFolder('speed');
  await growTill(folder.place, till);
  writeFileSync(path.join(folder.place, 'till.json'), JSON.stringify({ doneMs: 60_000 }));
  const application = await startApplication(folder.place, ['--reader', 'simulated']);
  await application.expectScreen('sale');
  const wristbands = new Wristbands(() => application);
  await wristbands.makeToppedUp('Speed');
  await typeAmount(application, 'F3', 19_000);
  await application.expectScreen('tap');
  await wristbands.tap('Speed');
  await nextCustomer(application);
  const opened = { folder, application, window: await MeasuredWindow.measure(application.page) };
  running.push(opened);
  return opened;
}

test('a press and a tap are shown as fast by a till grown old as by a new one', async () => {
  test.setTimeout(isFull ? 600_000 : 120_000);
  const old = await open(grown);
  const fresh = await open(young);
  for (let sale = 0; sale < saleCount; sale += 1) {
    await old.window.sellOnce('Lager', 'Speed');
    await fresh.window.sellOnce('Lager', 'Speed');
  }
  const figures = Object.fromEntries(
    steps.map((step) => [step, { old: summary(old.window.times[step]), fresh: summary(fresh.window.times[step]) }]),
  );
  keep({ grown, saleCount, figures });
  // A whole sale is dozens of messages between processes: only many of them tell more of the till than of the machine.
  for (const step of isFull ? steps : (['product', 'tap'] as const)) {
    const [oldMs, freshMs] = [old, fresh].map(({ window }) => quantile(window.times[step], 0.5));
    expect(oldMs, `${step}, ms, half of the time`).toBeLessThan((freshMs ?? 0) * growthMax + grainMs);
    if (isFull && step !== 'done') {
      expect(quantile(old.window.times[step], 0.95), `${step}, ms, 19 times of 20`).toBeLessThan(boundMs);
    }
  }
});

function summary(times: readonly number[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [0.5, 0.95, 1].map((part) => [`p${100 * part}`, Math.round(quantile(times, part) * 10) / 10]),
  );
}

function keep(measured: unknown): void {
  const folder = path.resolve(import.meta.dirname, '../../../test-results');
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'speed.json'), `${JSON.stringify(measured, null, 1)}\n`);
  console.log(JSON.stringify(measured));
}
