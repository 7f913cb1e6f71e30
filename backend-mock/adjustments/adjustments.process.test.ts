// Goal: what an operator changes reaches the tag once (Q20), and goods that come back beyond what was sold are seen.
// Method: an operator and tills on a real PostgreSQL, seen from outside; adjustments are collected, shown, repeated and invented.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { adminTopUpAnswerSchema } from '../../contract/wire/admin-tags.ts';
import { configurationSchema } from '../../contract/wire/configuration.ts';
import { transactionDetailSchema } from '../../contract/wire/operator.ts';
import { tagLookupAnswerSchema } from '../../contract/wire/tag-lookup.ts';
import { logIn, type OperatorClient } from '../../testing/backend/operator-client.ts';
import { type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import {
  chargeback,
  purchase,
  refund,
  refundReversal,
  snapshot,
  tagAdjustment,
  topUp,
} from '../../testing/backend/payloads.ts';
import { uidsFrom } from '../../testing/backend/tag-uids.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';

let backend: OwnBackend;
let operator: OperatorClient;
beforeAll(async () => {
  backend = await startOwnBackend();
  operator = await logIn(backend.address);
});
afterAll(() => backend.close());

const newTagUid = uidsFrom('04CC');
/** A till and a tag with 50.00 on it, known to the backend. */
async function newTag(code = 'DEMO-FEST'): Promise<{ till: TillClient; uid: string }> {
  const uid = newTagUid();
  const till = await enrolTill(backend.address, code);
  await send(till, 'transaction', topUp({ number: 1, uid, currency: code === 'DEMO-FEST' ? 'CHF' : 'GBP' }, 50_00, 0));
  return { till, uid };
}

async function send(till: TillClient, kind: 'transaction' | 'tagSnapshot', payload: unknown) {
  till.journal.append(kind, payload);
  const at = till.journal.entries.length;
  const reply = await till.send(at, at);
  expect(reply.answer?.results).toMatchObject([{ outcome: 'accepted' }]);
}

async function look(till: TillClient, uid: string) {
  return tagLookupAnswerSchema.parse(await (await till.request(`/tags/${uid}`)).json());
}

async function give(body: object, key?: string) {
  const response = await operator.request('/admin-top-ups', {
    method: 'POST',
    body: JSON.stringify({ reason: 'goodwill', ...body }),
    ...(key === undefined ? {} : { headers: { 'Idempotency-Key': key } }),
  });
  return { status: response.status, hit: response.headers.get('Idempotency-Hit'), body: await response.json() };
}

async function blockedTags(till: TillClient) {
  const response = await till.request('/config');
  return { etag: response.headers.get('ETag'), blocked: configurationSchema.parse(await response.json()).blockedTags };
}

const differencesOf = async (uid: string) =>
  (await operator.coherence(1)).tagDifferences.filter((difference) => difference.uid === uid);

describe('Q20: an admin top-up', () => {
  test('is booked, waits as adjustment 1, is no difference meanwhile, and is collected once', async () => {
    const { till, uid } = await newTag();
    const before = await operator.balances(till.editionId);
    const given = await give({ editionId: till.editionId, uid, amountMinor: 7_00 }, `first-${uid}`);
    expect(given.status).toBe(200);
    const { backendTransactionId, adjustmentNumber } = adminTopUpAnswerSchema.parse(given.body);
    expect(adjustmentNumber).toBe(1);
    const after = await operator.balances(till.editionId);
    expect((after.get('top-up:admin') ?? 0) - (before.get('top-up:admin') ?? 0)).toBe(-7_00);
    expect(await look(till, uid)).toMatchObject({
      balanceMinor: 57_00,
      collectedAdjustmentNumber: 0,
      pendingAdjustments: [{ adjustmentNumber: 1, amountMinor: 7_00 }],
    });
    expect(await differencesOf(uid)).toEqual([]);
    const detail = await operator.read(
      transactionDetailSchema,
      `/transactions/${backendTransactionId}?editionId=${till.editionId}`,
    );
    expect(detail.states.map(({ from, to, cause }) => `${from} → ${to} ${cause}`)).toEqual([
      'null → Open AD',
      'Open → Committed AD',
    ]);
    await send(till, 'transaction', tagAdjustment({ number: 2, uid, before: 50_00 }, 7_00, 1));
    expect(await look(till, uid)).toMatchObject({
      balanceMinor: 57_00,
      collectedAdjustmentNumber: 1,
      pendingAdjustments: [],
    });
    expect(await differencesOf(uid)).toEqual([]);
    expect(await operator.alertCodesOf(till)).toEqual([]);
  });

  test('the same Idempotency-Key gives once, also at once; another request with it is 422; none is 400', async () => {
    const { till, uid } = await newTag();
    const body = { editionId: till.editionId, uid, amountMinor: 3_00 };
    const answers = await Promise.all(Array.from({ length: 5 }, () => give(body, `same-${uid}`)));
    expect(new Set(answers.map(({ status, body: answer }) => JSON.stringify([status, answer]))).size).toBe(1);
    expect(answers.filter(({ hit }) => hit === 'true')).toHaveLength(4);
    expect((await look(till, uid)).balanceMinor).toBe(53_00);
    expect(await give({ ...body, amountMinor: 4_00 }, `same-${uid}`)).toMatchObject({
      status: 422,
      body: { code: 'IDEMPOTENCY_CONFLICT' },
    });
    expect(await give(body)).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } });
  });

  test('nothing is given to a tag nobody has heard of, nor beyond the maximum balance; the key stays free', async () => {
    const { till, uid } = await newTag();
    const unknown = { editionId: till.editionId, uid: '04CCFFFFFFFFFF', amountMinor: 3_00 };
    expect(await give(unknown, `free-${uid}`)).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    const tooMuch = { editionId: till.editionId, uid, amountMinor: 2_000_000_00 };
    expect(await give(tooMuch, `free-${uid}`)).toMatchObject({ status: 400, body: { code: 'BAD_REQUEST' } });
    expect((await give({ ...tooMuch, amountMinor: 1_00 }, `free-${uid}`)).status).toBe(200);
  });

  test('several stand in order, given at once they have numbers of their own, and a snapshot shows them collected', async () => {
    const { till, uid } = await newTag();
    const body = { editionId: till.editionId, uid, amountMinor: 1_00 };
    await Promise.all([1, 2, 3, 4].map((turn) => give(body, `turn-${turn}-${uid}`)));
    expect((await look(till, uid)).pendingAdjustments.map(({ adjustmentNumber }) => adjustmentNumber)).toEqual([
      1, 2, 3, 4,
    ]);
    await send(till, 'tagSnapshot', snapshot({ uid, transactionNumber: 4, balanceMinor: 53_00, adjustmentNumber: 3 }));
    expect((await look(till, uid)).pendingAdjustments).toEqual([{ adjustmentNumber: 4, amountMinor: 1_00 }]);
    // The till that wrote number 3 replicates late: that is no surprise.
    await send(till, 'transaction', tagAdjustment({ number: 2, uid, tagNumber: 4, before: 52_00 }, 1_00, 3));
    expect(await operator.alertCodesOf(till)).toEqual([]);
    await send(till, 'transaction', tagAdjustment({ number: 3, uid, tagNumber: 5, before: 53_00 }, 2_00, 4));
    await send(till, 'transaction', tagAdjustment({ number: 4, uid, tagNumber: 6, before: 55_00 }, 1_00, 3));
    expect(await operator.alertCodesOf(till)).toEqual(['ADJUSTMENT_UNEXPECTED', 'ADJUSTMENT_UNEXPECTED']);
    expect((await look(till, uid)).pendingAdjustments).toHaveLength(1);
  });

  test('an unknown adjustment stays pending; in account mode there is none', async () => {
    const { till, uid } = await newTag();
    await give({ editionId: till.editionId, uid, amountMinor: 7_00 }, `unsure-${uid}`);
    const sent = tagAdjustment({ number: 2, uid, before: 50_00 }, 7_00, 1, { state: 'TerminalConfirmUnknown' });
    await send(till, 'transaction', sent);
    expect((await look(till, uid)).pendingAdjustments).toHaveLength(1);
    const canteen = await newTag('DEMO-CANTEEN');
    const given = await give(
      { editionId: canteen.till.editionId, uid: canteen.uid, amountMinor: 7_00 },
      `${canteen.uid}`,
    );
    expect(adminTopUpAnswerSchema.parse(given.body).adjustmentNumber).toBeNull();
    expect(await look(canteen.till, canteen.uid)).toMatchObject({ balanceMinor: 57_00, pendingAdjustments: [] });
  });

  test('INV-62: what an adjustment is worth and that it was collected cannot be changed, not even by hand', async () => {
    const { till, uid } = await newTag();
    await give({ editionId: till.editionId, uid, amountMinor: 7_00 }, `fixed-${uid}`);
    await send(till, 'transaction', tagAdjustment({ number: 2, uid, before: 50_00 }, 7_00, 1));
    const client = new pg.Client(backend.databaseUrl);
    await client.connect();
    try {
      const deeds = [
        'UPDATE tag_adjustment SET amount_minor = 1',
        'UPDATE tag_adjustment SET collected_at = NULL',
        'DELETE FROM tag_adjustment',
      ];
      for (const deed of deeds) await expect(client.query(`${deed} WHERE uid = '${uid}'`)).rejects.toThrow('INV-62');
    } finally {
      await client.end();
    }
  });
});

describe('blocking', () => {
  test('block: on the list with a new ETag, a flag for the tag; unblock takes both back; the flag is collected', async () => {
    const { till, uid } = await newTag();
    const before = await blockedTags(till);
    const block = await operator.post(`/tags/${uid}/block`, { editionId: till.editionId, reason: 'reported lost' });
    expect(block).toEqual({ status: 200, body: { uid, blocked: true } });
    const listed = await blockedTags(till);
    expect(listed.blocked).toContain(uid);
    expect(listed.etag).not.toBe(before.etag);
    const flag = { adjustmentNumber: null, amountMinor: 0 };
    expect(await look(till, uid)).toMatchObject({ blocked: true, pendingAdjustments: [{ ...flag, setBlocked: true }] });
    await operator.post(`/tags/${uid}/unblock`, { editionId: till.editionId, reason: 'found again' });
    expect(await blockedTags(till)).toEqual(before);
    expect(await look(till, uid)).toMatchObject({
      blocked: false,
      pendingAdjustments: [{ ...flag, setBlocked: false }],
    });
    // A till had collected the block before: it neither counts as the unblocking nor puts the tag back on the list.
    const late = tagAdjustment({ number: 2, uid, before: 50_00 }, 0, null, { setBlocked: true });
    await send(till, 'transaction', late);
    expect(await look(till, uid)).toMatchObject({
      blocked: false,
      pendingAdjustments: [{ ...flag, setBlocked: false }],
    });
    await send(till, 'transaction', tagAdjustment({ number: 3, uid, before: 50_00 }, 0, null, { setBlocked: false }));
    expect(await look(till, uid)).toMatchObject({ blocked: false, pendingAdjustments: [] });
  });

  test('a till whose supervisor blocks a tag puts it on everybody’s list; an unknown tag is 404', async () => {
    const { till, uid } = await newTag();
    await send(till, 'transaction', tagAdjustment({ number: 2, uid, before: 50_00 }, 0, null, { setBlocked: true }));
    expect((await blockedTags(till)).blocked).toContain(uid);
    const path = '/tags/04CCFFFFFFFFFE/block';
    expect((await operator.post(path, { editionId: till.editionId, reason: 'lost' })).status).toBe(404);
  });

  test('only an operator may do any of it', async () => {
    const { till, uid } = await newTag();
    for (const path of ['/admin-top-ups', `/tags/${uid}/block`, `/tags/${uid}/unblock`]) {
      const response = await fetch(`${backend.address}/v1/admin${path}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'Idempotency-Key': 'somebody-else' },
        body: JSON.stringify({ editionId: till.editionId, uid, amountMinor: 1_00, reason: 'mine' }),
      });
      expect(response.status).toBe(401);
    }
  });
});

describe('what comes back', () => {
  const sale = (till: TillClient, number: number) => ({
    assignmentId: till.assignmentId,
    terminalTransactionNumber: number,
  });
  const twoBeers = [
    {
      kind: 'purchase' as const,
      debit: 'merchant:bar',
      credit: 'customer',
      amountMinor: 11_00,
      productId: 'beer',
      name: 'Beer',
      quantity: 2,
    },
  ];

  test('R5: goods of a sale come back in parts; one more than was sold is booked, flagged, and blocks the tag', async () => {
    const { till, uid } = await newTag();
    const bar = (await operator.balances(till.editionId)).get('merchant:bar') ?? 0;
    await send(till, 'transaction', purchase({ number: 2, uid, before: 50_00 }, 11_00, { items: twoBeers }));
    await send(till, 'transaction', chargeback({ number: 3, uid, before: 39_00 }, 5_50, sale(till, 2)));
    await send(till, 'transaction', chargeback({ number: 4, uid, before: 44_50 }, 5_50, sale(till, 2)));
    expect(await operator.alertCodesOf(till)).toEqual([]);
    await send(till, 'transaction', chargeback({ number: 5, uid, before: 50_00 }, 5_50, sale(till, 2)));
    expect(await operator.alertCodesOf(till)).toEqual(['RETURNED_BEYOND_SALE']);
    expect(await look(till, uid)).toMatchObject({ balanceMinor: 55_50, blocked: true });
    expect((await operator.balances(till.editionId)).get('merchant:bar')).toBe(bar - 5_50);
  });

  test('it is found as well where the sale arrives last, from another till', async () => {
    const { till, uid } = await newTag();
    const other = await enrolTill(backend.address);
    await send(
      other,
      'transaction',
      chargeback({ number: 1, uid, tagNumber: 3, before: 44_50 }, 11_00, sale(till, 2), 2),
    );
    expect((await look(till, uid)).blocked).toBe(false);
    await send(till, 'transaction', purchase({ number: 2, uid, before: 50_00 }, 5_50));
    expect(await operator.alertCodesOf(till)).toEqual(['RETURNED_BEYOND_SALE']);
    expect((await look(till, uid)).blocked).toBe(true);
  });

  test('money rule 4: a refund’s cash goes back once; the fee stays; a second time is flagged', async () => {
    const { till, uid } = await newTag();
    const cash = (await operator.balances(till.editionId)).get('top-up:cash') ?? 0;
    await send(till, 'transaction', refund({ number: 2, uid, before: 50_00 }, 20_00, 1_00));
    await send(till, 'transaction', refundReversal({ number: 3, uid, before: 29_00 }, 20_00, sale(till, 2)));
    expect(await look(till, uid)).toMatchObject({ balanceMinor: 49_00, blocked: false });
    expect((await operator.balances(till.editionId)).get('top-up:cash')).toBe(cash);
    await send(till, 'transaction', refundReversal({ number: 4, uid, before: 49_00 }, 20_00, sale(till, 2)));
    expect(await operator.alertCodesOf(till)).toEqual(['RETURNED_BEYOND_SALE']);
  });
});
