// Goal: whatever tills send, in whatever order and however often, the books are right: all accounts sum to zero, cached
// balances are the postings' sums, nothing is booked twice, every entry is stored once (INV-01 to INV-05).
// Method: fast-check draws journals (sales, top-ups, unknown ones resolved or not, conflicts, nonsense) and a wild schedule
// of batches. A model of a few lines, which shares no code with the backend, says what the accounts must show.
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { logIn, type OperatorClient } from '../../testing/backend/operator-client.ts';
import { type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import { purchase, type SentTransaction, snapshot, topUp } from '../../testing/backend/payloads.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';

let backend: OwnBackend;
let database: pg.Client;
let operator: OperatorClient;
beforeAll(async () => {
  backend = await startOwnBackend();
  operator = await logIn(backend.address);
  database = new pg.Client(backend.databaseUrl);
  await database.connect();
});
afterAll(async () => {
  await database.end();
  await backend.close();
});

const states = ['Committed', 'Aborted', 'TerminalConfirmUnknown'] as const;
/** One journal entry: few numbers, versions and amounts, so that they meet often. */
const wordArbitrary = fc.record({
  number: fc.integer({ min: 1, max: 5 }),
  version: fc.integer({ min: 1, max: 3 }),
  state: fc.constantFrom(...states),
  amountMinor: fc.constantFrom(3_00, 5_50),
  flaw: fc.constantFrom('none', 'none', 'none', 'none', 'unbalanced', 'nonsense', 'snapshot'),
});
type Word = typeof wordArbitrary extends fc.Arbitrary<infer Value> ? Value : never;

/** Odd numbers are top-ups, even ones sales: a till never changes its mind about that. */
function sent(word: Word, uid: string): SentTransaction {
  const plan = { number: word.number, before: 50_00, uid };
  const changes = { stateVersion: word.version, state: word.state };
  const good =
    word.number % 2 === 1 ? topUp(plan, word.amountMinor, 1_00, changes) : purchase(plan, word.amountMinor, changes);
  return word.flaw === 'unbalanced' ? { ...good, amountMinor: good.amountMinor + 1 } : good;
}

type Fate = { version: number; state: string; amountMinor: number; seen: Map<number, string> };
type Sums = { customer: number; bar: number; fee: number; cash: number };

/** What the books must show after these words, in order. */
function model(words: readonly Word[]): Sums {
  const fates = new Map<number, Fate>();
  for (const word of words) {
    if (word.flaw === 'nonsense' || word.flaw === 'snapshot') continue;
    if (word.flaw === 'unbalanced' && word.state === 'Committed') continue;
    const content = JSON.stringify(word);
    const fate = fates.get(word.number);
    if (fate === undefined) {
      fates.set(word.number, {
        version: word.version,
        state: word.state,
        amountMinor: word.amountMinor,
        seen: new Map([[word.version, content]]),
      });
    } else if (word.version > fate.version && (fate.state === 'TerminalConfirmUnknown' || fate.state === word.state)) {
      const sameState = fate.state === word.state;
      const sameMoney =
        fate.amountMinor === word.amountMinor &&
        content.includes('unbalanced') === [...fate.seen.values()].at(-1)?.includes('unbalanced');
      if (sameState && !sameMoney) continue;
      fate.version = word.version;
      fate.state = word.state;
      fate.amountMinor = word.amountMinor;
      fate.seen.set(word.version, content);
    }
  }
  const sums: Sums = { customer: 0, bar: 0, fee: 0, cash: 0 };
  for (const [number, fate] of fates) {
    if (fate.state !== 'Committed') continue;
    if (number % 2 === 1) {
      sums.cash -= fate.amountMinor;
      sums.fee += 1_00;
      sums.customer += fate.amountMinor - 1_00;
    } else {
      sums.bar += fate.amountMinor;
      sums.customer -= fate.amountMinor;
    }
  }
  return sums;
}

const add = (one: Sums, other: Sums): Sums => ({
  customer: one.customer + other.customer,
  bar: one.bar + other.bar,
  fee: one.fee + other.fee,
  cash: one.cash + other.cash,
});

async function sums(editionId: number): Promise<Sums> {
  const balances = await operator.balances(editionId);
  const of = (name: string) => balances.get(name) ?? 0;
  return {
    customer: await operator.customersMinor(editionId),
    bar: of('merchant:bar'),
    fee: of('fee'),
    cash: of('top-up:cash'),
  };
}

async function write(till: TillClient, words: readonly Word[], uid: string): Promise<void> {
  for (const word of words) {
    if (word.flaw === 'snapshot') till.journal.append('tagSnapshot', snapshot({ uid, balanceMinor: word.amountMinor }));
    else if (word.flaw === 'nonsense') till.journal.append('transaction', { ...sent(word, uid), amountMinor: null });
    else till.journal.append('transaction', sent(word, uid));
  }
}

let runs = 0;

test('INV-01 to INV-05: random journals, any order, duplicates, gaps and conflicts leave the books right', async () => {
  const tillArbitrary = fc.record({
    words: fc.array(wordArbitrary, { minLength: 1, maxLength: 14 }),
    schedule: fc.array(fc.tuple(fc.nat(13), fc.nat(13)), { maxLength: 8 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(tillArbitrary, { minLength: 1, maxLength: 3 }), async (plans) => {
      runs += 1;
      const uid = `04${runs.toString(16).toUpperCase().padStart(12, '0')}`;
      const before = await sums(1);
      let entries = 0;
      const all = plans.map(async ({ words, schedule }) => {
        const till = await enrolTill(backend.address);
        await write(till, words, uid);
        entries += words.length;
        for (const [one, other] of schedule) {
          const [first, last] = [1 + (Math.min(one, other) % words.length), 1 + (Math.max(one, other) % words.length)];
          if (first > last) continue;
          const reply = await till.send(first, last);
          expect([200, 409]).toContain(reply.status);
          if (reply.status === 409) expect(reply.problem?.code).toBe('GAP');
        }
        const final = await till.send();
        expect(final.status).toBe(200);
        expect(final.answer?.seal).toEqual(till.journal.seal);
        const stored = await database.query(
          `SELECT count(*)::int AS entries, count(DISTINCT hash)::int AS hashes FROM journal_entry WHERE assignment_id = $1`,
          [till.assignmentId],
        );
        expect(stored.rows[0]).toEqual({ entries: words.length, hashes: words.length });
        return model(words);
      });
      const expected = (await Promise.all(all)).reduce(add, before);
      expect(await sums(1)).toEqual(expected);
      const { sumMinor, balanceDifferences } = await operator.coherence(1);
      expect({ sumMinor, balanceDifferences }).toEqual({ sumMinor: 0, balanceDifferences: [] });
      expect(entries).toBeGreaterThan(0);
    }),
    { numRuns: 50, interruptAfterTimeLimit: 60_000, markInterruptAsFailure: false },
  );
  expect(runs).toBeGreaterThan(10);
});
