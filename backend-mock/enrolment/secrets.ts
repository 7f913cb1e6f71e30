import { createHash } from 'node:crypto';
import type { Random } from '../ports.ts';

/** A bearer token or session: 256 random bits, so that a plain SHA-256 of it can be stored without salt. */
export function drawToken(random: Random): string {
  return Buffer.from(random.bytes(32)).toString('base64url');
}

/** SHA-256: what is kept of a secret, which is random and so long that no salt is needed. */
export function hashSecret(secret: string): Buffer {
  return createHash('sha256').update(secret, 'utf8').digest();
}

/** Without I, L, O and U: a code is read aloud and typed. */
const codeAlphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const codeLength = 16;

/** A one-time enrolment code of 80 random bits in groups of four, e.g. `7K2M-0QXR-9ZTA-1C5D`. */
export function drawEnrolmentCode(random: Random): string {
  const characters = [...random.bytes(codeLength)].map((byte) => codeAlphabet[byte % codeAlphabet.length] ?? '0');
  return characters.join('').replaceAll(/.{4}(?=.)/g, '$&-');
}

/** What is hashed of a typed code: case, spaces and hyphens do not count, and look-alikes are taken for what they look like. */
export function normaliseEnrolmentCode(typed: string): string {
  return typed.toUpperCase().replaceAll(/[\s-]/g, '').replaceAll('O', '0').replaceAll(/[IL]/g, '1');
}
