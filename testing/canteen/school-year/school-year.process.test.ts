/**
 * Goal: every purse of every pupil is right to the penny on every day of a school year (R75–R105, Q26, Q29, Q34–Q39): three kinds of
 * credit, one that rolls over and one that is swept after lunch, sessions, refunds, pre-orders and their cancellation, sales that reach
 * the backend a day late, both changes of summer time, days on which the jobs do not run, and free meals that are worth more from
 * February on (R74).
 * Method: the product's own rounds on a real PostgreSQL with a clock moved by hand, beside a reckoning that goes a penny at a time and
 * knows nothing of the product's code. Twice a school day all purses are compared; at the end the books are coherent.
 * `npm run test:school-year` plays 1,000 pupils and the whole year; KLINK_SCHOOL_PUPILS, _DAYS, _FIRST_DAY and _SEED draw others. The
 * seconds it took are printed; with KLINK_SCHOOL_SECONDS it fails where it took more, for a machine that has nothing else to do.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestServer, type TestServer } from '../../backend/backend.ts';
import { openCanteen } from '../canteen.ts';
import { londonInstant } from './london-time.ts';
import { compare, openSchool, raiseFreeMeals } from './school.ts';
import { liveDay, nothingCarried } from './school-day.ts';
import { Dice, daysFrom } from './school-plan.ts';

const pupilsCount = Number(process.env['KLINK_SCHOOL_PUPILS'] ?? 60);
const daysCount = Number(process.env['KLINK_SCHOOL_DAYS'] ?? 14);
const firstDay = process.env['KLINK_SCHOOL_FIRST_DAY'] ?? '2027-03-19';
const seed = Number(process.env['KLINK_SCHOOL_SEED'] ?? 1);
const secondsMax = Number(process.env['KLINK_SCHOOL_SECONDS'] ?? Number.POSITIVE_INFINITY);
const raisedOn = '2027-02-08';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

test(`R75, R77, R80, R89, R92, R99, R102, Q26, Q29, Q36: ${pupilsCount} pupils, ${daysCount} days from ${firstDay}, seed ${seed}`, async () => {
  const canteen = await openCanteen(await server.newDatabase());
  try {
    // Nobody cuts the power of this server; it only has to be fast.
    for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes'])
      await canteen.database.pool.query(`ALTER SYSTEM SET ${setting} = off`);
    await canteen.database.pool.query('SELECT pg_reload_conf()');
    const dice = new Dice(seed);
    canteen.setNow(londonInstant(firstDay, '06:00').toISOString());
    const pupils = await openSchool(canteen, pupilsCount, dice, firstDay);
    const carried = nothingCarried();
    let compared = 0;
    const startedAtMs = performance.now();
    for (const day of daysFrom(firstDay, daysCount)) {
      if (day === raisedOn) {
        canteen.setNow(londonInstant(day, '06:30').toISOString());
        await raiseFreeMeals(canteen, pupils, 2_70);
      }
      await liveDay(canteen, pupils, day, dice, carried, async () => {
        const { differences, purses } = await compare(canteen, pupils);
        expect(differences.slice(0, 20), `on ${day}, ${canteen.now().toISOString()}`).toEqual([]);
        compared += purses;
      });
    }
    const seconds = Math.round((performance.now() - startedAtMs) / 1000);
    expect(await canteen.findings()).toBe(0);
    const things = Object.entries(carried.counts).map(([name, count]) => `${count} ${name}`);
    process.stdout.write(`school year: ${compared} balances agree in ${seconds} s; ${things.join(', ')}\n`);
    expect(compared).toBeGreaterThanOrEqual(pupilsCount * daysCount * 2);
    expect(seconds).toBeLessThanOrEqual(secondsMax);
  } finally {
    await canteen.close();
  }
});
