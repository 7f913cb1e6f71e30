// Goal: nobody gets at a member but an integration that an operator let in: who is let in, how its token is made and exchanged, when
// it ends, and that whatever is wrong is answered alike (R50–R54).
// Method: a backend on a real PostgreSQL with a clock that the test moves, driven over HTTP; keys, tokens and forgeries are real.
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditAnswerSchema } from '../../contract/wire/audit.ts';
import { type InstallationRow, installationsAnswerSchema } from '../../contract/wire/installations.ts';
import { accessTokenSchema } from '../../contract/wire/trac-access.ts';
import { logIn, type OperatorClient } from '../../testing/backend/operator-client.ts';
import { type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import { appToken, makeApp, registerApp, TracClient } from '../../testing/trac/trac-client.ts';

const canteen = 2;
const festival = 1;
const demoHost = 'https://trac-demo.stage.pebble.cloud';
let backend: OwnBackend;
let operator: OperatorClient;
let now = new Date('2026-09-01T08:00:00Z');
const app = makeApp('parentpay');
let installation: InstallationRow;

beforeAll(async () => {
  backend = await startOwnBackend({ clock: { now: () => now } });
  operator = await logIn(backend.address);
  installation = await registerApp(operator, app, canteen, { namespace: 'parentPay' });
});
afterAll(() => backend.close());

async function exchange(
  authorization: string | undefined,
  installationId: number | string = installation.installationId,
) {
  const response = await fetch(`${backend.address}/api/v1/app/installations/${installationId}/access-tokens`, {
    method: 'POST',
    ...(authorization === undefined ? {} : { headers: { Authorization: authorization } }),
  });
  const headers = [...response.headers].filter(([name]) => name !== 'date');
  return { status: response.status, text: await response.text(), headers };
}

const part = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
const rightClaims = () => {
  const iat = Math.floor(now.getTime() / 1000);
  return { iat, exp: iat + 28_800, aud: demoHost, iss: 'parentpay' };
};
function rs256(claims: object, key = app.privateKey): string {
  const text = `${part({ alg: 'RS256', typ: 'JWT' })}.${part(claims)}`;
  return `${text}.${createSign('sha256').update(text).sign(key).toString('base64url')}`;
}

test('R50-R53: a JWT as seed 000 says it is exchanged for an access token of one hour, on both paths that the sources name', async () => {
  for (const apps of ['app', 'apps']) {
    const response = await fetch(
      `${backend.address}/api/v1/${apps}/installations/${installation.installationId}/access-tokens`,
      {
        method: 'POST',
        headers: { Authorization: `Bearer ${rs256(rightClaims())}` },
      },
    );
    expect(response.status).toBe(201);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const { expiresAt } = accessTokenSchema.parse(await response.json());
    expect(expiresAt).toBe(now.getTime() / 1000 + 3600);
  }
});

test('the body may be empty, absent or {}, with a Content-Type or without', async () => {
  const address = `${backend.address}/api/v1/app/installations/${installation.installationId}/access-tokens`;
  const authorization = { Authorization: `Bearer ${rs256(rightClaims())}` };
  const json = { ...authorization, 'Content-Type': 'application/json' };
  for (const init of [
    { headers: json },
    { headers: json, body: '' },
    { headers: json, body: '{}' },
    { headers: authorization },
  ])
    expect((await fetch(address, { method: 'POST', ...init })).status).toBe(201);
});

test('R52: in a demo environment the audience is the demo host, and a token for production is refused', async () => {
  expect(installation.audience).toBe(demoHost);
  expect((await exchange(`Bearer ${rs256({ ...rightClaims(), aud: `${demoHost}/` })}`)).status).toBe(201);
  expect((await exchange(`Bearer ${rs256({ ...rightClaims(), aud: 'https://trac.mypebble.co.uk/' })}`)).status).toBe(
    401,
  );
});

const wrong: readonly (readonly [string, () => Promise<string | undefined> | string | undefined])[] = [
  [
    'forged, with another key',
    () => rs256(rightClaims(), generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey),
  ],
  ['expired', () => rs256({ ...rightClaims(), iat: rightClaims().iat - 7200, exp: rightClaims().iat - 3600 })],
  ['of alg none', () => `${part({ alg: 'none' })}.${part(rightClaims())}.`],
  [
    'HS256 with the public key as its secret',
    () => {
      const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(rightClaims())}`;
      return `${text}.${createHmac('sha256', app.publicKeyPem).update(text).digest('base64url')}`;
    },
  ],
  ['for another audience', () => rs256({ ...rightClaims(), aud: 'https://elsewhere.example' })],
  ['of another issuer', () => rs256({ ...rightClaims(), iss: 'somebody-else' })],
  ['without iat', () => rs256({ ...rightClaims(), iat: undefined })],
  ['without exp', () => rs256({ ...rightClaims(), exp: undefined })],
  ['no JWT', () => 'nothing.of.that'],
  ['absent', () => undefined],
];

test.each(wrong)(
  'R54: a token that is %s is "Invalid Bearer Token", byte for byte like every other, and nothing else',
  async (_what, make) => {
    const jwt = await make();
    const reply = await exchange(jwt === undefined ? undefined : `Bearer ${jwt}`);
    const anyOther = await exchange('Bearer x', 999_999);
    expect(reply).toEqual(anyOther);
    expect(reply.status).toBe(401);
    expect(JSON.parse(reply.text)).toEqual({
      type: 'urn:klink:problem:invalid-bearer-token',
      title: 'Invalid Bearer Token',
      status: 401,
      code: 'INVALID_BEARER_TOKEN',
    });
  },
);

test('R54: an installation that does not exist, or is no number, answers a right JWT in the same words', async () => {
  const jwt = await appToken(app, demoHost, now);
  const anyOther = await exchange('Bearer x');
  for (const id of [999_999, 'parentpay', '-1', '1e3', '9'.repeat(100)])
    expect(await exchange(`Bearer ${jwt}`, id)).toEqual(anyOther);
});

test('an access token opens its own organisation, and nothing after an hour: 403, and then the token is made anew', async () => {
  const client = await TracClient.enter(backend.address, app, installation, now);
  expect((await client.get('/members')).status).toBe(200);
  expect((await new TracClient(backend.address, festival, client.token).get('/members')).status).toBe(403);
  now = new Date(now.getTime() + 3_600_000);
  const expired = await client.get('/members');
  expect(expired.status).toBe(403);
  expect((await (await TracClient.enter(backend.address, app, installation, now)).get('/members')).status).toBe(200);
});

test('whoever has no access token is told nothing: none, a made-up one, a JWT, a till’s scheme', async () => {
  const client = await TracClient.enter(backend.address, app, installation, now);
  const jwt = await appToken(app, demoHost, now);
  for (const authorization of ['', 'token', `token ${'A'.repeat(43)}`, `Bearer ${jwt}`, `Bearer ${client.token}`])
    expect((await client.request('/members', { headers: { Authorization: authorization } })).status).toBe(401);
});

test('an operator who takes the key away or shuts an installation out ends its access tokens at once', async () => {
  const other = makeApp('caterers');
  const row = await registerApp(operator, other, canteen);
  const client = await TracClient.enter(backend.address, other, row, now);
  const path = `/installations/${row.installationId}`;
  const change = async (body: object) =>
    (await operator.request(path, { method: 'PATCH', body: JSON.stringify(body) })).status;
  const next = makeApp('caterers');
  expect(await change({ publicKeyPem: next.publicKeyPem })).toBe(200);
  expect((await client.get('/members')).status).toBe(401);
  await expect(TracClient.enter(backend.address, other, row, now)).rejects.toThrow('401');
  const renewed = await TracClient.enter(backend.address, next, row, now);
  expect(await change({ active: false })).toBe(200);
  expect((await renewed.get('/members')).status).toBe(401);
  await expect(TracClient.enter(backend.address, next, row, now)).rejects.toThrow('Invalid Bearer Token');
  // Let in again, it needs a token of its new time.
  expect(await change({ active: true })).toBe(200);
  expect((await renewed.get('/members')).status).toBe(401);
  const again = await TracClient.enter(backend.address, next, row, now);
  expect((await again.get('/members')).status).toBe(200);
  // And a token that was left behind by hand opens nothing either.
  await backend.database.pool.query('UPDATE installation SET active = false WHERE installation_id = $1', [
    row.installationId,
  ]);
  expect((await again.get('/members')).status).toBe(401);
});

test('R53: an installation is registered with slug, namespace, key and defaults, seen by its key’s fingerprint, and stands in the audit', async () => {
  const { installations } = await operator.read(installationsAnswerSchema, `/installations?editionId=${canteen}`);
  expect(installations).toContainEqual(installation);
  expect(JSON.stringify(installations)).not.toContain('BEGIN');
  const { rows } = await operator.read(auditAnswerSchema, '/audit');
  expect(rows.map(({ action, detail }) => [action, detail])).toContainEqual([
    'installation registered',
    expect.objectContaining({
      slug: 'parentpay',
      namespace: 'parentPay',
      publicKeySha256: installation.publicKeySha256,
    }),
  ]);
});

test.each([
  ['its private key', () => ({ publicKeyPem: app.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() })],
  ['a key that is too short', () => ({ publicKeyPem: pemOf(generateKeyPairSync('rsa', { modulusLength: 1024 })) })],
  ['a key of another kind', () => ({ publicKeyPem: pemOf(generateKeyPairSync('ed25519')) })],
  ['no key', () => ({ publicKeyPem: 'ssh-rsa AAAA' })],
  ['a slug that is taken', () => ({ slug: 'parentpay' })],
  ['a namespace that is taken', () => ({ namespace: 'parentPay' })],
  ['a namespace that is nobody’s', () => ({ namespace: 'meta' })],
  ['an edition in tag mode', () => ({ editionId: festival })],
])('Q45: an installation with %s is refused', async (_what, more) => {
  const { publicKeyPem } = app;
  const made = await operator.post('/installations', { editionId: canteen, slug: 'newcomer', publicKeyPem, ...more() });
  expect(made.status).toBe(400);
});

function pemOf({ publicKey }: { publicKey: ReturnType<typeof generateKeyPairSync>['publicKey'] }): string {
  return publicKey.export({ type: 'spki', format: 'pem' }).toString();
}
