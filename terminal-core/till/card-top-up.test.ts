/**
 * Goal: a card pays for a top-up once, and only for what reaches the tag or is given back (Q13, requirements.md 3.2 rows 1–2,
 * 3.4): whatever the provider says, whenever it says it, and wherever the tag is by then.
 * Method: a whole till in this process with its real uplink against a backend on a real socket whose provider a test scripts;
 * time is the test's. What the tag holds says the witness, what the card paid says the provider.
 */
import { describe, expect, test } from 'vitest';
import { transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import * as canteen from '../../testing/till/canteen.ts';
import {
  cardTillsOfTest,
  payByCard,
  paymentChangesOf,
  paymentRow,
  until,
  untilScreen,
  whilePausing,
} from '../../testing/till/card-flows.ts';
import { issue, patient, sell, states, topUp, withTag, witnessed } from '../../testing/till/flows.ts';
import { settled } from '../../testing/till/manual-time.ts';

const { tills, charged } = cardTillsOfTest();

describe('the card pays', () => {
  test('R9, R10, Q13: 100.00 with a fee of 5.00, asked for once, then on the tag and in the journal', async () => {
    const { till, backend } = await charged();
    expect(await withTag(till, 0, payByCard(till, 10_000))).toMatchObject({ value: { result: 'committed' } });
    expect(backend.asked).toEqual(['GET 2', 'PUT 2']);
    expect(backend.cards.get(2)?.request).toEqual({ amountMinor: 10_000, feeMinor: 500, currency: 'CHF' });
    expect(witnessed(till)).toMatchObject({ balanceMinor: 19_000, transactionNumber: 2 });
    expect(paymentChangesOf(till, 2)).toEqual(['none → pending', 'pending → approved']);
    const told = till.database.prepare('SELECT payload FROM journal ORDER BY seq DESC LIMIT 1').pluck().get();
    expect(transactionPayloadSchema.parse(JSON.parse(String(told)))).toMatchObject({
      ...{ state: 'Committed', paymentMethod: 'card', amountMinor: 10_000, balanceDeltaMinor: 9_500, stateVersion: 3 },
      items: [
        { kind: 'topup', debit: 'customer', credit: 'top-up:card', amountMinor: 10_000 },
        { kind: 'topup-fee', debit: 'fee', credit: 'customer', amountMinor: 500 },
      ],
    });
    expect(till.view.openPayment).toBeNull();
  });

  test('the tag may be taken away while the card pays; only the same one is charged', async () => {
    const { till, backend } = await charged();
    await issue(till, 1);
    backend.script = ['pending', 'unknown', 'approved'];
    const ended = payByCard(till, 5_000);
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    await untilScreen(till, 'paying');
    await till.hand({ kind: 'remove' });
    await whilePausing(
      till,
      until(till, () => paymentRow(till, 2).status === 'approved'),
    );
    await settled();
    expect(till.screen).toMatchObject({ screen: 'tap', charge: { purpose: 'paid-top-up', amountMinor: 5_000 } });
    await till.hand({ kind: 'hold', tagId: till.tagId(1) });
    expect(till.screen).toMatchObject({ screen: 'tap', fault: { code: 'TAG_OTHER' } });
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)).toMatchObject({ balanceMinor: 14_000 });
    expect(witnessed(till, 1)).toMatchObject({ balanceMinor: 0 });
    expect(backend.asked).toEqual(['GET 2', 'PUT 2', 'GET 2', 'GET 2']);
  });

  test('a request that nobody answers is asked again as it was, and charged once', async () => {
    const { till, backend } = await charged();
    let cut = 0;
    backend.interrupt = (request) => {
      if (request.method !== 'PUT' || cut === 2) return null;
      cut += 1;
      backend.answer(request);
      return 'cut';
    };
    expect(await whilePausing(till, withTag(till, 0, payByCard(till, 5_000)))).toMatchObject({
      value: { result: 'committed' },
    });
    expect(backend.asked).toEqual(['GET 2', 'PUT 2', 'PUT 2', 'PUT 2']);
    expect([backend.paidMinor, backend.cards.size]).toEqual([5_000, 1]);
  });

  test('Q51: the tag was used at another till meanwhile: the image is built upon what it shows now', async () => {
    const { till } = await charged();
    const { ended, other } = await paidAndGone(till);
    await sell(other, 3_000);
    other.copyTagsTo(till);
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)).toMatchObject({ balanceMinor: 9_500 - 3_000 + 9_500, transactionNumber: 3 });
    const tag = till.store.committed(2)?.tag;
    expect(tag).toMatchObject({ transactionNumber: 3, balanceBeforeMinor: 6_500, balanceAfterMinor: 16_000 });
  });
});

/** The card has paid 100.00, and the customer has gone on to another till. */
async function paidAndGone(till: Awaited<ReturnType<typeof charged>>['till']) {
  const ended = payByCard(till, 10_000);
  till.onStep = ({ details }) => {
    if (details?.['paymentStatus'] === 'pending') void till.hand({ kind: 'remove' });
  };
  await till.hand({ kind: 'hold', tagId: till.tagId(0) });
  await until(till, () => till.screen.screen === 'tap' && till.screen.charge.purpose === 'paid-top-up');
  const other = tills.open();
  till.copyTagsTo(other);
  return { ended, other };
}

describe('the card does not pay', () => {
  test('Q13: declined: aborted, told as it is, and the tag untouched', async () => {
    const { till, backend } = await charged();
    backend.script = ['declined'];
    const before = till.memoryOf(0);
    expect(await withTag(till, 0, payByCard(till, 5_000))).toMatchObject({
      value: { result: 'aborted', step: { error: { code: 'PAYMENT_DECLINED' } } },
    });
    expect(paymentRow(till, 2)).toEqual({ state: 'Aborted', status: 'declined', reason: 'PAYMENT_DECLINED' });
    expect(till.memoryOf(0)).toBe(before);
  });

  test('screens.md: above the maximum balance no card is asked at all', async () => {
    const { till, backend } = await charged();
    await topUp(till, 15_000);
    expect(await withTag(till, 0, payByCard(till, 10_000))).toMatchObject({
      value: { result: 'aborted', step: { error: { code: 'BALANCE_LIMIT' } } },
    });
    expect(backend.asked).toEqual([]);
    expect(await payByCard(till, 30_000)).toMatchObject({ fault: { code: 'AMOUNT_LIMIT' } });
  });

  test.each([
    ['cut', 'cut'],
    ['busy', { status: 503 }],
  ] as const)('Q13: without a backend (%s) no payment is begun', async (_, reply) => {
    const { till, backend } = await charged();
    backend.interrupt = () => reply;
    expect(await withTag(till, 0, payByCard(till, 5_000))).toMatchObject({
      value: { result: 'aborted', step: { error: { code: 'PAYMENT_OFFLINE' } } },
    });
    expect(paymentRow(till, 2)).toMatchObject({ state: 'Aborted', status: null });
    expect(backend.asked).toEqual(['GET 2']);
  });

  test('a number the backend has a payment of already is not charged again: this disk was restored', async () => {
    const { till, backend } = await charged();
    backend.cards.set(2, { request: { amountMinor: 1, feeMinor: 0, currency: 'CHF' }, status: 'approved' });
    expect(await withTag(till, 0, payByCard(till, 5_000))).toMatchObject({
      value: { result: 'aborted', step: { error: { code: 'BACKEND_FAULT' } } },
    });
    expect(backend.asked).toEqual(['GET 2']);
  });

  test('taken back while it is pending: voided before it is aborted', async () => {
    const { till, backend } = await charged();
    backend.script = ['pending'];
    const ended = withTag(till, 0, payByCard(till, 5_000));
    await untilScreen(till, 'paying');
    await backend.server.received(2);
    expect(await till.till.operations.cancel({})).toMatchObject({ ok: true });
    expect(await whilePausing(till, ended)).toMatchObject({
      value: { result: 'aborted', step: { error: { code: 'PAYMENT_VOIDED' } } },
    });
    expect(backend.asked.at(-1)).toBe('DELETE 2');
    expect(paymentRow(till, 2)).toMatchObject({ state: 'Aborted', status: 'voided' });
    expect(backend.paidMinor).toBe(0);
  });

  test('taken back too late: a payment that cannot be voided any more is left open, not lost', async () => {
    const { till, backend } = await charged();
    backend.script = ['pending'];
    backend.voidStatus = 'approved';
    const ended = withTag(till, 0, payByCard(till, 5_000));
    await backend.server.received(2);
    await till.till.operations.cancel({});
    expect(await whilePausing(till, ended)).toMatchObject({ value: { result: 'payment-open' } });
    expect(paymentRow(till, 2)).toMatchObject({ state: 'Open', status: 'approved' });
    expect(await withTag(till, 0, till.till.operations.finishPayment(patient))).toMatchObject({
      value: { result: 'committed' },
    });
    expect(witnessed(till)?.balanceMinor).toBe(9_500 + 4_500);
  });

  test('Q16: what cannot be written any more is given back: another till has filled the tag meanwhile', async () => {
    const { till, backend } = await charged();
    const { ended, other } = await paidAndGone(till);
    await topUp(other, 15_000);
    other.copyTagsTo(till);
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ value: { result: 'aborted', step: { error: { code: 'BALANCE_LIMIT' } } } });
    expect(paymentRow(till, 2)).toEqual({ state: 'Aborted', status: 'voided', reason: 'PAYMENT_VOIDED' });
    expect(backend.paidMinor).toBe(0);
  });

  test('a tag that cannot be written however often it is tried: given back, then aborted', async () => {
    const { till, backend } = await charged();
    const ended = payByCard(till, 5_000);
    till.onStep = ({ event }) => {
      if (event === 'waitingForSameTag')
        void till.hand({ kind: 'tear', tagId: till.tagId(0), writeNumber: 3, point: 'during' });
    };
    await till.hand({ kind: 'tear', tagId: till.tagId(0), writeNumber: 3, point: 'during' });
    expect(await ended).toMatchObject({ value: { result: 'aborted', step: { error: { code: 'TAG_WRITE_FAILED' } } } });
    expect(paymentRow(till, 2)).toEqual({ state: 'Aborted', status: 'voided', reason: 'TAG_WRITE_FAILED' });
    expect(backend.paidMinor).toBe(0);
    expect(witnessed(till)?.balanceMinor).toBe(9_500);
  });
});

describe('nobody knows yet', () => {
  /** A payment that the provider never answers, left open when patience ends; sent, so that the till is online. */
  async function leftPending() {
    const { till, backend } = await charged();
    backend.script = ['pending'];
    const left = await whilePausing(till, withTag(till, 0, payByCard(till, 5_002)));
    expect(left).toMatchObject({ value: { result: 'payment-open', step: { error: { code: 'PAYMENT_OPEN' } } } });
    return { till, backend };
  }

  test('Q13: 02, no answer for ever: it stays Open, sales go on, no other card is taken, nothing is sealed', async () => {
    const { till, backend } = await leftPending();
    expect(till.screen).toMatchObject({ screen: 'payment-open', payment: { status: 'pending', amountMinor: 5_002 } });
    expect(await sell(till, 1_000)).toMatchObject({ value: { result: 'committed' } });
    expect(await payByCard(till, 2_000)).toMatchObject({ fault: { code: 'PAYMENT_OPEN' } });
    const replicated = await till.till.operations.replicate({ untilEmpty: false, timeoutMs: 60_000 });
    expect(replicated).toMatchObject({ value: { unsentCount: 0, sealed: false } });
    expect(till.view).toMatchObject({ seal: 'open', attentionCount: 1, openPayment: { status: 'pending' } });
    expect(states(till)).toEqual(['Committed', 'Open', 'Committed']);
    expect(backend.cards.size).toBe(1);
  });

  test('Q13: a clock set back by a day while the card is asked for keeps nobody waiting (simulation, seed 21)', async () => {
    const { till, backend } = await charged();
    backend.script = ['pending'];
    const ended = withTag(till, 0, payByCard(till, 5_002));
    await untilScreen(till, 'paying');
    till.time.setClock(-86_400_000);
    expect(await whilePausing(till, ended)).toMatchObject({ value: { result: 'payment-open' } });
  });

  test.each([
    ['declined', 'PAYMENT_DECLINED'],
    ['voided', 'PAYMENT_VOIDED'],
  ] as const)('3.2: once online the provider is asked: %s ends it', async (status, reason) => {
    const { till, backend } = await leftPending();
    backend.script = [status];
    await till.till.operations.replicate({ untilEmpty: false, timeoutMs: 60_000 });
    await whilePausing(
      till,
      until(till, () => paymentRow(till, 2).state === 'Aborted'),
    );
    expect(paymentRow(till, 2)).toEqual({ state: 'Aborted', status, reason });
    expect(till.view).toMatchObject({ openPayment: null, attentionCount: 0 });
  });

  test('3.2: approved at last, it waits for its tag; the till does not end it by itself', async () => {
    const killed = await leftPending();
    killed.backend.script = ['approved'];
    const till = tills.reopen(killed.till);
    expect(paymentRow(till, 2)).toMatchObject({ state: 'Open', status: 'pending' });
    expect(await till.till.operations.payments({})).toMatchObject({
      value: { open: { status: 'approved', terminalTransactionNumber: 2 }, fault: null },
    });
    expect(await sell(till, 500)).toMatchObject({ value: { result: 'committed' } });
    expect(states(till)).toEqual(['Committed', 'Open', 'Committed']);
    expect(await withTag(till, 0, till.till.operations.finishPayment(patient))).toMatchObject({
      value: { result: 'committed' },
    });
    expect(witnessed(till)?.balanceMinor).toBe(9_500 - 500 + 4_502);
    expect(await till.till.operations.finishPayment(patient)).toMatchObject({ fault: { code: 'NO_OPEN_PAYMENT' } });
  });

  test('voided by the cashier, without a tag', async () => {
    const { till, backend } = await leftPending();
    expect(await till.till.operations.voidPayment({})).toMatchObject({
      value: { result: 'aborted', step: { error: { code: 'PAYMENT_VOIDED' } } },
    });
    expect(backend.asked.at(-1)).toBe('DELETE 2');
    expect(await till.till.operations.voidPayment({})).toMatchObject({ fault: { code: 'NO_OPEN_PAYMENT' } });
  });

  test('a payment that never reached the backend is refused there for good before it is aborted', async () => {
    const { till, backend } = await charged();
    const outage = ({ method }: { readonly method: string }) => (method === 'PUT' ? ('cut' as const) : null);
    backend.interrupt = outage;
    expect(await whilePausing(till, withTag(till, 0, payByCard(till, 5_000)))).toMatchObject({
      value: { result: 'payment-open' },
    });
    expect(paymentRow(till, 2)).toMatchObject({ state: 'Open', status: 'unknown' });
    expect(await till.till.operations.payments({})).toMatchObject({ value: { open: null, fault: null } });
    expect(backend.asked.slice(-2)).toEqual(['GET 2', 'DELETE 2']);
    expect(paymentRow(till, 2)).toMatchObject({ state: 'Aborted', status: 'voided' });
    const late = { method: 'PUT', resource: 'transactions/2/payment', headers: {} };
    const body = JSON.stringify({ amountMinor: 5_000, feeMinor: 500, currency: 'CHF' });
    expect(backend.answer({ ...late, body })).toMatchObject({ status: 422 });
  });

  test('while the provider cannot be asked, the fault says so and nothing changes', async () => {
    const { till, backend } = await leftPending();
    backend.interrupt = () => 'cut';
    expect(await till.till.operations.payments({})).toMatchObject({
      value: { open: { status: 'pending' }, fault: { code: 'BACKEND_UNREACHABLE' } },
    });
  });

  test('INV-10: a shift can be closed meanwhile; its cash is not concerned', async () => {
    const { till } = await leftPending();
    const row = { shift: '1', cashier: 'anna' };
    till.database.exec(
      `INSERT INTO shift (shift_id, shift_number, cashier_id, opened_at, float_minor) VALUES ('${row.shift}', 1, '${row.cashier}', 'x', 0)`,
    );
    expect(await till.till.operations.closeShift({ countedCashMinor: 0 })).toMatchObject({ value: { zNumber: 1 } });
  });
});

describe('left before the tag was charged', () => {
  test('the tag does not come: open and paid; stopped meanwhile: the same; both can be finished or voided', async () => {
    const { till, backend } = await charged();
    const { ended } = await paidAndGone(till);
    await till.pass(60_000);
    expect(await ended).toMatchObject({ value: { result: 'payment-open' } });
    expect(till.screen).toMatchObject({ screen: 'payment-open', payment: { status: 'approved' } });
    const finishing = till.till.operations.finishPayment(patient);
    await settled();
    await till.till.stop();
    expect(await finishing).toMatchObject({ value: { result: 'payment-open' } });
    const next = tills.reopen(till);
    expect(paymentRow(next, 2)).toMatchObject({ state: 'Open', status: 'approved' });
    expect(await next.till.operations.voidPayment({})).toMatchObject({ value: { result: 'aborted' } });
    expect(backend.paidMinor).toBe(0);
  });

  test('Q13: killed while the card is given its money back: the tag is not written upon what it has back', async () => {
    const { till, backend } = await charged();
    const { ended } = await paidAndGone(till);
    await till.pass(60_000);
    await ended;
    const heard = new Promise<void>((resolve) => {
      backend.interrupt = (request) => {
        if (request.method !== 'DELETE') return null;
        backend.answer(request);
        resolve();
        return 'cut';
      };
    });
    void till.till.operations.voidPayment({});
    await heard;
    const next = tills.reopen(till);
    backend.interrupt = () => null;
    expect(paymentRow(next, 2)).toMatchObject({ state: 'Open', status: 'unknown' });
    expect(await whilePausing(next, withTag(next, 0, next.till.operations.finishPayment(patient)))).toMatchObject({
      value: { result: 'aborted', step: { error: { code: 'PAYMENT_VOIDED' } } },
    });
    expect([witnessed(next)?.balanceMinor, backend.paidMinor]).toEqual([9_500, 0]);
  });

  test('stopped while the card is asked: the till does not wait for the answer', async () => {
    const { till, backend } = await charged();
    let answer: () => void = () => undefined;
    const held = new Promise<null>((resolve) => {
      answer = () => resolve(null);
    });
    backend.interrupt = ({ method }) => (method === 'PUT' ? held : null);
    const ended = withTag(till, 0, payByCard(till, 5_000));
    await backend.server.received(2);
    await till.till.stop();
    expect(await ended).toMatchObject({ value: { result: 'payment-open' } });
    answer();
    const next = tills.reopen(till);
    await settled();
    expect(backend.paidMinor).toBe(5_000);
    expect(await next.till.operations.payments({})).toMatchObject({ value: { open: { status: 'approved' } } });
  });
});

test('R33: killed after the card has its money back and before the till knows: its tag is not charged for nothing', async () => {
  const { till, backend } = await charged();
  const { ended } = await paidAndGone(till);
  await till.pass(60_000);
  expect(await ended).toMatchObject({ value: { result: 'payment-open' } });
  backend.interrupt = (request) => {
    if (request.method !== 'DELETE') return null;
    backend.answer(request);
    return 'silence';
  };
  void till.till.operations.voidPayment({});
  await backend.server.received(3);
  await settled();
  expect(backend.paidMinor).toBe(0);
  backend.interrupt = () => null;
  const next = tills.reopen(till);
  expect(await withTag(next, 0, next.till.operations.finishPayment(patient))).toMatchObject({
    value: { result: 'aborted', step: { error: { code: 'PAYMENT_VOIDED' } } },
  });
  expect(witnessed(next)?.balanceMinor).toBe(9_500);
});

test.each(['transactionOpened', 'pending', 'approved', 'checkoutStarted', 'writing', 'transactionCommitted'])(
  'R33: killed after the commit of %s, the next till brings it to an end: nothing is charged twice or lost',
  async (moment) => {
    const { till, backend } = await charged();
    let next: ReturnType<typeof tills.reopen> | null = null;
    const killed = new Promise<void>((resolve) => {
      till.onStep = ({ event, details, transaction }) => {
        if (transaction?.terminalTransactionNumber !== 2 || next) return;
        if (event !== moment && details?.['paymentStatus'] !== moment) return;
        next = tills.reopen(till);
        resolve();
      };
    });
    void payByCard(till, 10_000).catch(() => undefined);
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    await killed;
    if (!next) throw new Error('it was not killed');
    const reopened: typeof till = next;
    await reopened.till.operations.payments({});
    const { openPayment } = reopened.view;
    if (openPayment)
      expect(await withTag(reopened, 0, reopened.till.operations.finishPayment(patient))).toMatchObject({
        value: { result: 'committed' },
      });
    expect(await sell(reopened, 100)).toMatchObject({ value: { result: 'committed' } });
    const { state, status } = paymentRow(reopened, 2);
    expect(witnessed(reopened)?.balanceMinor).toBe(9_500 - 100 + (state === 'Committed' ? 9_500 : 0));
    // What has paid for nothing: the backend gives it back when it hears of the abort (3.4, "Aborted after capture").
    const isForTheBackend = state === 'Aborted' && status === 'approved';
    expect({ state, paidMinor: backend.paidMinor }).toEqual(
      state === 'Committed' || isForTheBackend ? { state, paidMinor: 10_000 } : { state: 'Aborted', paidMinor: 0 },
    );
    expect(isForTheBackend).toBe(moment === 'checkoutStarted' || moment === 'writing');
  },
);

test('MODE_UNSUPPORTED: an account is not charged by card at a till yet', async () => {
  const till = tills.open(canteen);
  expect(await payByCard(till, 1_000)).toMatchObject({ fault: { code: 'MODE_UNSUPPORTED' } });
});
