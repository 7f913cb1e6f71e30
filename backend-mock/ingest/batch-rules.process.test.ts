// Goal: ingest rules 1 and 2 of protocol.md: a batch is taken as a whole or not at all: the same one again, what does not follow,
// what is too large; seen from outside, over HTTP, on a real PostgreSQL.
// Method: one database and one demo backend for the file; every test enrols a till of its own and sends batches of a journal
// that it builds itself.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { batchBytesMax } from '../../contract/wire/batch.ts';
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
    expect(await operator.alertCodesOf(till)).toEqual(['BATCH_CONFLICT']);
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
    expect(await operator.alertCodesOf(till)).toEqual([]);
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
    expect(await operator.transactionsOf(till)).toHaveLength(3);
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
    expect(await operator.transactionsOf(till)).toHaveLength(2);
    expect(await operator.alertCodesOf(till)).toEqual(['JOURNAL_FORKED']);
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
      expect(await operator.alertCodesOf(till)).toEqual(['CHAIN_BROKEN']);
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
    expect(await operator.alertCodesOf(till)).toEqual(['JOURNAL_UNKNOWN']);
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
