// Goal: the journal's hash is the one of protocol.md, byte for byte.
// Method: the vectors of protocol.md, and values whose canonical text is easy to get wrong.
import { expect, test } from 'vitest';
import { canonicalJson, entryHash, journalStartHash } from './chain.ts';

const start = '3eb1bd439947eb762998e566ccc2e099c791118b2f40579cc4f7da2b5061b7f9';
const first = '38da1215af50ef91bd22749da02cbfe59b077246be19f80f92d1a39baeac433d';

test('protocol.md vector: the hash before seq 1 is the one of the journalId', () => {
  expect(journalStartHash('0123456789abcdef0123456789abcdef')).toBe(start);
});

test('protocol.md vector: entry 1', () => {
  const payload = canonicalJson({ uid: '04A1B2C3D4E5F6', generation: 1, balanceMinor: 0 }) ?? '';
  expect(entryHash(start, { seq: 1, kind: 'tagSnapshot', at: '2026-01-01T00:00:00.000Z' }, payload)).toBe(first);
});

test('protocol.md vector: entry 2, with a nested array, a letter beyond ASCII and null', () => {
  const payload = canonicalJson({ b: [2, 'ä'], a: null }) ?? '';
  expect(payload).toBe('{"a":null,"b":[2,"ä"]}');
  expect(entryHash(first, { seq: 2, kind: 'shift', at: '2026-01-01T00:00:01.000Z' }, payload)).toBe(
    'f0768b774de8f961ef81c019bb2e9dc433568c72afdba11c3873c9c6b8f518ab',
  );
});

test('what has no canonical text is reported, not hashed', () => {
  expect(canonicalJson('\ud800')).toBeUndefined();
  expect(canonicalJson(Number.POSITIVE_INFINITY)).toBeUndefined();
});
