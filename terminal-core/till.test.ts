/**
 * Goal: the till does to money and tags what requirements.md says, whatever the customer, the cashier, the tag or the disk
 * do in between; and its books hold at the end of each.
 * Method: a whole till in this process (real database, real simulated reader with emulated tags, replicator without a
 * backend), moved by hands and by time; what the tags hold is read by the witness, which shares no code with the till.
 */
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { tearPoints } from '../contract/ipc/simulator.ts';
import { tillViewSchema } from '../contract/ipc/till-view.ts';
import { configuration } from '../testing/till/festival.ts';
import {
  issue,
  journalKinds,
  patient,
  sell,
  startSale,
  states,
  tillsOfTest,
  topUp,
  witnessed,
} from '../testing/till/flows.ts';

const tills = tillsOfTest();

describe('issue', () => {
  test('tag.md: a blank tag becomes one of this event, books nothing and is told as a tag event', async () => {
    const till = tills.open();
    await issue(till);
    expect(witnessed(till)).toMatchObject({ transactionNumber: 0, balanceMinor: 0, generation: 1, history: [] });
    expect(states(till)).toEqual([]);
    expect([...till.journal.lines()].map((line) => JSON.parse(line).payload)).toEqual([
      { event: 'issue', uid: till.uid(0), generation: 1, detail: null },
    ]);
  });

  test('a tag of this event is refused', async () => {
    const till = tills.open();
    await issue(till);
    const ended = till.till.operations.issue({ firstTagOnly: true });
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({
      ok: true,
      value: { result: 'refused', step: { error: { code: 'TAG_ALREADY_ISSUED' } } },
    });
  });

  test.each(
    Array.from({ length: 8 }, (_, at) => at + 1).flatMap((writeNumber) =>
      tearPoints.map((point) => ({ writeNumber, point })),
    ),
  )(
    'tag.md: torn $point write $writeNumber, the tag is issued when it is shown again',
    async ({ writeNumber, point }) => {
      const till = tills.open();
      const ended = till.till.operations.issue(patient);
      await till.hand({ kind: 'tear', tagId: till.tagId(0), writeNumber, point });
      await till.hand({ kind: 'hold', tagId: till.tagId(0) });
      expect(await ended).toMatchObject({ ok: true, value: { result: 'done' } });
      expect(witnessed(till)).toMatchObject({ transactionNumber: 0, balanceMinor: 0 });
      expect(till.eventsOf('tagIssued')).toHaveLength(1);
    },
  );
});

describe('top-up', () => {
  test('R9, R10: 100.00 with a fee of 5.00 is 95.00 on the tag, in two items', async () => {
    const till = await tills.charged();
    expect(witnessed(till)).toMatchObject({
      transactionNumber: 1,
      balanceMinor: 9_500,
      history: [{ assignmentId: 41, terminalTransactionNumber: 1, amountMinor: 9_500, type: 'TopUp' }],
    });
    expect(till.screen).toMatchObject({ screen: 'done', balanceBeforeMinor: 0, tag: { balanceMinor: 9_500 } });
    expect(states(till)).toEqual(['Committed']);
  });

  test('the balance limit refuses with a number and changes nothing', async () => {
    const till = await tills.charged();
    await topUp(till, 20_000);
    const outcome = await topUp(till, 20_000);
    expect(outcome).toMatchObject({
      ok: true,
      value: { result: 'aborted', step: { error: { code: 'BALANCE_LIMIT' } } },
    });
    expect(states(till)).toEqual(['Committed', 'Committed', 'Aborted']);
    expect(witnessed(till)).toMatchObject({ transactionNumber: 2, balanceMinor: 29_000 });
  });

  test('an amount that does not cover the fee, or is above the limit, is refused before a tag is shown', async () => {
    const till = tills.open();
    const { operations } = till.till;
    expect(await operations.topUp({ ...patient, amountMinor: 500, method: 'cash' })).toMatchObject({
      fault: { code: 'AMOUNT_BELOW_FEE' },
    });
    expect(await operations.topUp({ ...patient, amountMinor: 20_001, method: 'cash' })).toMatchObject({
      fault: { code: 'AMOUNT_LIMIT' },
    });
    expect(states(till)).toEqual([]);
  });
});

describe('sale', () => {
  test('R11, Q51: goods and deposits go off the tag at one tap; the cart is empty afterwards', async () => {
    const till = await tills.charged();
    await till.till.operations.addToCart({ productId: 'beer', quantity: 2 });
    await till.till.operations.addToCart({ productId: 'cup-back', quantity: 1 });
    const ended = till.till.operations.sell(patient);
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ ok: true, value: { result: 'committed' } });
    expect(witnessed(till)).toMatchObject({ transactionNumber: 2, balanceMinor: 8_500 });
    expect(till.view.cart).toMatchObject({ lines: [], totalMinor: 0 });
    expect(till.steps.map(({ event }) => event).slice(-5)).toEqual(
      ['waitingForTag', 'tagRead', 'transactionOpened', 'checkoutStarted', 'writing', 'transactionCommitted'].slice(-5),
    );
  });

  test('R29, Q51: when the first write command leaves, row, images and time are on the disk', async () => {
    const till = await tills.charged();
    const seen: unknown[] = [];
    till.onStep = ({ event }) => {
      if (event === 'writing') seen.push(till.store.unresolved(null)[0]);
    };
    await sell(till, 5_500);
    expect(seen).toMatchObject([{ state: 'TerminalConfirmStarted', stateVersion: 2, images: { targetSlot: 0 } }]);
  });

  test('R18, R25: not enough money is Open → Aborted with a number of its own, and the next sale has the next one', async () => {
    const till = await tills.charged();
    expect(await sell(till, 9_501)).toMatchObject({
      ok: true,
      value: {
        result: 'aborted',
        step: {
          transaction: { terminalTransactionNumber: 2 },
          error: { code: 'INSUFFICIENT_FUNDS', details: { missingMinor: 1 } },
        },
      },
    });
    expect(till.screen).toMatchObject({ screen: 'refused', balanceMinor: 9_500, terminalTransactionNumber: 2 });
    expect(await sell(till, 9_500)).toMatchObject({ value: { result: 'committed' } });
    expect(states(till)).toEqual(['Committed', 'Aborted', 'Committed']);
    expect(witnessed(till)).toMatchObject({ transactionNumber: 2, balanceMinor: 0 });
  });

  test('a cancelled tap books nothing and keeps the cart', async () => {
    const till = await tills.charged();
    const { ended } = await startSale(till, 500);
    expect(till.screen.screen).toBe('tap');
    expect(await till.till.operations.cancel({})).toEqual({ ok: true, value: {} });
    expect(await ended).toMatchObject({ value: { result: 'refused', step: { error: { code: 'CANCELLED' } } } });
    expect(till.screen.screen).toBe('sale');
    expect(till.view.cart.totalMinor).toBe(500);
    expect(states(till)).toEqual(['Committed']);
  });

  test('Q51: a cancel that is answered with yes books nothing, also while the tag is being read', async () => {
    for (let commands = 1; ; commands += 1) {
      const till = await tills.charged();
      const { ended } = await startSale(till, 500);
      const cancelled: ReturnType<typeof till.till.operations.cancel>[] = [];
      till.duringCommand(commands, () => cancelled.push(till.till.operations.cancel({})));
      await till.hand({ kind: 'hold', tagId: till.tagId(0) });
      const [answer] = await Promise.all(cancelled);
      if (!answer) break;
      const outcome = await ended;
      expect({ commands, cancelled: answer.ok, outcome }).toMatchObject({
        outcome: { value: { result: answer.ok ? 'refused' : 'committed' } },
      });
      expect(witnessed(till)).toMatchObject({ balanceMinor: answer.ok ? 9_500 : 9_000 });
    }
  });

  test('Q51: once the write has begun it cannot be cancelled, nor while the same tag is waited for', async () => {
    const till = await tills.charged();
    const cancelled: unknown[] = [];
    till.onStep = ({ event }) => {
      if (event === 'writing') void till.till.operations.cancel({}).then((answer) => cancelled.push(answer));
    };
    const { ended } = await startSale(till, 500);
    await till.hand({ kind: 'tear', tagId: till.tagId(0), writeNumber: 2, point: 'before' });
    expect(till.screen.screen).toBe('again');
    expect(await till.till.operations.cancel({})).toMatchObject({ fault: { code: 'NOT_CANCELLABLE' } });
    expect(cancelled).toMatchObject([{ fault: { code: 'NOT_CANCELLABLE' } }]);
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ value: { result: 'committed' } });
  });

  test('no tag in time: nothing is booked and no number is drawn', async () => {
    const till = await tills.charged();
    const { ended } = await startSale(till, 500);
    await till.pass(59_999);
    expect(till.screen.screen).toBe('tap');
    await till.pass(1);
    expect(await ended).toMatchObject({ value: { result: 'refused', step: { error: { code: 'TAG_NOT_SHOWN' } } } });
    expect(states(till)).toEqual(['Committed']);
  });

  test('Q6: a tag on the list of blocked ones is refused without a number, and what it shows is evidence all the same', async () => {
    const till = tills.open();
    await issue(till);
    const blocking = { ...configuration, blockedTags: [till.uid(0)] };
    till.assignments.saveConfiguration('"2"', blocking, '2026-07-04T20:15:00.000Z');
    const { ended } = await startSale(till, 500, true);
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ value: { result: 'refused', step: { error: { code: 'TAG_BLOCKED' } } } });
    expect(states(till)).toEqual([]);
    expect(journalKinds(till)).toEqual(['tagEvent', 'tagSnapshot']);
  });

  test('the deadline on the screen is the one that counts, also after a tag that was refused', async () => {
    const till = await tills.charged();
    const { ended } = await startSale(till, 500);
    const first = till.screen;
    await till.pass(20_000);
    await till.hand({ kind: 'hold', tagId: till.tagId(1) });
    expect(first).toMatchObject({ screen: 'tap', deadlineAt: '2026-07-04T20:16:00.000Z' });
    expect(till.screen).toMatchObject({
      screen: 'tap',
      deadlineAt: '2026-07-04T20:16:00.000Z',
      fault: { code: 'TAG_UNKNOWN' },
    });
    await till.pass(40_000);
    expect(await ended).toMatchObject({ value: { step: { error: { code: 'TAG_NOT_SHOWN' } } } });
  });

  test('one piece of work at a time', async () => {
    const till = await tills.charged();
    const { ended } = await startSale(till, 500);
    const { operations } = till.till;
    expect(await operations.sell(patient)).toMatchObject({ fault: { code: 'BUSY' } });
    expect(await operations.balance(patient)).toMatchObject({ fault: { code: 'BUSY' } });
    expect(await operations.cleanup({ timeoutMs: 0 })).toMatchObject({ fault: { code: 'BUSY' } });
    expect(await operations.addAmountToCart({ amountMinor: 1 })).toMatchObject({ fault: { code: 'BUSY' } });
    await operations.cancel({});
    await ended;
  });
});

describe('enrolment', () => {
  test('an enrolled till says so and stays on its screen, also in the middle of a sale', async () => {
    const till = await tills.charged();
    const { ended } = await startSale(till, 500);
    const request = { backendUrl: 'http://127.0.0.1:1', code: 'DEMO', terminalName: 'Bar 2' };
    expect(await till.till.operations.enrol(request)).toMatchObject({ fault: { code: 'ALREADY_ENROLLED' } });
    expect(till.screen.screen).toBe('tap');
    await till.till.operations.cancel({});
    await ended;
  });

  test('a backend out of reach is said on the enrolment screen, and a second attempt waits for the first', async () => {
    const till = tills.open({ assignment: null });
    expect(till.screen).toEqual({ screen: 'enrolment', busy: false, fault: null });
    const request = { backendUrl: 'http://127.0.0.1:1', code: 'DEMO', terminalName: 'Bar 2' };
    const first = till.till.operations.enrol(request);
    expect(till.screen).toEqual({ screen: 'enrolment', busy: true, fault: null });
    expect(await till.till.operations.enrol(request)).toMatchObject({ fault: { code: 'BUSY' } });
    expect(await first).toMatchObject({ fault: { code: 'BACKEND_UNREACHABLE' } });
    expect(till.screen).toMatchObject({ screen: 'enrolment', busy: false, fault: { code: 'BACKEND_UNREACHABLE' } });
  });

  test('without an assignment or a configuration nothing can be started', async () => {
    const { operations } = tills.open({ assignment: null }).till;
    expect(await operations.sell(patient)).toMatchObject({ fault: { code: 'NOT_ENROLLED' } });
    expect(await operations.replicate({ untilEmpty: true, timeoutMs: 0 })).toMatchObject({
      fault: { code: 'NOT_ENROLLED' },
    });
    const bare = tills.open({ configuration: null });
    expect(bare.screen).toMatchObject({ screen: 'halted', fault: { code: 'CONFIGURATION_MISSING' } });
  });
});

describe('cart', () => {
  test('what cannot be sold is refused before a tag is shown', async () => {
    const till = tills.open();
    const { operations } = till.till;
    expect(await operations.sell(patient)).toMatchObject({ fault: { code: 'CART_EMPTY' } });
    expect(await operations.addToCart({ productId: 'wine', quantity: 1 })).toMatchObject({
      fault: { code: 'PRODUCT_UNKNOWN', details: { productId: 'wine' } },
    });
    await operations.addToCart({ productId: 'cup-back', quantity: 1 });
    await operations.addAmountToCart({ amountMinor: 200 });
    expect(await operations.sell(patient)).toMatchObject({ fault: { code: 'AMOUNT_INVALID' } });
    await operations.addAmountToCart({ amountMinor: 15_001 });
    expect(await operations.sell(patient)).toMatchObject({ fault: { code: 'AMOUNT_LIMIT' } });
    expect(await operations.removeFromCart({ line: 3 })).toMatchObject({ fault: { code: 'USAGE' } });
    expect(await operations.removeFromCart({ line: 2 })).toEqual({ ok: true, value: {} });
    expect(await operations.removeFromCart({ line: 1 })).toEqual({ ok: true, value: {} });
    expect(till.view.cart.totalMinor).toBe(-200);
  });
});

describe('screens', () => {
  test('done goes by itself; refused and unknown wait for the cashier', async () => {
    const till = await tills.charged();
    expect(till.screen.screen).toBe('done');
    await till.pass(3_999);
    expect(till.screen.screen).toBe('done');
    await till.pass(1);
    expect(till.screen.screen).toBe('sale');
    await sell(till, 10_000);
    await till.pass(60_000);
    expect(till.screen.screen).toBe('refused');
    await till.till.operations.dismiss({});
    expect(till.screen.screen).toBe('sale');
  });

  test('a halt by the backend lets a sale that has its number come to its end, and shows after it', async () => {
    const till = await tills.charged();
    const { ended } = await startSale(till, 500);
    await till.hand({ kind: 'tear', tagId: till.tagId(0), writeNumber: 2, point: 'before' });
    till.assignments.halt('JOURNAL_UNKNOWN');
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ value: { result: 'committed' } });
    await till.pass(4_000);
    expect(till.screen).toMatchObject({ screen: 'halted', fault: { code: 'JOURNAL_UNKNOWN' } });
  });

  test('every view has the next revision and fits the contract', async () => {
    const till = await tills.charged();
    expect(tillViewSchema.parse(till.view)).toEqual(till.view);
    const { revision } = till.view;
    await till.till.operations.addAmountToCart({ amountMinor: 5 });
    expect(till.view.revision).toBe(revision + 1);
  });
});

test('the export holds every entry of the journal as one line each', async () => {
  const till = await tills.charged();
  const file = path.join(till.folder, 'journal.jsonl');
  const exported = await till.till.operations.exportJournal({ file });
  const lines = fs.readFileSync(file, 'utf8').trimEnd().split('\n');
  expect(exported).toEqual({ ok: true, value: { entryCount: 3 } });
  expect(lines).toEqual([...till.journal.lines()]);
  expect(fs.statSync(file).mode & 0o777).toBe(0o600);
});
