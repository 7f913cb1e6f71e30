/**
 * `session-process.ts FOLDER LOG BACKEND PART SALES`: one run of a till whose disk is watched. What it tells somebody it notes
 * in the log of the disk, before it goes on. The first part ends in the middle of a sale, as a kill ends it; the second
 * begins with the cleanup and ends in order; the third opens what that has left.
 */
import type { Outcome } from '../../contract/ipc/operations.ts';
import type { Step } from '../../contract/ipc/step.ts';
import { tell } from './disk-log.ts';
import { SessionTill } from './session-till.ts';
import type { Told } from './told.ts';

const [folder = '', logFile = '', backendUrl = '', part = '', sales = '0'] = process.argv.slice(2);
const say = (told: Told): void => tell(logFile, told);
let isToDieWriting = false;

function onStep({ event, transaction }: Step): void {
  if (event === 'transactionCommitted' && transaction !== undefined)
    say({ kind: 'committed', number: transaction.terminalTransactionNumber });
  if (event === 'writing' && isToDieWriting) process.kill(process.pid, 'SIGKILL');
}

function expectResult(wanted: Outcome['result'], { result, step }: Outcome): void {
  if (result !== wanted) throw new Error(`${result} instead of ${wanted}: ${JSON.stringify(step)}`);
  const { transaction } = step;
  if (result === 'committed' && transaction !== undefined)
    say({ kind: 'committed', number: transaction.terminalTransactionNumber });
}

async function first(till: SessionTill): Promise<void> {
  const enrolled = await till.operations.enrol({ backendUrl, code: 'ONE', terminalName: 'Bar 1' });
  if (!enrolled.ok) throw new Error(JSON.stringify(enrolled.fault));
  say({ kind: 'enrolled' });
  for (const tag of [0, 1]) {
    expectResult('done', await till.issue(tag));
    expectResult('committed', await till.topUp(tag, 100_00));
  }
  await till.replicate();
  expectResult('committed', await till.sell(0, 5_00));
  expectResult('committed', await till.sellTorn(0, 4_00, 3, true));
  expectResult('unknown', await till.sellTorn(1, 3_00, 2, false));
  expectResult('committed', await till.refund(0, 2_00));
  isToDieWriting = true;
  await till.sell(0, 1_00);
}

async function second(till: SessionTill): Promise<void> {
  expectResult('committed', await till.sell(0, 6_00));
  expectResult('committed', await till.sell(1, 6_00));
  const kept = await till.operations.setCheckout({ taps: 2 });
  if (!kept.ok) throw new Error(JSON.stringify(kept.fault));
  say({ kind: 'taps', taps: 2 });
  expectResult('committed', await till.sellInTwoTaps(0, 7_00));
  const again = await till.operations.setCheckout({ taps: 1 });
  if (!again.ok) throw new Error(JSON.stringify(again.fault));
  say({ kind: 'taps', taps: 1 });
  await till.replicate();
  // Enough of them, and the write-ahead log is copied back between two customers.
  for (let sale = 0; sale < Number(sales); sale += 1) expectResult('committed', await till.sell(sale % 2, 50));
  await till.close();
}

async function third(till: SessionTill): Promise<void> {
  expectResult('committed', await till.sell(0, 8_00));
  await till.replicate();
  await till.close();
}

const parts: Readonly<Record<string, (till: SessionTill) => Promise<void>>> = { first, second, third };
await parts[part]?.(new SessionTill(folder, onStep));
