/**
 * Goal: what a festival's till books besides sales and top-ups does to tag and journal what requirements.md says: cash
 * refunds and their reversal, goods taken back, deposits paid out, blocks, adjustments, the second tap, reservations.
 * Method: a whole till in this process on emulated tags; the backend, where one is asked, is a scripted one on a real
 * socket; what the tags hold is read by the witness, which shares no code with the till.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { batchRequestSchema } from '../../contract/wire/batch.ts';
import { transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import * as festival from '../../testing/till/festival.ts';
import { patient, sell, startSale, states, tillsOfTest, topUp, withTag, witnessed } from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';
import { settled } from '../../testing/till/manual-time.ts';
import { type ReceivedRequest, type Reply, ScriptedBackend } from '../../testing/till/scripted-backend.ts';

const tills = tillsOfTest();
const one = { firstTagOnly: true };

/** The journal's transactions, newest last. */
function journalled(till: InProcessTill) {
  return [...till.journal.lines()]
    .map((line) => JSON.parse(line))
    .filter(({ kind }) => kind === 'transaction')
    .map(({ payload }) => transactionPayloadSchema.parse(payload));
}

function lastJournalled(till: InProcessTill) {
  const last = journalled(till).at(-1);
  if (!last) throw new Error('nothing was journalled');
  return last;
}

describe('cash refund', () => {
  test('R6, Q15: everything that is left is paid out and off the tag', async () => {
    const till = await tills.charged();
    const outcome = await withTag(till, 0, till.till.operations.refund({ ...one, amountMinor: null }));
    expect(outcome).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)).toMatchObject({ balanceMinor: 0, transactionNumber: 2 });
    expect(lastJournalled(till)).toMatchObject({
      type: 'Refund',
      paymentMethod: 'cash',
      amountMinor: 9_500,
      balanceDeltaMinor: -9_500,
      items: [{ kind: 'refund', debit: 'top-up:cash', credit: 'customer', amountMinor: 9_500 }],
    });
  });

  test('Q15: "refund all" pays the balance less the fee, whatever the fee; nothing is left behind', async () => {
    for (const [fixedMinor, rateBasisPoints] of [
      [200, 0],
      [0, 150],
      [75, 333],
    ] as const) {
      const fees = { ...festival.configuration.fees, refund: { fixedMinor, rateBasisPoints } };
      const till = await tills.charged({ configuration: { ...festival.configuration, fees } });
      await withTag(till, 0, till.till.operations.refund({ ...one, amountMinor: null }));
      const { amountMinor, balanceDeltaMinor, items } = lastJournalled(till);
      const feeMinor = items.find(({ kind }) => kind === 'refund-fee')?.amountMinor ?? 0;
      expect(feeMinor).toBe(fixedMinor + Math.floor((amountMinor * rateBasisPoints + 5_000) / 10_000));
      expect(-balanceDeltaMinor).toBe(amountMinor + feeMinor);
      // At most one minor unit stays, where the rounding of the fee leaves no other way.
      expect(witnessed(till)?.balanceMinor).toBeLessThanOrEqual(1);
    }
  });

  test('an amount beyond the balance is aborted with a number; an empty tag is refused without one', async () => {
    const till = await tills.charged();
    const tooMuch = await withTag(till, 0, till.till.operations.refund({ ...one, amountMinor: 9_501 }));
    expect(tooMuch).toMatchObject({ value: { result: 'aborted', step: { error: { code: 'INSUFFICIENT_FUNDS' } } } });
    await withTag(till, 0, till.till.operations.refund({ ...one, amountMinor: null }));
    const empty = await withTag(till, 0, till.till.operations.refund({ ...one, amountMinor: null }));
    expect(empty).toMatchObject({ value: { result: 'refused', step: { error: { code: 'NOTHING_TO_REFUND' } } } });
    expect(states(till)).toEqual(['Committed', 'Aborted', 'Committed']);
  });

  test('money rule 4: cash that was not handed out goes back onto the tag, once, and names its refund', async () => {
    const till = await tills.charged();
    await withTag(till, 0, till.till.operations.refund({ ...one, amountMinor: 4_000 }));
    const reverse = () =>
      withTag(till, 0, till.till.operations.reverseRefund({ ...one, terminalTransactionNumber: 2 }));
    expect(await reverse()).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)).toMatchObject({ balanceMinor: 9_500, transactionNumber: 3 });
    expect(lastJournalled(till)).toMatchObject({
      type: 'Refund',
      balanceDeltaMinor: 4_000,
      items: [{ kind: 'refund-reversal', debit: 'customer', credit: 'top-up:cash', amountMinor: 4_000 }],
      reference: { assignmentId: 41, terminalTransactionNumber: 2 },
    });
    expect(await reverse()).toMatchObject({
      value: { result: 'refused', step: { error: { code: 'ALREADY_RETURNED' } } },
    });
    const ofATopUp = await withTag(
      till,
      0,
      till.till.operations.reverseRefund({ ...one, terminalTransactionNumber: 1 }),
    );
    expect(ofATopUp).toMatchObject({ value: { step: { error: { code: 'SALE_NOT_FOUND' } } } });
  });
});

describe('chargeback', () => {
  async function soldBeers(quantity: number): Promise<InProcessTill> {
    const till = await tills.charged();
    await till.till.operations.addToCart({ productId: 'beer', quantity });
    await withTag(till, 0, till.till.operations.sell(one));
    return till;
  }
  const takeBack = (till: InProcessTill, lines: { line: number; quantity: number }[] | null, tag = 0) =>
    withTag(till, tag, till.till.operations.chargeback({ ...one, terminalTransactionNumber: null, lines }));

  test('R5, Q15: the whole of the last sale comes back: merchant pays, customer receives', async () => {
    const till = await soldBeers(3);
    expect(await takeBack(till, null)).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)).toMatchObject({ balanceMinor: 9_500, transactionNumber: 3 });
    expect(lastJournalled(till)).toMatchObject({
      type: 'Chargeback',
      amountMinor: 1_800,
      balanceDeltaMinor: 1_800,
      items: [
        {
          kind: 'chargeback',
          debit: 'customer',
          credit: 'merchant:bar',
          amountMinor: 1_800,
          quantity: 3,
          productId: 'beer',
        },
      ],
      reference: { assignmentId: 41, terminalTransactionNumber: 2 },
    });
  });

  test('R5: piece by piece, and never more than was sold', async () => {
    const till = await soldBeers(3);
    await takeBack(till, [{ line: 1, quantity: 2 }]);
    expect(witnessed(till)?.balanceMinor).toBe(9_500 - 600);
    const tooMany = await takeBack(till, [{ line: 1, quantity: 2 }]);
    expect(tooMany).toMatchObject({ value: { result: 'refused', step: { error: { code: 'ALREADY_RETURNED' } } } });
    await takeBack(till, null);
    expect(witnessed(till)?.balanceMinor).toBe(9_500);
    expect(await takeBack(till, null)).toMatchObject({ value: { step: { error: { code: 'ALREADY_RETURNED' } } } });
    expect(states(till)).toEqual(['Committed', 'Committed', 'Committed', 'Committed']);
  });

  test('R5: a line that is named twice comes back only as often as it was sold', async () => {
    const till = await soldBeers(2);
    const twice = [
      { line: 1, quantity: 2 },
      { line: 1, quantity: 1 },
    ];
    expect(await takeBack(till, twice)).toMatchObject({ value: { step: { error: { code: 'ALREADY_RETURNED' } } } });
    expect(witnessed(till)?.balanceMinor).toBe(9_500 - 1_200);
  });

  test('R5: two free amounts of one price come back one by one, whichever is named, and no third time', async () => {
    const till = await tills.charged();
    await till.till.operations.addAmountToCart({ amountMinor: 600 });
    await till.till.operations.addAmountToCart({ amountMinor: 600 });
    await withTag(till, 0, till.till.operations.sell(one));
    const second = [{ line: 2, quantity: 1 }];
    expect(await takeBack(till, second)).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)?.balanceMinor).toBe(9_500 - 600);
    expect(await takeBack(till, null)).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)?.balanceMinor).toBe(9_500);
    expect(await takeBack(till, second)).toMatchObject({ value: { step: { error: { code: 'ALREADY_RETURNED' } } } });
  });

  test('R5: two free amounts of one price come back together as well', async () => {
    const till = await tills.charged();
    await till.till.operations.addAmountToCart({ amountMinor: 600 });
    await till.till.operations.addAmountToCart({ amountMinor: 600 });
    await withTag(till, 0, till.till.operations.sell(one));
    expect(await takeBack(till, null)).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)?.balanceMinor).toBe(9_500);
  });

  test('another tag brings nothing back of it, nor does a tag without a sale', async () => {
    const till = await soldBeers(1);
    await withTag(till, 1, till.till.operations.issue(one));
    const other = await withTag(
      till,
      1,
      till.till.operations.chargeback({ ...one, terminalTransactionNumber: 2, lines: null }),
    );
    expect(other).toMatchObject({ value: { result: 'refused', step: { error: { code: 'SALE_NOT_FOUND' } } } });
  });

  test('a deposit that was paid back is not goods: it does not come back with the rest', async () => {
    const till = await tills.charged();
    await till.till.operations.addToCart({ productId: 'beer', quantity: 2 });
    await till.till.operations.addToCart({ productId: 'cup-back', quantity: 1 });
    await withTag(till, 0, till.till.operations.sell(one));
    expect(witnessed(till)?.balanceMinor).toBe(9_500 - 1_000);
    await takeBack(till, null);
    expect(witnessed(till)?.balanceMinor).toBe(9_500 + 200);
  });
});

describe('deposits', () => {
  test('protocol.md, "purchase-return": a cart that comes to less than nothing pays the customer', async () => {
    const till = await tills.charged();
    await till.till.operations.addToCart({ productId: 'cup-back', quantity: 2 });
    expect(await withTag(till, 0, till.till.operations.sell(one))).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)?.balanceMinor).toBe(9_900);
    expect(lastJournalled(till)).toMatchObject({ type: 'Purchase', amountMinor: 400, balanceDeltaMinor: 400 });
  });
});

test('a tag left lying after its sale does not pay for the next customer; lifted and shown again it does', async () => {
  const till = await tills.charged();
  const { ended } = await startSale(till, 1_000);
  await till.hand({ kind: 'hold', tagId: till.tagId(0) });
  await ended;
  const { ended: next } = await startSale(till, 2_000);
  expect(till.screen).toMatchObject({ screen: 'tap', fault: { code: 'TAG_SERVED' } });
  expect(witnessed(till)?.balanceMinor).toBe(8_500);
  await till.hand({ kind: 'remove' });
  await till.hand({ kind: 'hold', tagId: till.tagId(0) });
  expect(await next).toMatchObject({ value: { result: 'committed' } });
  expect(witnessed(till)?.balanceMinor).toBe(6_500);
});

test('a tag that lies there before anything is rung up pays, held on', async () => {
  const till = await tills.charged();
  await till.hand({ kind: 'hold', tagId: till.tagId(0) });
  const { ended } = await startSale(till, 1_000);
  await settled();
  expect(await ended).toMatchObject({ value: { result: 'committed' } });
});

describe('block', () => {
  test('tag.md, "Writing" 4: an adjustment of 0 sets the flag; a blocked tag buys nothing until it is lifted', async () => {
    const till = await tills.charged();
    const block = (blocked: boolean) => withTag(till, 0, till.till.operations.block({ ...one, blocked }));
    expect(await block(true)).toMatchObject({ value: { result: 'committed' } });
    expect(lastJournalled(till)).toMatchObject({
      type: 'TagAdjustment',
      amountMinor: 0,
      balanceDeltaMinor: 0,
      items: [],
      adjustmentNumber: null,
      setBlocked: true,
    });
    expect(await sell(till, 100)).toMatchObject({
      value: { result: 'refused', step: { error: { code: 'TAG_BLOCKED' } } },
    });
    expect(await topUp(till, 2_000)).toMatchObject({ value: { step: { error: { code: 'TAG_BLOCKED' } } } });
    expect(await block(false)).toMatchObject({ value: { result: 'committed' } });
    expect(await block(false)).toMatchObject({ value: { step: { error: { code: 'TAG_NOT_BLOCKED' } } } });
    expect(await sell(till, 100)).toMatchObject({ value: { result: 'committed' } });
  });
});

describe('two taps', () => {
  async function firstTap(till: InProcessTill) {
    await till.till.operations.addAmountToCart({ amountMinor: 5_500 });
    const ended = till.till.operations.sell({ ...patient, taps: 2 });
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    return { ended };
  }

  test('Q51: opened at the first tap, checked out, written at the second: the tag held on does not count as one', async () => {
    const till = await tills.charged();
    const { ended } = await firstTap(till);
    expect(states(till)).toEqual(['Committed', 'TerminalConfirmStarted']);
    expect(witnessed(till)).toMatchObject({ balanceMinor: 9_500, transactionNumber: 1 });
    await till.hand({ kind: 'remove' });
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)).toMatchObject({ balanceMinor: 4_000, transactionNumber: 2 });
  });

  test('Q51: until the second tap it can be taken back, and a crash leaves nothing to find out', async () => {
    const till = await tills.charged();
    const { ended } = await firstTap(till);
    expect(await till.till.operations.cancel({})).toMatchObject({ ok: true });
    expect(await ended).toMatchObject({ value: { result: 'aborted', step: { error: { code: 'CANCELLED' } } } });
    await firstTap(till);
    const next = tills.reopen(till);
    expect(states(next)).toEqual(['Committed', 'Aborted', 'Aborted']);
    expect(witnessed(next)).toMatchObject({ balanceMinor: 9_500, transactionNumber: 1 });
  });

  test('another tag is not the second tap; a tag that another till wrote to in between is started again', async () => {
    const till = await tills.charged();
    const { ended } = await firstTap(till);
    await till.hand({ kind: 'remove' });
    await till.hand({ kind: 'hold', tagId: till.tagId(1) });
    expect(till.screen).toMatchObject({ screen: 'tap', fault: { code: 'TAG_OTHER' } });
    await till.hand({ kind: 'remove' });
    const other = tills.open({ assignment: { ...festival.assignment, assignmentId: 42 } });
    till.copyTagsTo(other);
    await sell(other, 1_000);
    other.copyTagsTo(till);
    await settled();
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ value: { result: 'aborted', step: { error: { code: 'TAG_CHANGED' } } } });
    expect(witnessed(till)).toMatchObject({ balanceMinor: 8_500, transactionNumber: 2 });
  });

  test('nobody comes back: aborted, nothing booked', async () => {
    const till = await tills.charged();
    const { ended } = await firstTap(till);
    await till.hand({ kind: 'remove' });
    await till.pass(60_000);
    expect(await ended).toMatchObject({ value: { result: 'aborted', step: { error: { code: 'TAG_NOT_SHOWN' } } } });
  });
});

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
