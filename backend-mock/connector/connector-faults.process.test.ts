// Goal: whatever happens on the way, no transaction goes over twice and none is lost: the process killed at any request, requests and
// answers lost, the other side away, the same page twice, two processes at once, this backend put back to a backup.
// Method: as in connector.process.test.ts, over a line that loses things; it takes `Idempotency-Key` off, so that nothing but the
// connector itself keeps order. After each scenario both sides are compared, transaction by transaction.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { silentLog, startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { startRound } from '../../testing/connector/killed-round.ts';
import type { Fate } from '../../testing/connector/line.ts';
import { openTwoSides, type TwoSides } from '../../testing/connector/two-sides.ts';
import { systemRandom } from '../ports.ts';
import type { Member } from '../purses/members.ts';
import { connectDueEditions } from './connect-due.ts';

let server: TestServer;
let sides: TwoSides;
let ada: { here: Member; thereId: string };
beforeAll(async () => {
  server = await startTestServer();
  sides = await openTwoSides(server);
});
afterAll(async () => {
  await sides.close();
  await server.stop();
});
beforeEach(async () => {
  sides.line.decide(() => 'goes');
  sides.line.onAnswered(() => undefined);
  await sides.set({ direction: 'both' });
  ada = await sides.newPupil();
});

/** Something to send, and something to take: `ours` of pounds 1 to 5, `theirs` of pounds 10 to 30. */
async function makeNews(): Promise<void> {
  const { customerId } = ada.here;
  for (const amountMinor of [1_00, 2_00, 3_00, 4_00, 5_00])
    await sides.book({ customerId, purseId: 'default', type: 'cash', amountMinor, transactionDate: sides.now() });
  for (const amount of ['10.00', '20.00', '30.00'])
    await sides.trac.payments().newTransaction(ada.thereId, 'default', {
      amount,
      type: 'epayment',
      transactionDate: sides.now().toISOString(),
    });
}

const expectedThere = ['1.00', '10.00', '2.00', '20.00', '3.00', '30.00', '4.00', '5.00'];
const sumMinor = 75_00;

/** Rounds until nothing is pending, in doubt or unread; then both sides have everything once. */
async function expectInStep(): Promise<void> {
  sides.line.decide(() => 'goes');
  for (let round = 0; round < 3; round += 1) {
    await sides.pass(12);
    await sides.round();
  }
  const amounts = (await sides.there(ada.thereId)).map(({ amount }) => amount).sort();
  expect(amounts).toEqual(expectedThere);
  expect((await sides.balancesHere(ada.here))['default']).toBe(sumMinor);
  expect(await sides.standing()).toMatchObject({
    fault: null,
    standing: { push: { pending: 0, doubtful: 0, refused: 0 }, pull: { unprocessed: 0, refused: 0 }, differences: 0 },
  });
}

type Fault = { name: string; play(): Promise<void>; isShort: boolean };
const faults: Fault[] = [];
/** npm test plays the short ones and one kill; `npm run test:connector` (KLINK_CONNECTOR=full) all of them. */
const isFull = process.env['KLINK_CONNECTOR'] === 'full';
const fault = (name: string, play: () => Promise<void>) => faults.push({ name, play, isShort: false });
const shortFault = (name: string, play: () => Promise<void>) => faults.push({ name, play, isShort: true });

shortFault(
  'a request or an answer lost at any place: what has arrived is not sent again, what has not is',
  async () => {
    await makeNews();
    let posts = 0;
    const fates: readonly Fate[] = ['lost on the way there', 'lost on the way back', 'refused for now', 'goes', 'goes'];
    sides.line.decide(({ method, path }) => {
      if (method !== 'POST' || !path.includes('/transactions')) return 'goes';
      posts += 1;
      return fates[posts - 1] ?? 'goes';
    });
    for (let round = 0; round < 5; round += 1) {
      await sides.round();
      const { fault } = await sides.standing();
      if (round < 3) expect(fault).not.toBeNull();
      await sides.pass(12);
    }
    expect(posts).toBeGreaterThanOrEqual(6);
    await expectInStep();
  },
);

fault(
  'a post without an answer is in doubt, and looked for before anything is sent again; nothing else waits for it',
  async () => {
    await makeNews();
    sides.line.decide(({ method, path }) =>
      method === 'POST' && path.includes('/transactions') ? 'lost on the way back' : 'goes',
    );
    await sides.round();
    expect((await sides.standing()).standing.push).toMatchObject({ pending: 5, doubtful: 1 });
    expect(await sides.there(ada.thereId)).toHaveLength(4);
    sides.line.decide(() => 'goes');
    await sides.pass(1);
    await sides.round();
    expect(await sides.there(ada.thereId)).toHaveLength(8);
    expect((await sides.standing()).standing.push).toMatchObject({ pending: 0, doubtful: 0 });
    await expectInStep();
  },
);

shortFault('where nothing is read by itself, a post without an answer is looked for all the same', async () => {
  await sides.set({ direction: 'push' });
  const { customerId } = ada.here;
  await sides.book({ customerId, purseId: 'default', type: 'cash', amountMinor: 1_00, transactionDate: sides.now() });
  sides.line.decide(({ method, path }) =>
    method === 'POST' && path.includes('/transactions') ? 'lost on the way back' : 'goes',
  );
  await sides.round();
  expect((await sides.standing()).standing.push).toMatchObject({ pending: 1, doubtful: 1 });
  sides.line.decide(() => 'goes');
  for (const minutes of [12, 12]) {
    await sides.pass(minutes);
    await sides.round();
  }
  expect(await sides.there(ada.thereId)).toMatchObject([{ amount: '1.00' }]);
  expect((await sides.standing()).standing.push).toMatchObject({ pending: 0, doubtful: 0 });
});

fault('a post that never arrived is sent again only when a request under way must have ended', async () => {
  await makeNews();
  sides.line.decide(({ method, path }) =>
    method === 'POST' && path.includes('/transactions') ? 'lost on the way there' : 'goes',
  );
  await sides.round();
  sides.line.decide(() => 'goes');
  await sides.pass(1);
  await sides.round();
  expect((await sides.standing()).standing.push).toMatchObject({ pending: 1, doubtful: 1 });
  await sides.pass(2);
  await sides.round();
  expect((await sides.standing()).standing.push).toMatchObject({ pending: 0, doubtful: 0 });
  await expectInStep();
});

fault(
  'the other side away: the fault and since when are told, rounds come ever later, and nothing is lost',
  async () => {
    await makeNews();
    sides.line.decide(() => 'lost on the way there');
    const began = sides.now().toISOString();
    await sides.round();
    expect(await sides.standing()).toMatchObject({ fault: { code: 'UNREACHABLE', since: began, rounds: 1 } });
    const pauses: number[] = [];
    for (let round = 0; round < 3; round += 1) {
      const { nextRoundAt } = await sides.standing();
      const pauseMinutes = (new Date(nextRoundAt).getTime() - sides.now().getTime()) / 60_000;
      pauses.push(pauseMinutes);
      await sides.pass(Math.ceil(pauseMinutes + 0.01));
      await sides.round();
    }
    expect(pauses[0]).toBeLessThan(1);
    expect(pauses[2]).toBeGreaterThan(pauses[0] ?? 0);
    expect(await sides.standing()).toMatchObject({ fault: { since: began, rounds: 4 } });
    await expectInStep();
  },
);

fault('a key that the other side does not take is told as such, and nothing is tried with it', async () => {
  await makeNews();
  await sides.database.pool.query(`UPDATE trac_connection SET slug = 'somebody-else'`);
  await sides.pass(70);
  await sides.round();
  expect(await sides.standing()).toMatchObject({
    fault: { code: 'UNAUTHENTICATED' },
    standing: { push: { pending: 5 } },
  });
  await sides.database.pool.query(`UPDATE trac_connection SET slug = 'smart'`);
  await expectInStep();
});

fault('R135: the same page as often as it comes books nothing twice', async () => {
  await makeNews();
  for (let time = 0; time < 4; time += 1) {
    await sides.database.pool.query(
      'UPDATE trac_connection SET seen_until = NULL, reading_from = NULL, reading_key = NULL, next_round_at = $1',
      [sides.now()],
    );
    await sides.round();
  }
  await expectInStep();
});

fault(
  'two processes at once, and again and again: one talks to the other side, and everything goes over once',
  async () => {
    await makeNews();
    await Promise.all(Array.from({ length: 4 }, () => sides.round()));
    await expectInStep();
  },
);

/** Somewhere a request waits until it is let go. */
function gate() {
  let open: () => void = () => undefined;
  const isOpen = new Promise<void>((resolve) => {
    open = resolve;
  });
  let reach: () => void = () => undefined;
  const isReached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  let isTaken = false;
  return {
    isReached,
    open: () => open(),
    /** Only the first one waits. */
    async pass(): Promise<void> {
      if (isTaken) return;
      isTaken = true;
      reach();
      await isOpen;
    },
  };
}

fault(
  'a process whose lease has run out while it was held up writes nothing any more, also while the other one is at work',
  async () => {
    await makeNews();
    const [atPage, atPost] = [gate(), gate()];
    sides.line.decide(async ({ method, path }): Promise<Fate> => {
      if (method === 'GET' && path.includes('/transactions?')) await atPage.pass();
      if (method === 'POST' && path.includes('/transactions')) await atPost.pass();
      return 'goes';
    });
    const first = sides.round();
    await atPage.isReached;
    await sides.pass(3);
    const second = sides.round();
    await atPost.isReached;
    atPage.open();
    expect(await first).toBe(0);
    atPost.open();
    expect(await second).toBe(8);
    await expectInStep();
  },
);

/**
 * One transaction to send, whose first post is refused for its token. Whoever made it is held up where it gets another token, until the
 * gate is opened; `posts` are all that were made.
 */
async function holdUpBeforePost() {
  await sides.set({ direction: 'push' });
  const { customerId } = ada.here;
  await sides.book({ customerId, purseId: 'default', type: 'cash', amountMinor: 1_00, transactionDate: sides.now() });
  const atToken = gate();
  const posts: Fate[] = [];
  sides.line.decide(async ({ method, path }): Promise<Fate> => {
    if (path.endsWith('/access-tokens') && posts.length === 1) await atToken.pass();
    if (method !== 'POST' || !path.includes('/transactions')) return 'goes';
    posts.push(posts.length === 0 ? 'token refused' : 'goes');
    return posts.at(-1) ?? 'goes';
  });
  return { atToken, posts };
}

shortFault(
  'a process that was stopped between its note and its post, and whose clock stood still with it, does not post what another one has posted',
  async () => {
    const { atToken, posts } = await holdUpBeforePost();
    const { database } = sides;
    const began = sides.now();
    const stopped = connectDueEditions({ database, clock: { now: () => began }, random: systemRandom, log: silentLog });
    await atToken.isReached;
    await sides.pass(3);
    expect(await sides.round()).toBe(1);
    atToken.open();
    expect(await stopped).toBe(0);
    expect(posts).toEqual(['token refused', 'goes']);
    expect(await sides.there(ada.thereId)).toMatchObject([{ amount: '1.00' }]);
    expect((await sides.standing()).standing.push).toMatchObject({ pending: 0, doubtful: 0 });
  },
);

fault('a process that was held up for half of its lease does not post, though nobody has taken over', async () => {
  const { atToken, posts } = await holdUpBeforePost();
  const heldUp = sides.round();
  await atToken.isReached;
  await sides.pass(1.5);
  atToken.open();
  expect(await heldUp).toBe(0);
  expect(posts).toEqual(['token refused']);
  expect((await sides.standing()).standing.push).toMatchObject({ pending: 1, doubtful: 1 });
  await sides.pass(12);
  expect(await sides.round()).toBe(1);
  expect(await sides.there(ada.thereId)).toMatchObject([{ amount: '1.00' }]);
});

fault(
  'this backend put back to a backup: what has gone over is recognised by its numbers, and not sent again',
  async () => {
    await makeNews();
    await sides.round();
    expect((await sides.standing()).standing.push.pending).toBe(0);
    // As in a backup from before the round, on which the tills have sent everything again.
    await sides.database.pool.query('DELETE FROM trac_sent');
    await sides.database.pool.query('UPDATE trac_connection SET sent_until = NULL');
    await sides.database.pool.query(`DELETE FROM trac_received WHERE outcome = 'own'`);
    await expectInStep();
  },
);

test.each(faults.filter(({ isShort }) => isFull || isShort).map((each) => [each.name, each] as const))(
  '%s',
  (_name, { play }) => play(),
);

describe('killed in the middle', () => {
  const places = ['before the other side hears of it', 'after it has answered'] as const;
  // Token, page, member, five posts.
  const everywhere = Array.from({ length: 8 }, (_, index) => index + 1).flatMap((number) =>
    places.map((place) => [number, place] as const),
  );
  // The worst place of all: a post that has arrived.
  const worst = [[6, 'after it has answered']] as const;

  test.each(isFull ? everywhere : worst)(
    'at request %i of a round, %s: another process goes on where it was',
    async (number, place) => {
      await makeNews();
      const before = sides.line.passed.length;
      const victim = startRound(sides.databaseUrl, sides.now());
      const isIt = (passing: { number: number }) => passing.number === before + number;
      sides.line.decide(async (passing) => {
        if (!isIt(passing) || place !== places[0]) return 'goes';
        victim.kill();
        await victim.ended;
        return 'lost on the way there';
      });
      sides.line.onAnswered(async (passing) => {
        if (!isIt(passing) || place !== places[1]) return;
        victim.kill();
        await victim.ended;
      });
      expect(await victim.ended).toBe('SIGKILL');
      // The dead one's lease keeps everybody away for a while.
      expect(await sides.round()).toBe(0);
      await expectInStep();
    },
  );
});
