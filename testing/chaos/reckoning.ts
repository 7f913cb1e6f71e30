import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import Database from 'better-sqlite3';
import { z } from 'zod';
import { transactionsAnswerSchema } from '../../contract/wire/operator.ts';
import { logIn, type OperatorClient } from '../backend/operator-client.ts';
import { bookedRows, faultsOfBooks } from '../till/books.ts';
import type { Bar } from './bar.ts';
import type { ChaosWorld } from './chaos-world.ts';
import { topUpFeeMinor, type Write } from './wristband.ts';

const sealTimeoutMs = 90_000;
const pageRows = 500;

/** One committed transaction, as whoever keeps books of it names it. */
interface Booked {
  readonly assignmentId: number;
  readonly number: number;
  readonly uid: string;
  readonly deltaMinor: number;
}

/**
 * Brings everything to rest and holds tag, till and ledger against what was truly written on the wristbands: each write is
 * committed once at its till and booked once in the ledger, nothing else is, and every balance is right to the cent.
 * @returns what does not agree; empty where all does
 */
export async function reckon(world: ChaosWorld): Promise<readonly string[]> {
  const complaints: string[] = [];
  const expectEqual = (what: string, found: unknown, wanted: unknown): void => {
    if (!isDeepStrictEqual(found, wanted))
      complaints.push(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
  };
  await bringHome(world);
  await world.line.settled();
  for (const bar of world.bars) await comeToRest(bar, expectEqual);
  // What one till has reported may decide what another one did not know.
  for (const bar of world.bars) await comeToRest(bar, expectEqual);

  const written = world.wristbands.flatMap(({ writes }) => writes);
  const wanted = sorted(written.map(bookedOf));
  for (const bar of world.bars) {
    const own = wanted.filter(({ assignmentId }) => assignmentId === bar.assignmentId);
    const { faults, committed } = booksOf(bar);
    complaints.push(...faults.map((fault) => `${bar.name}: ${fault}`));
    expectEqual(`committed at ${bar.name}`, committed, own);
  }
  for (const wristband of world.wristbands) {
    const shown = await world.witness(wristband);
    const { balanceMinor, transactionNumber } = wristband;
    const onTag = { balanceMinor: shown?.balanceMinor, transactionNumber: shown?.transactionNumber };
    expectEqual(`on ${wristband.uid}`, onTag, { balanceMinor, transactionNumber });
  }
  const operator = await logIn(world.backend.running.address);
  const heard = await heardBy(operator, world.editionId);
  expectEqual('booked', heard.committed, wanted);
  expectEqual('held or unknown in the backend', heard.open, []);
  await expectBalances(world, operator, written, expectEqual);
  const coherence = await operator.coherence(world.editionId);
  expectEqual(
    'coherence',
    { sumMinor: coherence.sumMinor, findings: coherence.findings },
    { sumMinor: 0, findings: 0 },
  );
  return complaints;
}

/** Every customer shows the wristband once more where a transaction of theirs may have been cut off. */
async function bringHome(world: ChaosWorld): Promise<void> {
  for (const wristband of world.wristbands) {
    await world.move(wristband, wristband.home);
    wristband.awayLeft = 0;
  }
  for (const bar of world.bars) {
    const { unknownCount } = await bar.till.ask('status', {});
    if (unknownCount > 0) for (const uid of openTags(bar)) await showAt(world, bar, uid);
  }
}

async function showAt(world: ChaosWorld, bar: Bar, uid: string): Promise<void> {
  const wristband = world.wristbands.find((one) => one.uid === uid);
  if (wristband === undefined) throw new Error(`nobody has ${uid}`);
  const { home } = wristband;
  await world.move(wristband, world.bars.indexOf(bar));
  await bar.resolve(wristband);
  await world.move(wristband, home);
}

async function comeToRest(bar: Bar, expectEqual: (what: string, found: unknown, wanted: unknown) => void) {
  const replicated = await bar.till.ask('replicate', { untilEmpty: true, timeoutMs: sealTimeoutMs });
  const { fault, unsentCount, sealed } = replicated;
  const { unfinishedCount, unknownCount, rejectedCount, halted } = await bar.till.ask('status', {});
  expectEqual(
    `rest of ${bar.name}`,
    { fault, unsentCount, sealed, unfinishedCount, unknownCount, rejectedCount, halted },
    { fault: null, unsentCount: 0, sealed: true, unfinishedCount: 0, unknownCount: 0, rejectedCount: 0, halted: null },
  );
}

function onDisk<Value>(bar: Bar, read: (database: Database.Database) => Value): Value {
  const database = new Database(path.join(bar.folder.place, 'till.db'), { readonly: true });
  try {
    return read(database);
  } finally {
    database.close();
  }
}

function openTags(bar: Bar): readonly string[] {
  const unknown = "SELECT DISTINCT tag_uid FROM txn WHERE state = 'TerminalConfirmUnknown'";
  return onDisk(bar, (database) => z.array(z.string()).parse(database.prepare(unknown).pluck().all()));
}

function booksOf(bar: Bar): { readonly faults: readonly string[]; readonly committed: readonly Booked[] } {
  return onDisk(bar, (database) => {
    const check = database.pragma('integrity_check', { simple: true });
    const { assignmentId } = bar;
    const committed = bookedRows(database)
      .filter(({ state }) => state === 'Committed')
      .map(({ number, uid, deltaMinor }) => ({ assignmentId, number, uid, deltaMinor }));
    return {
      faults: [...(check === 'ok' ? [] : [String(check)]), ...faultsOfBooks(database)],
      committed: sorted(committed),
    };
  });
}

/** Everything the backend knows of a till; what is neither committed nor aborted by now never will be. */
async function heardBy(operator: OperatorClient, editionId: number) {
  const committed: Booked[] = [];
  const open: string[] = [];
  for (let before = ''; ; ) {
    const { transactions } = await operator.read(
      transactionsAnswerSchema,
      `/transactions?editionId=${editionId}&limit=${pageRows}${before}`,
    );
    const last = transactions.at(-1);
    if (last === undefined) return { committed: sorted(committed), open };
    for (const { state, assignmentId, terminalTransactionNumber: number, uid, balanceDeltaMinor } of transactions) {
      if (assignmentId === null || number === null || uid === null) open.push(`${state} of nobody`);
      else if (state === 'Committed') committed.push({ assignmentId, number, uid, deltaMinor: balanceDeltaMinor });
      else if (state !== 'Aborted') open.push(`${assignmentId}/${number} ${state}`);
    }
    before = `&before=${last.backendTransactionId}`;
  }
}

async function expectBalances(
  world: ChaosWorld,
  operator: OperatorClient,
  written: readonly Write[],
  expectEqual: (what: string, found: unknown, wanted: unknown) => void,
): Promise<void> {
  const sumOf = (kind: Write['kind']) =>
    written.reduce((sum, write) => sum + (write.kind === kind ? write.amountMinor : 0), 0);
  const topUpCount = written.filter(({ kind }) => kind === 'top-up').length;
  const balances = await operator.balances(world.editionId);
  const of = (account: string) => balances.get(account) ?? 0;
  expectEqual('the bar has earned', of('merchant:bar'), sumOf('sale'));
  expectEqual('fees', of('fee'), topUpCount * topUpFeeMinor);
  expectEqual('cash', of('top-up:cash'), sumOf('refund') - sumOf('top-up'));
  const onTags = world.wristbands.reduce((sum, { balanceMinor }) => sum + balanceMinor, 0);
  expectEqual('money of all customers', await operator.customersMinor(world.editionId), onTags);
}

function bookedOf({ assignmentId, terminalTransactionNumber: number, uid, deltaMinor }: Write): Booked {
  return { assignmentId, number, uid, deltaMinor };
}

function sorted(booked: readonly Booked[]): readonly Booked[] {
  return booked.toSorted((a, b) => a.assignmentId - b.assignmentId || a.number - b.number);
}
