// Goal: ingest rule 2: a journal that the backend called forked comes in as evidence: nothing is booked by it, everything that was
// not received is listed once, an operator books what has happened, and what it saw of tags is evidence like any other (Q6, Q9).
// Method: a till whose disk was restored forks its journal; the old branch is imported, twice, in pieces and broken.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { customerDetailSchema } from '../../contract/wire/admin-customers.ts';
import {
  alertsAnswerSchema,
  transactionsAnswerSchema,
  transitionLogAnswerSchema,
} from '../../contract/wire/operator.ts';
import { tagLookupAnswerSchema } from '../../contract/wire/tag-lookup.ts';
import type { TestJournal } from '../../testing/backend/journal.ts';
import { logIn, type OperatorClient } from '../../testing/backend/operator-client.ts';
import { type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import { purchase, snapshot, topUp } from '../../testing/backend/payloads.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';

let backend: OwnBackend;
let operator: OperatorClient;
beforeAll(async () => {
  backend = await startOwnBackend();
  operator = await logIn(backend.address);
});
afterAll(() => backend.close());

const uid = '04F00000000001';

test('the other branch of a fork is listed, settled with a booking, and never brought in twice', async () => {
  const till = await enrolTill(backend.address);
  const { editionId } = till;
  till.journal.append('transaction', topUp({ number: 1, uid }, 50_00, 0));
  await till.send();
  const lost = till.journal.fork();
  // The branch that the backend has; then the disk of before is found again, with a sale that nobody received.
  till.journal.append('transaction', purchase({ number: 2, uid, before: 50_00 }, 5_50));
  await till.send(2, 2);
  lost.append('transaction', purchase({ number: 2, uid, before: 50_00 }, 7_00));
  lost.append('shift', { shiftId: 's', event: 'opened', cashierId: 'anna', countedCashMinor: 0, unknownCashMinor: 0 });
  lost.append('transaction', purchase({ number: 3, uid, before: 43_00 }, 3_00));
  const before = await operator.balances(editionId);
  const send = (journal: TestJournal, first: number, last: number) =>
    operator.post(`/assignments/${till.assignmentId}/journal-imports`, {
      entries: journal.entries.slice(first - 1, last),
    });
  expect(await send(lost, 1, 2)).toEqual({ status: 200, body: { known: 1, imported: 1, listed: 1 } });
  expect(await send(lost, 3, 4)).toEqual({ status: 200, body: { known: 0, imported: 2, listed: 1 } });
  expect(await send(lost, 1, 4)).toEqual({ status: 200, body: { known: 4, imported: 0, listed: 0 } });
  expect(await send(till.journal, 1, 2)).toEqual({ status: 200, body: { known: 2, imported: 0, listed: 0 } });
  expect(await operator.balances(editionId)).toEqual(before);
  expect(await till.seal()).toEqual(till.journal.seal);
  const open = `/transition-log?editionId=${editionId}&unresolved=true`;
  const { rows } = await operator.read(transitionLogAnswerSchema, open);
  expect(
    rows.map(({ code, terminalTransactionNumber, fromState, toState, uid: of }) => [
      code,
      terminalTransactionNumber,
      fromState,
      toState,
      of,
    ]),
  ).toEqual([
    ['JOURNAL_IMPORTED', 3, null, 'Committed', uid],
    ['JOURNAL_IMPORTED', 2, 'Committed', 'Committed', uid],
  ]);
  const items = [{ kind: 'purchase', debit: 'merchant:bar', credit: 'customer', amountMinor: 3_00 }];
  const booking = { editionId, resolution: 'booking', type: 'Purchase', uid, note: 'the receipt is there', items };
  expect((await operator.post(`/transition-log/${rows[0]?.id}/resolution`, booking)).status).toBe(200);
  expect((await operator.balances(editionId)).get('merchant:bar')).toBe((before.get('merchant:bar') ?? 0) + 3_00);
});

test('a piece whose chain does not hold, of another journal, or of nobody is refused and nothing of it is kept', async () => {
  const till = await enrolTill(backend.address);
  const other = await enrolTill(backend.address);
  till.journal.append('transaction', topUp({ number: 1, uid: '04F00000000002' }, 50_00, 0));
  till.journal.append('transaction', purchase({ number: 2, uid: '04F00000000002', before: 50_00 }, 5_50));
  const [first, second] = till.journal.entries;
  const post = (assignmentId: number, entries: unknown[]) =>
    operator.post(`/assignments/${assignmentId}/journal-imports`, { entries });
  const spoilt = { ...second, at: '2026-07-04T20:15:03.121Z' };
  for (const entries of [
    [first, spoilt],
    [second, first],
    [first, first],
  ])
    expect(await post(till.assignmentId, entries)).toMatchObject({ status: 409, body: { code: 'CHAIN_BROKEN' } });
  expect(await post(other.assignmentId, [first, second])).toMatchObject({ status: 409 });
  expect(await post(4_000_000, [first])).toMatchObject({ status: 404 });
  expect(await post(till.assignmentId, [])).toMatchObject({ status: 400 });
  expect(await post(till.assignmentId, [first, second])).toMatchObject({ body: { imported: 2, listed: 2 } });
});

test('what an operator booked by hand is not booked once more unseen: the row of an open transaction waits for that one', async () => {
  const of = '04F00000000021';
  const till = await enrolTill(backend.address);
  const { editionId, assignmentId } = till;
  till.journal.append('transaction', topUp({ number: 1, uid: of }, 50_00, 0));
  await till.send();
  // Its journal is taken off its disk; number 2 is booked by hand, number 3 was shown by a tag meanwhile.
  till.journal.append('transaction', purchase({ number: 2, uid: of, before: 50_00 }, 3_00));
  till.journal.append('transaction', purchase({ number: 3, uid: of, before: 47_00 }, 4_00));
  const reader = await enrolTill(backend.address);
  const shown = { assignmentId, terminalTransactionNumber: 3, amountMinor: -4_00, type: 'Purchase' as const };
  const image = snapshot({ uid: of, transactionNumber: 3, balanceMinor: 43_00, history: [shown] });
  reader.journal.append('tagSnapshot', image);
  await reader.send();
  const entries = till.journal.entries.slice(1);
  expect(await operator.post(`/assignments/${assignmentId}/journal-imports`, { entries })).toMatchObject({
    body: { listed: 2 },
  });
  const { rows } = await operator.read(
    transitionLogAnswerSchema,
    `/transition-log?editionId=${editionId}&unresolved=true`,
  );
  const bookInstead = async (number: number, amountMinor: number) => {
    const row = rows.find((each) => each.assignmentId === assignmentId && each.terminalTransactionNumber === number);
    const items = [{ kind: 'purchase', debit: 'merchant:bar', credit: 'customer', amountMinor }];
    const booking = {
      editionId,
      resolution: 'booking',
      type: 'Purchase',
      uid: of,
      note: 'the receipt is there',
      items,
    };
    return operator.post(`/transition-log/${row?.id}/resolution`, booking);
  };
  expect((await bookInstead(2, 3_00)).status).toBe(200);
  const before = await operator.balances(editionId);
  expect(await bookInstead(3, 4_00)).toMatchObject({
    status: 400,
    body: { detail: expect.stringContaining('is Reserve') },
  });
  expect(await operator.balances(editionId)).toEqual(before);
  // The till was not lost after all. Both sales happened and are booked; of the first the operator hears.
  expect((await till.send(2, 3)).answer?.results.map(({ outcome }) => outcome)).toEqual(['accepted', 'accepted']);
  const { alerts } = await operator.read(alertsAnswerSchema, `/alerts?editionId=${editionId}`);
  expect(alerts.filter(({ code }) => code === 'BOOKED_BEFORE').map(({ subject }) => subject)).toEqual([
    `${assignmentId}/2`,
  ]);
});

describe('what an imported journal saw of tags', () => {
  const numberOf = (
    till: TillClient,
    terminalTransactionNumber: number,
    amountMinor: number,
    type: 'TopUp' | 'Purchase',
  ) => ({
    assignmentId: till.assignmentId,
    terminalTransactionNumber,
    amountMinor,
    type,
  });

  async function statesOf(till: TillClient): Promise<string[]> {
    const path = `/transactions?editionId=${till.editionId}&assignmentId=${till.assignmentId}`;
    const { transactions } = await operator.read(transactionsAnswerSchema, path);
    return transactions.map((row) => `${row.terminalTransactionNumber} ${row.state}`).sort();
  }

  const importOf = (till: TillClient, journal: TestJournal, first = 1) =>
    operator.post(`/assignments/${till.assignmentId}/journal-imports`, { entries: journal.entries.slice(first - 1) });

  test('Q6, Q9: it holds a sale that no till has sent, proves an unknown top-up written, and does both once', async () => {
    const of = '04F00000000011';
    const [seller, reader] = await Promise.all([enrolTill(backend.address), enrolTill(backend.address)]);
    seller.journal.append('transaction', topUp({ number: 1, uid: of }, 50_00, 0, { state: 'TerminalConfirmUnknown' }));
    await seller.send();
    // The reader's journal went its own way after the first entry, which the backend has under the same number with other content.
    const lost = reader.journal.fork();
    reader.journal.append('tagSnapshot', snapshot({ uid: '04F00000000012' }));
    await reader.send();
    const history = [numberOf(seller, 2, -7_00, 'Purchase'), numberOf(seller, 1, 50_00, 'TopUp')];
    lost.append('tagSnapshot', snapshot({ uid: of, transactionNumber: 2, balanceMinor: 43_00, history }));
    const before = (await operator.balances(seller.editionId)).get('top-up:cash') ?? 0;
    for (const imported of [1, 0])
      expect(await importOf(reader, lost)).toMatchObject({ status: 200, body: { imported, listed: 0 } });
    expect(await statesOf(seller)).toEqual(['1 Committed', '2 Reserve']);
    expect((await operator.balances(seller.editionId)).get('top-up:cash')).toBe(before - 50_00);
    const funds = await operator.read(customerDetailSchema, `/customers?editionId=${seller.editionId}&uid=${of}`);
    expect(funds).toMatchObject({ balanceMinor: 50_00, heldMinor: 7_00, availableMinor: 43_00 });
    // Its till comes with it after all.
    seller.journal.append('transaction', purchase({ number: 2, uid: of, before: 50_00 }, 7_00));
    expect((await seller.send(2, 2)).answer?.results).toMatchObject([{ outcome: 'accepted', state: 'Committed' }]);
  });

  test('Q6: what the journal lists itself is settled there, and not held besides', async () => {
    const of = '04F00000000013';
    const till = await enrolTill(backend.address);
    till.journal.append('transaction', topUp({ number: 1, uid: of }, 20_00, 0));
    till.journal.append('transaction', purchase({ number: 2, uid: of, before: 20_00 }, 4_00));
    const history = [numberOf(till, 2, -4_00, 'Purchase'), numberOf(till, 1, 20_00, 'TopUp')];
    till.journal.append('tagSnapshot', snapshot({ uid: of, transactionNumber: 2, balanceMinor: 16_00, history }));
    expect(await importOf(till, till.journal)).toMatchObject({ body: { imported: 3, listed: 2 } });
    expect(await statesOf(till)).toEqual([]);
    const { missingTransactions } = await operator.coherence(till.editionId);
    expect(missingTransactions.filter(({ uid: shown }) => shown === of)).toEqual([]);
  });

  test('R22, Q20: generations that it wrote and adjustments that it saw on a tag are known; what cannot be read is no evidence', async () => {
    const of = '04F00000000014';
    const till = await enrolTill(backend.address);
    till.journal.append('transaction', topUp({ number: 1, uid: of }, 20_00, 0));
    await till.send();
    const give = { editionId: till.editionId, uid: of, amountMinor: 3_00, reason: 'sorry' };
    const init = { method: 'POST', headers: { 'Idempotency-Key': `give-${of}` }, body: JSON.stringify(give) };
    expect((await operator.request('/admin-top-ups', init)).status).toBe(200);
    const lost = till.journal.fork();
    lost.append('tagEvent', { event: 'repair', uid: of, generation: 4 });
    lost.append('tagSnapshot', snapshot({ uid: of, generation: 4, balanceMinor: 23_00, adjustmentNumber: 1 }));
    lost.append('tagSnapshot', { uid: of, generation: 'old' });
    lost.append('tagEvent', { event: 'melted', uid: of });
    expect(await importOf(till, lost, 2)).toMatchObject({ status: 200, body: { imported: 4, listed: 0 } });
    const known = tagLookupAnswerSchema.parse(await (await till.request(`/tags/${of}`)).json());
    expect(known).toMatchObject({ generation: 4, collectedAdjustmentNumber: 1, pendingAdjustments: [] });
  });
});
