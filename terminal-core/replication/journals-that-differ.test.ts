/**
 * Goal: where till and backend have not the same journal, what the backend lost is sent again, and a journal that cannot be
 * the right one stops the till (Q18, ingest rule 2).
 * Method: the real replicator and uplink over a real database, against a server on a real socket that answers as each test
 * says; time and chance are the test's.
 */
import { describe, expect, test } from 'vitest';
import { drain, onBatch, problem, replicatingWorldsOfTest } from '../../testing/till/replicating-world.ts';
import { at } from '../../testing/till/store-folder.ts';

const world = replicatingWorldsOfTest();

describe('going back', () => {
  test('rule 2: GAP: from the expected entry on, everything again', async () => {
    const one = await world(8);
    one.journal.acknowledge(6, [], at);
    one.ledger.seq = 6;
    const script = onBatch(1, problem(409, 'GAP', { expectedSeq: 3 }), (ledger) => {
      ledger.seq = 2;
    });
    one.backend.answer = (request) => script(request, one.ledger) ?? one.ledger.answer(request);
    expect(await drain(one)).toMatchObject({ sentCount: 2, fault: null });
    expect(one.backend.resources).toEqual(['seal', 'batches/7-8', 'batches/3-8']);
    expect(one.journal.acknowledgedSeq()).toBe(8);
  });

  test('a backend restored from a backup gets back what it lost, without waiting for the next sale', async () => {
    const one = await world(8);
    one.journal.acknowledge(8, [], at);
    one.ledger.seq = 5;
    expect(await drain(one)).toMatchObject({ fault: null });
    expect(one.backend.resources).toEqual(['seal', 'batches/6-8']);
    expect(one.ledger.seq).toBe(8);
    expect(one.replicator.status.seal).toBe('sealed');
  });

  test('restored since the last look: whoever asks for everything to be sent is not told that all is sealed', async () => {
    const one = await world(8);
    expect(await drain(one)).toMatchObject({ sentCount: 8, fault: null });
    one.ledger.seq = 5;
    expect(await drain(one)).toMatchObject({ fault: null });
    expect(one.backend.resources).toEqual(['seal', 'batches/1-8', 'seal', 'batches/6-8']);
    expect(one.ledger.seq).toBe(8);
  });
});

describe('a journal that cannot be the right one', () => {
  test.each(['JOURNAL_FORKED', 'CHAIN_BROKEN', 'JOURNAL_UNKNOWN'] as const)(
    'rule 2: %s halts the till for good: kept on its disk, and nothing is sent any more',
    async (code) => {
      const one = await world(3, onBatch(1, problem(409, code)));
      expect(await drain(one)).toMatchObject({ sentCount: 0, fault: { code } });
      expect(one.assignments.assignment()).toMatchObject({ haltedCode: code });
      expect(one.database.prepare('SELECT halted_code FROM assignment').pluck().get()).toBe(code);
      const sent = one.backend.requests.length;
      expect(await drain(one)).toMatchObject({ fault: { code } });
      expect(one.backend.requests).toHaveLength(sent);
      expect(one.replicator.status).toMatchObject({ state: 'refused', fault: { code } });
      expect(one.journal.acknowledgedSeq()).toBe(0);
    },
  );

  test('JOURNAL_BEHIND: the backend has more of it than the till', async () => {
    const one = await world(3, ({ resource }) =>
      resource === 'seal' ? { status: 200, json: { seq: 4, hash: 'a'.repeat(64) } } : null,
    );
    expect(await drain(one)).toMatchObject({ fault: { code: 'JOURNAL_BEHIND' } });
    expect(one.assignments.assignment()).toMatchObject({ haltedCode: 'JOURNAL_BEHIND' });
    expect(one.backend.resources).toEqual(['seal']);
  });

  test('JOURNAL_FORKED: the backend has another entry at the same place', async () => {
    const one = await world(3, ({ resource }) =>
      resource === 'seal' ? { status: 200, json: { seq: 2, hash: 'a'.repeat(64) } } : null,
    );
    expect(await drain(one)).toMatchObject({ fault: { code: 'JOURNAL_FORKED' } });
    expect(one.backend.resources).toEqual(['seal', 'batches/2-3']);
  });
});
