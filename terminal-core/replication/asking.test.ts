/**
 * Goal: what a till asks of the backend beside sending – its configuration, what became of what is unknown (Q9) – is kept, and
 * asked for in time; no answer takes nothing away.
 * Method: the real replicator and uplink over a real database, against a server on a real socket that answers as each test
 * says; time and chance are the test's.
 */
import { describe, expect, test } from 'vitest';
import { configuration } from '../../testing/till/festival.ts';
import { drain, problem, replicatingWorldsOfTest } from '../../testing/till/replicating-world.ts';
import type { Reply } from '../../testing/till/scripted-backend.ts';
import { at, purchaseOf, shownBy, someImages, unknownEnd } from '../../testing/till/store-folder.ts';

const world = replicatingWorldsOfTest();

describe('configuration', () => {
  test('is fetched with its etag, kept when it has changed, and left alone when it has not', async () => {
    const one = await world(0, ({ resource, headers }) => {
      if (resource !== 'config') return null;
      return headers['if-none-match'] === '"2"'
        ? { status: 304 }
        : { status: 200, json: configuration, headers: { etag: '"2"' } };
    });
    expect(await one.replicator.refreshConfiguration()).toEqual({ ok: true, value: undefined });
    expect(one.assignments.configuration()).toEqual({ etag: '"2"', configuration });
    expect(await one.replicator.refreshConfiguration()).toEqual({ ok: true, value: undefined });
    expect(one.backend.requests.map(({ headers }) => headers['if-none-match'])).toEqual([undefined, '"2"']);
    expect(one.assignments.configuration()).toEqual({ etag: '"2"', configuration });
  });

  test.each<[string, Reply, string]>([
    ['one it cannot read', { status: 200, json: { merchants: [] } }, 'BACKEND_FAULT'],
    ['none', 'cut', 'BACKEND_UNREACHABLE'],
    ['a refusal', problem(401, 'UNAUTHENTICATED'), 'BACKEND_REFUSED'],
  ])('%s: the one it has stays', async (_, reply, code) => {
    const one = await world(0, ({ resource }) => (resource === 'config' ? reply : null));
    one.assignments.saveConfiguration('"1"', configuration, at);
    expect(await one.replicator.refreshConfiguration()).toMatchObject({ ok: false, fault: { code } });
    expect(one.assignments.configuration()).toEqual({ etag: '"1"', configuration });
  });
});

describe('Q9: asking what became of what is unknown', () => {
  /** A till with so many unknown transactions, all sent, and what it hears of them. */
  async function withUnknown(count: number, reply: Reply | null = null) {
    const one = await world(0, ({ resource }) => (resource.startsWith('outcomes') ? reply : null));
    for (let number = 1; number <= count; number += 1) {
      one.store.open(purchaseOf(100, number), shownBy(0, 9_000));
      one.store.startWriting(number, someImages, at);
      one.store.end(number, unknownEnd);
    }
    const heard: unknown[] = [];
    one.replicator.onNews((news) => heard.push(...news));
    await drain(one);
    const asked = () => one.backend.resources.filter((resource) => resource.startsWith('outcomes'));
    return { ...one, heard, asked };
  }

  test('nothing is asked where nothing is unknown, nor of what was not sent yet', async () => {
    const one = await withUnknown(0);
    one.store.open(purchaseOf(100), shownBy(0, 9_000));
    one.store.startWriting(1, someImages, at);
    one.store.end(1, unknownEnd);
    expect(await one.replicator.askOutcomes(1_000)).toEqual({ ok: true, value: undefined });
    expect(one.asked()).toEqual([]);
  });

  test('what it says is told with its cause, and of nothing that was not asked', async () => {
    const one = await withUnknown(2);
    const outcome = (terminalTransactionNumber: number) =>
      ({ terminalTransactionNumber, backendTransactionId: 9, state: 'Reserve', cause: 'TD' }) as const;
    one.ledger.outcomes = { transactions: [outcome(2), outcome(7)], rejections: [] };
    await one.replicator.askOutcomes(1_000);
    expect(one.heard).toEqual([{ terminalTransactionNumber: 2, state: 'Reserve', cause: 'TD' }]);
  });

  test('more than fit one call: each gets its turn', async () => {
    const one = await withUnknown(60);
    await one.replicator.askOutcomes(1_000);
    await one.replicator.askOutcomes(1_000);
    const first = Array.from({ length: 50 }, (_, index) => index + 1).join(',');
    const rest = Array.from({ length: 10 }, (_, index) => index + 51).join(',');
    expect(one.asked().map((resource) => decodeURIComponent(resource))).toEqual([
      `outcomes?transactions=${first}`,
      `outcomes?transactions=${rest}`,
      `outcomes?transactions=${first}`,
    ]);
  });

  test.each<[string, Reply, string]>([
    ['no answer', 'cut', 'BACKEND_UNREACHABLE'],
    ['one it cannot read', { status: 200, json: {} }, 'BACKEND_FAULT'],
    ['a refusal', problem(401, 'UNAUTHENTICATED'), 'BACKEND_REFUSED'],
  ])('%s is a fault, and what was sent stays sent', async (_, reply, code) => {
    const one = await withUnknown(1, reply);
    expect(one.journal.acknowledgedSeq()).toBe(one.journal.ownSeal().seq);
    expect(await one.replicator.askOutcomes(1_000)).toMatchObject({ ok: false, fault: { code } });
    expect(one.heard).toEqual([]);
  });

  test('silence ends when the time is up', async () => {
    const one = await withUnknown(1);
    one.backend.answer = () => 'silence';
    const asking = one.replicator.askOutcomes(1_000);
    one.time.advance(1_000);
    expect(await asking).toMatchObject({ ok: false, fault: { code: 'BACKEND_UNREACHABLE' } });
  });
});
