/**
 * Goal: what the backend is asked before a tag is written decides what it decides and no more: the next adjustment reaches
 * the tag, a sale is held or refused, and without a net nobody waits (Q20, Q51).
 * Method: a whole till in this process on emulated tags; the backend is a scripted one on a real socket; what the tags hold
 * is read by the witness, which shares no code with the till.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { batchRequestSchema } from '../../contract/wire/batch.ts';
import * as festival from '../../testing/till/festival.ts';
import { sell, startSale, states, tillsOfTest, topUp, withTag, witnessed } from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';
import { lastJournalled } from '../../testing/till/journalled.ts';
import { type ReceivedRequest, type Reply, ScriptedBackend } from '../../testing/till/scripted-backend.ts';

const tills = tillsOfTest();
const one = { firstTagOnly: true };

describe('with a backend', () => {
  const open: ScriptedBackend[] = [];
  afterEach(() => Promise.all(open.splice(0).map((backend) => backend.close())));

  async function onlineTill(answers: Readonly<Record<string, Reply>>) {
    const backend = await ScriptedBackend.start(
      ({ resource }) =>
        Object.entries(answers).find(([beginning]) => resource.startsWith(beginning))?.[1] ?? { status: 503 },
    );
    open.push(backend);
    const till = await tills.charged({ assignment: { ...festival.assignment, backendUrl: backend.url } });
    return { backend, till };
  }
  const lookup = (uid: string, pendingAdjustments: readonly object[]): Reply => ({
    status: 200,
    json: {
      uid,
      known: true,
      blocked: false,
      generation: 1,
      balanceMinor: 9_500,
      availableMinor: 9_500,
      creditMinor: 0,
      pendingAdjustments,
    },
  });

  test('Q20: the next adjustment reaches the tag, exactly the next one, and books nothing', async () => {
    const { backend, till } = await onlineTill({});
    const pending = [
      { adjustmentNumber: 1, amountMinor: 2_500 },
      { adjustmentNumber: 2, amountMinor: -700 },
    ];
    backend.answer = () => lookup(till.uid(0), pending);
    const collect = () => withTag(till, 0, till.till.operations.collectAdjustment(one));
    expect(await collect()).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)).toMatchObject({ balanceMinor: 12_000, adjustmentNumber: 1 });
    expect(lastJournalled(till)).toMatchObject({ type: 'TagAdjustment', items: [], adjustmentNumber: 1 });
    expect(await collect()).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)).toMatchObject({ balanceMinor: 11_300, adjustmentNumber: 2 });
    expect(await collect()).toMatchObject({ value: { step: { error: { code: 'NO_ADJUSTMENT' } } } });
    backend.answer = () => ({ status: 503 });
    expect(await collect()).toMatchObject({ value: { step: { error: { code: 'BACKEND_UNREACHABLE' } } } });
  });

  test('tag.md, "Balance limits": what a correction left below zero may be topped up, even where it stays there', async () => {
    const { backend, till } = await onlineTill({});
    backend.answer = () => lookup(till.uid(0), [{ adjustmentNumber: 1, amountMinor: -12_000 }]);
    await withTag(till, 0, till.till.operations.collectAdjustment(one));
    expect(witnessed(till)).toMatchObject({ balanceMinor: -2_500 });
    backend.answer = () => ({ status: 503 });
    expect(await topUp(till, 1_000)).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)).toMatchObject({ balanceMinor: -2_000, transactionNumber: 3 });
    expect(await sell(till, 1)).toMatchObject({ value: { step: { error: { code: 'INSUFFICIENT_FUNDS' } } } });
    expect(await topUp(till, 10_000)).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)).toMatchObject({ balanceMinor: 7_500, transactionNumber: 4 });
  });

  /** Everything is accepted, and the seal is the till's own. */
  function accepting(till: InProcessTill, { resource, body }: ReceivedRequest): Reply {
    const seal = till.journal.ownSeal();
    if (!resource.startsWith('batches')) return resource === 'seal' ? { status: 200, json: seal } : { status: 503 };
    const { entries } = batchRequestSchema.parse(JSON.parse(body));
    return { status: 200, json: { results: entries.map(({ seq }) => ({ seq, outcome: 'accepted' })), seal } };
  }
  const held: Reply = {
    status: 200,
    json: { backendTransactionId: 9, state: 'ReservePending', expiresAt: '2026-07-04T20:15:03.120Z' },
  };

  test.each([
    { name: 'held', reply: held, state: 'Committed', reason: null },
    { name: 'tag blocked', reply: problem(409, 'TAG_BLOCKED'), state: 'Aborted', reason: 'TAG_BLOCKED' },
    {
      name: 'not enough there',
      reply: problem(409, 'INSUFFICIENT_FUNDS'),
      state: 'Aborted',
      reason: 'INSUFFICIENT_FUNDS',
    },
    { name: 'backend in trouble', reply: { status: 503 }, state: 'Committed', reason: null },
    { name: 'connection cut', reply: 'cut', state: 'Committed', reason: null },
  ] as const)('Q51 step 1, online: $name → $state', async ({ reply, state, reason }) => {
    const { backend, till } = await onlineTill({});
    backend.answer = (request) => (request.resource.startsWith('transactions') ? reply : accepting(till, request));
    await till.till.operations.replicate({ untilEmpty: true, timeoutMs: 1_000 });
    expect(till.view.uplink.state).toBe('online');
    const { ended } = await startSale(till, 1_000, true);
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    await ended;
    const last = lastJournalled(till);
    expect({ state: last.state, reason: last.abortReason }).toEqual({ state, reason });
  });

  test.each([
    { name: 'the cashier takes it back', by: 'cancel', code: 'CANCELLED' },
    { name: 'the till is stopped', by: 'stop', code: 'INTERRUPTED' },
  ] as const)('Q51: while the backend is asked, $name: aborted, and not a byte is written', async ({ by, code }) => {
    const { backend, till } = await onlineTill({});
    let answer: (reply: Reply) => void = () => undefined;
    const asked = new Promise<void>((isAsked) => {
      backend.answer = (request) => {
        if (!request.resource.startsWith('transactions')) return accepting(till, request);
        isAsked();
        return new Promise((resolve) => {
          answer = resolve;
        });
      };
    });
    await till.till.operations.replicate({ untilEmpty: true, timeoutMs: 1_000 });
    const { ended } = await startSale(till, 1_000);
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    await asked;
    const done = by === 'cancel' ? till.till.operations.cancel({}) : till.till.stop();
    answer(held);
    await done;
    expect(await ended).toMatchObject({ value: { result: 'aborted', step: { error: { code } } } });
    expect(states(till)).toEqual(['Committed', 'Aborted']);
    expect(witnessed(till)).toMatchObject({ transactionNumber: 1, balanceMinor: 9_500 });
  });

  test('Q51: offline nobody is asked, and nobody waits', async () => {
    const { backend, till } = await onlineTill({});
    await sell(till, 1_000);
    expect(backend.resources.filter((resource) => resource.includes('reservation'))).toEqual([]);
    expect(states(till)).toEqual(['Committed', 'Committed']);
  });
});

function problem(status: number, code: string): Reply {
  return {
    status,
    headers: { 'content-type': 'application/problem+json' },
    json: { type: 'about:blank', title: code, status, code },
  };
}
