// Goal: at the edges of what is due – a purse that is changed, closed or handed over between the moment at which something is due and the
// round that does it, two processes with other clocks, moments that fall together – a credit comes once or not at all, and is cleared
// when nobody can need it any more (R96, R97, R102, Q33, Q36, Q37).
// Method: the rounds of the jobs on a real PostgreSQL, with a clock moved by hand; after every scenario the coherence report has no finding.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { type Canteen, openCanteen } from '../../testing/canteen/canteen.ts';
import { readCanteenEdition } from './canteen-edition.ts';
import { clearExpired } from './clear-credits.ts';
import { insertCreditPurses } from './insert-credit-purses.ts';
import { changeMember, type Member } from './members.ts';

let server: TestServer;
let canteen: Canteen;
beforeAll(async () => {
  server = await startTestServer();
  canteen = await openCanteen(await server.newDatabase());
});
afterEach(async () => {
  expect(await canteen.findings()).toBe(0);
});
afterAll(async () => {
  await canteen.close();
  await server.stop();
});

const freeMeals = { amountMinor: 2_50, creditApply: '30 9 * * 1-5', expiryDurationDays: 1 };

/** A pupil whose meal of Monday is due at half past nine, which is 08:30 UTC. */
async function entitled(
  validity: { validFrom?: Date; validTo?: Date } = {},
): Promise<{ pupil: Member; purse: string }> {
  canteen.setNow('2026-09-07T07:00:00Z');
  const pupil = await canteen.newMember();
  return { pupil, purse: await canteen.newPurse(pupil, 'Free School Meals', freeMeals, validity) };
}

const dueAt = async (purse: string) =>
  (
    await canteen.database.pool.query<{ at: Date | null }>(
      'SELECT next_apply_at AS at FROM purse WHERE purse_id = $1',
      [purse],
    )
  ).rows[0]?.at?.toISOString() ?? null;

describe('R96, Q37: whoever says again that a day’s credit is due, it comes once', () => {
  // A purse’s next time is reckoned anew from the clock of the process that changes it: one that is behind names today’s once more.
  test.each([
    [
      'a change of the purse by a process whose clock is behind that of the one which brought it',
      '08:29:40',
      (pupil: Member, purse: string) => canteen.tryChange(pupil, purse, { validTo: new Date('2026-12-18T00:00:00Z') }),
    ],
    [
      'a change of the purse in the very millisecond in which it came',
      '08:30:00',
      (pupil: Member, purse: string) => canteen.tryChange(pupil, purse, { validSessions: ['lunch'] }),
    ],
    [
      'the credits taken over from the tills again after the clock was set back',
      '08:10:00',
      async () => {
        await canteen.setCreditMode('TILL');
        await canteen.setCreditMode('TRAC');
      },
    ],
  ])('%s', async (_, time, deed) => {
    const { pupil, purse } = await entitled();
    await canteen.runAt('2026-09-07T08:30:00Z');
    canteen.setNow(`2026-09-07T${time}Z`);
    await deed(pupil, purse);
    expect(await dueAt(purse)).toBe('2026-09-07T08:30:00.000Z');
    await canteen.runAt('2026-09-07T08:31:00Z');
    expect((await canteen.balances(pupil))[purse]).toBe(2_50);
    // The purse is not stuck: tomorrow’s comes.
    await canteen.runAt('2026-09-08T08:31:00Z');
    expect((await canteen.credits(pupil)).map(({ cleared }) => cleared)).toEqual(['CLEARED', 'NOT_CLEARED']);
  });

  test('Q36: an hour that comes twice has one, also where the purse is changed in between', async () => {
    canteen.setNow('2026-10-24T12:00:00Z');
    const pupil = await canteen.newMember();
    const purse = await canteen.newPurse(pupil, 'Breakfast', { ...freeMeals, creditApply: '30 1 * * *' });
    // 01:30 for the first time, then 01:10 and 01:30 once more.
    await canteen.runAt('2026-10-25T00:30:00Z');
    canteen.setNow('2026-10-25T01:10:00Z');
    await canteen.tryChange(pupil, purse, { validSessions: null });
    await canteen.runAt('2026-10-25T01:31:00Z');
    expect((await canteen.credits(pupil)).length).toBe(1);
    await canteen.runAt('2026-10-26T01:31:00Z');
    expect((await canteen.credits(pupil)).length).toBe(2);
  });

  test('a purse whose crontab names two times of a day, which no request gets in, has the first of each day', async () => {
    canteen.setNow('2026-09-07T07:00:00Z');
    const { customerId, ...pupil } = await canteen.newMember();
    const credit = { ...freeMeals, creditApply: '0 9,12 * * *', expiryDurationDays: 30 };
    await canteen.within(async (connection) => {
      const edition = await readCanteenEdition(connection, canteen.editionId);
      await insertCreditPurses(connection, edition, [{ customerId, title: 'Twice', credit }], canteen.now());
    });
    await canteen.runAt('2026-09-09T13:00:00Z');
    const came = (await canteen.transactions({ customerId, ...pupil })).map(({ transactionDate }) => transactionDate);
    expect(came).toEqual(['07', '08', '09'].map((day) => `2026-09-${day}T08:00:00.000Z`));
  });
});

describe('R97: what was due when the purse was not valid never comes, however the validity is said', () => {
  test.each([
    ['validFrom, which belongs to it', { validFrom: new Date('2026-09-07T08:30:00Z') }, 1],
    ['validFrom a millisecond later', { validFrom: new Date('2026-09-07T08:30:00.001Z') }, 0],
    ['validTo, which does not belong to it', { validTo: new Date('2026-09-07T08:30:00Z') }, 0],
    ['validTo a millisecond later', { validTo: new Date('2026-09-07T08:30:00.001Z') }, 1],
  ])('%s: said when the purse is made, and when its credit is due and has not come yet', async (_, validity, count) => {
    const made = await entitled(validity);
    const changed = await entitled();
    canteen.setNow('2026-09-07T08:30:30Z');
    await canteen.tryChange(changed.pupil, changed.purse, validity);
    await canteen.runAt('2026-09-07T08:31:00Z');
    expect(await canteen.credits(made.pupil)).toHaveLength(count);
    expect(await canteen.credits(changed.pupil)).toHaveLength(count);
  });

  test('a change that leaves today valid leaves what is due, and the day after it', async () => {
    const { pupil, purse } = await entitled();
    canteen.setNow('2026-09-07T08:30:30Z');
    await canteen.tryChange(pupil, purse, { validTo: new Date('2026-09-09T00:00:00Z') });
    for (const day of ['07', '08', '09']) await canteen.runAt(`2026-09-${day}T08:31:00Z`);
    expect(await canteen.credits(pupil)).toHaveLength(2);
  });

  test('somebody who has left has none, and none afterwards for the days between', async () => {
    const { pupil } = await entitled();
    const setActive = (isActive: boolean) =>
      canteen.within((connection) =>
        changeMember(connection, canteen.editionId, pupil.memberId, { isActive }, canteen.now()),
      );
    await setActive(false);
    for (const day of ['07', '08']) await canteen.runAt(`2026-09-${day}T08:31:00Z`);
    await setActive(true);
    await canteen.runAt('2026-09-09T08:00:00Z');
    expect(await canteen.credits(pupil)).toHaveLength(0);
    await canteen.runAt('2026-09-09T08:31:00Z');
    expect(await canteen.credits(pupil)).toHaveLength(1);
  });
});

describe('Q33: while the tills manage the credits none comes by itself', () => {
  afterEach(() => canteen.setCreditMode('TRAC'));

  test('nothing is due any more, also for a round that read the edition before and waited for the members', async () => {
    const { purse } = await entitled();
    await canteen.setCreditMode('TILL');
    expect(await dueAt(purse)).toBeNull();
  });

  test('a purse that was being made while the credits changed hands is due, and has none', async () => {
    const { pupil, purse } = await entitled();
    await canteen.setCreditMode('TILL');
    // By somebody who had read the edition before.
    await canteen.database.pool.query('UPDATE purse SET next_apply_at = $2 WHERE purse_id = $1', [
      purse,
      '2026-09-07T08:30:00Z',
    ]);
    await canteen.runAt('2026-09-07T08:31:00Z');
    expect(await canteen.credits(pupil)).toEqual([]);
  });

  test('to say once more that this backend does loses nothing that is due', async () => {
    const { pupil } = await entitled();
    canteen.setNow('2026-09-07T08:30:30Z');
    await canteen.setCreditMode('TRAC');
    await canteen.runAt('2026-09-07T08:31:00Z');
    expect(await canteen.credits(pupil)).toHaveLength(1);
  });

  test.each([
    ['the very moment at which it takes over', '2026-09-07T08:30:00Z', {}, 1],
    ['the days before it', '2026-09-08T07:00:00Z', {}, 0],
    ['days before validFrom', '2026-09-07T08:00:00Z', { validFrom: new Date('2026-09-08T00:00:00Z') }, 0],
    ['days from validTo on', '2026-09-07T08:00:00Z', { validTo: new Date('2026-09-07T08:30:00Z') }, 0],
  ])('when this backend takes them over again: %s', async (_, at, validity, count) => {
    const { pupil, purse } = await entitled(validity);
    await canteen.setCreditMode('TILL');
    canteen.setNow(at);
    await canteen.setCreditMode('TRAC');
    const due = await dueAt(purse);
    if (count === 0) expect(due === null || due > '2026-09-07T08:31').toBe(true);
    await canteen.runAt(`${at.slice(0, 10)}T08:29:00Z`);
    await canteen.runAt(count === 1 ? '2026-09-07T08:31:00Z' : at);
    expect(await canteen.credits(pupil)).toHaveLength(count);
  });
});

describe('R102: what is over is cleared', () => {
  test('not while a sale of its time waits, one that came late or a pre-order: as where a till sends it between the two steps of a round', async () => {
    for (const late of [true, false]) {
      const { pupil } = await entitled();
      await canteen.runAt('2026-09-07T08:31:00Z');
      canteen.setNow(late ? '2026-09-07T23:30:00Z' : '2026-09-07T11:00:00Z');
      await canteen.sell(pupil, 1_00, { transactionDate: new Date(`2026-09-${late ? '07T11:00' : '10T11:00'}:00Z`) });
      canteen.setNow('2026-09-07T23:30:00Z');
      const clear = () =>
        canteen.within(async (connection) =>
          clearExpired(
            connection,
            await readCanteenEdition(connection, canteen.editionId),
            [pupil.customerId],
            canteen.now(),
          ),
        );
      expect(await clear()).toBe(0);
      await canteen.runAt('2026-09-07T23:35:00Z');
      // One clearing of the rest, and none that has to be taken back.
      const clearings = (await canteen.transactions(pupil)).filter(({ type }) => type === 'clearedCredit');
      expect(clearings.map(({ amountMinor }) => amountMinor)).toEqual([-1_50]);
    }
  });

  test('a sale of a later day does not keep it, nor one of somebody else', async () => {
    const { pupil } = await entitled();
    await canteen.sell(await canteen.newMember(), 1_00);
    await canteen.runAt('2026-09-07T08:31:00Z');
    canteen.setNow('2026-09-07T23:30:00Z');
    await canteen.sell(pupil, 1_00);
    await canteen.within(async (connection) => {
      const edition = await readCanteenEdition(connection, canteen.editionId);
      expect(await clearExpired(connection, edition, [pupil.customerId], canteen.now())).toBe(1);
    });
    await canteen.runAt('2026-09-07T23:35:00Z');
    expect((await canteen.balances(pupil))['default']).toBe(-1_00);
  });

  test('days late it still stands on the day on which it was over, each of them', async () => {
    const { pupil } = await entitled();
    await canteen.runAt('2026-09-07T08:31:00Z');
    await canteen.runAt('2026-09-12T12:00:00Z');
    const cleared = await canteen.database.pool.query<{ day: string; at: Date }>(
      `SELECT business_date::text AS day, transaction_date AS at FROM purse_transaction
        WHERE customer_id = $1 AND type = 'clearedCredit' ORDER BY 1`,
      [pupil.customerId],
    );
    const days = ['08', '09', '10', '11', '12'];
    expect(cleared.rows.map(({ day }) => day)).toEqual(days.map((day) => `2026-09-${day}`));
    expect(cleared.rows.map(({ at }) => at.toISOString())).toEqual(
      ['07', '08', '09', '10', '11'].map((day) => `2026-09-${day}T23:00:00.000Z`),
    );
  });
});
