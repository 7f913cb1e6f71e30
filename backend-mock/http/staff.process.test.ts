// Goal: who may do what: operators by their role, cashiers as their tills learn it; and what a till may risk offline is its
// share of what the edition risks (INV-66), whoever comes, goes or changes the limit.
// Method: a backend that is not in demo mode on a real PostgreSQL, driven over HTTP by operators of every role and by tills.
import { scryptSync } from 'node:crypto';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { enrolmentCodeAnswerSchema } from '../../contract/wire/admin.ts';
import { cashiersAnswerSchema } from '../../contract/wire/admin-cashiers.ts';
import { configurationSchema } from '../../contract/wire/configuration.ts';
import { exposureAnswerSchema } from '../../contract/wire/exposure.ts';
import { assignmentsAnswerSchema, editionCreatedSchema, terminalRowSchema } from '../../contract/wire/operator.ts';
import { silentLog } from '../../testing/backend/backend.ts';
import { logIn, OperatorClient } from '../../testing/backend/operator-client.ts';
import { type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import { purchase, type SentTransaction, topUp } from '../../testing/backend/payloads.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';
import { systemClock, systemRandom } from '../ports.ts';
import { processSales } from '../purses/canteen-rounds.ts';
import { openDatabase } from '../store/database.ts';

let backend: OwnBackend;
let admin: OperatorClient;
beforeAll(async () => {
  backend = await startOwnBackend({ demo: false, adminPassword: 'the-first-one' });
  admin = await logIn(backend.address, 'the-first-one');
});
afterAll(() => backend.close());

const accountLimits = { offlinePerTagMinor: 15_00, offlinePerTillMinor: 200_00, overdraftMinor: 0 };
async function newEdition(more: object = {}): Promise<number> {
  const plan = {
    name: 'Canteen',
    mode: 'account',
    currency: 'GBP',
    timeZone: 'Europe/London',
    limits: { maximumBalanceMinor: 300_00, maximumTopUpMinor: 200_00, maximumPurchaseMinor: 300_00 },
    fees: { topUp: { fixedMinor: 0, rateBasisPoints: 0 }, refund: { fixedMinor: 0, rateBasisPoints: 0 } },
    topUpAmountsMinor: [20_00],
    ...more,
  };
  const { editionId } = editionCreatedSchema.parse((await admin.post('/editions', plan)).body);
  await admin.post('/merchants', { editionId, merchantId: 'bar', name: 'Bar' });
  return editionId;
}

async function newTill(editionId: number): Promise<TillClient> {
  const { terminalId } = terminalRowSchema.parse((await admin.post('/terminals', { name: 'Till' })).body);
  const made = await admin.post(`/terminals/${terminalId}/enrolment-codes`, { terminalName: 'Till', editionId });
  return enrolTill(backend.address, enrolmentCodeAnswerSchema.parse(made.body).code);
}

const configurationOf = async (till: TillClient) =>
  configurationSchema.parse(await (await till.request('/config')).json());
const shareOf = async (till: TillClient) => (await configurationOf(till)).accountLimits?.offlinePerTillMinor;
async function patch(operator: OperatorClient, path: string, body: unknown) {
  const response = await operator.request(path, { method: 'PATCH', body: JSON.stringify(body) });
  return { status: response.status, body: response.status === 204 ? undefined : await response.json() };
}
async function logInAs(name: string, password: string): Promise<OperatorClient | number> {
  const response = await fetch(`${backend.address}/v1/admin/session`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ name, password }),
  });
  const cookie = response.headers.get('set-cookie')?.split(';', 1)[0];
  return cookie === undefined ? response.status : new OperatorClient(backend.address, cookie);
}

describe('operators', () => {
  const password = 'a-long-password';

  test('a role opens what it may: support helps with tags, finance moves money, only admin changes the event', async () => {
    const editionId = await newEdition({ mode: 'tag' });
    for (const role of ['support', 'finance'])
      expect((await admin.post('/operators', { name: role, role, password })).status).toBe(201);
    const document = z
      .object({ paths: z.record(z.string(), z.record(z.string(), z.unknown())) })
      .parse(await (await fetch(`${backend.address}/v1/openapi.json`)).json());
    const deeds = Object.entries(document.paths).flatMap(([path, methods]) =>
      path.startsWith('/v1/admin/') && path !== '/v1/admin/session'
        ? Object.keys(methods).flatMap((method) => (method === 'get' ? [] : [{ path, method: method.toUpperCase() }]))
        : [],
    );
    const refused = async (operator: OperatorClient) => {
      const found = new Set<string>();
      for (const { path, method } of deeds) {
        const body = bodies[`${method} ${path}`];
        expect([`${method} ${path}`, body !== undefined]).toEqual([`${method} ${path}`, true]);
        const response = await operator.request(path.replace('/v1/admin', '').replaceAll(/\{(\w+)\}/g, pathValue), {
          method,
          headers: { 'Idempotency-Key': 'role-walk-1' },
          body: JSON.stringify({ editionId, ...body }),
        });
        if (response.status === 403) found.add(`${method} ${path}`);
        const reason =
          response.status === 400 ? z.object({ detail: z.string() }).parse(await response.json()).detail : '';
        // A body that is not read says nothing about the role; that tags of this edition hold their balance does.
        expect([path, reason]).toEqual([path, reason === 'Tags of this edition hold their balance.' ? reason : '']);
      }
      return found;
    };
    const [support, finance] = [await logInAs('support', password), await logInAs('finance', password)];
    if (typeof support === 'number' || typeof finance === 'number') throw new Error('nobody was logged in');
    const bySupport = await refused(support);
    const byFinance = await refused(finance);
    const all = deeds.map(({ method, path }) => `${method} ${path}`);
    expect(all.filter((deed) => !bySupport.has(deed)).sort()).toEqual([...supportMay].sort());
    expect(all.filter((deed) => !bySupport.has(deed) || !byFinance.has(deed)).sort()).toEqual(
      [...supportMay, ...financeMay].sort(),
    );
    expect((await support.request(`/accounts?editionId=${editionId}`)).status).toBe(200);
  });

  test('a name is taken once; who is changed is logged out; who is not active stays out; logging out ends the session', async () => {
    const request = { name: 'kim', role: 'finance', password };
    expect((await admin.post('/operators', request)).status).toBe(201);
    expect((await admin.post('/operators', request)).status).toBe(400);
    expect((await admin.post('/operators', { ...request, name: 'admin' })).status).toBe(400);
    const kim = await logInAs('kim', password);
    if (typeof kim === 'number') throw new Error('kim was not logged in');
    expect((await kim.request('/editions')).status).toBe(200);
    expect(await logInAs('kim', `${password}x`)).toBe(401);
    expect(await logInAs('nobody', password)).toBe(401);
    expect((await patch(admin, '/operators/kim', { active: false })).status).toBe(200);
    expect((await kim.request('/editions')).status).toBe(401);
    expect(await logInAs('kim', password)).toBe(401);
    await patch(admin, '/operators/kim', { active: true, password: 'another-password' });
    expect(await logInAs('kim', password)).toBe(401);
    const again = await logInAs('kim', 'another-password');
    if (typeof again === 'number') throw new Error('kim was not logged in');
    expect((await again.request('/session', { method: 'DELETE' })).status).toBe(204);
    expect((await again.request('/editions')).status).toBe(401);
    expect((await patch(admin, '/operators/stranger', { active: false })).status).toBe(404);
  });

  test('the audit names who did it, and holds no password and no PIN', async () => {
    const editionId = await newEdition();
    await admin.post('/operators', { name: 'lou', role: 'admin', password });
    const lou = await logInAs('lou', password);
    if (typeof lou === 'number') throw new Error('lou was not logged in');
    await lou.post('/cashiers', { editionId, cashierId: 'anna', name: 'Anna', role: 'cashier', pin: '734512' });
    const client = new pg.Client(backend.databaseUrl);
    await client.connect();
    const rows = await client.query<{ actor: string; detail: unknown }>(
      `SELECT actor, detail FROM audit WHERE action = 'cashier created'`,
    );
    const all = await client.query('SELECT detail FROM audit');
    await client.end();
    expect(rows.rows.at(-1)?.actor).toBe('lou');
    expect(JSON.stringify(all.rows)).not.toMatch(/734512|a-long-password|scrypt|argon2/);
  });
});

describe('cashiers', () => {
  test('a till learns a cashier with a PIN hash it can check, a change with its next configuration, and who left no more', async () => {
    const editionId = await newEdition();
    const till = await newTill(editionId);
    expect((await configurationOf(till)).cashiers).toEqual([]);
    const anna = { editionId, cashierId: 'anna', name: 'Anna', role: 'cashier', pin: '1234', tagUid: '04AA01' };
    expect((await admin.post('/cashiers', anna)).status).toBe(400);
    const made = await admin.post('/cashiers', { ...anna, tagUid: '04AA0102030405' });
    expect(made).toMatchObject({ status: 201, body: { cashierId: 'anna', active: true } });
    expect(JSON.stringify(made.body)).not.toContain('scrypt');
    const [cashier] = (await configurationOf(till)).cashiers;
    expect(cashier).toMatchObject({ cashierId: 'anna', name: 'Anna', role: 'cashier', tagUid: '04AA0102030405' });
    expect(pinMatches('1234', cashier?.pinHash ?? '')).toBe(true);
    expect(pinMatches('4321', cashier?.pinHash ?? '')).toBe(false);
    const bert = { editionId, cashierId: 'bert', name: 'Bert', role: 'supervisor', pin: '9999' };
    expect((await admin.post('/cashiers', { ...bert, tagUid: '04AA0102030405' })).status).toBe(400);
    expect((await admin.post('/cashiers', bert)).status).toBe(201);
    expect((await admin.post('/cashiers', bert)).status).toBe(400);
    await patch(admin, '/cashiers/anna', { editionId, pin: '5555', tagUid: null });
    const changed = (await configurationOf(till)).cashiers.find(({ cashierId }) => cashierId === 'anna');
    expect(pinMatches('5555', changed?.pinHash ?? '')).toBe(true);
    expect(changed).not.toHaveProperty('tagUid');
    await patch(admin, '/cashiers/bert', { editionId, active: false });
    expect((await configurationOf(till)).cashiers.map(({ cashierId }) => cashierId)).toEqual(['anna']);
    const { cashiers } = await admin.read(cashiersAnswerSchema, `/cashiers?editionId=${editionId}`);
    expect(cashiers.map(({ cashierId, active }) => [cashierId, active])).toEqual([
      ['anna', true],
      ['bert', false],
    ]);
    expect((await patch(admin, '/cashiers/nobody', { editionId, active: false })).status).toBe(404);
  });
});

describe('INV-66: the offline limit of an edition is shared out over its tills (Q52)', () => {
  test('each till gets up to its own limit while there is something left; a closed till’s share goes to the others', async () => {
    const editionId = await newEdition({ accountLimits, offlineLimitMinor: 500_00 });
    const tills = [
      await newTill(editionId),
      await newTill(editionId),
      await newTill(editionId),
      await newTill(editionId),
    ];
    expect(await Promise.all(tills.map(shareOf))).toEqual([200_00, 200_00, 100_00, 0]);
    const [first, , third] = tills;
    if (first === undefined || third === undefined) throw new Error('four tills were made');
    // Revoked is not closed: nobody knows what it still sells where it cannot be reached.
    await admin.post(`/assignments/${first.assignmentId}/revocation`, {});
    expect(await shareOf(third)).toBe(100_00);
    const exported = { basis: 'exported', note: 'drowned; its journal was taken off the disk' };
    expect((await admin.post(`/assignments/${first.assignmentId}/closing`, exported)).status).toBe(204);
    expect(await Promise.all(tills.slice(1).map(shareOf))).toEqual([200_00, 200_00, 100_00]);
    const { assignments } = await admin.read(assignmentsAnswerSchema, `/assignments?editionId=${editionId}`);
    expect(assignments.reduce((sum, { offlineShareMinor }) => sum + offlineShareMinor, 0)).toBe(500_00);
  });

  test('a change of the limit or of a till’s own is dealt out at once; without a limit each till has its own', async () => {
    const editionId = await newEdition({ accountLimits, offlineLimitMinor: 500_00 });
    const tills = [await newTill(editionId), await newTill(editionId), await newTill(editionId)];
    const shares = async () => Promise.all(tills.map(shareOf));
    expect((await patch(admin, `/editions/${editionId}`, { offlineLimitMinor: 300_00 })).status).toBe(200);
    expect(await shares()).toEqual([200_00, 100_00, 0]);
    await patch(admin, `/editions/${editionId}`, { accountLimits: { ...accountLimits, offlinePerTillMinor: 100_00 } });
    expect(await shares()).toEqual([100_00, 100_00, 100_00]);
    await patch(admin, `/editions/${editionId}`, { offlineLimitMinor: null });
    expect(await shares()).toEqual([100_00, 100_00, 100_00]);
    await patch(admin, `/editions/${editionId}`, { accountLimits: null });
    expect(await shares()).toEqual([undefined, undefined, undefined]);
    expect((await patch(admin, '/editions/999999', { name: 'Nothing' })).status).toBe(404);
  });

  test('tills that enrol at once never get more than there is', async () => {
    const editionId = await newEdition({ accountLimits, offlineLimitMinor: 500_00 });
    const tills = await Promise.all([1, 2, 3, 4, 5, 6].map(() => newTill(editionId)));
    const shares = await Promise.all(tills.map(shareOf));
    expect(shares.reduce<number>((sum, share) => sum + (share ?? 0), 0)).toBe(500_00);
  });
});

test('Q52: what is risked offline now, what tills booked unheld, who has overspent, and what it cost', async () => {
  const editionId = await newEdition({
    accountLimits: { ...accountLimits, overdraftMinor: 2_00 },
    offlineLimitMinor: 500_00,
  });
  const tills = [await newTill(editionId), await newTill(editionId)];
  const [first, second] = tills;
  if (first === undefined || second === undefined) throw new Error('two tills were made');
  const exposure = () => admin.read(exposureAnswerSchema, `/exposure?editionId=${editionId}`);
  expect(await exposure()).toMatchObject({
    offlineLimitMinor: 500_00,
    outMinor: 400_00,
    overspent: [],
    writtenOffMinor: 0,
  });
  const uid = '04C10000000001';
  const on = (number: number) => ({ number, uid, currency: 'GBP' });
  const inAccountMode = (sent: SentTransaction) => ({ ...sent, tag: { ...sent.tag, transactionNumber: null } });
  first.journal.append('transaction', inAccountMode(topUp(on(1), 5_00, 0)));
  first.journal.append('transaction', inAccountMode(purchase(on(2), 9_00)));
  await first.send();
  // A sale that was held is no sale on the till's own word.
  first.journal.append('transaction', inAccountMode(topUp(on(3), 1_00, 0)));
  await first.send(3);
  const { tag, amountMinor, balanceDeltaMinor, ...sale } = inAccountMode(purchase({ ...on(1), before: 10_00 }, 1_00));
  const held = { type: 'Purchase', amountMinor, balanceDeltaMinor, tag };
  const init = { method: 'PUT', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(held) };
  expect((await second.request('/transactions/1/reservation', init)).status).toBe(409);
  const writeOff = { editionId, uid, amountMinor: 1_00, reason: 'the till was offline' };
  const key = { 'Idempotency-Key': 'write-off-of-overspend' };
  const done = await admin.request('/write-offs', { method: 'POST', headers: key, body: JSON.stringify(writeOff) });
  expect(done.status).toBe(200);
  second.journal.append('transaction', { ...sale, tag, amountMinor, balanceDeltaMinor });
  await second.send();
  await admin.post(`/assignments/${first.assignmentId}/revocation`, {});
  // Who has overspent is seen at once; the purse of its own has it when the sales are processed (R75).
  expect(await exposure()).toMatchObject({ overspentMinor: 1_00, bookedOverspendMinor: 0 });
  const jobs = openDatabase({ connectionString: backend.databaseUrl }, systemRandom, silentLog);
  await processSales(jobs, systemClock);
  await jobs.close();
  expect(await exposure()).toMatchObject({
    outMinor: 400_00,
    tills: [
      { assignmentId: first.assignmentId, shareMinor: 200_00, revoked: true, unheldMinor: 9_00 },
      { assignmentId: second.assignmentId, shareMinor: 200_00, revoked: false, unheldMinor: 1_00 },
    ],
    overspent: [{ uids: [uid], availableMinor: -3_00, overspentMinor: 1_00 }],
    overspentMinor: 1_00,
    bookedOverspendMinor: 1_00,
    writtenOffMinor: 1_00,
  });
  const open = await newTill(editionId);
  expect((await exposure()).tills.at(-1)).toMatchObject({ assignmentId: open.assignmentId, lastReceivedAt: null });
  const festival = await newEdition({ mode: 'tag' });
  expect((await admin.request(`/exposure?editionId=${festival}`)).status).toBe(400);
});

describe('Q19: an assignment is closed', () => {
  test('only with the seal the backend has and nothing left open; its token opens nothing any more', async () => {
    const editionId = await newEdition();
    const till = await newTill(editionId);
    const closing = `/assignments/${till.assignmentId}/closing`;
    till.journal.append('transaction', topUp({ number: 1, currency: 'GBP' }, 20_00, 0));
    const seal = till.journal.seal;
    expect(await admin.post(closing, { basis: 'sealed', seal })).toMatchObject({ status: 400 });
    await till.send();
    till.journal.append('transaction', {
      ...topUp({ number: 2, currency: 'GBP' }, 20_00, 0),
      state: 'TerminalConfirmUnknown',
    });
    await till.send(2);
    expect(await admin.post(closing, { basis: 'sealed', seal: till.journal.seal })).toMatchObject({ status: 400 });
    till.journal.append('transaction', {
      ...topUp({ number: 2, currency: 'GBP' }, 20_00, 0),
      state: 'Aborted',
      stateVersion: 4,
    });
    await till.send(3);
    expect(await admin.post(closing, { basis: 'sealed', seal: till.journal.seal })).toMatchObject({ status: 204 });
    expect((await till.request('/seal')).status).toBe(401);
    expect(await admin.post('/assignments/4000000/closing', { basis: 'sealed', seal })).toMatchObject({ status: 404 });
  });
});

describe('changes of the catalogue', () => {
  test('reach the tills; a product off sale leaves them', async () => {
    const editionId = await newEdition();
    const till = await newTill(editionId);
    const beer = { productId: 'beer', name: 'Beer', priceMinor: 5_50, merchantId: 'bar', taxRate: '20' };
    await admin.post('/products', { editionId, ...beer, colour: 'amber', meal: false, page: 'Drinks' });
    await patch(admin, '/products/beer', { editionId, priceMinor: 6_00, taxRate: null });
    expect((await configurationOf(till)).products).toMatchObject([{ priceMinor: 6_00, taxRate: null, name: 'Beer' }]);
    await patch(admin, '/merchants/bar', { editionId, name: 'Long Bar' });
    expect((await configurationOf(till)).merchants).toEqual([{ merchantId: 'bar', name: 'Long Bar' }]);
    await patch(admin, '/products/beer', { editionId, onSale: false });
    expect((await configurationOf(till)).products).toEqual([]);
    for (const path of ['/products/wine', '/merchants/nobody'])
      expect((await patch(admin, path, { editionId, name: 'x' })).status).toBe(404);
  });
});

/** The PHC form of the contract, checked with Node's own scrypt. */
function pinMatches(pin: string, pinHash: string): boolean {
  const [, , , salt = '', hash = ''] = pinHash.split('$');
  const cost = { N: 2 ** Number(/ln=(\d+)/.exec(pinHash)?.[1]), r: 8, p: 1 };
  return scryptSync(pin, Buffer.from(salt, 'base64'), 32, cost).equals(Buffer.from(hash, 'base64'));
}

const uid = '04EE0000000001';
const because = { reason: 'a walk through the roles' };

/** A body that every deed takes in form, so that the role is what decides; the edition is added. */
const bodies: Record<string, object> = {
  'POST /v1/admin/editions': {
    name: 'x',
    mode: 'tag',
    currency: 'CHF',
    timeZone: 'Europe/Zurich',
    limits: { maximumBalanceMinor: 1, maximumTopUpMinor: 1, maximumPurchaseMinor: 1 },
    fees: { topUp: { fixedMinor: 0, rateBasisPoints: 0 }, refund: { fixedMinor: 0, rateBasisPoints: 0 } },
    topUpAmountsMinor: [1],
  },
  'PATCH /v1/admin/editions/{id}': {},
  'POST /v1/admin/merchants': { merchantId: 'walk', name: 'x' },
  'PATCH /v1/admin/merchants/{merchantId}': { name: 'x' },
  'POST /v1/admin/products': {
    productId: 'walk',
    name: 'x',
    priceMinor: 1,
    merchantId: 'walk',
    taxRate: null,
    colour: 'amber',
    meal: false,
    page: 'x',
  },
  'PATCH /v1/admin/products/{productId}': {},
  'POST /v1/admin/cashiers': { cashierId: 'walk', name: 'x', role: 'cashier', pin: '1234' },
  'PATCH /v1/admin/cashiers/{cashierId}': {},
  'POST /v1/admin/operators': { name: 'walk', role: 'support', password: 'a-long-password' },
  'PATCH /v1/admin/operators/{name}': {},
  'POST /v1/admin/terminals': { name: 'x' },
  'PATCH /v1/admin/terminals/{id}': { name: 'x' },
  'POST /v1/admin/terminals/{id}/enrolment-codes': { terminalName: 'x' },
  'POST /v1/admin/assignments/{id}/revocation': {},
  'POST /v1/admin/assignments/{id}/closing': { basis: 'exported', note: 'x' },
  'POST /v1/admin/admin-top-ups': { uid, amountMinor: 1, ...because },
  'POST /v1/admin/chargebacks': { uid, amountMinor: 1, merchantId: 'bar', ...because },
  'POST /v1/admin/write-offs': { uid, amountMinor: 1, ...because },
  'POST /v1/admin/missing-transactions': { assignmentId: 1, terminalTransactionNumber: 1 },
  'POST /v1/admin/tags/{uid}/adjustments': { amountMinor: 1, ...because },
  'POST /v1/admin/transactions/{id}/resolution': { to: 'Aborted', note: 'x' },
  'POST /v1/admin/unreturned-cash/{id}/unclaimed': { note: 'x' },
  'POST /v1/admin/manual-refunds': { uid, amountMinor: 1, ...because },
  'POST /v1/admin/manual-refunds/{id}/payment': { note: 'x' },
  'POST /v1/admin/manual-refunds/{id}/abortion': { note: 'x' },
  'POST /v1/admin/gateway-refunds': { uid, amountMinor: 1, paymentReference: 'x', ...because },
  'PUT /v1/admin/customers/{id}/auto-top-up': { thresholdMinor: 1, amountMinor: 1, limitPerDayMinor: 1, active: false },
  'POST /v1/admin/assignments/{id}/journal-imports': {
    entries: [{ seq: 1, kind: 'x', at: 'x', payload: null, hash: '0'.repeat(64) }],
  },
  'POST /v1/admin/tags/{uid}/link': { customerId: 1, ...because },
  'POST /v1/admin/tags/{uid}/block': because,
  'POST /v1/admin/tags/{uid}/unblock': because,
  'POST /v1/admin/tags/{uid}/replacement': { newUid: '04EE0000000002', ...because },
  'POST /v1/admin/transition-log/{id}/resolution': { resolution: 'dismissal', note: 'x' },
  'PUT /v1/admin/trac-connections/{editionId}': {
    address: 'https://trac.test',
    organisation: 'school',
    installationId: 'till',
    slug: 'klink',
    direction: 'both',
    credits: 'klink',
  },
  'PATCH /v1/admin/trac-connections/{editionId}': {},
  'POST /v1/admin/trac-connections/{editionId}/rounds': { editionId: undefined },
  'POST /v1/admin/opening-balances/preview': { editionId: 999_999, fileName: 'x.csv', contentBase64: '' },
  'POST /v1/admin/opening-balances': { editionId: 999_999, fileName: 'x.csv', contentBase64: '' },
  'POST /v1/admin/member-imports/preview': { editionId: 999_999, fileName: 'x.csv', contentBase64: '' },
  'POST /v1/admin/member-imports': { editionId: 999_999, fileName: 'x.csv', contentBase64: '' },
  'POST /v1/admin/members': { memberType: 'pupil', displayName: 'x' },
  'PATCH /v1/admin/members/{memberId}': { editionId: 999_999 },
  'POST /v1/admin/members/{memberId}/tags': { editionId: 999_999, uid },
  'POST /v1/admin/members/{memberId}/credit-purses': { title: 'x' },
  'POST /v1/admin/members/{memberId}/credit-purses/{purseId}/closing': {},
  'POST /v1/admin/members/{memberId}/credit-purses/{purseId}/replacement': {},
  'POST /v1/admin/installations': { slug: 'klink', publicKeyPem: 'x' },
  'PATCH /v1/admin/installations/{id}': {},
};
const supportMay = [
  'POST /v1/admin/member-imports/preview',
  'POST /v1/admin/opening-balances/preview',
  'PATCH /v1/admin/members/{memberId}',
  'POST /v1/admin/members/{memberId}/tags',
  'POST /v1/admin/tags/{uid}/link',
  'POST /v1/admin/tags/{uid}/block',
  'POST /v1/admin/tags/{uid}/unblock',
  'POST /v1/admin/tags/{uid}/replacement',
];
const financeMay = [
  'POST /v1/admin/opening-balances',
  'POST /v1/admin/trac-connections/{editionId}/rounds',
  'POST /v1/admin/admin-top-ups',
  'POST /v1/admin/chargebacks',
  'POST /v1/admin/write-offs',
  'POST /v1/admin/missing-transactions',
  'POST /v1/admin/tags/{uid}/adjustments',
  'POST /v1/admin/transactions/{id}/resolution',
  'POST /v1/admin/unreturned-cash/{id}/unclaimed',
  'POST /v1/admin/manual-refunds',
  'POST /v1/admin/manual-refunds/{id}/payment',
  'POST /v1/admin/manual-refunds/{id}/abortion',
  'POST /v1/admin/gateway-refunds',
  'POST /v1/admin/assignments/{id}/journal-imports',
  'PUT /v1/admin/customers/{id}/auto-top-up',
  'POST /v1/admin/transition-log/{id}/resolution',
];
const pathValue = (_: string, name: string) => (name === 'uid' ? uid : name === 'name' ? 'nobody-here' : '999999');
