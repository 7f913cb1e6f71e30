import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { startTestBackend } from '../backend/backend.ts';
import { DatabaseLine, type Moment, type Passed } from './database-line.ts';
import { type Digest, differences, readDigest } from './digest.ts';
import { neverMs, openJobRounds, providerTimeoutMs } from './job-rounds.ts';
import { type KillWorld, scenarioMs } from './kill-world.ts';
import { type Actor, type Answer, quiet, type Scenario } from './scenarios.ts';
import { Victim } from './victim.ts';

/** How a scenario ends where nobody is killed. */
export type Course = { passed: readonly Passed[]; answer: Answer; digest: Digest };

/** Plays a scenario without a kill and lets everything come to rest. */
export async function playWhole(world: KillWorld, scenario: Scenario): Promise<Course> {
  return onCopy(world, scenario, async (databaseUrl) => {
    const line = await DatabaseLine.start(databaseUrl);
    try {
      const { said, passed } = await asBackend(line.databaseUrl, async (backend) => {
        line.count();
        const answer = await scenario.act(world, backend);
        line.stopCounting();
        const statements = [...line.passed];
        await backend.comeToRest();
        return { said: answer, passed: statements };
      });
      return { answer: said, passed, digest: await readDigest(databaseUrl) };
    } finally {
      await line.close();
    }
  });
}

/** Every moment of a course: before each statement, and after each that the database keeps. */
export function momentsOf({ passed }: Course): Moment[] {
  return passed.flatMap(({ isDurable }, index): Moment[] => {
    const statement = index + 1;
    return [{ statement, when: 'before' }, ...(isDurable ? [{ statement, when: 'after' } as const] : [])];
  });
}

export type KillReport = { wasKilled: boolean; complaints: string[] };

/** Kills the process at the moment, lets another one do it again, and holds what is left against the course. */
export async function killAt(
  world: KillWorld,
  scenario: Scenario,
  course: Course,
  moment: Moment,
): Promise<KillReport> {
  return onCopy(world, scenario, async (databaseUrl) => {
    const line = await DatabaseLine.start(databaseUrl);
    const victim = await Victim.start(line.databaseUrl, scenarioMs);
    try {
      line.count(moment, () => victim.kill());
      const first = await scenario.act(world, victim).catch(() => undefined);
      if (!line.hasStruck) {
        line.stopCounting();
        victim.kill();
      }
      await victim.gone();
      await line.sessionsEnded();
      const wasKilled = line.hasStruck;
      const complaints =
        wasKilled && first !== undefined && first.status !== 0
          ? [`answered ${first.status}, although it was killed`]
          : [];
      const again = await asBackend(databaseUrl, async (backend) => {
        const answer = await scenario.act(world, backend);
        await backend.comeToRest();
        return answer;
      });
      complaints.push(...judgeRepetition(scenario, course.answer, again));
      complaints.push(...differences(course.digest, await readDigest(databaseUrl)));
      return { wasKilled, complaints };
    } finally {
      victim.kill();
      await victim.gone();
      await line.close();
    }
  });
}

function judgeRepetition({ saysWhenRepeated = [] }: Scenario, expected: Answer, again: Answer): string[] {
  if (saysWhenRepeated.includes(again.status)) return [];
  const [one, other] = [expected, again].map(({ status, body }) => JSON.stringify({ status, body }));
  return one === other ? [] : [`repeated, it answers ${other?.slice(0, 300)} instead of ${one?.slice(0, 300)}`];
}

/** A copy of the world, which is thrown away. */
async function onCopy<Value>(
  world: KillWorld,
  { focus }: Scenario,
  work: (databaseUrl: string) => Promise<Value>,
): Promise<Value> {
  const template = /\/(\w+)\?/.exec(world.databaseUrl)?.[1] ?? '';
  const name = `copy_${randomBytes(6).toString('hex')}`;
  await ask(world.databaseUrl.replace(`/${template}?`, '/postgres?'), `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const databaseUrl = world.databaseUrl.replace(`/${template}?`, `/${name}?`);
  try {
    await ask(databaseUrl, focus === undefined ? quiet : focus(world));
    return await work(databaseUrl);
  } finally {
    await ask(world.databaseUrl.replace(`/${template}?`, '/postgres?'), `DROP DATABASE ${name} WITH (FORCE)`);
  }
}

async function ask(databaseUrl: string, text: string): Promise<void> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

type FreshBackend = Actor & {
  /** Lets the jobs come round, as time passes, until nothing of what was begun is left to be done. */
  comeToRest(): Promise<void>;
};

const roundsToRest = 3;
const pauseMs = 20 * 60 * 1000;

/** A backend that remembers nothing of any other, for as long as the work takes. */
async function asBackend<Value>(databaseUrl: string, work: (backend: FreshBackend) => Promise<Value>): Promise<Value> {
  let nowMs = scenarioMs;
  const clock = { now: () => new Date(nowMs) };
  const pauses = {
    expiryIntervalMs: neverMs,
    paymentIntervalMs: neverMs,
    connectorIntervalMs: neverMs,
    providerTimeoutMs,
  };
  const backend = await startTestBackend(databaseUrl, { clock, ...pauses });
  const jobs = openJobRounds(databaseUrl, clock, backend.address);
  try {
    return await work({
      address: backend.address,
      round: (name) => jobs.round(name),
      async comeToRest() {
        for (let left = roundsToRest; left > 0; left -= 1) {
          nowMs += pauseMs;
          for (const name of jobs.names) await jobs.round(name);
        }
      },
    });
  } finally {
    await jobs.close();
    await backend.close();
  }
}
