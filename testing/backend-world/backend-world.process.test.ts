/**
 * Goal: whatever tills, customers, the payment provider and operators do, legal or not, in any order, twice, at once and through any of
 * several processes, one of which is killed in the middle: all accounts sum to zero, cached balances are the recomputed ones, nothing
 * is booked twice, every accepted entry is there, every refused one is in the transition log and changed nothing (R48, R49,
 * INV-02 to INV-06, INV-62 to INV-67, Q6–Q11); and when the event is over operators can bring everything to agree.
 * Method: three real backend processes on one PostgreSQL, whose clock is moved by hand, and actors that draw their deeds from a seed,
 * all at once. The rules are asked of the database again and again meanwhile, by statements of their own; wristbands are the world's.
 * KLINK_BACKEND_WORLD_SEED, _DEEDS and KLINK_BACKEND_WORLDS draw others, longer and more (`npm run test:backend-world`); a world that
 * fails prints its seed and all that happened.
 */
import { EventEmitter, once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { systemRandom } from '../../backend-mock/ports.ts';
import { openDatabase } from '../../backend-mock/store/database.ts';
import { silentLog, startTestServer, type TestServer } from '../backend/backend.ts';
import { checkBooks } from './check-books.ts';
import { checkCaptures } from './check-captures.ts';
import { checkFunds } from './check-funds.ts';
import { checkDeeds, checkJournal, checkTransitions } from './check-histories.ts';
import { disturb, killOne } from './disturbances.ts';
import { Fleet } from './fleet.ts';
import { coherenceOf, operatorDeeds, operatorWeights } from './operator-deeds.ts';
import { topUpOutside, WorldProvider } from './outside-deeds.ts';
import { readEveryTag, tidyUp } from './tidy-up.ts';
import { actAtTill } from './till-actor.ts';
import { tagDeeds } from './till-deeds.ts';
import { World, WorldTag } from './world.ts';
import { WorldOperator } from './world-operator.ts';
import { WorldTill } from './world-till.ts';

const firstSeed = Number(process.env['KLINK_BACKEND_WORLD_SEED'] ?? 1);
const worlds = Number(process.env['KLINK_BACKEND_WORLDS'] ?? 1);
/** How often each till does something; the others do their part meanwhile. */
const deeds = Number(process.env['KLINK_BACKEND_WORLD_DEEDS'] ?? 50);
const seeds = Array.from({ length: worlds }, (_, index) => firstSeed + index);
const processes = 3;

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

async function populate(world: World): Promise<WorldTill[]> {
  const codes = ['DEMO-FEST', 'DEMO-FEST', 'DEMO-FEST', 'DEMO-FEST', 'DEMO-CANTEEN', 'DEMO-CANTEEN'] as const;
  const tills = await Promise.all(codes.map((code, index) => WorldTill.enrol(world, `till-${index + 1}`, code)));
  for (let tag = 0; tag < 6; tag += 1) world.festivalTags.push(new WorldTag(world.newUid()));
  for (let tag = 0; tag < 3; tag += 1) world.canteenTags.push(new WorldTag(world.newUid()));
  for (const till of tills) {
    for (const tag of till.code === 'DEMO-FEST' ? world.festivalTags : world.canteenTags)
      await tagDeeds.topUp(till, tag);
    await till.flush();
  }
  return tills;
}

/** All of it at once, until every till has done its part. */
async function live(world: World, tills: readonly WorldTill[]): Promise<void> {
  let over = false;
  const until = async (act: () => Promise<unknown>) => {
    while (!over) await act();
  };
  const atTill = async (till: WorldTill) => {
    for (let deed = 0; deed < deeds && !till.isLost && !over; deed += 1) {
      if (till === lost && deed === Math.floor(deeds / 2)) losing.emit('lose');
      await actAtTill(till);
    }
  };
  const operators = ['operator-1', 'operator-2'].map((name) => new WorldOperator(world, name));
  const customer = new WorldOperator(world, 'customer');
  const provider = new WorldProvider(world);
  const chance = world.dice('disturbances');
  const [lost] = tills;
  const losing = new EventEmitter();
  const others = [
    ...operators.map((operator) => until(() => operatorDeeds[operator.dice.weighted(operatorWeights)](operator))),
    until(() => topUpOutside(customer)),
    until(() => provider.tell()),
    until(() => disturb(world, chance)),
    until(async () => expect(await checkBooks(world)).toEqual([])),
  ];
  const failed = Promise.all(others);
  const halfway = async () => {
    // One till is lost with what it had not sent, in the middle of it all.
    await once(losing, 'lose');
    if (over) return;
    await operators[0]?.ask(`/v1/admin/assignments/${lost?.assignmentId}/revocation`, 'POST');
    await killOne(world, 1, 2);
  };
  const atTills = [halfway(), ...tills.map(atTill)];
  try {
    await Promise.race([Promise.all(atTills), failed]);
  } finally {
    over = true;
    losing.emit('lose');
    await Promise.allSettled([...others, ...atTills]);
  }
  await failed;
}

async function checkAll(world: World, tills: readonly WorldTill[]): Promise<string[]> {
  const { findings, steps } = await checkTransitions(world);
  expect(steps).toBeGreaterThan(deeds);
  const journals = await Promise.all(tills.map((till) => checkJournal(world, till)));
  return [...(await checkBooks(world)), ...findings, ...journals.flat(), ...(await checkDeeds(world))];
}

/** A world in which nobody has anything left to find. */
const quiet = (editionId: number) => ({
  editionId,
  sumMinor: 0,
  balanceDifferences: [],
  numberGaps: [],
  tagDifferences: [],
  missingTransactions: [],
  overspendDifferences: [],
  purseDifferences: [],
  unresolvedRejections: 0,
  findings: 0,
});

test.each(seeds)(
  'R48, R49, INV-02 to INV-06: after a day on which everybody does everything at once, the books are right and can be made to agree (seed %i)',
  { timeout: 3_600_000 },
  async (seed) => {
    const databaseUrl = await server.newDatabase();
    const fleet = await Fleet.start(databaseUrl, processes);
    const database = openDatabase({ connectionString: databaseUrl }, systemRandom, silentLog);
    const world = new World(seed, fleet, database);
    try {
      await playWorld(world);
      console.log(`seed ${seed}: ${world.trace.length} deeds, ${fleet.lost} answers lost, ${fleet.putOff} put off`);
      const counted = [...world.counts].sort(([one], [other]) => (one < other ? -1 : 1));
      if (worlds > 1) console.log(counted.map(([deed, times]) => `${times} × ${deed}`).join('\n'));
    } catch (error) {
      // The reason stands last, where somebody who looks while other worlds are still played finds it.
      console.error(`seed ${seed}, ${deeds} deeds a till:\n${world.trace.join('\n')}\nseed ${seed}: ${String(error)}`);
      throw error;
    } finally {
      await database.close();
      const codes = await fleet.stopAll();
      expect(codes).toEqual(Array.from({ length: codes.length }, () => 0));
    }
  },
);

async function playWorld(world: World): Promise<void> {
  const tills = await populate(world);
  await live(world, tills);
  // What is unknown to this moment, and on a tag, is proven by whoever reads the tag next.
  await readEveryTag(world, tills);
  expect(await checkAll(world, tills)).toEqual([]);
  const operator = new WorldOperator(world, 'the last operator');
  await tidyUp({ world, operator, tills });
  expect(await checkAll(world, tills)).toEqual([]);
  expect(await checkFunds(world, operator)).toEqual([]);
  expect(await checkCaptures(world)).toEqual([]);
  for (const editionId of [1, 2]) expect(await coherenceOf(operator, editionId)).toEqual(quiet(editionId));
  // Each of them has its part in it, or this world proves little.
  for (const deed of ['send → taken', 'reserve → held', 'import → done', 'admin top-up → done', 'online top-up → done'])
    expect([deed, (world.counts.get(deed) ?? 0) > 0]).toEqual([deed, true]);
}
