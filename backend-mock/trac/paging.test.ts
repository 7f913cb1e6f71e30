// Goal: a page ends where the next one begins (requirements 5: lastKey, start_key). Method: keys out and in again, and what is none.
import { expect, test } from 'vitest';
import { lastKeyOf, readStartKey } from './paging.ts';

test('lastKey leads to the row it was made of', () => {
  const end = { createdAt: new Date('2026-09-01T08:00:00.123Z'), key: '01J8Z3NDEKTSV4RRFFQ69G5FAV' };
  expect(readStartKey(lastKeyOf(end))).toEqual(end);
});

test.each([
  '',
  'x',
  'W10',
  Buffer.from('["yesterday","a"]').toString('base64url'),
  Buffer.from('{').toString('base64url'),
])('%j is no lastKey', (text) => {
  expect(readStartKey(text)).toBeUndefined();
});
