/**
 * Goal: whatever customers, cashiers, power cuts and readers do, in whatever order, no money comes or goes: what a tag holds
 * is what was committed on it, but for what is openly unknown; every number is used once; every journal holds.
 * Method: random sequences of sales, top-ups, looks, tears, kills and restarts on two tills that share two tags. After each
 * step the tags, as the witness reads them, are compared with the books of both tills; at the end every tag is shown to
 * every till, and nothing that a tag can still prove may stay unknown.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { tearPoints } from '../contract/ipc/simulator.ts';
import { type BookedRow, bookedRows, faultsOfBooks, witnessedTags } from '../testing/till/books.ts';
import { assignment } from '../testing/till/festival.ts';
import { issue } from '../testing/till/flows.ts';
import { InProcessTill } from '../testing/till/in-process-till.ts';
import { settled } from '../testing/till/manual-time.ts';

const tags = [0, 1] as const;

const tear = fc.record({ writeNumber: fc.integer({ min: 1, max: 20 }), point: fc.constantFrom(...tearPoints) });
const booking = fc.record({
  kind: fc.constant('booking' as const),
  tag: fc.constantFrom(...tags),
  type: fc.constantFrom('sale' as const, 'top-up' as const),
  amountMinor: fc.integer({ min: 501, max: 6_000 }),
  tears: fc.array(tear, { maxLength: 2 }),
  /** What follows when the tears have left the till waiting for the same tag. */
  after: fc.constantFrom(
    'again' as const,
    'timeout' as const,
    'dismiss' as const,
    'other-tag' as const,
    'kill' as const,
  ),
});
const killed = fc.record({
  kind: fc.constant('killed' as const),
  tag: fc.constantFrom(...tags),
  amountMinor: fc.integer({ min: 1, max: 3_000 }),
  atCommand: fc.integer({ min: 1, max: 60 }),
  point: fc.constantFrom('before' as const, 'after' as const),
});
const step = fc.oneof(
  { weight: 6, arbitrary: booking },
  { weight: 3, arbitrary: killed },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('look' as const), tag: fc.constantFrom(...tags) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('reader-host-dies' as const),
      atCommand: fc.integer({ min: 1, max: 40 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('restart' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('walk-over' as const) }) },
);
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never;
type BookingStep = Extract<Step, { kind: 'booking' }>;

/** Two tills; the customers with their tags are at one of them. */
class World {
  #here: InProcessTill;
  #there: InProcessTill;

  constructor() {
    this.#here = new InProcessTill();
    this.#there = new InProcessTill({ assignment: { ...assignment, assignmentId: 42 } });
  }

  get tills(): readonly InProcessTill[] {
    return [this.#here, this.#there];
  }

  async begin(): Promise<void> {
    for (const tag of tags) await issue(this.#here, tag);
  }

  close(): void {
    for (const till of this.tills) till.close();
  }

  async take(step: Step): Promise<void> {
    switch (step.kind) {
      case 'booking':
        return this.#book(step);
      case 'killed':
        return this.#kill(step);
      case 'look':
        return this.#show(step.tag, this.#here.till.operations.balance({ firstTagOnly: true }));
      case 'reader-host-dies': {
        const till = this.#here;
        till.duringCommand(step.atCommand, () => till.restartReaderHost());
        return;
      }
      case 'restart':
        this.#here = this.#here.reopened();
        return;
      case 'walk-over':
        this.#walkOver();
    }
  }

  /** Every tag is shown to every till. */
  async showAll(): Promise<void> {
    for (const _ of this.tills) {
      await this.#here.till.operations.dismiss({});
      this.#here.duringCommand(0, () => undefined);
      for (const tag of tags) await this.#show(tag, this.#here.till.operations.balance({ firstTagOnly: true }));
      this.#walkOver();
    }
  }

  async #book({ tag, type, amountMinor, tears, after }: BookingStep): Promise<void> {
    const till = this.#here;
    await this.#start(type, amountMinor);
    for (const { writeNumber, point } of tears) {
      if (!this.#isWaiting) return;
      await till.hand({ kind: 'tear', tagId: till.tagId(tag), writeNumber, point });
      await till.hand({ kind: 'remove' });
    }
    if (till.screen.screen === 'again' && after === 'kill') {
      this.#here = till.reopened();
      return;
    }
    if (till.screen.screen === 'again' && after === 'dismiss') await till.till.operations.dismiss({});
    if (after === 'other-tag') await till.hand({ kind: 'hold', tagId: till.tagId(1 - tag) });
    if (this.#isWaiting && after === 'again') await till.hand({ kind: 'hold', tagId: till.tagId(tag) });
    await till.hand({ kind: 'remove' });
    await this.#end();
  }

  async #kill({ tag, amountMinor, atCommand, point }: Extract<Step, { kind: 'killed' }>): Promise<void> {
    const till = this.#here;
    await this.#start('sale', amountMinor);
    till.killAt({ atCommand, point });
    await till.hand({ kind: 'hold', tagId: till.tagId(tag) });
    this.#here = till.reopened();
  }

  async #start(type: 'sale' | 'top-up', amountMinor: number): Promise<void> {
    const { operations } = this.#here.till;
    await operations.dismiss({});
    await operations.clearCart({});
    await operations.addAmountToCart({ amountMinor });
    const started =
      type === 'sale'
        ? operations.sell({ firstTagOnly: false })
        : operations.topUp({ firstTagOnly: false, amountMinor, method: 'cash' });
    // A sale that is killed never ends; that none fails is seen by its till, which stops answering.
    void started;
    await settled();
  }

  get #isWaiting(): boolean {
    return this.#here.screen.screen === 'tap' || this.#here.screen.screen === 'again';
  }

  async #show(tag: number, ended: Promise<unknown>): Promise<void> {
    const till = this.#here;
    await till.hand({ kind: 'hold', tagId: till.tagId(tag) });
    await till.hand({ kind: 'remove' });
    await this.#end();
    await ended;
  }

  async #end(): Promise<void> {
    while (this.#isWaiting) await this.#here.pass(60_000);
  }

  #walkOver(): void {
    this.#here.copyTagsTo(this.#there);
    [this.#here, this.#there] = [this.#there, this.#here];
  }

  /** What the tags, where the customers are, and the books of both tills do not agree on. */
  differences(): readonly string[] {
    const rows = this.tills.flatMap((till) => bookedRows(till.database));
    const faults = this.tills.flatMap((till) => faultsOfBooks(till.database));
    const shown = [...witnessedTags(this.#here.folder)].flatMap(([uid, tag]) =>
      tag === null
        ? []
        : tagDifferences(
            uid,
            tag,
            rows.filter((row) => row.uid === uid),
          ),
    );
    return [...faults, ...shown];
  }

  /** Rows still unknown although the history of their tag, as it is now, reaches their number. */
  provable(): readonly BookedRow[] {
    const shown = witnessedTags(this.#here.folder);
    return this.tills
      .flatMap((till) => bookedRows(till.database))
      .filter(({ state, uid, tagNumber }) => {
        const now = shown.get(uid)?.transactionNumber ?? 0;
        return !['Committed', 'Aborted'].includes(state) && now - (tagNumber ?? 0) < 3;
      });
  }
}

interface Shown {
  readonly transactionNumber: number;
  readonly balanceMinor: number;
}

/** The tag holds what was committed, and of what is unknown some part: as many transactions as it counts. */
function tagDifferences(uid: string, tag: Shown, rows: readonly BookedRow[]): readonly string[] {
  const committed = rows.filter(({ state }) => state === 'Committed');
  const undecided = rows.filter(({ state }) => state !== 'Committed' && state !== 'Aborted');
  const booked = committed.reduce((sum, { deltaMinor }) => sum + deltaMinor, 0);
  const possible = subsets(undecided).some(
    (taken) =>
      booked + taken.reduce((sum, { deltaMinor }) => sum + deltaMinor, 0) === tag.balanceMinor &&
      committed.length + taken.length === tag.transactionNumber,
  );
  return possible
    ? []
    : [`${uid} holds ${JSON.stringify(tag)}, booked ${booked} in ${committed.length}, ${undecided.length} undecided`];
}

function subsets<Value>(values: readonly Value[]): readonly (readonly Value[])[] {
  const [first, ...rest] = values;
  if (first === undefined) return [[]];
  const without = subsets(rest);
  return [...without, ...without.map((set) => [first, ...set])];
}

test('INV-01, INV-04, INV-05, INV-06, Q9: no money comes or goes, whatever happens', { timeout: 60_000 }, async () => {
  const ends = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const world = new World();
      try {
        await world.begin();
        for (const [index, taken] of steps.entries()) {
          await world.take(taken);
          expect({ index, differences: world.differences() }).toEqual({ index, differences: [] });
        }
        await world.showAll();
        expect(world.differences()).toEqual([]);
        expect(world.provable()).toEqual([]);
        for (const till of world.tills)
          for (const { state } of bookedRows(till.database)) ends.set(state, (ends.get(state) ?? 0) + 1);
      } finally {
        world.close();
      }
    }),
    { numRuns: 20, interruptAfterTimeLimit: 15_000, markInterruptAsFailure: false },
  );
  // Histories in which nothing was ever committed or aborted would prove nothing.
  expect([...ends.keys()]).toEqual(expect.arrayContaining(['Committed', 'Aborted']));
});
