// Goal: a backend killed at any moment leaves nothing half done: the same request again, or the next round of the job, ends in the
// same books, the same states and the same money at the provider as if nobody had been killed. Nothing is paid twice or forgotten.
// Method: SIGKILL of a real backend process, by a line between it and its PostgreSQL that counts statements: before the n-th reaches
// the database, and after the database has kept it and nobody knows. The simulated provider and gateway live in the same database, so
// that the calls to them are cut before, during and after as well. Each kill has a copy of one prepared world; a backend that knows
// nothing of the dead one repeats it, the jobs come to rest, and the whole state is held against the run without a kill.
// KLINK_BACKEND_KILLS=full takes every moment of every scenario, `commits` those around what the database keeps; without it, the ones
// that say most of a few scenarios.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { startTestServer, type TestServer } from '../backend/backend.ts';
import { inParallel } from '../klink/rows-in-parallel.ts';
import type { Moment } from './database-line.ts';
import { openJobRounds } from './job-rounds.ts';
import { type Course, killAt, momentsOf, playWhole } from './kill-run.ts';
import { buildKillWorld, type KillWorld } from './kill-world.ts';
import { type Scenario, scenarios } from './scenarios.ts';

const extent = z.enum(['few', 'commits', 'full']).parse(process.env['KLINK_BACKEND_KILLS'] ?? 'few');
const isFew = extent === 'few';
const timeoutMs = isFew ? 120_000 : 1_800_000;
const atOnce = [1, 2] as const;

/** What npm test looks at: money that leaves, money that comes in, and what a till is told. */
const few: ReadonlyMap<string, number> = new Map([
  ['the job pay-refunds: one is paid', 2],
  ['the job check-payments: an online top-up is charged and booked', 1],
  ['a notice: approved', 1],
  ['a batch', 1],
]);

const chosen = scenarios.filter(({ name }) => !isFew || few.has(name));

let server: TestServer;
let world: KillWorld;
const kills = new Map<string, number>();

beforeAll(async () => {
  server = await startTestServer();
  world = await buildKillWorld(server);
}, 120_000);
afterAll(() => server.stop());

function momentsToTake(scenario: Scenario, course: Course): Moment[] {
  const all = momentsOf(course);
  const statementOf = ({ statement }: Moment) => course.passed[statement - 1]?.text.trim() ?? '';
  switch (extent) {
    case 'full':
      return all;
    case 'commits':
      // What the database keeps changes at these alone.
      return all.filter((moment) =>
        moment.when === 'before' ? /^COMMIT/i.test(statementOf(moment)) : !/^SELECT/i.test(statementOf(moment)),
      );
    case 'few':
      // After a commit of which nobody heard: what was done and is not known to be done.
      return all
        .filter((moment) => moment.when === 'after' && /^COMMIT/i.test(statementOf(moment)))
        .slice(-(few.get(scenario.name) ?? 1));
  }
}

const describeMoment = (course: Course, { statement, when }: Moment) =>
  `${when} statement ${statement} of ${course.passed.length} (${(course.passed[statement - 1]?.text ?? '').trim().replaceAll(/\s+/g, ' ').slice(0, 70)})`;

describe('killed and repeated', () => {
  test.each(chosen.map((scenario) => [scenario.name, scenario] as const))(
    '%s: the books, the states and the provider are as if nobody had been killed',
    async (_name, scenario) => {
      const course = await playWhole(world, scenario);
      expect({ ...course.answer, isWell: course.answer.status < 300 && course.answer.did !== 0 }).toMatchObject({
        isWell: true,
      });
      const complaints: string[] = [];
      await inParallel(atOnce, momentsToTake(scenario, course), async (_worker, moment) => {
        const report = await killAt(world, scenario, course, moment);
        if (report.wasKilled) kills.set(scenario.name, (kills.get(scenario.name) ?? 0) + 1);
        else if (scenario.isInterleaved !== true) report.complaints.push('was not reached');
        complaints.push(...report.complaints.map((each) => `${describeMoment(course, moment)}: ${each}`));
      });
      console.log(`${scenario.name}: ${course.passed.length} statements, ${kills.get(scenario.name) ?? 0} kills`);
      expect(complaints).toEqual([]);
    },
    timeoutMs,
  );

  test('every job has a scenario', async () => {
    const jobs = openJobRounds(world.databaseUrl, { now: () => new Date() }, 'http://127.0.0.1:1');
    await jobs.close();
    expect(new Set(scenarios.flatMap(({ job }) => job ?? []))).toEqual(new Set(jobs.names));
  });

  test('every scenario that was to be killed was killed', () => {
    const total = [...kills.values()].reduce((sum, count) => sum + count, 0);
    console.log(`killed ${total} times in ${kills.size} scenarios`);
    expect([...kills.keys()].sort()).toEqual(chosen.map(({ name }) => name).sort());
  });
});
