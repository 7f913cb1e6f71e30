/**
 * Goal: the journal is what protocol.md says, byte for byte: chain, canonical payload, pages of the same bytes every time.
 * Method: the vectors of protocol.md; journals of many and of large entries in a real database; the cursor moved by hand.
 */
import { describe, expect, test } from 'vitest';
import { batchBytesMax, batchRequestSchema } from '../../contract/wire/batch.ts';
import { assignment } from '../../testing/till/festival.ts';
import { at, storesOfTest } from '../../testing/till/store-folder.ts';
import { canonicalJson, chainHash, chainStart } from './chain.ts';
import type { Journal } from './journal.ts';

const stores = storesOfTest();

function journalOf(count: number, payload: (index: number) => unknown = (index) => ({ index })): Journal {
  const { database, journal } = stores.enrolled();
  const append = database.transaction(() => {
    for (let index = 0; index < count; index += 1) journal.append('shift', at, payload(index));
  });
  append();
  return journal;
}

describe('the chain (vectors of protocol.md)', () => {
  const start = '3eb1bd439947eb762998e566ccc2e099c791118b2f40579cc4f7da2b5061b7f9';
  const first = '38da1215af50ef91bd22749da02cbfe59b077246be19f80f92d1a39baeac433d';
  const second = 'f0768b774de8f961ef81c019bb2e9dc433568c72afdba11c3873c9c6b8f518ab';
  const snapshot = { uid: '04A1B2C3D4E5F6', generation: 1, balanceMinor: 0 };
  const shift = { b: [2, 'ä'], a: null };

  test('before the first entry', () => {
    expect(chainStart('0123456789abcdef0123456789abcdef')).toBe(start);
  });

  test('entry by entry', () => {
    const one = {
      seq: 1,
      kind: 'tagSnapshot',
      at: '2026-01-01T00:00:00.000Z',
      canonicalPayload: canonicalJson(snapshot),
    };
    const two = { seq: 2, kind: 'shift', at: '2026-01-01T00:00:01.000Z', canonicalPayload: canonicalJson(shift) };
    expect(chainHash(start, one)).toBe(first);
    expect(chainHash(first, two)).toBe(second);
    expect(two.canonicalPayload).toBe('{"a":null,"b":[2,"ä"]}');
  });

  test('in the database', () => {
    const { journal } = stores.enrolled();
    expect(journal.ownSeal()).toEqual({ seq: 0, hash: start });
    journal.append('tagSnapshot', '2026-01-01T00:00:00.000Z', snapshot);
    journal.append('shift', '2026-01-01T00:00:01.000Z', shift);
    expect(journal.ownSeal()).toEqual({ seq: 2, hash: second });
    expect([0, 1, 2, 3].map((seq) => journal.hashAt(seq))).toEqual([start, first, second, null]);
  });

  test('an entry that was changed, exchanged or taken out is found, wherever it is looked from', () => {
    const spoilt = (seq: number, spoil: string): (number | null)[] => {
      const { database, journal } = stores.enrolled();
      for (let index = 0; index < 600; index += 1) journal.append('shift', at, { index });
      expect([0, 1, 599, 600].map((from) => journal.firstBrokenSeq(from))).toEqual([null, null, null, null]);
      for (const trigger of ['journal_fixed', 'journal_stays']) database.exec(`DROP TRIGGER ${trigger}`);
      database.prepare(`${spoil} WHERE seq = ?`).run(seq);
      return [0, seq - 1, seq].map((from) => journal.firstBrokenSeq(from));
    };
    expect(spoilt(1, `UPDATE journal SET payload = '{"index":7}'`)).toEqual([1, 1, null]);
    expect(spoilt(550, `UPDATE journal SET at = '2020-01-01T00:00:00.000Z'`)).toEqual([550, 550, null]);
    expect(spoilt(550, `UPDATE journal SET kind = 'tagEvent'`)).toEqual([550, 550, null]);
    // Without the entry there is nothing that the next one could follow from.
    expect(spoilt(550, 'DELETE FROM journal')).toEqual([550, 550, 551]);
    // A last entry that is gone shows only beside the backend's seal.
    expect(spoilt(600, 'DELETE FROM journal')).toEqual([null, null, null]);
  });

  test('what JSON cannot say is not journalled', () => {
    const { journal } = stores.enrolled();
    expect(() => journal.append('shift', at, undefined)).toThrow(TypeError);
    expect(() => journal.append('shift', at, { amountMinor: Number.NaN })).toThrow('NaN');
    expect(journal.ownSeal().seq).toBe(0);
  });
});

describe('pages', () => {
  const parsed = (journal: Journal, seq: number) => {
    const page = journal.pageAfter(seq);
    const body = `{"protocol":1,"journalId":"${assignment.journalId}","entries":${page?.entriesJson}}`;
    return { page, body, batch: batchRequestSchema.parse(JSON.parse(body)) };
  };

  test('an empty journal has none, nor has the end of one', () => {
    const journal = journalOf(2);
    expect(journalOf(0).pageAfter(0)).toBeNull();
    expect(journal.pageAfter(2)).toBeNull();
  });

  test('hold up to 500 entries, in order, and the next one follows', () => {
    const journal = journalOf(1_001);
    const pages = [0, 500, 1_000].map((seq) => parsed(journal, seq));
    expect(pages.map(({ page }) => [page?.firstSeq, page?.lastSeq])).toEqual([
      [1, 500],
      [501, 1_000],
      [1_001, 1_001],
    ]);
    expect(pages.flatMap(({ batch }) => batch.entries.map(({ seq }) => seq))).toEqual(
      Array.from({ length: 1_001 }, (_, index) => index + 1),
    );
  });

  test('stay below 1 MiB with the envelope, counted in bytes and not in characters', () => {
    const journal = journalOf(30, (index) => ({ index, note: 'ä'.repeat(50_000) }));
    for (let seq = 0; seq < 30; ) {
      const { page, body } = parsed(journal, seq);
      expect(Buffer.byteLength(body)).toBeLessThanOrEqual(batchBytesMax);
      expect(page?.lastSeq).toBeGreaterThan(seq);
      seq = page?.lastSeq ?? 30;
    }
  });

  test('an entry that is too large for a page of its own still goes: nothing is ever dropped', () => {
    const journal = journalOf(3, (index) => ({ index, note: index === 1 ? 'x'.repeat(batchBytesMax) : '' }));
    expect([0, 1, 2].map((seq) => journal.pageAfter(seq)?.lastSeq)).toEqual([1, 2, 3]);
  });

  test('are the same bytes every time', () => {
    const journal = journalOf(40, (index) => ({ z: index, a: 'ü', m: { y: 1, b: [null, 0.1] } }));
    expect(journal.pageAfter(7)).toEqual(journal.pageAfter(7));
    expect(parsed(journal, 0).batch.entries[1]?.payload).toEqual({ z: 1, a: 'ü', m: { y: 1, b: [null, 0.1] } });
  });

  test('the export has every entry once, whatever the number', () => {
    const lines = [...journalOf(1_001).lines()].map((line) => JSON.parse(line).seq);
    expect(lines).toEqual(Array.from({ length: 1_001 }, (_, index) => index + 1));
  });
});

describe('the cursor', () => {
  const rejected = { seq: 2, outcome: 'rejected', error: { code: 'UNBALANCED_ITEMS', message: 'no' } } as const;

  test('moves on, and never back', () => {
    const journal = journalOf(5);
    journal.acknowledge(4, [], at);
    journal.acknowledge(2, [], at);
    expect(journal.acknowledgedSeq()).toBe(4);
  });

  test('INV-05: never beyond the journal, and then nothing of the answer is kept', () => {
    const { database, journal } = stores.enrolled();
    journal.append('shift', at, {});
    journal.append('shift', at, {});
    expect(() => journal.acknowledge(3, [rejected], at)).toThrow('INV-05');
    expect(journal.acknowledgedSeq()).toBe(0);
    expect(database.prepare('SELECT count(*) FROM journal_result').pluck().get()).toBe(0);
  });

  test('what was rejected is kept once, however often the backend says so', () => {
    const { database, journal, store } = stores.enrolled();
    for (let index = 0; index < 3; index += 1) journal.append('shift', at, { index });
    journal.acknowledge(3, [rejected], at);
    journal.acknowledge(3, [rejected], at);
    expect(database.prepare('SELECT seq, code, message FROM journal_result').all()).toEqual([
      { seq: 2, code: 'UNBALANCED_ITEMS', message: 'no' },
    ]);
    expect(store.counts()).toMatchObject({ acknowledgedSeq: 3, rejectedCount: 1, acknowledgedAt: at });
  });
});
