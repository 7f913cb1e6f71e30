/**
 * Goal: a card payment of which nobody knows yet what became, or whose tag has gone, is neither lost nor charged twice: it
 * stays open until it is finished or voided, over stops and kills (Q13, R33, requirements.md 3.2 rows 1–2, 3.4).
 * Method: a whole till in this process with its real uplink against a backend on a real socket whose provider a test scripts;
 * time is the test's. What the tag holds says the witness, what the card paid says the provider.
 */
import { describe, expect, test } from 'vitest';
import {
  cardTillsOfTest,
  paidAndGone,
  payByCard,
  paymentRow,
  until,
  untilScreen,
  whilePausing,
} from '../../testing/till/card-flows.ts';
import { patient, sell, states, withTag, witnessed } from '../../testing/till/flows.ts';
import { settled } from '../../testing/till/manual-time.ts';

const { tills, charged } = cardTillsOfTest();

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
    const { ended } = await paidAndGone(tills, till);
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
    const { ended } = await paidAndGone(tills, till);
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
  const { ended } = await paidAndGone(tills, till);
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
