/**
 * Goal: sending on request does what the command line promises: all that is unsent and the current settings; patient only
 * where it is asked to be.
 * Method: a whole till in this process against a server on a real socket; time is the test's.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { batchRequestSchema } from '../../contract/wire/batch.ts';
import { assignment, configuration } from '../../testing/till/festival.ts';
import { startSale, tillsOfTest } from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';
import { type ReceivedRequest, type Reply, ScriptedBackend } from '../../testing/till/scripted-backend.ts';

const tills = tillsOfTest();
const backends: ScriptedBackend[] = [];
afterEach(async () => {
  for (const backend of backends.splice(0)) await backend.close();
});

const cheaper = { ...configuration, topUpAmountsMinor: [1_000] };

/** A till with a charged tag, three entries unsent, and a backend that has none of them. */
async function tillWithBackend(script: (request: ReceivedRequest) => Reply | null = () => null) {
  const opened: { till: InProcessTill | null } = { till: null };
  const backend = await ScriptedBackend.start((request) => {
    const scripted = script(request);
    if (scripted) return scripted;
    const { journal } = opened.till ?? {};
    if (request.resource === 'seal') return { status: 200, json: { seq: 0, hash: journal?.hashAt(0) } };
    if (request.resource === 'config') return { status: 200, json: cheaper, headers: { etag: '"2"' } };
    const { entries } = batchRequestSchema.parse(JSON.parse(request.body));
    const results = entries.map(({ seq }) => ({ seq, outcome: 'accepted' }));
    return { status: 200, json: { results, seal: journal?.ownSeal() } };
  });
  backends.push(backend);
  const till = await tills.charged({ assignment: { ...assignment, backendUrl: backend.url } });
  opened.till = till;
  return { backend, till };
}

const busy: Reply = { status: 503, json: { type: 'about:blank', title: 'busy', status: 503, code: 'UNAVAILABLE' } };

describe('replicate', () => {
  test('R46: sends what is unsent, and fetches the current settings', async () => {
    const { backend, till } = await tillWithBackend();
    const answer = await till.till.operations.replicate({ untilEmpty: false, timeoutMs: 60_000 });
    expect(answer).toEqual({
      ok: true,
      value: { sentCount: 3, rejectedCount: 0, unsentCount: 0, sealed: true, fault: null },
    });
    expect(backend.resources).toEqual(['seal', 'batches/1-3', 'config']);
    expect(till.view).toMatchObject({ seal: 'sealed', topUp: { amountsMinor: [1_000] }, uplink: { state: 'online' } });
  });

  test('without patience it says at once what stands in the way', async () => {
    const { backend, till } = await tillWithBackend(() => busy);
    expect(await till.till.operations.replicate({ untilEmpty: false, timeoutMs: 60_000 })).toMatchObject({
      value: { sentCount: 0, unsentCount: 3, sealed: false, fault: { code: 'BACKEND_UNREACHABLE' } },
    });
    expect(backend.requests).toHaveLength(1);
  });

  test('with patience it goes on until nothing is left', async () => {
    let attempts = 0;
    const { till } = await tillWithBackend(({ resource }) => {
      attempts += 1;
      return resource === 'seal' && attempts < 3 ? busy : null;
    });
    const replicated = till.till.operations.replicate({ untilEmpty: true, timeoutMs: 600_000 });
    for (let pauses = 0; pauses < 2; ) {
      const delayMs = await till.time.alarmSet();
      if (delayMs > 60_000) continue;
      pauses += 1;
      till.time.advance(delayMs);
    }
    expect(await replicated).toMatchObject({ value: { sentCount: 3, unsentCount: 0, fault: null } });
  });

  test('settings that cannot be fetched are a fault, and what was sent stays sent', async () => {
    const { till } = await tillWithBackend(({ resource }) => (resource === 'config' ? busy : null));
    expect(await till.till.operations.replicate({ untilEmpty: false, timeoutMs: 60_000 })).toMatchObject({
      value: { sentCount: 3, unsentCount: 0, fault: { code: 'BACKEND_UNREACHABLE' } },
    });
  });
});

test('ingest rule 2: a sale that waits for its tag when the till learns of its halt draws no number (simulation, seed 46)', async () => {
  const behind: Reply = { status: 200, json: { seq: 99, hash: 'f'.repeat(64) } };
  const { till } = await tillWithBackend(({ resource }) => (resource === 'seal' ? behind : null));
  const { ended } = await startSale(till, 500);
  const drawn = till.store.counts().lastTerminalTransactionNumber;
  await till.till.operations.replicate({ untilEmpty: false, timeoutMs: 60_000 });
  expect(await ended).toMatchObject({ value: { result: 'refused', step: { error: { code: 'CANCELLED' } } } });
  expect(till.screen).toMatchObject({ screen: 'halted', fault: { code: 'JOURNAL_BEHIND' } });
  await till.hand({ kind: 'hold', tagId: till.tagId(0) });
  expect(till.store.counts().lastTerminalTransactionNumber).toBe(drawn);
});
