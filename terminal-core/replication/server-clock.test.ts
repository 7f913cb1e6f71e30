/**
 * Goal: a wrong clock is seen by the backend's answers, however long they take, and an answer without a date says nothing.
 * Method: a transport that answers as a test says, and a clock that a test moves.
 */
import { expect, test } from 'vitest';
import { ServerClock } from './server-clock.ts';

function world(nowMs: number, answersAfterMs: number, date: string | null) {
  let now = nowMs;
  const watch = new ServerClock({ nowMs: () => now });
  const transport = watch.watching(() => {
    now += answersAfterMs;
    return Promise.resolve(new Response('{}', { headers: date === null ? {} : { date } }));
  });
  return { watch, ask: () => transport('http://till.example/') };
}

const noon = Date.parse('2026-07-04T12:00:00.000Z');

test.each([
  ['right, at once', 0, 'Sat, 04 Jul 2026 12:00:00 GMT', 500],
  ['right, after four seconds', 4_000, 'Sat, 04 Jul 2026 12:00:02 GMT', 500],
  ['two hours behind', 0, 'Sat, 04 Jul 2026 14:00:00 GMT', 7_200_500],
  ['a day ahead', 0, 'Fri, 03 Jul 2026 12:00:00 GMT', -86_399_500],
] as const)('a clock that is %s', async (_name, answersAfterMs, date, differenceMs) => {
  const { watch, ask } = world(noon, answersAfterMs, date);
  expect(watch.difference).toBeNull();
  await ask();
  expect(watch.difference).toEqual({
    differenceMs,
    measuredAt: new Date(noon + answersAfterMs).toISOString(),
  });
});

test.each([null, 'yesterday', ''])('an answer dated %j changes nothing, and is passed on', async (date) => {
  const { watch, ask } = world(noon, 0, date);
  expect(await (await ask()).text()).toBe('{}');
  expect(watch.difference).toBeNull();
});
