import { isDeepStrictEqual } from 'node:util';
import Database from 'better-sqlite3';
import { transactionsAnswerSchema } from '../../contract/wire/operator.ts';
import { logIn, type OperatorClient } from '../backend/operator-client.ts';
import { faultsOfBooks } from '../till/books.ts';
import { type SoakWorld, tagCount } from './soak-world.ts';

/** What this run has done, counted by itself. */
export interface Counted {
  sales: number;
  topUps: number;
  soldMinor: number;
  toppedUpMinor: number;
}

const sealTimeoutMs = 120_000;
const topUpFeeMinor = 500;

/**
 * Everything sent and the till stopped in order, what is wrong with taps, tags, till and books; empty where each tap is one
 * transaction everywhere. The till is ended by it, because its books are read from its disk.
 */
export async function accountSoak(world: SoakWorld, counted: Counted): Promise<readonly string[]> {
  const faults: string[] = [];
  const expectEqual = (what: string, found: unknown, wanted: unknown): void => {
    if (!isDeepStrictEqual(found, wanted))
      faults.push(`${what}: ${JSON.stringify(found)} instead of ${JSON.stringify(wanted)}`);
  };
  const booked = counted.sales + counted.topUps;
  expectEqual('taps', world.inserts, tagCount + booked);

  const { fault, unsentCount, sealed } = await world.till.ask('replicate', {
    untilEmpty: true,
    timeoutMs: sealTimeoutMs,
  });
  expectEqual('replication', { fault, unsentCount, sealed }, { fault: null, unsentCount: 0, sealed: true });
  const { lastTerminalTransactionNumber, unfinishedCount, unknownCount, rejectedCount, assignmentId } =
    await world.till.ask('status', {});
  expectEqual(
    'status of the till',
    { lastTerminalTransactionNumber, unfinishedCount, unknownCount, rejectedCount },
    { lastTerminalTransactionNumber: booked, unfinishedCount: 0, unknownCount: 0, rejectedCount: 0 },
  );
  expectEqual('end of the till host', await world.till.stop(), 0);
  faults.push(...faultsOnDisk(world.databaseFile));

  for (const customer of world.customers) {
    const { balanceMinor, tagTransactionNumber: transactionNumber } = customer;
    const held = await world.witness(customer);
    const onTag = { balanceMinor: held?.balanceMinor, transactionNumber: held?.transactionNumber };
    expectEqual(`tag ${customer.uid}`, onTag, { balanceMinor, transactionNumber });
  }

  const operator = await logIn(world.backend.address);
  const balances = await operator.balances(world.editionId);
  const feesMinor = counted.topUps * topUpFeeMinor;
  expectEqual('of the merchant', balances.get('merchant:bar'), counted.soldMinor);
  expectEqual('fees', balances.get('fee'), feesMinor);
  expectEqual('cash', balances.get('top-up:cash'), -counted.toppedUpMinor);
  const onTagsMinor = world.customers.reduce((sum, { balanceMinor }) => sum + balanceMinor, 0);
  expectEqual('money of all customers', await operator.customersMinor(world.editionId), onTagsMinor);
  expectEqual('money on all tags', onTagsMinor, counted.toppedUpMinor - feesMinor - counted.soldMinor);
  expectEqual('findings of coherence', (await operator.coherence(world.editionId)).findings, 0);
  const numbers = await numbersBooked(operator, world.editionId, assignmentId ?? 0);
  expectEqual('transactions booked', numbers.length, booked);
  expectEqual('numbers booked', new Set(numbers).size, booked);
  return faults;
}

/** The till's own books, and what its disk says of itself. */
function faultsOnDisk(file: string): readonly string[] {
  const database = new Database(file, { readonly: true });
  try {
    const check = database.pragma('integrity_check', { simple: true });
    return [...(check === 'ok' ? [] : [`integrity_check: ${String(check)}`]), ...faultsOfBooks(database)];
  } finally {
    database.close();
  }
}

/** The terminal numbers of this assignment that the backend has as Committed, newest first. */
async function numbersBooked(
  operator: OperatorClient,
  editionId: number,
  assignmentId: number,
): Promise<readonly (number | null)[]> {
  const numbers: (number | null)[] = [];
  for (let before = ''; ; ) {
    const query = `editionId=${editionId}&assignmentId=${assignmentId}&state=Committed&limit=500${before}`;
    const { transactions } = await operator.read(transactionsAnswerSchema, `/transactions?${query}`);
    const last = transactions.at(-1);
    if (last === undefined) return numbers;
    numbers.push(...transactions.map(({ terminalTransactionNumber }) => terminalTransactionNumber));
    before = `&before=${last.backendTransactionId}`;
  }
}
