// Goal: what an operator pays back is held first and leaves the tag before it is paid (Q20, INV-67), waits while anything of the
// customer is unresolved (Q7), never promises more than is there, and goes back onto the tag where it is not paid.
// Method: an operator and tills on a real PostgreSQL, seen from outside; the books are looked at after every test.
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { refundAnswerSchema, refundsAnswerSchema } from '../../contract/wire/admin-money.ts';
import { transactionDetailSchema } from '../../contract/wire/operator.ts';
import { tagLookupAnswerSchema } from '../../contract/wire/tag-lookup.ts';
import { logIn, type OperatorClient } from '../../testing/backend/operator-client.ts';
import { type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import { purchase, snapshot, tagAdjustment, topUp } from '../../testing/backend/payloads.ts';
import { uidsFrom } from '../../testing/backend/tag-uids.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';

let backend: OwnBackend;
let operator: OperatorClient;
const editionId = 1;
beforeAll(async () => {
  backend = await startOwnBackend();
  operator = await logIn(backend.address);
});
afterEach(async () => {
  expect(await operator.coherence(editionId)).toMatchObject({
    sumMinor: 0,
    balanceDifferences: [],
    tagDifferences: [],
  });
});
afterAll(() => backend.close());

const newTagUid = uidsFrom('04AE');
let keys = 0;
async function newTag(code = 'DEMO-FEST'): Promise<{ till: TillClient; uid: string }> {
  const uid = newTagUid();
  const till = await enrolTill(backend.address, code);
  await send(till, topUp({ number: 1, uid, currency: code === 'DEMO-FEST' ? 'CHF' : 'GBP' }, 50_00, 0));
  return { till, uid };
}

async function send(till: TillClient, payload: unknown, kind: 'transaction' | 'tagSnapshot' = 'transaction') {
  till.journal.append(kind, payload);
  const at = till.journal.entries.length;
  expect((await till.send(at, at)).answer?.results).toMatchObject([{ outcome: 'accepted' }]);
}

const look = async (till: TillClient, uid: string) =>
  tagLookupAnswerSchema.parse(await (await till.request(`/tags/${uid}`)).json());

async function refund(uid: string, body: object, of = editionId) {
  keys += 1;
  const response = await operator.request('/manual-refunds', {
    method: 'POST',
    headers: { 'Idempotency-Key': `refund-key-${keys}` },
    body: JSON.stringify({ editionId: of, uid, amountMinor: 20_00, reason: 'left early', ...body }),
  });
  const text: unknown = await response.json();
  return { status: response.status, body: text };
}

const end = (id: number, how: 'payment' | 'abortion', of = editionId) =>
  operator.post(`/manual-refunds/${id}/${how}`, { editionId: of, note: 'by transfer' });
const idOf = (body: unknown) => refundAnswerSchema.parse(body).backendTransactionId;
const balanceOf = async (account: string) => (await operator.balances(editionId)).get(account) ?? 0;

describe('Q20: a manual refund in tag mode', () => {
  test('is held, leaves the tag, and only then may be paid; the books have it when it is paid', async () => {
    const { till, uid } = await newTag();
    const [bank, fee] = [await balanceOf('top-up:admin'), await balanceOf('fee')];
    const held = await refund(uid, { feeMinor: 1_00 });
    expect(held).toMatchObject({
      status: 200,
      body: { state: 'ReservePending', adjustmentNumber: 1, collected: false },
    });
    const id = idOf(held.body);
    expect(await look(till, uid)).toMatchObject({
      balanceMinor: 50_00,
      availableMinor: 29_00,
      pendingAdjustments: [{ adjustmentNumber: 1, amountMinor: -21_00 }],
    });
    expect((await operator.coherence(editionId)).tagDifferences).toEqual([]);
    expect(await end(id, 'payment')).toMatchObject({ status: 409, body: { code: 'REFUND_NOT_COLLECTED' } });
    await send(till, tagAdjustment({ number: 2, uid, before: 50_00 }, -21_00, 1));
    expect((await operator.coherence(editionId)).tagDifferences).toEqual([]);
    const paid = await end(id, 'payment');
    expect(paid).toMatchObject({ status: 200, body: { state: 'Committed', collected: true } });
    expect(await end(id, 'payment')).toEqual(paid);
    expect(await end(id, 'abortion')).toMatchObject({ status: 400 });
    expect(await look(till, uid)).toMatchObject({ balanceMinor: 29_00, availableMinor: 29_00, pendingAdjustments: [] });
    expect([await balanceOf('top-up:admin'), await balanceOf('fee')]).toEqual([bank + 20_00, fee + 1_00]);
    const detail = await operator.read(transactionDetailSchema, `/transactions/${id}?editionId=${editionId}`);
    expect(detail.states.map(({ from, to, cause }) => `${from} → ${to} ${cause}`)).toEqual([
      'null → Open AD',
      'Open → ReservePending AD',
      'ReservePending → Committed AD',
    ]);
  });

  test('that is not paid goes back onto the tag, whether or not the tag had lost it', async () => {
    for (const collectedFirst of [false, true]) {
      const { till, uid } = await newTag();
      const id = idOf((await refund(uid, {})).body);
      if (collectedFirst) await send(till, tagAdjustment({ number: 2, uid, before: 50_00 }, -20_00, 1));
      expect(await end(id, 'abortion')).toMatchObject({ body: { state: 'Aborted' } });
      expect(await end(id, 'payment')).toMatchObject({ status: 400 });
      const pending = (await look(till, uid)).pendingAdjustments;
      expect(pending.at(-1)).toEqual({ adjustmentNumber: 2, amountMinor: 20_00 });
      expect(pending).toHaveLength(collectedFirst ? 1 : 2);
      expect(await look(till, uid)).toMatchObject({ balanceMinor: 50_00, availableMinor: 50_00 });
      expect((await operator.coherence(editionId)).tagDifferences).toEqual([]);
    }
  });

  test('of a tag that is lost meanwhile: the new tag does not get it; where it is not paid, it does', async () => {
    for (const how of ['payment', 'abortion'] as const) {
      const { till, uid } = await newTag();
      const id = idOf((await refund(uid, {})).body);
      const newUid = newTagUid();
      const replaced = await operator.post(`/tags/${uid}/replacement`, { editionId, newUid, reason: 'lost' });
      expect(replaced).toMatchObject({ body: { balanceMinor: 30_00 } });
      await send(till, snapshot({ uid: newUid, balanceMinor: 30_00 }), 'tagSnapshot');
      expect((await operator.coherence(editionId)).tagDifferences).toEqual([]);
      expect(await end(id, how)).toMatchObject({ status: 200 });
      const pending = how === 'payment' ? [] : [{ adjustmentNumber: 1, amountMinor: 20_00 }];
      expect((await look(till, newUid)).pendingAdjustments).toEqual(pending);
    }
  });

  test('INV-67: nobody books it before the tag has lost it, not even by hand', async () => {
    const { uid, till } = await newTag();
    const id = idOf((await refund(uid, {})).body);
    const client = new pg.Client(backend.databaseUrl);
    await client.connect();
    try {
      const deeds = [
        `UPDATE transactions SET state = 'Committed' WHERE backend_transaction_id = ${id}`,
        `UPDATE refund SET amount_minor = 1 WHERE backend_transaction_id = ${id}`,
        `DELETE FROM refund WHERE backend_transaction_id = ${id}`,
      ];
      for (const deed of deeds) await expect(client.query(deed)).rejects.toThrow('INV-67');
    } finally {
      await client.end();
    }
    expect((await look(till, uid)).availableMinor).toBe(30_00);
  });
});

describe('what may be refunded', () => {
  test('not more than is free, whoever asks at the same time', async () => {
    const { uid } = await newTag();
    expect(await refund(uid, { amountMinor: 50_01 })).toMatchObject({ body: { code: 'INSUFFICIENT_FUNDS' } });
    const answers = await Promise.all([1, 2, 3, 4].map(() => refund(uid, {})));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 409, 409]);
    expect(await refund('04AEFFFFFFFFFF', {})).toMatchObject({ status: 404 });
  });

  test('Q7: nothing while an outcome is unknown or a rejection is unresolved', async () => {
    const { till, uid } = await newTag();
    const unsure = purchase({ number: 2, uid, before: 50_00 }, 5_00, { state: 'TerminalConfirmUnknown' });
    await send(till, unsure);
    expect(await refund(uid, {})).toMatchObject({ status: 409, body: { code: 'UNRESOLVED_TRANSACTIONS' } });
    const aborted = { ...unsure, state: 'Aborted', stateVersion: 4, tag: { ...unsure.tag, balanceAfterMinor: 50_00 } };
    await send(till, aborted);
    expect(await refund(uid, { amountMinor: 1_00 })).toMatchObject({ status: 200 });
    till.journal.append('transaction', purchase({ number: 3, uid, before: 50_00 }, 5_00, { currency: 'USD' }));
    await till.send(4, 4);
    expect(await refund(uid, {})).toMatchObject({ status: 409, body: { code: 'UNRESOLVED_TRANSACTIONS' } });
  });

  test('account mode: held and paid without a tag', async () => {
    const { till, uid } = await newTag('DEMO-CANTEEN');
    const held = await refund(uid, { channel: 'cash' }, till.editionId);
    expect(held).toMatchObject({ body: { adjustmentNumber: null, collected: true } });
    expect(await look(till, uid)).toMatchObject({ balanceMinor: 50_00, availableMinor: 30_00 });
    expect(await end(idOf(held.body), 'payment', till.editionId)).toMatchObject({ body: { state: 'Committed' } });
    expect(await look(till, uid)).toMatchObject({ balanceMinor: 30_00, availableMinor: 30_00 });
    const { refunds } = await operator.read(refundsAnswerSchema, `/refunds?editionId=${till.editionId}`);
    expect(refunds).toMatchObject([{ kind: 'manual', channel: 'cash', state: 'Committed', uid }]);
    expect(await operator.coherence(till.editionId)).toMatchObject({ findings: 0 });
  });

  test('Q20: when every assignment of the edition is closed, no tag can spend it any more: it may be paid', async () => {
    const { till, uid } = await newTag();
    const id = idOf((await refund(uid, {})).body);
    const client = new pg.Client(backend.databaseUrl);
    await client.connect();
    await client.query(`UPDATE assignment SET closed_at = now() WHERE edition_id = ${editionId}`);
    await client.end();
    expect(await end(id, 'payment')).toMatchObject({ status: 200, body: { state: 'Committed' } });
    expect((await till.request('/seal')).status).toBe(200);
    // The tag still shows it: frozen, it is worth nothing; the report may say so.
    await send(till, tagAdjustment({ number: 2, uid, before: 50_00 }, -20_00, 1));
  });
});
