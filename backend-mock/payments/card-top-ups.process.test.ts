// Goal: what a till and other tills' tags say of a card top-up is booked only on a payment that was approved, and what was charged for
// nothing goes back (R9, R10, R12, R13, Q6, Q9, INV-64; requirements.md 3.3 and 3.4).
// Method: a backend on a real PostgreSQL with a clock of the test's own and the simulated provider; tills reduced to their uplink.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { transactionDetailSchema } from '../../contract/wire/operator.ts';
import { begunAtTill, CardDesk } from '../../testing/backend/card-desk.ts';
import { cardTopUp, cardWish, deletePayment, getPayment, putPayment } from '../../testing/backend/card-payments.ts';
import { purchase, snapshot } from '../../testing/backend/payloads.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';
import { limits } from '../limits.ts';

let desk: CardDesk;
/** Of each test. */
let till: TillClient;
let uid: string;
beforeAll(async () => {
  desk = await CardDesk.start();
});
afterAll(() => desk.close());
beforeEach(async () => {
  ({ till, uid } = await desk.newTill());
});

describe('replication: what its till says of a card top-up', () => {
  test('R9, R10: Committed with an approved payment books top-up and fee, once', async () => {
    const before = await (await desk.operator()).balances(till.editionId);
    const reply = await putPayment(till, 1, cardWish(100_00));
    const good = await desk.replicate(till, cardTopUp({ uid, number: 1 }, 100_00, 5_00));
    expect(good).toEqual({
      outcome: 'accepted',
      code: undefined,
      state: 'Committed',
      id: reply.payment?.backendTransactionId,
    });
    expect(await desk.historyOf(till, reply)).toEqual([...begunAtTill, 'ExternalPending → Committed TR']);
    const after = await (await desk.operator()).balances(till.editionId);
    const moved = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    expect([moved('top-up:card'), moved('fee'), moved('top-up:cash')]).toEqual([-100_00, 5_00, 0]);
  });

  test('3.4: a reader that gives a final result by itself needs no payment here', async () => {
    expect(await desk.replicate(till, cardTopUp({ uid, number: 1 }, 30_00, 0))).toMatchObject({
      outcome: 'accepted',
      state: 'Committed',
    });
    expect(await desk.replicate(till, cardTopUp({ uid, number: 2 }, 30_00, 0, { state: 'Aborted' }))).toMatchObject({
      outcome: 'accepted',
    });
  });

  test.each([
    { what: 'pending', amountMinor: 20_02 },
    { what: 'declined', amountMinor: 20_01 },
    { what: 'voided', amountMinor: 20_00 },
  ])('INV-64: Committed on a payment that is $what is rejected, logged and told', async ({ what, amountMinor }) => {
    await putPayment(till, 1, cardWish(amountMinor));
    if (what === 'voided') await deletePayment(till, 1);
    expect(await desk.replicate(till, cardTopUp({ uid, number: 1 }, amountMinor, 5_00))).toMatchObject({
      outcome: 'rejected',
      code: 'INVALID_TRANSITION',
      state: 'ExternalPending',
    });
    expect(await desk.alertsOf(till)).toEqual(['TOP_UP_NOT_PAID']);
    await expect(
      desk.database.pool.query(
        `UPDATE transactions SET state = 'Committed', provisional = false WHERE assignment_id = $1`,
        [till.assignmentId],
      ),
    ).rejects.toThrow('INV-64');
  });

  test('Committed with another amount or fee than the card paid is a conflict', async () => {
    await putPayment(till, 1, cardWish(100_00));
    for (const [amountMinor, feeMinor] of [
      [110_00, 5_00],
      [100_00, 0],
    ] as const) {
      const sent = await desk.replicate(till, cardTopUp({ uid, number: 1 }, amountMinor, feeMinor));
      expect(sent).toMatchObject({ outcome: 'rejected', code: 'CONTENT_CONFLICT' });
    }
  });

  test('3.4: Aborted after the card was charged is taken, and the payment is voided by the job', async () => {
    const reply = await putPayment(till, 1, cardWish(100_00));
    expect(await desk.replicate(till, cardTopUp({ uid, number: 1 }, 100_00, 5_00, { state: 'Aborted' }))).toMatchObject(
      {
        outcome: 'accepted',
        state: 'Aborted',
      },
    );
    expect((await getPayment(till, 1)).payment).toMatchObject({ status: 'unknown' });
    expect(await desk.alertsOf(till)).toEqual(['PAYMENT_OF_ABORTED']);
    expect(await desk.checkAfter(limits.paymentCheckFirstMs)).toBe(1);
    expect((await getPayment(till, 1)).payment).toMatchObject({ status: 'voided' });
    expect(await desk.historyOf(till, reply)).toEqual([...begunAtTill, 'ExternalPending → Aborted TR']);
  });

  test('3.4: Aborted after a decline leaves nothing to give back', async () => {
    await putPayment(till, 1, cardWish(20_01));
    await desk.replicate(till, cardTopUp({ uid, number: 1 }, 20_01, 5_00, { state: 'Aborted' }));
    expect((await getPayment(till, 1)).payment).toMatchObject({ status: 'declined' });
    expect(await desk.alertsOf(till)).toEqual([]);
  });

  test('3.4: unknown at the till, then written, then booked', async () => {
    const reply = await putPayment(till, 1, cardWish(100_00));
    const unknown = { state: 'TerminalConfirmUnknown', stateVersion: 3 } as const;
    expect(await desk.replicate(till, cardTopUp({ uid, number: 1 }, 100_00, 5_00, unknown))).toMatchObject({
      outcome: 'accepted',
    });
    expect(await desk.replicate(till, cardTopUp({ uid, number: 1 }, 100_00, 5_00, { stateVersion: 4 }))).toMatchObject({
      outcome: 'accepted',
      state: 'Committed',
    });
    expect(await desk.historyOf(till, reply)).toEqual([
      ...begunAtTill,
      'ExternalPending → TerminalConfirmUnknown TR',
      'TerminalConfirmUnknown → Committed TR',
    ]);
  });
});

describe('Q6, Q9: what another till sees on the tag', () => {
  async function seen(deltaMinor: number): Promise<string[]> {
    const other = await enrolTill(desk.backend.address);
    const line = {
      assignmentId: till.assignmentId,
      terminalTransactionNumber: 1,
      amountMinor: deltaMinor,
      type: 'TopUp' as const,
    };
    other.journal.append(
      'tagSnapshot',
      snapshot({ uid, transactionNumber: 1, balanceMinor: 95_00, history: [line, null, null] }),
    );
    expect((await other.send()).answer?.results[0]).toMatchObject({ outcome: 'accepted' });
    return desk.alertsOf(other);
  }

  test('of a card top-up whose till has not sent it yet is neither a contradiction nor a hold', async () => {
    const { payment } = await putPayment(till, 1, cardWish(100_00));
    expect(await seen(95_00)).toEqual([]);
    expect(await seen(96_00)).toEqual(['EVIDENCE_MISMATCH']);
    expect(await desk.replicate(till, cardTopUp({ uid, number: 1 }, 100_00, 5_00))).toMatchObject({
      outcome: 'accepted',
      id: payment?.backendTransactionId,
    });
  });

  test('3.4: of an unknown one moves nothing, but tells the operator, who ends it', async () => {
    await putPayment(till, 1, cardWish(100_00));
    await desk.replicate(till, cardTopUp({ uid, number: 1 }, 100_00, 5_00, { state: 'TerminalConfirmUnknown' }));
    expect(await seen(95_00)).toEqual(['EVIDENCE_FOR_OPERATOR']);
    expect(await desk.replicate(till, cardTopUp({ uid, number: 1 }, 100_00, 5_00, { stateVersion: 4 }))).toMatchObject({
      outcome: 'accepted',
      state: 'Committed',
    });
  });
});

test('R12, R13: both halves of an open loop purchase are shown with each other, the top-up with its payment', async () => {
  const { payment } = await putPayment(till, 1, cardWish(100_00));
  const groupId = 'open-loop-1';
  await desk.replicate(till, cardTopUp({ uid, number: 1 }, 100_00, 5_00, { groupId }));
  const { id } = await desk.replicate(till, purchase({ uid, number: 2, before: 95_00 }, 95_00, { groupId }));
  const detail = async (of: number | undefined) =>
    (await desk.operator()).read(transactionDetailSchema, `/transactions/${of}?editionId=${till.editionId}`);
  const topUp = await detail(payment?.backendTransactionId);
  expect(topUp.group.map((half) => half.backendTransactionId)).toEqual([id]);
  expect(topUp.payment).toMatchObject({ status: 'approved', reference: payment?.reference, nextCheckAt: null });
  expect(topUp.payment?.steps.map((step) => `${step.from} → ${step.to} ${step.cause}`)).toEqual([
    'null → pending request',
    'pending → approved answer',
  ]);
  const sale = await detail(id);
  expect(sale.group.map((half) => half.backendTransactionId)).toEqual([payment?.backendTransactionId]);
  expect(sale.payment).toBeNull();
});
