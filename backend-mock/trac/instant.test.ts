// Goal: instants as the sources write them. Method: texts in, moments out.
import { expect, test } from 'vitest';
import { instantOf } from './instant.ts';

test.each([
  ['2004-10-11T12:24:12Z', '2004-10-11T12:24:12.000Z'],
  ['2022-02-07T16:18:33', '2022-02-07T16:18:33.000Z'],
  ['2022-02-07T16:18:33.250', '2022-02-07T16:18:33.250Z'],
  ['2022-02-07T16:18:33+01:00', '2022-02-07T15:18:33.000Z'],
  ['2022-02-07', '2022-02-07T00:00:00.000Z'],
])('%s is %s', (text, instant) => {
  expect(instantOf(text)?.toISOString()).toBe(instant);
});

test.each([
  '',
  'now',
  '2022-02-30',
  '2022-13-01T00:00:00Z',
  'Mon, 07 Feb 2022 16:18:33 GMT',
  '0000-01-01',
  '9999-12-31T23:59:59Z',
])('%j is none', (text) => {
  expect(instantOf(text)).toBeUndefined();
});
