// Goal: a host that dies is back soon, and one that dies for ever does not take the computer with it.
// Method: deaths in a row and after healthy runs, with their delays.
import { expect, it } from 'vitest';
import { RestartDelay } from './restart-delay.ts';

it('architecture.md, Processes: doubles up to a cap, and begins again after a healthy run', () => {
  const delay = new RestartDelay();
  const deaths = Array.from({ length: 9 }, () => delay.afterDeath(50));
  expect(deaths).toEqual([100, 200, 400, 800, 1_600, 3_200, 6_400, 10_000, 10_000]);
  expect(delay.afterDeath(60_000)).toBe(100);
});
