// Goal: every ingest rule of protocol.md, seen from outside: over HTTP, on a real PostgreSQL.
// Method: one database and one demo backend for the file; every test enrols a till of its own and sends batches of a journal
// that it builds itself.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { batchBytesMax } from '../../contract/wire/batch.ts';
import {
  alertsAnswerSchema,
  tagNumberDuplicatesAnswerSchema,
  transactionDetailSchema,
  transactionsAnswerSchema,
  transitionLogAnswerSchema,
} from '../../contract/wire/operator.ts';
import { TestJournal } from '../../testing/backend/journal.ts';
import { logIn, type OperatorClient } from '../../testing/backend/operator-client.ts';
import { type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import { purchase, snapshot, topUp } from '../../testing/backend/payloads.ts';
import { uidsFrom } from '../../testing/backend/tag-uids.ts';
import { enrolTill, TillClient } from '../../testing/backend/till-client.ts';

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

async function alertsOf(till: TillClient): Promise<string[]> {
  const { alerts } = await operator.read(alertsAnswerSchema, `/alerts?editionId=${till.editionId}`);
  return alerts.filter((alert) => alert.assignmentId === till.assignmentId).map((alert) => alert.code);
}

async function transactionsOf(till: TillClient) {
  const path = `/transactions?editionId=${till.editionId}&assignmentId=${till.assignmentId}`;
  return (await operator.read(transactionsAnswerSchema, path)).transactions;
}

async function logOf(till: TillClient) {
  const { rows } = await operator.read(transitionLogAnswerSchema, `/transition-log?editionId=${till.editionId}`);
  return rows.filter((row) => row.assignmentId === till.assignmentId);
}

const outcomes = (reply: Awaited<ReturnType<TillClient['send']>>) =>
  reply.answer?.results.map((result) => result.outcome);

describe('rule 1: the same batch again', () => {
  test('same batchId and same bytes: the first answer again, with Idempotency-Hit, and nothing is booked twice', async () => {
    const till = await newTill();
    till.journal.append('transaction', topUp({ number: 1, uid: newUid() }, 50_00, 5_00));
    const before = (await operator.balances(till.editionId)).get('top-up:cash') ?? 0;
    const first = await till.send();
    expect(first.headers.get('Idempotency-Hit')).toBeNull();
    for (let times = 0; times < 3; times += 1) {
      const again = await till.send();
      expect(again.status).toBe(200);
      expect(again.headers.get('Idempotency-Hit')).toBe('true');
      expect(again.text).toBe(first.text);
    }
    expect((await operator.balances(till.editionId)).get('top-up:cash')).toBe(before - 50_00);
  });

  test('same batchId and other bytes, were it one space: 422 BATCH_CONFLICT, nothing taken, an alert', async () => {
    const till = await newTill();
    till.journal.append('shift', {
      shiftId: 's',
      event: 'opened',
      cashierId: 'c',
      countedCashMinor: 0,
      unknownCashMinor: 0,
    });
    await till.send();
    const { batchId, body } = till.journal.batch();
    const reply = await till.sendBody(batchId, `${body} `);
    expect(reply.status).toBe(422);
    expect(reply.problem?.code).toBe('BATCH_CONFLICT');
    expect(reply.headers.get('content-type')).toContain('application/problem+json');
    expect(await alertsOf(till)).toEqual(['BATCH_CONFLICT']);
    expect(await till.seal()).toEqual(till.journal.seal);
  });

  test('"same bytes" means the body after decompression', async () => {
    const { gzipSync, zstdCompressSync } = await import('node:zlib');
    const till = await newTill();
    till.journal.append('tagSnapshot', snapshot({ uid: newUid() }));
    const { batchId, body } = till.journal.batch();
    const first = await till.sendBody(batchId, Uint8Array.from(gzipSync(body)), { 'Content-Encoding': 'gzip' });
    expect(outcomes(first)).toEqual(['accepted']);
    const zstd = await till.sendBody(batchId, Uint8Array.from(zstdCompressSync(body)), { 'Content-Encoding': 'zstd' });
    expect(zstd.headers.get('Idempotency-Hit')).toBe('true');
    const plain = await till.sendBody(batchId, body);
    expect(plain.headers.get('Idempotency-Hit')).toBe('true');
    expect(plain.text).toBe(first.text);
  });
});

describe('rule 2: order, forks, chain, journal', () => {
  test('a first seq above last + 1: 409 GAP with expectedSeq, nothing taken; going back there works', async () => {
    const till = await newTill();
    for (let seq = 1; seq <= 5; seq += 1) till.journal.append('tagSnapshot', snapshot({ uid: newUid() }));
    await till.send(1, 2);
    const gap = await till.send(4, 5);
    expect(gap.status).toBe(409);
    expect(gap.problem).toMatchObject({ code: 'GAP', expectedSeq: 3 });
    expect(await alertsOf(till)).toEqual([]);
    expect(outcomes(await till.send(3, 5))).toEqual(['accepted', 'accepted', 'accepted']);
    expect(await till.seal()).toEqual(till.journal.seal);
  });

  test('overlapping batches: what is known is a duplicate, what is new is accepted, and a seal moves only forward', async () => {
    const till = await newTill();
    const uid = newUid();
    till.journal.append('transaction', topUp({ number: 1, uid }, 100_00, 5_00));
    till.journal.append('transaction', purchase({ number: 2, before: 95_00, uid }, 5_50));
    till.journal.append('transaction', purchase({ number: 3, before: 89_50, uid }, 3_00));
    const [first] = (await till.send(1, 2)).answer?.results ?? [];
    const overlap = await till.send(1, 3);
    expect(outcomes(overlap)).toEqual(['duplicate', 'duplicate', 'accepted']);
    expect(overlap.answer?.results[0]).toEqual({ ...first, outcome: 'duplicate' });
    const old = await till.send(2, 2);
    expect(outcomes(old)).toEqual(['duplicate']);
    expect(old.answer?.seal).toEqual(till.journal.seal);
    expect(await transactionsOf(till)).toHaveLength(3);
  });

  test('a known seq with another hash: 409 JOURNAL_FORKED, nothing of the batch is taken, an alert', async () => {
    const till = await newTill();
    const uid = newUid();
    till.journal.append('transaction', topUp({ number: 1, uid }, 100_00, 5_00));
    const restored = till.journal.fork();
    till.journal.append('transaction', purchase({ number: 2, before: 95_00, uid }, 5_50));
    await till.send();
    restored.append('transaction', purchase({ number: 2, before: 95_00, uid }, 3_00));
    restored.append('transaction', purchase({ number: 3, before: 92_00, uid }, 3_00));
    const forked = new TillClient(till.address, till, restored);
    const reply = await forked.send(2, 3);
    expect(reply.status).toBe(409);
    expect(reply.problem?.code).toBe('JOURNAL_FORKED');
    expect(await till.seal()).toEqual(till.journal.seal);
    expect(await transactionsOf(till)).toHaveLength(2);
    expect(await alertsOf(till)).toEqual(['JOURNAL_FORKED']);
  });

  test('a hash that does not follow, at the first, a middle and the last entry: 409 CHAIN_BROKEN, nothing taken', async () => {
    for (const spoilt of [0, 1, 2]) {
      const till = await newTill();
      for (let seq = 1; seq <= 3; seq += 1) till.journal.append('tagSnapshot', snapshot({ uid: newUid() }));
      const entries = till.journal.entries.map((entry, index) =>
        index === spoilt ? { ...entry, at: '2026-07-04T20:15:03.121Z' } : entry,
      );
      const body = JSON.stringify({ protocol: 1, journalId: till.journal.journalId, entries });
      const reply = await till.sendBody('1-3', body);
      expect(reply.status).toBe(409);
      expect(reply.problem?.code).toBe('CHAIN_BROKEN');
      expect(await till.seal()).toMatchObject({ seq: 0 });
      expect(await alertsOf(till)).toEqual(['CHAIN_BROKEN']);
    }
  });

  test('a known entry with its old hash and other content is CHAIN_BROKEN too', async () => {
    const till = await newTill();
    till.journal.append('tagSnapshot', snapshot({ uid: newUid() }));
    till.journal.append('tagSnapshot', snapshot({ uid: newUid() }));
    await till.send(1, 1);
    const entries = till.journal.entries.map((entry, index) =>
      index === 0 ? { ...entry, payload: snapshot({ balanceMinor: 99 }) } : entry,
    );
    const reply = await till.sendBody(
      '1-2',
      JSON.stringify({ protocol: 1, journalId: till.journal.journalId, entries }),
    );
    expect(reply.problem?.code).toBe('CHAIN_BROKEN');
    expect(await till.seal()).toMatchObject({ seq: 1 });
  });

  test('another journalId: 409 JOURNAL_UNKNOWN, nothing taken, an alert', async () => {
    const till = await newTill();
    const other = new TillClient(till.address, till, new TestJournal('f'.repeat(32)));
    other.journal.append('tagSnapshot', snapshot({ uid: newUid() }));
    const reply = await other.send();
    expect(reply.status).toBe(409);
    expect(reply.problem?.code).toBe('JOURNAL_UNKNOWN');
    expect(await till.seal()).toEqual(till.journal.seal);
    expect(await alertsOf(till)).toEqual(['JOURNAL_UNKNOWN']);
  });

  test('a batchId that is not the batch’s range, or a hole inside the batch, is no batch: 400', async () => {
    const till = await newTill();
    for (let seq = 1; seq <= 3; seq += 1) till.journal.append('tagSnapshot', snapshot({ uid: newUid() }));
    expect((await till.sendBody('1-2', till.journal.batch(1, 3).body)).problem?.code).toBe('BAD_REQUEST');
    const holed = till.journal.entries.filter((entry) => entry.seq !== 2);
    const body = JSON.stringify({ protocol: 1, journalId: till.journal.journalId, entries: holed });
    expect((await till.sendBody('1-3', body)).problem?.code).toBe('BAD_REQUEST');
    expect(await till.seal()).toMatchObject({ seq: 0 });
  });
});

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
    expect((await transactionsOf(till))[0]?.state).toBe('Committed');
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
    expect((await transactionsOf(till))[0]?.state).toBe('Committed');

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

describe('bounds', () => {
  test('more than 500 entries: 413, nothing taken', async () => {
    const till = await newTill();
    for (let seq = 1; seq <= 501; seq += 1) till.journal.append('tagSnapshot', snapshot());
    const reply = await till.send();
    expect(reply.status).toBe(413);
    expect(reply.problem?.code).toBe('PAYLOAD_TOO_LARGE');
    expect((await till.send(1, 500)).answer?.results).toHaveLength(500);
  });

  test('more than 1 MiB, plain or unfolded: 413; a body that is not what it says: 400 or 415', async () => {
    const { gzipSync } = await import('node:zlib');
    const till = await newTill();
    const large = JSON.stringify({ padding: 'x'.repeat(batchBytesMax) });
    expect((await till.sendBody('1-1', large)).problem?.code).toBe('PAYLOAD_TOO_LARGE');
    const bomb = await till.sendBody('1-1', Uint8Array.from(gzipSync(large)), { 'Content-Encoding': 'gzip' });
    expect(bomb.problem?.code).toBe('PAYLOAD_TOO_LARGE');
    expect((await till.sendBody('1-1', large.slice(0, 50), { 'Content-Encoding': 'gzip' })).problem?.code).toBe(
      'BAD_REQUEST',
    );
    expect((await till.sendBody('1-1', '{}', { 'Content-Encoding': 'br' })).problem?.code).toBe(
      'UNSUPPORTED_MEDIA_TYPE',
    );
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
  expect(await alertsOf(other)).toEqual(['TAG_NUMBER_DUPLICATE']);
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
  expect(await alertsOf(till)).toEqual(['ASSIGNMENT_NUMBER_IMPLAUSIBLE', 'EVIDENCE_OF_UNKNOWN_ASSIGNMENT']);
});
