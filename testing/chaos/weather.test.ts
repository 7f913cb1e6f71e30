/**
 * Goal: the weather of a run is decided by its seed, and all of it comes up.
 * Method: the fates of many requests, drawn twice and in another order.
 */
import { expect, test } from 'vitest';
import { foulWeather, type Passenger } from './weather.ts';

const passengers: readonly Passenger[] = Array.from({ length: 2_000 }, (_, index) => ({
  method: index % 3 === 0 ? 'GET' : 'PUT',
  path: `/v1/assignments/${index % 7}/batches/${index}`,
  earlierCount: index % 4,
}));

test('the same seed has the same fate for the same request, whatever else is on the line', () => {
  const [once, again] = [foulWeather(7), foulWeather(7)];
  const fates = passengers.map(once);
  expect([...passengers].reverse().map(again).reverse()).toEqual(fates);
  expect(passengers.map(foulWeather(8))).not.toEqual(fates);
});

test('a request that is sent again meets with something else', () => {
  const weather = foulWeather(7);
  const fates = Array.from({ length: 200 }, (_, earlierCount) =>
    weather({ method: 'GET', path: '/seal', earlierCount }),
  );
  expect(new Set(fates.map(({ kind }) => kind)).size).toBeGreaterThan(8);
});

test('all of it comes up, and about half of all requests get through as they are', () => {
  const kinds = passengers.map(foulWeather(1)).map(({ kind }) => kind);
  expect(new Set(kinds)).toEqual(
    new Set([
      'clear',
      'slow',
      'drip',
      'cut before',
      'request cut',
      'answer lost',
      'answer cut',
      'twice at once',
      'again later',
      'overtaken',
      'silence before',
      'silence after',
    ]),
  );
  const clear = kinds.filter((kind) => kind === 'clear').length / kinds.length;
  expect(clear).toBeGreaterThan(0.4);
  expect(clear).toBeLessThan(0.56);
});
