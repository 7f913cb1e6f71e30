// Goal: only a JWT that the integration itself signed, for this host and for now, passes (R50–R54, Q44, Q45). Method: real RSA keys;
// every way of getting it wrong is made by hand, each otherwise right.
import { createHmac, createSign, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { expect, test } from 'vitest';
import { isAppToken } from './app-token.ts';

const own = generateKeyPairSync('rsa', { modulusLength: 2048 });
const other = generateKeyPairSync('rsa', { modulusLength: 2048 });
const publicKeyPem = own.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const now = new Date('2024-05-16T15:17:30Z');
const nowSeconds = now.getTime() / 1000;
const check = { publicKeyPem, slug: 'parentpay', audience: 'https://trac.mypebble.co.uk/', now };
/** The example of seed 000. */
const claims = { iat: 1715872650, exp: 1715901450, aud: 'https://trac.mypebble.co.uk/', iss: 'parentpay' };

const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
function signed(
  payload: object,
  key: KeyObject = own.privateKey,
  header: object = { alg: 'RS256', typ: 'JWT' },
): string {
  const text = `${part(header)}.${part(payload)}`;
  return `${text}.${createSign('sha256').update(text).sign(key).toString('base64url')}`;
}

test('R50–R53: the token of seed 000 passes, signed by the private key (Q45)', async () => {
  expect(await isAppToken(signed(claims), check)).toBe(true);
});

test.each([
  ['https://trac.mypebble.co.uk', 'https://trac.mypebble.co.uk/'],
  ['https://trac-demo.stage.pebble.cloud/', 'https://trac-demo.stage.pebble.cloud'],
])('Q44: an aud of %s is the audience %s', async (aud, audience) => {
  expect(await isAppToken(signed({ ...claims, aud }), { ...check, audience })).toBe(true);
});

test('R50: a forged token, signed by another key, is refused', async () => {
  expect(await isAppToken(signed(claims, other.privateKey), check)).toBe(false);
});

test('R50: a token whose claims were changed after it was signed is refused', async () => {
  const [header, , signature] = signed(claims).split('.');
  expect(await isAppToken(`${header}.${part({ ...claims, exp: claims.exp + 1 })}.${signature}`, check)).toBe(false);
});

test('R50: alg none is refused, with and without a signature', async () => {
  const text = `${part({ alg: 'none', typ: 'JWT' })}.${part(claims)}`;
  expect(await isAppToken(`${text}.`, check)).toBe(false);
  expect(await isAppToken(signed(claims, own.privateKey, { alg: 'none' }), check)).toBe(false);
});

test('R50: HS256 with the public key as the secret is refused', async () => {
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`;
  for (const secret of [publicKeyPem, publicKeyPem.trim()])
    expect(await isAppToken(`${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`, check)).toBe(
      false,
    );
});

test('R50: another RSA algorithm is refused', async () => {
  const text = `${part({ alg: 'RS512' })}.${part(claims)}`;
  expect(
    await isAppToken(`${text}.${createSign('sha512').update(text).sign(own.privateKey).toString('base64url')}`, check),
  ).toBe(false);
});

test('R50: a key that the token brings with it counts for nothing', async () => {
  const jwk = other.publicKey.export({ format: 'jwk' });
  expect(await isAppToken(signed(claims, other.privateKey, { alg: 'RS256', jwk }), check)).toBe(false);
});

test.each(['iat', 'exp', 'aud', 'iss'] as const)('R51: a token without %s is refused', async (name) => {
  const { [name]: _left, ...rest } = claims;
  expect(await isAppToken(signed(rest), check)).toBe(false);
});

test.each([
  ['R51: an expired token', { iat: nowSeconds - 3600, exp: nowSeconds - 61 }],
  ['R51: a token of tomorrow', { iat: nowSeconds + 86_400, exp: nowSeconds + 90_000 }],
  ['R51: a token that ends before it begins', { iat: nowSeconds + 50, exp: nowSeconds + 40 }],
  ['R51: a token whose exp is text', { exp: '1715901450' }],
  ['R52: a token for another host', { aud: 'https://trac-demo.stage.pebble.cloud' }],
  ['R52: a token for a host that only begins right', { aud: 'https://trac.mypebble.co.uk/evil' }],
  ['R52: a token for several hosts', { aud: ['https://trac.mypebble.co.uk/', 'https://elsewhere.example'] }],
  ['R53: a token of another app', { iss: 'parentpay-2' }],
  ['R53: a token of several apps', { iss: ['parentpay'] }],
])('%s is refused', async (_name, change) => {
  expect(await isAppToken(signed({ ...claims, ...change }), check)).toBe(false);
});

test('R51: a clock that is a minute off still gets in', async () => {
  expect(await isAppToken(signed({ ...claims, iat: nowSeconds + 59 }), check)).toBe(true);
  expect(await isAppToken(signed({ ...claims, iat: nowSeconds - 3600, exp: nowSeconds - 59 }), check)).toBe(true);
});

test.each(['', 'x', 'a.b.c', '..', 'e30.e30.'])('R54: %j is refused', async (text) => {
  expect(await isAppToken(text, check)).toBe(false);
});
