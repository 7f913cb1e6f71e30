// Goal: ingest rules 3 and 4 of protocol.md: what becomes of each entry of a batch, and of what is rejected; seen from outside, over
// HTTP, on a real PostgreSQL. Batches as a whole: batch-rules.process.test.ts.
// Method: one database and one demo backend for the file; every test enrols a till of its own and sends batches of a journal
// that it builds itself.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  tagNumberDuplicatesAnswerSchema,
  transactionDetailSchema,
  transitionLogAnswerSchema,
} from '../../contract/wire/operator.ts';
import { logIn, type OperatorClient } from '../../testing/backend/operator-client.ts';
import { type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import { purchase, snapshot, topUp } from '../../testing/backend/payloads.ts';
import { uidsFrom } from '../../testing/backend/tag-uids.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';

let backend: OwnBackend;
let operator: OperatorClient;
beforeAll(async () => {
  backend = await startOwnBackend();
  operator = await logIn(backend.address);
});
afterAll(() => backend.close());

/** A tag that no other test uses. */
const newUid = uidsFrom('04');

async function newTill(): Promise<TillClient> {
  return enrolTill(backend.address);
}

async function logOf(till: TillClient) {
  const { rows } = await operator.read(transitionLogAnswerSchema, `/transition-log?editionId=${till.editionId}`);
  return rows.filter((row) => row.assignmentId === till.assignmentId);
}

const outcomes = (reply: Awaited<ReturnType<TillClient['send']>>) =>
  reply.answer?.results.map((result) => result.outcome);

describe('rule 3: one result per entry', () => {
  test('R16, R17: results stand in order, with the backend’s number and state, and the new seal', async () => {
    const till = await newTill();
    const uid = newUid();
    till.journal.append('tagEvent', { event: 'issue', uid, generation: 1 });
    till.journal.append('transaction', topUp({ number: 1, uid }, 100_00, 5_00));
    till.journal.append('transaction', {
      ...purchase({ number: 2, before: 95_00, uid }, 5_50),
      state: 'TerminalConfirmUnknown',
    });
    till.journal.append('transaction', purchase({ number: 2, before: 95_00, uid }, 5_50, { stateVersion: 4 }));
    till.journal.append('transaction', {
      ...purchase({ number: 3, before: 89_50, uid }, 5_50),
      state: 'Aborted',
      abortReason: 'TIMEOUT',
    });
    const { answer } = await till.send();
    expect(answer?.seal).toEqual(till.journal.seal);
    expect(answer?.results.map(({ seq, outcome, state }) => [seq, outcome, state])).toEqual([
      [1, 'accepted', undefined],
      [2, 'accepted', 'Committed'],
      [3, 'accepted', 'TerminalConfirmUnknown'],
      [4, 'accepted', 'Committed'],
      [5, 'accepted', 'Aborted'],
    ]);
    const ids = answer?.results.map((result) => result.backendTransactionId);
    expect(ids?.[0]).toBeUndefined();
    expect(ids?.[2]).toBe(ids?.[3]);
    expect(new Set(ids?.slice(1)).size).toBe(3);
    const detail = await operator.read(
      transactionDetailSchema,
      `/transactions/${ids?.[3]}?editionId=${till.editionId}`,
    );
    expect(detail.states.map(({ from, to, cause }) => [from, to, cause])).toEqual([
      [null, 'TerminalConfirmUnknown', 'TR'],
      ['TerminalConfirmUnknown', 'Committed', 'TR'],
    ]);
    expect(detail.postings).toMatchObject([{ kind: 'purchase', debit: 'merchant:bar', amountMinor: 5_50 }]);
    const aborted = await operator.read(
      transactionDetailSchema,
      `/transactions/${ids?.[4]}?editionId=${till.editionId}`,
    );
    expect(aborted.postings).toEqual([]);
  });

  test('a payload that does not parse is that entry’s SCHEMA_INVALID, never a 400 of the batch', async () => {
    const till = await newTill();
    const good = topUp({ number: 1, uid: newUid() }, 10_00, 0);
    till.journal.append('transaction', { ...good, amountMinor: '10.00' });
    till.journal.append('transaction', 'no object at all');
    till.journal.append('transaction', { ...good, openedAt: '0000-01-01T00:00:00.000Z' });
    till.journal.append('transaction', { ...good, state: 'Comitted' });
    till.journal.append('tagSnapshot', { uid: 'xyz' });
    till.journal.append('poem\0', { text: 'roses\0' });
    const items = [{ kind: 'topup', debit: 'customer', credit: 'top-up:\0', amountMinor: 10_00 }];
    till.journal.append('transaction', { ...good, items });
    till.journal.append('transaction', good);
    const { answer } = await till.send();
    expect(answer?.results.map(({ outcome, error }) => error?.code ?? outcome)).toEqual([
      ...Array(6).fill('SCHEMA_INVALID'),
      'UNKNOWN_ACCOUNT',
      'accepted',
    ]);
    expect(answer?.seal).toEqual(till.journal.seal);
  });

  test('a transaction of a tag nobody has heard of makes its customer and is booked', async () => {
    const till = await newTill();
    const before = await operator.customersMinor(till.editionId);
    till.journal.append('transaction', purchase({ number: 1, before: 20_00, uid: newUid() }, 5_50));
    expect(outcomes(await till.send())).toEqual(['accepted']);
    expect(await operator.customersMinor(till.editionId)).toBe(before - 5_50);
  });

  test('Q11, INV-04: what was committed and is said again in a later version is noted, and booked once', async () => {
    const till = await newTill();
    const sale = purchase({ number: 1, before: 20_00, uid: newUid() }, 5_50);
    const before = await operator.balances(till.editionId);
    for (const stateVersion of [3, 4, 5]) till.journal.append('transaction', { ...sale, stateVersion });
    await till.send(1, 2);
    const { answer } = await till.send(3, 3);
    expect(answer?.results).toMatchObject([{ outcome: 'accepted', state: 'Committed' }]);
    const after = await operator.balances(till.editionId);
    expect((after.get('merchant:bar') ?? 0) - (before.get('merchant:bar') ?? 0)).toBe(5_50);
  });

  test('Q11: a replay under a new seq is a duplicate and writes no log row', async () => {
    const till = await newTill();
    const sale = purchase({ number: 1, before: 20_00, uid: newUid() }, 5_50);
    till.journal.append('transaction', sale);
    till.journal.append('transaction', sale);
    expect(outcomes(await till.send())).toEqual(['accepted', 'duplicate']);
    expect(await logOf(till)).toEqual([]);
  });

  test('Q9: a stale version after the resolved one changes nothing', async () => {
    const till = await newTill();
    const sale = purchase({ number: 1, before: 20_00, uid: newUid() }, 5_50, { stateVersion: 4 });
    till.journal.append('transaction', sale);
    till.journal.append('transaction', { ...sale, stateVersion: 3, state: 'TerminalConfirmUnknown' });
    const { answer } = await till.send();
    expect(answer?.results[1]).toMatchObject({ outcome: 'duplicate', state: 'Committed' });
    expect((await operator.transactionsOf(till))[0]?.state).toBe('Committed');
  });

  test('Q1: Commited is taken as Committed, kept as Committed', async () => {
    const till = await newTill();
    till.journal.append('transaction', {
      ...purchase({ number: 1, before: 20_00, uid: newUid() }, 5_50),
      state: 'Commited',
    });
    const { answer } = await till.send();
    expect(answer?.results[0]).toMatchObject({ outcome: 'accepted', state: 'Committed' });
  });
});

describe('rule 4: what is rejected', () => {
  test('R49: it is acknowledged, logged with from, to, reason and payload, and stays until somebody resolves it', async () => {
    const till = await newTill();
    const sale = purchase({ number: 1, before: 20_00, uid: newUid() }, 5_50);
    till.journal.append('transaction', sale);
    till.journal.append('transaction', { ...sale, stateVersion: 9, state: 'Aborted' });
    const { answer } = await till.send();
    expect(answer?.results[1]).toMatchObject({
      outcome: 'rejected',
      error: { code: 'INVALID_TRANSITION' },
      state: 'Committed',
    });
    expect(answer?.seal).toEqual(till.journal.seal);
    const [row] = await logOf(till);
    expect(row).toMatchObject({
      seq: 2,
      fromState: 'Committed',
      toState: 'Aborted',
      code: 'INVALID_TRANSITION',
      resolution: null,
    });
    expect(row?.payload).toMatchObject({ stateVersion: 9, state: 'Aborted' });
    expect((await operator.transactionsOf(till))[0]?.state).toBe('Committed');

    const repeated = await till.send(2, 2);
    expect(repeated.answer?.results[0]).toMatchObject({ outcome: 'duplicate', error: { code: 'INVALID_TRANSITION' } });
    expect(await logOf(till)).toHaveLength(1);

    const dismissed = { resolution: 'dismissal', editionId: till.editionId, note: 'the sale stands' };
    const resolve = (body: object) => operator.post(`/transition-log/${row?.id}/resolution`, body);
    const first = await resolve(dismissed);
    expect(first.status).toBe(200);
    // Q11: the same words are answered again, other ones are refused.
    expect(await resolve(dismissed)).toEqual(first);
    expect((await resolve({ ...dismissed, note: 'the sale falls' })).status).toBe(400);
    expect((await logOf(till))[0]).toMatchObject({
      resolution: 'dismissal',
      resolvedBy: 'admin',
      resolvedByTransactionId: null,
    });
  });

  test('a rejected sale may be resolved by a booking that takes its place, once (Q11)', async () => {
    const till = await newTill();
    const uid = newUid();
    till.journal.append('transaction', { ...purchase({ number: 1, before: 20_00, uid }, 5_50), amountMinor: 5_49 });
    await till.send();
    const [row] = await logOf(till);
    expect(row?.code).toBe('UNBALANCED_ITEMS');
    const before = await operator.balances(till.editionId);
    const items = [{ kind: 'purchase', debit: 'merchant:bar', credit: 'customer', amountMinor: 5_50 }];
    const request = {
      resolution: 'booking',
      editionId: till.editionId,
      note: 'price seen on the receipt',
      type: 'Purchase',
      uid,
      items,
    };
    const swapped = { ...request, items: [{ ...items[0], debit: 'customer', credit: 'merchant:bar' }] };
    expect((await operator.post(`/transition-log/${row?.id}/resolution`, swapped)).status).toBe(400);
    const { status, body } = await operator.post(`/transition-log/${row?.id}/resolution`, request);
    expect(status).toBe(200);
    expect(body).toMatchObject({ logId: row?.id, backendTransactionId: expect.any(Number) });
    const after = await operator.balances(till.editionId);
    expect((after.get('merchant:bar') ?? 0) - (before.get('merchant:bar') ?? 0)).toBe(5_50);
    // Q11: asked for again, the answer comes again and nothing is booked; anything else of it is refused.
    const resolution = { method: 'POST', body: JSON.stringify(request) };
    const repeated = await operator.request(`/transition-log/${row?.id}/resolution`, resolution);
    expect([repeated.status, repeated.headers.get('idempotency-hit'), await repeated.json()]).toEqual([
      200,
      'true',
      body,
    ]);
    const others = [
      { note: 'price seen on the wall' },
      { uid: newUid() },
      { items: [{ ...items[0], amountMinor: 5_51 }] },
      {
        type: 'Chargeback',
        items: [{ kind: 'chargeback', debit: 'customer', credit: 'merchant:bar', amountMinor: 5_50 }],
      },
    ];
    for (const other of [...others, { resolution: 'dismissal' }])
      expect((await operator.post(`/transition-log/${row?.id}/resolution`, { ...request, ...other })).status).toBe(400);
    expect(await operator.balances(till.editionId)).toEqual(after);
    expect((await operator.coherence(till.editionId)).sumMinor).toBe(0);
  });

  test('a conflict inside one batch rejects the second word and keeps the first', async () => {
    const till = await newTill();
    const sale = purchase({ number: 1, before: 20_00, uid: newUid() }, 5_50);
    till.journal.append('transaction', sale);
    till.journal.append('transaction', { ...sale, cashierId: 'somebody else' });
    const { answer } = await till.send();
    expect(answer?.results.map(({ outcome, error }) => error?.code ?? outcome)).toEqual([
      'accepted',
      'CONTENT_CONFLICT',
    ]);
  });
});

test('R22, R23: two transactions for one number of a tag are both booked, reported, and the tag is blocked', async () => {
  const uid = newUid();
  const [one, other] = [await newTill(), await newTill()];
  one.journal.append('transaction', purchase({ number: 1, tagNumber: 7, before: 20_00, uid }, 5_50));
  other.journal.append('transaction', purchase({ number: 1, tagNumber: 7, before: 20_00, uid }, 3_00));
  const before = (await operator.balances(one.editionId)).get('merchant:bar') ?? 0;
  expect(outcomes(await one.send())).toEqual(['accepted']);
  expect(outcomes(await other.send())).toEqual(['accepted']);
  expect((await operator.balances(one.editionId)).get('merchant:bar')).toBe(before + 8_50);
  const { duplicates } = await operator.read(
    tagNumberDuplicatesAnswerSchema,
    `/tag-number-duplicates?editionId=${one.editionId}`,
  );
  expect(duplicates).toMatchObject([
    { uid, generation: 1, tagTransactionNumber: 7, transactions: [{ amountMinor: 5_50 }, { amountMinor: 3_00 }] },
  ]);
  expect(await operator.alertCodesOf(other)).toEqual(['TAG_NUMBER_DUPLICATE']);
  const configuration: unknown = await (await one.request('/config')).json();
  expect(configuration).toMatchObject({ blockedTags: [uid] });
});

test('R24: a number of an assignment that a tag shows is never given out again', async () => {
  const till = await newTill();
  const seen = till.assignmentId + 40;
  const line = { assignmentId: seen, terminalTransactionNumber: 3, amountMinor: -5_50, type: 'Purchase' as const };
  till.journal.append('tagSnapshot', snapshot({ uid: newUid(), transactionNumber: 1, history: [line, null, null] }));
  await till.send();
  expect((await newTill()).assignmentId).toBe(seen + 1);
  till.journal.append('tagSnapshot', snapshot({ uid: newUid(), history: [{ ...line, assignmentId: 0xffff_ffff }] }));
  await till.send(2, 2);
  expect((await newTill()).assignmentId).toBe(seen + 2);
  expect(await operator.alertCodesOf(till)).toEqual([
    'ASSIGNMENT_NUMBER_IMPLAUSIBLE',
    'EVIDENCE_OF_UNKNOWN_ASSIGNMENT',
  ]);
});
