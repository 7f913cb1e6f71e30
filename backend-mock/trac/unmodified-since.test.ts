// Goal: nobody overwrites what they have not seen (requirements 5, concurrency: 412). Method: moments of changes against what a client
// says it has seen, also within one second, which is all the header can tell apart.
import { expect, test } from 'vitest';
import { nextUpdate, preconditionOf } from './unmodified-since.ts';

const at = (text: string) => new Date(text);

test('who has seen the last change may change again, who has not is stale', () => {
  expect(preconditionOf('2022-02-07T16:18:33', at('2022-02-07T16:18:33.900Z'))).toBe('holds');
  expect(preconditionOf('2022-02-07T16:18:33', at('2022-02-07T16:18:34.000Z'))).toBe('stale');
  expect(preconditionOf('2022-02-07T16:18:33.899', at('2022-02-07T16:18:33.900Z'))).toBe('stale');
});

test('what is no ISO 8601 is unreadable, an HTTP date too', () => {
  expect(preconditionOf('Mon, 07 Feb 2022 16:18:33 GMT', at('2022-02-07T16:18:33Z'))).toBe('unreadable');
});

test('two changes never share a second: who read before the first of them is told so', () => {
  const first = at('2022-02-07T16:18:33.100Z');
  const second = nextUpdate(first, at('2022-02-07T16:18:33.200Z'));
  expect(second).toEqual(at('2022-02-07T16:18:34.000Z'));
  expect(preconditionOf('2022-02-07T16:18:33', second)).toBe('stale');
  expect(nextUpdate(first, at('2022-02-07T17:00:00.123Z'))).toEqual(at('2022-02-07T17:00:00.123Z'));
});
