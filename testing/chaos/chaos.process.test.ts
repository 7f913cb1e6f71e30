/**
 * Goal: a festival whose till, backend and PostgreSQL are killed in the middle of their work, over a network that loses and
 * doubles, has the same money on the wristband, in the till and in the ledger, and nothing twice (R33–R36, R46, Q51).
 * Method: a few deeds of the runs that `npm run test:chaos` and `npm run test:network` make in their hundreds: the real hosts
 * on a real PC/SC service, a real backend on a real PostgreSQL, a line with foul weather.
 */
import { expect, test } from 'vitest';
import { runChaos } from './chaos-run.ts';
import { foulWeather, type Weather } from './weather.ts';

const foul = foulWeather(3);
/** Without those that never answer, each of which costs a till its whole patience of 15 s. */
const weather: Weather = (passenger) => {
  const fate = foul(passenger);
  return fate.kind === 'silence before' || fate.kind === 'silence after' ? { kind: 'clear' } : fate;
};

test('till, backend and network at once: nothing is lost, nothing is there twice', async () => {
  const end = await runChaos(
    {
      seed: 3,
      bars: 1,
      wristbands: 1,
      sales: 1,
      kills: 1,
      reckonEvery: 4,
      mishaps: { none: 40, kill: 60, tear: 0, 'tear and kill': 0 },
      weather,
      backendKillEvery: 3,
      databaseKillEvery: 0,
      endMs: 150_000,
    },
    () => undefined,
  );
  expect(end.complaints).toEqual([]);
  expect(end.sales).toBeGreaterThanOrEqual(1);
  expect(end.world.kills.inWorkCount).toBeGreaterThanOrEqual(1);
}, 240_000);
