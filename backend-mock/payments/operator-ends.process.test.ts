// Goal: what nobody could find out about a payment is ended by an operator, once, and the money is either booked or given back
// (requirements.md 3.4: ExternalUnknown, "a terminal that never comes back", "Aborted after capture").
// Method: a backend on one real PostgreSQL with a clock and job rounds of the test's own; the simulated provider's memory is read.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { transactionDetailSchema } from '../../contract/wire/operator.ts';
import { outsideTopUpSchema } from '../../contract/wire/outside-top-up.ts';
import { problemSchema } from '../../contract/wire/problem.ts';
import { tagLookupAnswerSchema } from '../../contract/wire/tag-lookup.ts';
import { cardTopUp, cardWish, deletePayment, getPayment, putPayment } from '../../testing/backend/card-payments.ts';
import { topUp } from '../../testing/backend/payloads.ts';
import { PaymentDesk, startPaymentParts } from '../../testing/backend/payment-desk.ts';
import { uidsFrom } from '../../testing/backend/tag-uids.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';
import { limits } from '../limits.ts';

const newUid = uidsFrom('04BB');
let desk: PaymentDesk;
let till: TillClient;
let uid = '';

beforeAll(async () => {
  desk = new PaymentDesk(await startPaymentParts());
});
afterAll(() => desk.close());
beforeEach(async () => {
  // What the test before left pending is not this one's.
  await desk.database.pool.query('UPDATE payment SET next_check_at = NULL');
  uid = newUid();
  till = await enrolTill(desk.backend.address);
  till.journal.append('transaction', topUp({ number: 1, uid }, 10_00, 0));
  expect((await till.send()).answer?.results.map((result) => result.outcome)).toEqual(['accepted']);
});

/** Ends a transaction as an operator; the state it has then, or the code of the refusal. */
async function end(id: number | undefined, to: 'Committed' | 'Aborted', changes: object = {}): Promise<string> {
  const body = { editionId: till.editionId, to, note: 'asked the provider', ...changes };
  const { status, body: answer } = await (await desk.operator()).post(`/transactions/${id}/resolution`, body);
  if (status !== 200) return problemSchema.parse(answer).code;
  return (await detail(id)).transaction.state;
}

async function detail(id: number | undefined) {
  return (await desk.operator()).read(transactionDetailSchema, `/transactions/${id}?editionId=${till.editionId}`);
}
const stepsOf = async (id: number | undefined) =>
  (await detail(id)).states.map((step) => `${step.from} → ${step.to} ${step.cause}`);
const postingsOf = async (id: number | undefined) =>
  (await detail(id)).postings.map((line) => `${line.kind} ${line.amountMinor} ${line.credit}`);

async function statusOf(id: number | undefined): Promise<string | undefined> {
  const found = await desk.database.pool.query<{ status: string }>(
    'SELECT status FROM payment WHERE backend_transaction_id = $1',
    [id],
  );
  return found.rows[0]?.status;
}

/** Another till at the same event asks: the first one's token may be gone. */
async function tagNow() {
  const other = await enrolTill(desk.backend.address);
  const answer = tagLookupAnswerSchema.parse(await (await other.request(`/tags/${uid}`)).json());
  return { balanceMinor: answer.balanceMinor, pending: answer.pendingAdjustments.map((line) => line.amountMinor) };
}

const revoke = async () =>
  (await desk.operator()).request(`/assignments/${till.assignmentId}/revocation`, { method: 'POST' });

describe('an online top-up whose payment nobody could find out', () => {
  async function externalUnknown(): Promise<number> {
    const found = await desk.database.pool.query<{ customer_id: number }>(
      'SELECT customer_id FROM tag WHERE uid = $1',
      [uid],
    );
    const by = await desk.operator();
    const response = await fetch(`${by.address}/v1/customers/${found.rows[0]?.customer_id}/online-top-ups`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': `key-of-${uid}`, Cookie: by.cookie },
      body: JSON.stringify({ editionId: till.editionId, amountMinor: 50_02 }),
    });
    const { backendTransactionId } = outsideTopUpSchema.parse(await response.json());
    expect(await end(backendTransactionId, 'Committed')).toBe('BAD_REQUEST');
    await desk.checkAfter(0);
    await desk.checkAfter(limits.paymentCheckForMs);
    return backendTransactionId;
  }

  test('Committed by AD books it once and puts it in line for the tag', async () => {
    const id = await externalUnknown();
    expect(await end(id, 'Committed')).toBe('Committed');
    // Asked for again it is answered again, and changes nothing (Q11); another end is refused.
    expect(await end(id, 'Committed')).toBe('Committed');
    expect(await end(id, 'Aborted')).toBe('BAD_REQUEST');
    expect(await postingsOf(id)).toEqual([
      'topup 5002 top-up:online',
      expect.stringMatching(/^topup-fee 500 customer:/),
    ]);
    expect(await tagNow()).toEqual({ balanceMinor: 55_02, pending: [45_02] });
    expect((await stepsOf(id)).at(-1)).toBe('ExternalUnknown → Committed AD');
  });

  test('Aborted by AD books nothing, and what may have been paid is asked back', async () => {
    const id = await externalUnknown();
    expect(await end(id, 'Aborted')).toBe('Aborted');
    expect(await postingsOf(id)).toEqual([]);
    expect(await statusOf(id)).toBe('unknown');
    expect(await desk.checkAfter(limits.paymentCheckFirstMs)).toBe(1);
    expect(await end(id, 'Committed')).toBe('BAD_REQUEST');
  });
});

describe('a card top-up whose till never comes back', () => {
  test('its approved payment becomes an adjustment for the customer, once the assignment is revoked', async () => {
    const { payment } = await putPayment(till, 2, cardWish(100_00));
    const id = payment?.backendTransactionId;
    expect(await end(id, 'Committed', { uid })).toBe('BAD_REQUEST');
    await revoke();
    expect(await end(id, 'Committed')).toBe('BAD_REQUEST');
    expect(await end(id, 'Committed', { uid: '04FFFFFFFFFFFF' })).toBe('BAD_REQUEST');
    expect(await end(id, 'Committed', { uid })).toBe('Committed');
    expect(await end(id, 'Committed', { uid })).toBe('Committed');
    expect(await end(id, 'Committed', { uid: '04FFFFFFFFFFFF' })).toBe('BAD_REQUEST');
    expect(await end(id, 'Committed')).toBe('Committed');
    expect(await stepsOf(id)).toEqual([
      'null → Open TO',
      'Open → ExternalPending TO',
      'ExternalPending → ExternalUnknown TM',
      'ExternalUnknown → Committed AD',
    ]);
    expect(await postingsOf(id)).toEqual([
      'topup 10000 top-up:card',
      expect.stringMatching(/^topup-fee 500 customer:/),
    ]);
    expect(await tagNow()).toEqual({ balanceMinor: 105_00, pending: [95_00] });
  });

  test('or it is given back', async () => {
    const { payment } = await putPayment(till, 2, cardWish(100_00));
    const id = payment?.backendTransactionId;
    await revoke();
    expect(await end(id, 'Aborted')).toBe('Aborted');
    await desk.checkAfter(limits.paymentCheckFirstMs);
    expect(await statusOf(id)).toBe('voided');
  });

  test('a declined payment is nothing that could be booked', async () => {
    const { payment } = await putPayment(till, 2, cardWish(20_01));
    await revoke();
    expect(await end(payment?.backendTransactionId, 'Committed', { uid })).toBe('BAD_REQUEST');
    expect(await end(payment?.backendTransactionId, 'Aborted')).toBe('Aborted');
    expect(await statusOf(payment?.backendTransactionId)).toBe('declined');
  });
});

describe('a card top-up that its till left unknown', () => {
  async function unknown(amountMinor: number): Promise<number | undefined> {
    const { payment } = await putPayment(till, 2, cardWish(amountMinor));
    const sent = cardTopUp({ number: 2, before: 10_00, uid }, amountMinor, 5_00, { state: 'TerminalConfirmUnknown' });
    till.journal.append('transaction', sent);
    expect((await till.send(2, 2)).answer?.results[0]).toMatchObject({ outcome: 'accepted' });
    return payment?.backendTransactionId;
  }

  test('3.4: Aborted by AD after the card was charged: the payment is voided', async () => {
    const id = await unknown(100_00);
    expect(await deletePayment(till, 2)).toMatchObject({ code: 'PAYMENT_USED' });
    expect(await end(id, 'Aborted')).toBe('Aborted');
    await desk.checkAfter(limits.paymentCheckFirstMs);
    expect((await getPayment(till, 2)).payment).toMatchObject({ status: 'voided' });
  });

  test('Committed by AD books what the till sent', async () => {
    const id = await unknown(100_00);
    expect(await end(id, 'Committed')).toBe('Committed');
    expect(await postingsOf(id)).toEqual([
      'topup 10000 top-up:card',
      expect.stringMatching(/^topup-fee 500 customer:/),
    ]);
    expect((await getPayment(till, 2)).payment).toMatchObject({ status: 'approved' });
  });
});
