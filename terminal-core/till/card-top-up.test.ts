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
  paidAndGone,
  payByCard,
  paymentChangesOf,
  paymentRow,
  until,
  untilScreen,
  whilePausing,
} from '../../testing/till/card-flows.ts';
import { issue, patient, sell, topUp, withTag, witnessed } from '../../testing/till/flows.ts';
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
    const { ended, other } = await paidAndGone(tills, till);
    await sell(other, 3_000);
    other.copyTagsTo(till);
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)).toMatchObject({ balanceMinor: 9_500 - 3_000 + 9_500, transactionNumber: 3 });
    const tag = till.store.committed(2)?.tag;
    expect(tag).toMatchObject({ transactionNumber: 3, balanceBeforeMinor: 6_500, balanceAfterMinor: 16_000 });
  });
});

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
    const { ended, other } = await paidAndGone(tills, till);
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

test('MODE_UNSUPPORTED: an account is not charged by card at a till yet', async () => {
  const till = tills.open(canteen);
  expect(await payByCard(till, 1_000)).toMatchObject({ fault: { code: 'MODE_UNSUPPORTED' } });
});
