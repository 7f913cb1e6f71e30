/**
 * Goal: the whole system – tills, tags, readers, lines, cards, operators and one backend on a real PostgreSQL – keeps every
 * rule under whatever breaks, and the simulation that says so is one that can be trusted: a seed is a run. Method: a few short
 * seeds from an empty world to a quiet one, judged by models that know no code of the product; `npm run simulate:soak` plays
 * hundreds of long ones, `npm run simulate:mutants` plants mistakes.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Cluster } from './cluster.ts';
import { GlobalTimers } from './global-timers.ts';
import { play } from './run.ts';

const timers = new GlobalTimers();
let cluster: Cluster;

beforeAll(async () => {
  cluster = await Cluster.start();
});
afterAll(() => cluster.stop());

const plan = { tills: 2, tags: 5, steps: 220, compareEvery: 10 };

test.each([1, 2, 3])('R1–R49, Q1–Q21, INV-01–INV-64: 220 steps of seed %i and a quiet end', async (seed) => {
  const { finding } = await play({ ...plan, seed }, cluster, timers);
  expect(finding).toBe(null);
});

test('the same seed gives the same run, to the last request and the last byte on a tag; so does its trace', async () => {
  const short = { ...plan, seed: 4, steps: 60 };
  const first = await play(short, cluster, timers);
  const second = await play(short, cluster, timers);
  expect(second.traceHash).toBe(first.traceHash);
  const replayed = await play({ ...short, actions: first.actions }, cluster, timers);
  expect(replayed.traceHash).toBe(first.traceHash);
  const other = await play({ ...short, seed: 5, steps: 1 }, cluster, timers);
  expect(other.traceHash).not.toBe(first.traceHash);
});
