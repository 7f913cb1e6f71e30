import { afterEach, expect } from 'vitest';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { Outcome } from '../../contract/ipc/operations.ts';
import type { Result } from '../../terminal-core/domain/result.ts';
import type { WitnessedTag } from '../klink/tag-witness.ts';
import { bookedRows, faultsOfBooks, witnessedTags } from './books.ts';
import { InProcessTill, type InProcessTillOptions } from './in-process-till.ts';
import { settled } from './manual-time.ts';

export type Ended = Promise<Result<Outcome, Fault>>;

/** The tills of one test file: each is closed after its test, and its books have to hold then. */
export interface TillsOfTest {
  open(options?: InProcessTillOptions): InProcessTill;
  /** Another till on what a killed one left on its disk. */
  reopen(till: InProcessTill): InProcessTill;
  /** A till with a tag of 95.00 on it: number 1, terminal transaction 1. */
  charged(options?: InProcessTillOptions): Promise<InProcessTill>;
}

export function tillsOfTest(): TillsOfTest {
  const alive: InProcessTill[] = [];
  afterEach(() => {
    for (const till of alive.splice(0)) {
      const faults = faultsOfBooks(till.database);
      till.close();
      expect(faults).toEqual([]);
    }
  });
  const open = (options: InProcessTillOptions = {}): InProcessTill => {
    const till = new InProcessTill(options);
    alive.push(till);
    return till;
  };
  return {
    open,
    reopen: (till) => {
      alive.splice(alive.indexOf(till), 1);
      const next = till.reopened();
      alive.push(next);
      return next;
    },
    charged: async (options) => {
      const till = open(options);
      await issue(till);
      expect(await topUp(till, 10_000)).toMatchObject({ ok: true, value: { result: 'committed' } });
      return till;
    },
  };
}

/** A window: goes on waiting after a tag that cannot be used. */
export const patient = { firstTagOnly: false };

/** Holds a tag on the reader until the work has ended. */
export async function withTag(till: InProcessTill, tag: number, ended: Ended): Ended {
  const [outcome] = await Promise.all([ended, till.hand({ kind: 'hold', tagId: till.tagId(tag) })]);
  await till.hand({ kind: 'remove' });
  return outcome;
}

export async function issue(till: InProcessTill, tag = 0): Promise<void> {
  const outcome = await withTag(till, tag, till.till.operations.issue(patient));
  expect(outcome).toMatchObject({ ok: true, value: { result: 'done' } });
}

export function topUp(till: InProcessTill, amountMinor: number, tag = 0): Ended {
  return withTag(till, tag, till.till.operations.topUp({ firstTagOnly: true, amountMinor, method: 'cash' }));
}

/** Starts a sale of one amount; the tag is the caller's to show. */
export async function startSale(
  till: InProcessTill,
  amountMinor: number,
  firstTagOnly = false,
): Promise<{ ended: Ended }> {
  await till.till.operations.clearCart({});
  await till.till.operations.addAmountToCart({ amountMinor });
  const ended = till.till.operations.sell({ firstTagOnly });
  await settled();
  return { ended };
}

export async function sell(till: InProcessTill, amountMinor: number, tag = 0): Ended {
  const { ended } = await startSale(till, amountMinor, true);
  return withTag(till, tag, ended);
}

export function lookAtBalance(till: InProcessTill, tag = 0): Ended {
  return withTag(till, tag, till.till.operations.balance({ firstTagOnly: true }));
}

/** What a tag holds, as the witness reads it. */
export function witnessed(till: InProcessTill, tag = 0): WitnessedTag | null {
  return witnessedTags(till.folder).get(till.uid(tag)) ?? null;
}

/** The states of all transactions, oldest first. */
export function states(till: InProcessTill): readonly string[] {
  return bookedRows(till.database).map(({ state }) => state);
}

/** What an operator should see about tags, as `number kind`. */
export function monitors(till: InProcessTill): readonly unknown[] {
  return till.database
    .prepare("SELECT terminal_transaction_number || ' ' || kind FROM monitor ORDER BY id")
    .pluck()
    .all();
}

/** The kinds of the journal's entries, oldest first. */
export function journalKinds(till: InProcessTill): readonly unknown[] {
  return till.database.prepare('SELECT kind FROM journal ORDER BY seq').pluck().all();
}
