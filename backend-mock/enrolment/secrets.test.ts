// Goal: tokens and codes are as random as they are said to be, and a code that a person types is still found.
// Method: fixed bytes in, text out; then properties over random codes as people spoil them.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawEnrolmentCode, drawToken, hashSecret, normaliseEnrolmentCode } from './secrets.ts';

test('a token holds all 256 bits, and only its SHA-256 is kept', () => {
  const bytes = Uint8Array.from({ length: 32 }, (_, index) => index);
  const token = drawToken({ bytes: (count) => bytes.slice(0, count) });
  expect(Buffer.from(token, 'base64url')).toEqual(Buffer.from(bytes));
  expect(hashSecret('abc').toString('hex')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

test('a code has sixteen characters of thirty-two, each of the 256 byte values equally often', () => {
  const code = drawEnrolmentCode({ bytes: (count) => new Uint8Array(count).fill(31) });
  expect(code).toBe('ZZZZ-ZZZZ-ZZZZ-ZZZZ');
  const counts = new Map<string, number>();
  for (let byte = 0; byte < 256; byte += 1) {
    const first = drawEnrolmentCode({ bytes: (count) => new Uint8Array(count).fill(byte) }).charAt(0);
    counts.set(first, (counts.get(first) ?? 0) + 1);
  }
  expect([counts.size, ...new Set(counts.values())]).toEqual([32, 8]);
});

test('case, spaces, hyphens and look-alikes do not matter when a code is typed', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
      const code = drawEnrolmentCode({ bytes: () => bytes });
      const typed = ` ${code.toLowerCase().replaceAll('-', ' ').replaceAll('0', 'o').replaceAll('1', 'l')} `;
      expect(normaliseEnrolmentCode(typed)).toBe(normaliseEnrolmentCode(code));
    }),
  );
});
