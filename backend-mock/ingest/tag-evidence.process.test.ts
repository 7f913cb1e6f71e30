// Goal: what authenticated tags prove about transactions the backend lacks, is unsure of, or has otherwise (Q6, Q8, Q9, Q49).
// Method: two tills on a real PostgreSQL; one reads tags that the other has written, and either replicates first.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TagSnapshotPayload } from '../../contract/wire/journal.ts';
import { transactionDetailSchema } from '../../contract/wire/operator.ts';
import { tagLookupAnswerSchema } from '../../contract/wire/tag-lookup.ts';
import { logIn, type OperatorClient } from '../../testing/backend/operator-client.ts';
import { type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import { purchase, refund, type SentTransaction, snapshot, topUp } from '../../testing/backend/payloads.ts';
import { uidsFrom } from '../../testing/backend/tag-uids.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';

let backend: OwnBackend;
let operator: OperatorClient;
beforeAll(async () => {
  backend = await startOwnBackend();
  operator = await logIn(backend.address);
});
afterAll(() => backend.close());

const newUid = uidsFrom('04DD');

/** What a tag shows after `till` wrote these, oldest first. */
function showing(till: TillClient, written: readonly SentTransaction[], generation = 1): TagSnapshotPayload {
  const last = written.at(-1);
  return snapshot({
    uid: last?.tag.uid ?? '',
    generation,
    transactionNumber: last?.tag.transactionNumber ?? 0,
    balanceMinor: last?.tag.balanceAfterMinor ?? 0,
    history: [...written].reverse().map((sent) => ({
      assignmentId: till.assignmentId,
      terminalTransactionNumber: sent.terminalTransactionNumber,
      amountMinor: sent.balanceDeltaMinor,
      type: sent.type,
    })),
  });
}

async function send(till: TillClient, kind: 'transaction' | 'tagSnapshot', payload: unknown) {
  till.journal.append(kind, payload);
  const at = till.journal.entries.length;
  const reply = await till.send(at, at);
  expect(reply.status).toBe(200);
  return reply.answer?.results[0];
}

async function look(till: TillClient, uid: string) {
  return tagLookupAnswerSchema.parse(await (await till.request(`/tags/${uid}`)).json());
}

async function statesOf(till: TillClient) {
  const transactions = await operator.transactionsOf(till);
  return transactions.map(({ terminalTransactionNumber, state }) => `${terminalTransactionNumber} ${state}`).sort();
}

async function historyOf(till: TillClient, id: number | undefined) {
  const detail = await operator.read(transactionDetailSchema, `/transactions/${id}?editionId=${till.editionId}`);
  return detail.states.map((step) => `${step.from} → ${step.to} ${step.cause}`);
}

const newTill = () => enrolTill(backend.address);

describe('Q6: what the backend lacks', () => {
  test('a purchase that a tag shows is held until its till replicates, and booked once', async () => {
    const [owner, reader] = [await newTill(), await newTill()];
    const uid = newUid();
    const topped = topUp({ number: 1, uid }, 100_00, 0);
    const sold = purchase({ number: 2, uid, before: 100_00 }, 5_50);
    await send(owner, 'transaction', topped);
    await send(reader, 'tagSnapshot', showing(owner, [topped, sold]));
    expect(await look(reader, uid)).toMatchObject({ balanceMinor: 100_00, availableMinor: 94_50 });
    expect(await statesOf(owner)).toEqual(['1 Committed', '2 Reserve']);
    const { tagDifferences } = await operator.coherence(owner.editionId);
    expect(tagDifferences.filter((difference) => difference.uid === uid)).toEqual([
      {
        uid,
        bookedMinor: 100_00,
        tagMinor: 94_50,
        uncollectedMinor: 0,
        evidenceMinor: -5_50,
        likelyCause: 'missing-transaction',
      },
    ]);
    // Seen again: nothing is held twice.
    await send(reader, 'tagSnapshot', showing(owner, [topped, sold]));
    expect((await look(reader, uid)).availableMinor).toBe(94_50);
    const result = await send(owner, 'transaction', sold);
    expect(result).toMatchObject({ outcome: 'accepted', state: 'Committed' });
    expect(await look(reader, uid)).toMatchObject({ balanceMinor: 94_50, availableMinor: 94_50 });
    expect(await historyOf(owner, result?.backendTransactionId)).toEqual([
      'null → Reserve TD',
      'Reserve → Committed TR',
    ]);
    const after = await operator.coherence(owner.editionId);
    expect(after.tagDifferences.filter((difference) => difference.uid === uid)).toEqual([]);
    expect(after.numberGaps.filter((gap) => gap.assignmentId === owner.assignmentId)).toEqual([]);
  });

  test('a refund is held too; a top-up is listed as missing and holds nothing', async () => {
    const [owner, reader] = [await newTill(), await newTill()];
    const uid = newUid();
    const topped = topUp({ number: 1, uid }, 100_00, 0);
    const paidOut = refund({ number: 2, uid, before: 100_00 }, 20_00, 1_00);
    await send(reader, 'tagSnapshot', showing(owner, [topped, paidOut]));
    expect(await look(reader, uid)).toMatchObject({ balanceMinor: 0, availableMinor: -21_00 });
    const mine = async () =>
      (await operator.coherence(owner.editionId)).missingTransactions.filter((missing) => missing.uid === uid);
    expect(await mine()).toEqual([
      {
        assignmentId: owner.assignmentId,
        terminalTransactionNumber: 1,
        type: 'TopUp',
        balanceDeltaMinor: 100_00,
        uid,
        tagTransactionNumber: 1,
      },
    ]);
    await send(owner, 'transaction', topped);
    expect(await mine()).toEqual([]);
    expect(await send(owner, 'transaction', paidOut)).toMatchObject({ outcome: 'accepted', state: 'Committed' });
    expect(await look(reader, uid)).toMatchObject({ balanceMinor: 79_00, availableMinor: 79_00 });
  });

  test('a rejected sale was received: it is the operator’s to resolve, and nothing is held for it', async () => {
    const [owner, reader] = [await newTill(), await newTill()];
    const uid = newUid();
    const sold = purchase({ number: 1, uid, before: 100_00 }, 5_50);
    expect((await send(owner, 'transaction', { ...sold, amountMinor: 1 }))?.outcome).toBe('rejected');
    await send(reader, 'tagSnapshot', showing(owner, [sold]));
    expect(await statesOf(owner)).toEqual([]);
    expect((await look(reader, uid)).availableMinor).toBe(0);
  });

  test('a batch that shows what it sends itself holds nothing', async () => {
    const owner = await newTill();
    const uid = newUid();
    const sold = purchase({ number: 1, uid, before: 100_00 }, 5_50);
    owner.journal.append('tagSnapshot', showing(owner, [sold]));
    owner.journal.append('transaction', sold);
    await owner.send();
    expect(await statesOf(owner)).toEqual(['1 Committed']);
    expect(await operator.alertCodesOf(owner)).toEqual([]);
  });
});

describe('Q9: what the backend is unsure of', () => {
  const unknown = (sent: SentTransaction): SentTransaction => ({
    ...sent,
    state: 'TerminalConfirmUnknown',
    stateVersion: 3,
  });

  test('an unknown purchase that a tag shows becomes Reserve, whichever comes first, and the till is told', async () => {
    for (const snapshotFirst of [false, true]) {
      const [owner, reader] = [await newTill(), await newTill()];
      const sold = purchase({ number: 1, uid: newUid(), before: 100_00 }, 5_50);
      const shown = showing(owner, [sold]);
      if (snapshotFirst) await send(reader, 'tagSnapshot', shown);
      const first = await send(owner, 'transaction', unknown(sold));
      if (!snapshotFirst) await send(reader, 'tagSnapshot', shown);
      expect(first?.state).toBe(snapshotFirst ? 'Reserve' : 'TerminalConfirmUnknown');
      expect(await statesOf(owner)).toEqual(['1 Reserve']);
      expect(await send(owner, 'transaction', { ...unknown(sold), stateVersion: 4 })).toMatchObject({
        outcome: 'accepted',
        state: 'Reserve',
      });
      expect(await send(owner, 'transaction', { ...sold, stateVersion: 5 })).toMatchObject({ state: 'Committed' });
    }
  });

  test('an unknown top-up that a tag shows is booked, and its till’s own Committed books nothing more', async () => {
    const [owner, reader] = [await newTill(), await newTill()];
    const uid = newUid();
    const topped = topUp({ number: 1, uid }, 100_00, 5_00);
    const result = await send(owner, 'transaction', unknown(topped));
    await send(reader, 'tagSnapshot', showing(owner, [topped]));
    expect(await look(reader, uid)).toMatchObject({ balanceMinor: 95_00 });
    expect(await send(owner, 'transaction', { ...topped, stateVersion: 4 })).toMatchObject({ outcome: 'accepted' });
    expect(await look(reader, uid)).toMatchObject({ balanceMinor: 95_00 });
    expect((await historyOf(owner, result?.backendTransactionId)).slice(0, 2)).toEqual([
      'null → TerminalConfirmUnknown TR',
      'TerminalConfirmUnknown → Committed TD',
    ]);
  });

  test('a snapshot at N − 1 proves nothing; another transaction at N proves that ours was not written', async () => {
    const [owner, other] = [await newTill(), await newTill()];
    const uid = newUid();
    const topped = topUp({ number: 1, uid, tagNumber: 1 }, 100_00, 0);
    const sold = purchase({ number: 2, uid, before: 100_00, tagNumber: 2 }, 5_50);
    await send(owner, 'transaction', topped);
    await send(owner, 'transaction', unknown(sold));
    await send(other, 'tagSnapshot', showing(owner, [topped]));
    expect(await statesOf(owner)).toEqual(['1 Committed', '2 TerminalConfirmUnknown']);
    const displacing = purchase({ number: 1, uid, before: 100_00, tagNumber: 2 }, 3_00);
    await send(other, 'tagSnapshot', { ...showing(other, [displacing]), generation: 2 });
    expect(await statesOf(owner)).toEqual(['1 Committed', '2 TerminalConfirmUnknown']);
    await send(other, 'transaction', displacing);
    await send(other, 'tagSnapshot', showing(other, [displacing]));
    expect(await statesOf(owner)).toEqual(['1 Committed', '2 Aborted']);
  });

  test('Q9: a till whose disk was put back used its number twice on the tag; either was not the unknown one’s (simulation, seed 80)', async () => {
    const [owner, restored] = [await newTill(), await newTill()];
    const uid = newUid();
    await send(owner, 'transaction', unknown(purchase({ number: 1, uid, before: 100_00, tagNumber: 2 }, 5_50)));
    const first = purchase({ number: 1, uid, before: 100_00, tagNumber: 2 }, 50);
    const again = purchase({ number: 1, uid, before: 99_50, tagNumber: 3 }, 50);
    await send(owner, 'tagSnapshot', showing(restored, [first, again]));
    expect(await statesOf(owner)).toEqual(['1 Aborted']);
    // Q49: which of the two the till’s number means, nobody can tell.
    expect(await statesOf(restored)).toEqual([]);
    expect(await operator.alertCodesOf(owner)).toEqual(['EVIDENCE_MISMATCH']);
  });

  test('Q49: a number that tags show as the unknown one’s and as another’s changes nothing', async () => {
    const [owner, other] = [await newTill(), await newTill()];
    const uid = newUid();
    const sold = purchase({ number: 1, uid, before: 100_00, tagNumber: 2 }, 5_50);
    await send(owner, 'transaction', unknown(sold));
    const again = purchase({ number: 1, uid, before: 94_50, tagNumber: 3 }, 1_00);
    other.journal.append('tagSnapshot', showing(owner, [sold, again]));
    other.journal.append(
      'tagSnapshot',
      showing(other, [purchase({ number: 7, uid, before: 100_00, tagNumber: 2 }, 3_00)]),
    );
    expect((await other.send(1, 2)).status).toBe(200);
    expect(await statesOf(owner)).toEqual(['1 TerminalConfirmUnknown']);
  });

  test('Q49: a tag that shows the number with another amount changes nothing and is monitored', async () => {
    const [owner, reader] = [await newTill(), await newTill()];
    const uid = newUid();
    await send(owner, 'transaction', unknown(purchase({ number: 1, uid, before: 100_00 }, 5_50)));
    await send(reader, 'tagSnapshot', showing(owner, [purchase({ number: 1, uid, before: 100_00 }, 6_00)]));
    expect(await statesOf(owner)).toEqual(['1 TerminalConfirmUnknown']);
    expect(await operator.alertCodesOf(reader)).toEqual(['EVIDENCE_MISMATCH']);
  });
});

describe('Q8: what contradicts', () => {
  test('a till that says Aborted of what a tag shows is refused, logged and reported; the hold stays', async () => {
    const [owner, reader] = [await newTill(), await newTill()];
    const uid = newUid();
    const sold = purchase({ number: 1, uid, before: 100_00 }, 5_50);
    await send(reader, 'tagSnapshot', showing(owner, [sold]));
    expect(await send(owner, 'transaction', { ...sold, state: 'Aborted' })).toMatchObject({
      outcome: 'rejected',
      error: { code: 'INVALID_TRANSITION' },
      state: 'Reserve',
    });
    expect(await operator.alertCodesOf(owner)).toEqual(['RESERVE_ABORTED']);
    expect((await look(reader, uid)).availableMinor).toBe(-5_50);
  });

  test('a tag that shows what its till had aborted: an alert, and the final state stays', async () => {
    const [owner, reader] = [await newTill(), await newTill()];
    const sold = purchase({ number: 1, uid: newUid(), before: 100_00 }, 5_50);
    await send(owner, 'transaction', { ...sold, state: 'Aborted' });
    await send(reader, 'tagSnapshot', showing(owner, [sold]));
    expect(await statesOf(owner)).toEqual(['1 Aborted']);
    expect(await operator.alertCodesOf(reader)).toEqual(['EVIDENCE_CONTRADICTS_ABORTED']);
  });
});

test('Q9: an unknown sale and the tag that shows it, at once: each sees the other, and it ends held', async () => {
  const [owner, reader] = [await newTill(), await newTill()];
  for (let round = 1; round <= 25; round += 1) {
    const uid = newUid();
    const shown = purchase({ number: round, uid, tagNumber: 1, before: 100_00 }, 5_50);
    await send(reader, 'tagSnapshot', snapshot({ uid }));
    owner.journal.append('transaction', { ...shown, state: 'TerminalConfirmUnknown' });
    reader.journal.append('tagSnapshot', showing(owner, [shown]));
    const sent = [owner, reader].map((till) => till.send(till.journal.entries.length));
    expect((await Promise.all(sent)).map((reply) => reply.status)).toEqual([200, 200]);
  }
  const states = (await statesOf(owner)).map((line) => line.split(' ')[1]);
  expect(states).toEqual(Array(25).fill('Reserve'));
});

test('owner and reader at once, tag unknown to both: held or booked, never lost and never twice', async () => {
  for (let round = 0; round < 12; round += 1) {
    const [owner, reader] = [await newTill(), await newTill()];
    const uid = newUid();
    const topped = topUp({ number: 1, uid }, 100_00, 0);
    const sold = purchase({ number: 2, uid, before: 100_00 }, 5_50);
    owner.journal.append('transaction', topped);
    owner.journal.append('transaction', sold);
    reader.journal.append('tagSnapshot', showing(owner, [topped, sold]));
    const replies = await Promise.all(round % 2 === 0 ? [owner.send(), reader.send()] : [reader.send(), owner.send()]);
    expect(replies.map((reply) => reply.status)).toEqual([200, 200]);
    expect(await statesOf(owner)).toEqual(['1 Committed', '2 Committed']);
    expect(await look(reader, uid)).toMatchObject({ balanceMinor: 94_50, availableMinor: 94_50 });
  }
  const coherence = await operator.coherence(1);
  expect(coherence).toMatchObject({ sumMinor: 0, balanceDifferences: [] });
});
