// Goal: money rule 2 and INV-65: a lost tag's balance is handed out once, to one tag, whoever asks and however often; what comes
// late from the lost tag books to the same customer and is named; R22: generations are known as soon as a till says so.
// Method: tills and an operator on a real PostgreSQL, seen from outside; questions repeated, at once, and with other tags.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configurationSchema } from '../../contract/wire/configuration.ts';
import { tagLookupAnswerSchema } from '../../contract/wire/tag-lookup.ts';
import { logIn, type OperatorClient } from '../../testing/backend/operator-client.ts';
import { type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import { purchase, type SentTransaction, snapshot, tagAdjustment, topUp } from '../../testing/backend/payloads.ts';
import { uidsFrom } from '../../testing/backend/tag-uids.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';

let backend: OwnBackend;
let operator: OperatorClient;
beforeAll(async () => {
  backend = await startOwnBackend();
  operator = await logIn(backend.address);
});
afterAll(() => backend.close());

const drawUid = uidsFrom('04DD');

async function send(till: TillClient, kind: 'transaction' | 'tagSnapshot' | 'tagEvent', payload: unknown) {
  till.journal.append(kind, payload);
  const at = till.journal.entries.length;
  expect((await till.send(at, at)).answer?.results).toMatchObject([{ outcome: 'accepted' }]);
}

/** A till and a tag with 50.00 on it. */
async function newTag(code = 'DEMO-FEST'): Promise<{ till: TillClient; uid: string }> {
  const uid = drawUid();
  const till = await enrolTill(backend.address, code);
  await send(till, 'transaction', topUp({ number: 1, uid, currency: code === 'DEMO-FEST' ? 'CHF' : 'GBP' }, 50_00, 0));
  return { till, uid };
}

async function replace(till: TillClient, uid: string, newUid: string) {
  const response = await till.request(`/tags/${uid}/replacement`, {
    method: 'PUT',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ newUid }),
  });
  return { status: response.status, hit: response.headers.get('Idempotency-Hit'), body: await response.json() };
}

async function look(till: TillClient, uid: string) {
  return tagLookupAnswerSchema.parse(await (await till.request(`/tags/${uid}`)).json());
}

const differencesOf = async (uid: string) =>
  (await operator.coherence(1)).tagDifferences.filter((difference) => difference.uid === uid);

/** What a till sends once it has written the new tag. */
async function reportWritten(till: TillClient, newUid: string, balanceMinor: number, generation = 1) {
  await send(till, 'tagEvent', { event: 'replace', uid: newUid, generation });
  await send(till, 'tagSnapshot', snapshot({ uid: newUid, generation, balanceMinor }));
}

/** Sales of the new tag on top of `before`. */
const saleOf = (uid: string, number: number, before: number, tagNumber: number, amountMinor: number): SentTransaction =>
  purchase({ number, uid, before, tagNumber }, amountMinor);

describe('money rule 2: a lost tag is replaced', () => {
  test('the new tag gets what is free and the customer; the lost one is blocked for good; nothing is booked', async () => {
    const { till, uid } = await newTag();
    await send(till, 'transaction', saleOf(uid, 2, 50_00, 2, 8_00));
    const newUid = drawUid();
    const before = await operator.balances(till.editionId);
    const answer = { uid, newUid, generation: 1, balanceMinor: 42_00, adjustmentNumber: 0 };
    expect(await replace(till, uid, newUid)).toMatchObject({ status: 200, hit: null, body: answer });
    expect(await operator.balances(till.editionId)).toEqual(before);
    expect(await look(till, newUid)).toMatchObject({ known: true, blocked: false, balanceMinor: 42_00 });
    expect(await look(till, uid)).toMatchObject({ blocked: true, pendingAdjustments: [{ setBlocked: true }] });
    const configuration = configurationSchema.parse(await (await till.request('/config')).json());
    expect(configuration.blockedTags).toContain(uid);
    const unblock = await operator.post(`/tags/${uid}/unblock`, { editionId: till.editionId, reason: 'found' });
    expect(unblock).toMatchObject({ status: 409, body: { code: 'TAG_REPLACED' } });
    await reportWritten(till, newUid, 42_00);
    expect(await look(till, newUid)).toMatchObject({ generation: 1 });
    expect(await differencesOf(newUid)).toEqual([]);
    expect(await differencesOf(uid)).toEqual([]);
    await send(till, 'transaction', saleOf(newUid, 3, 42_00, 1, 2_00));
    expect(await look(till, newUid)).toMatchObject({ balanceMinor: 40_00 });
    expect(await differencesOf(newUid)).toEqual([]);
  });

  test('INV-65: the same two tags get the same answer from any till, until the new one was reported written', async () => {
    const { till, uid } = await newTag();
    const other = await enrolTill(backend.address);
    const newUid = drawUid();
    const first = await replace(till, uid, newUid);
    // What happens to the customer meanwhile does not change what was handed out.
    await send(till, 'transaction', saleOf(uid, 2, 50_00, 2, 8_00));
    expect(await replace(other, uid, newUid)).toEqual({ ...first, hit: 'true' });
    await reportWritten(till, newUid, 50_00);
    expect(await replace(till, uid, newUid)).toMatchObject({ status: 409, body: { code: 'TAG_REPLACED' } });
    expect(await replace(other, uid, drawUid())).toMatchObject({ status: 409, body: { code: 'TAG_REPLACED' } });
  });

  test('INV-65: of tills that ask at once for different new tags, one gets the balance', async () => {
    const { till, uid } = await newTag();
    const others = await Promise.all([1, 2, 3].map(() => enrolTill(backend.address)));
    const answers = await Promise.all([till, ...others].map((asker) => replace(asker, uid, drawUid())));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409, 409]);
  });

  test('INV-65: of two lost tags that are to become the same new one at once, one does', async () => {
    const [one, two] = await Promise.all([newTag(), newTag()]);
    const newUid = drawUid();
    const answers = await Promise.all([replace(one.till, one.uid, newUid), replace(two.till, two.uid, newUid)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'TAG_IN_USE' });
  });

  test('INV-65: what was handed out cannot be changed by hand', async () => {
    const { till, uid } = await newTag();
    await replace(till, uid, drawUid());
    const client = new pg.Client(backend.databaseUrl);
    await client.connect();
    try {
      for (const deed of ['UPDATE tag_replacement SET balance_minor = 1', 'DELETE FROM tag_replacement'])
        await expect(client.query(`${deed} WHERE uid = '${uid}'`)).rejects.toThrow('INV-65');
    } finally {
      await client.end();
    }
  });

  test('a tag with a life of its own, the lost tag itself, and an unknown lost tag are refused', async () => {
    const { till, uid } = await newTag();
    const used = await newTag();
    expect(await replace(till, uid, used.uid)).toMatchObject({ status: 409, body: { code: 'TAG_IN_USE' } });
    expect(await replace(till, uid, uid)).toMatchObject({ status: 400 });
    expect(await replace(till, drawUid(), drawUid())).toMatchObject({ status: 404 });
    expect(await look(till, uid)).toMatchObject({ blocked: false });
    const somebody = await fetch(`${backend.address}/v1/assignments/${till.assignmentId}/tags/${uid}/replacement`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${used.till.token}` },
      body: JSON.stringify({ newUid: drawUid() }),
    });
    expect(somebody.status).toBe(403);
  });

  test('the new tag may be lost as well: the customer stays the same', async () => {
    const { till, uid } = await newTag();
    const [second, third] = [drawUid(), drawUid()];
    await replace(till, uid, second);
    await reportWritten(till, second, 50_00);
    await send(till, 'transaction', saleOf(second, 2, 50_00, 1, 20_00));
    expect(await replace(till, second, third)).toMatchObject({ status: 200, body: { balanceMinor: 30_00 } });
    await reportWritten(till, third, 30_00);
    await send(till, 'transaction', saleOf(uid, 3, 50_00, 2, 1_00));
    expect(await look(till, third)).toMatchObject({ balanceMinor: 29_00 });
  });

  test('a late sale of the lost tag books to the same customer, is told to the operator, and coherence names it', async () => {
    const { till, uid } = await newTag();
    const bar = (await operator.balances(till.editionId)).get('merchant:bar') ?? 0;
    const newUid = drawUid();
    await replace(till, uid, newUid);
    await reportWritten(till, newUid, 50_00);
    const late = await enrolTill(backend.address);
    await send(late, 'transaction', saleOf(uid, 1, 50_00, 2, 9_00));
    expect((await operator.balances(till.editionId)).get('merchant:bar')).toBe(bar + 9_00);
    expect(await look(till, newUid)).toMatchObject({ balanceMinor: 41_00 });
    expect(await operator.alertCodesOf(late)).toEqual(['LATE_AFTER_REPLACEMENT']);
    expect(await differencesOf(newUid)).toMatchObject([
      { bookedMinor: 41_00, tagMinor: 50_00, likelyCause: 'replaced-tag' },
    ]);
  });

  test('money rule 2: a tag that was issued as a new one before the balance was on it is told, named and made good (simulation, seed 24)', async () => {
    const { till, uid } = await newTag();
    const other = await enrolTill(backend.address);
    const newUid = drawUid();
    expect((await replace(till, uid, newUid)).body).toMatchObject({ balanceMinor: 50_00 });
    // Torn off before the first page was written: a till that knows of nothing has a blank tag before it.
    await send(other, 'tagEvent', { event: 'issue', uid: newUid, generation: 1 });
    await send(other, 'tagSnapshot', snapshot({ uid: newUid, balanceMinor: 0 }));
    expect(await operator.alertCodesOf(other)).toEqual(['REPLACEMENT_NOT_WRITTEN']);
    expect(await differencesOf(newUid)).toMatchObject([{ bookedMinor: 50_00, tagMinor: 0 }]);
    // A tag of its own number 0 that shows what was handed out is nobody's concern.
    const right = await newTag();
    const rightUid = drawUid();
    await replace(right.till, right.uid, rightUid);
    await reportWritten(right.till, rightUid, 50_00);
    expect(await operator.alertCodesOf(right.till)).toEqual([]);
  });

  test('what another till has shown as spent is held, and not handed out again', async () => {
    const { till, uid } = await newTag();
    const unsent = await enrolTill(backend.address);
    const line = {
      assignmentId: unsent.assignmentId,
      terminalTransactionNumber: 1,
      amountMinor: -9_00,
      type: 'Purchase' as const,
    };
    await send(
      till,
      'tagSnapshot',
      snapshot({ uid, transactionNumber: 2, balanceMinor: 41_00, history: [line, null, null] }),
    );
    const newUid = drawUid();
    expect(await replace(till, uid, newUid)).toMatchObject({ status: 200, body: { balanceMinor: 41_00 } });
    await reportWritten(till, newUid, 41_00);
    await send(unsent, 'transaction', saleOf(uid, 1, 50_00, 2, 9_00));
    expect(await differencesOf(newUid)).toEqual([]);
  });

  test('Q20: what the lost tag had not collected is in the new balance and cannot be collected twice', async () => {
    const { till, uid } = await newTag();
    await operator.request('/admin-top-ups', {
      method: 'POST',
      headers: { 'Idempotency-Key': `give-${uid}` },
      body: JSON.stringify({ editionId: till.editionId, uid, amountMinor: 7_00, reason: 'goodwill' }),
    });
    const newUid = drawUid();
    expect(await replace(till, uid, newUid)).toMatchObject({ body: { balanceMinor: 57_00, adjustmentNumber: 0 } });
    expect((await look(till, uid)).pendingAdjustments).toMatchObject([{ adjustmentNumber: null, setBlocked: true }]);
    expect((await look(till, newUid)).pendingAdjustments).toEqual([]);
    await reportWritten(till, newUid, 57_00);
    expect(await differencesOf(newUid)).toEqual([]);
    // A till had written it onto the lost tag before: that is a late change like any other.
    await send(till, 'transaction', tagAdjustment({ number: 2, uid, before: 50_00 }, 7_00, 1));
    expect(await look(till, newUid)).toMatchObject({ balanceMinor: 57_00 });
    const refused = await operator.request('/admin-top-ups', {
      method: 'POST',
      headers: { 'Idempotency-Key': `again-${uid}` },
      body: JSON.stringify({ editionId: till.editionId, uid, amountMinor: 7_00, reason: 'goodwill' }),
    });
    expect(refused.status).toBe(400);
  });

  test('account mode: the new tag opens the same account and is written with nothing', async () => {
    const { till, uid } = await newTag('DEMO-CANTEEN');
    const newUid = drawUid();
    expect(await replace(till, uid, newUid)).toMatchObject({ status: 200, body: { balanceMinor: 0 } });
    expect(await look(till, newUid)).toMatchObject({ balanceMinor: 50_00, availableMinor: 50_00 });
    expect(await look(till, uid)).toMatchObject({ blocked: true });
  });

  test('an operator may say it first; a till then gets the same answer; the audit has it once', async () => {
    const { till, uid } = await newTag();
    const newUid = drawUid();
    const body = { editionId: till.editionId, newUid, reason: 'reported lost at the info desk' };
    const said = await operator.post(`/tags/${uid}/replacement`, body);
    expect(said).toMatchObject({ status: 200, body: { uid, newUid, balanceMinor: 50_00 } });
    expect(await operator.post(`/tags/${uid}/replacement`, body)).toEqual(said);
    expect(await replace(till, uid, newUid)).toMatchObject({ status: 200, hit: 'true', body: said.body });
    const client = new pg.Client(backend.databaseUrl);
    await client.connect();
    const audited = await client.query(`SELECT 1 FROM audit WHERE action = 'tag replaced' AND detail->>'uid' = $1`, [
      uid,
    ]);
    await client.end();
    expect(audited.rowCount).toBe(1);
  });
});

describe('R22: a repaired tag', () => {
  test('its generation is known from the event on; late sales of the older one are told apart by coherence', async () => {
    const { till, uid } = await newTag();
    await send(till, 'tagEvent', { event: 'repair', uid, generation: 2 });
    expect(await look(till, uid)).toMatchObject({ generation: 2 });
    await send(till, 'tagSnapshot', snapshot({ uid, generation: 2, balanceMinor: 50_00 }));
    expect(await differencesOf(uid)).toEqual([]);
    await send(till, 'transaction', { ...saleOf(uid, 2, 50_00, 1, 5_00), tag: generationOf(2, uid) });
    expect(await differencesOf(uid)).toEqual([]);
    const late = await enrolTill(backend.address);
    await send(late, 'transaction', saleOf(uid, 1, 50_00, 2, 3_00));
    expect(await differencesOf(uid)).toMatchObject([{ bookedMinor: 42_00, tagMinor: 45_00 }]);
    expect(await operator.alertCodesOf(late)).toEqual([]);
  });
});

const generationOf = (generation: number, uid: string): SentTransaction['tag'] => ({
  uid,
  generation,
  transactionNumber: 1,
  balanceBeforeMinor: 50_00,
  balanceAfterMinor: 45_00,
});
