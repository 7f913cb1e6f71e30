// Goal: the coherence report finds what does not agree and names the likely cause (protocol.md, money rule 5; Q18).
// Method: a database per case, a world that is spoilt in one way by tills, or by hand where no till could do it.
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missingListingAnswerSchema } from '../../contract/wire/admin-money.ts';
import { alertsAnswerSchema } from '../../contract/wire/operator.ts';
import { startTestBackend, startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { cardWish, putPayment } from '../../testing/backend/card-payments.ts';
import { logIn, type OperatorClient } from '../../testing/backend/operator-client.ts';
import { purchase, snapshot, topUp, uid } from '../../testing/backend/payloads.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

type World = { till: TillClient; operator: OperatorClient; database: pg.Client };

async function inWorld(work: (world: World) => Promise<void>, code = 'DEMO-FEST'): Promise<void> {
  const databaseUrl = await server.newDatabase();
  const backend = await startTestBackend(databaseUrl);
  const database = new pg.Client(databaseUrl);
  await database.connect();
  try {
    await work({ till: await enrolTill(backend.address, code), operator: await logIn(backend.address), database });
  } finally {
    await database.end();
    await backend.close();
  }
}

const coherent = {
  sumMinor: 0,
  balanceDifferences: [],
  numberGaps: [],
  tagDifferences: [],
  missingTransactions: [],
  overspendDifferences: [],
  purseDifferences: [],
  unresolvedRejections: 0,
  findings: 0,
};

test('a world in which everything was replicated is coherent', async () => {
  await inWorld(async ({ till, operator }) => {
    till.journal.append('transaction', topUp({ number: 1 }, 100_00, 5_00));
    till.journal.append('transaction', purchase({ number: 2, before: 95_00 }, 5_50));
    till.journal.append('tagSnapshot', snapshot({ transactionNumber: 2, balanceMinor: 89_50 }));
    await till.send();
    expect(await operator.coherence(till.editionId)).toEqual({ editionId: till.editionId, ...coherent });
  });
});

test('Q18: a number whose payment an operator ended, because its till never came back, is no gap any more', async () => {
  await inWorld(async ({ till, operator }) => {
    const { payment } = await putPayment(till, 1, cardWish(50_02));
    till.journal.append('transaction', topUp({ number: 2 }, 100_00, 5_00));
    await till.send();
    const gap = [{ assignmentId: till.assignmentId, missing: [1] }];
    expect((await operator.coherence(till.editionId)).numberGaps).toEqual(gap);
    await operator.request(`/assignments/${till.assignmentId}/revocation`, { method: 'POST' });
    const body = { editionId: till.editionId, to: 'Aborted', note: 'its till is at the bottom of the lake' };
    await operator.post(`/transactions/${payment?.backendTransactionId}/resolution`, body);
    expect(await operator.coherence(till.editionId)).toMatchObject(coherent);
  });
});

test('a sale that the tag shows and no till has sent: missing-transaction', async () => {
  await inWorld(async ({ till, operator }) => {
    till.journal.append('transaction', topUp({ number: 1 }, 100_00, 5_00));
    till.journal.append('tagSnapshot', snapshot({ transactionNumber: 2, balanceMinor: 89_50 }));
    await till.send();
    expect(await operator.coherence(till.editionId)).toMatchObject({
      findings: 1,
      tagDifferences: [{ uid, bookedMinor: 95_00, tagMinor: 89_50, likelyCause: 'missing-transaction' }],
    });
  });
});

test('money rule 3: a top-up that only a tag shows is listed, booked by an operator, and its till is held against that', async () => {
  await inWorld(async ({ till, operator }) => {
    const lost = await enrolTill(till.address);
    const { editionId } = till;
    const key = { editionId, assignmentId: lost.assignmentId, terminalTransactionNumber: 1 };
    const line = {
      assignmentId: lost.assignmentId,
      terminalTransactionNumber: 1,
      amountMinor: 30_00,
      type: 'TopUp' as const,
    };
    till.journal.append('transaction', topUp({ number: 1 }, 100_00, 5_00));
    till.journal.append('tagSnapshot', snapshot({ transactionNumber: 2, balanceMinor: 125_00, history: [line] }));
    await till.send();
    expect(await operator.coherence(editionId)).toMatchObject({ missingTransactions: [{ balanceDeltaMinor: 30_00 }] });
    expect((await operator.post('/missing-transactions', { ...key, terminalTransactionNumber: 2 })).status).toBe(404);
    const listed = await operator.post('/missing-transactions', key);
    expect(await operator.post('/missing-transactions', key)).toEqual(listed);
    const { logId } = missingListingAnswerSchema.parse(listed.body);
    expect(await operator.coherence(editionId)).toMatchObject({ missingTransactions: [], unresolvedRejections: 1 });
    const items = [{ kind: 'topup', debit: 'customer', credit: 'top-up:cash', amountMinor: 30_00 }];
    const booking = { editionId, resolution: 'booking', type: 'TopUp', uid, note: 'the drawer has it', items };
    expect((await operator.post(`/transition-log/${logId}/resolution`, booking)).status).toBe(200);
    expect(await operator.coherence(editionId)).toMatchObject(coherent);
    lost.journal.append('transaction', topUp({ number: 1, tagNumber: 2, before: 95_00 }, 30_00, 0));
    await lost.send();
    const { alerts } = await operator.read(alertsAnswerSchema, `/alerts?editionId=${editionId}`);
    expect(alerts.map(({ code }) => code)).toEqual(['BOOKED_BEFORE']);
  });
});

test('R30, Q7: an unknown sale that the tag shows: unresolved-transaction; when it is committed, coherent again', async () => {
  await inWorld(async ({ till, operator }) => {
    till.journal.append('transaction', topUp({ number: 1 }, 100_00, 5_00));
    till.journal.append(
      'transaction',
      purchase({ number: 2, before: 95_00 }, 5_50, { state: 'TerminalConfirmUnknown' }),
    );
    till.journal.append('tagSnapshot', snapshot({ transactionNumber: 2, balanceMinor: 89_50 }));
    await till.send();
    const { tagDifferences } = await operator.coherence(till.editionId);
    expect(tagDifferences).toMatchObject([{ likelyCause: 'unresolved-transaction' }]);
    till.journal.append('transaction', purchase({ number: 2, before: 95_00 }, 5_50, { stateVersion: 4 }));
    await till.send(4, 4);
    expect(await operator.coherence(till.editionId)).toMatchObject(coherent);
  });
});

test('R49: a rejected sale counts until it is resolved, and is the likely cause of its tag’s difference', async () => {
  await inWorld(async ({ till, operator }) => {
    till.journal.append('transaction', topUp({ number: 1 }, 100_00, 5_00));
    till.journal.append('transaction', { ...purchase({ number: 2, before: 95_00 }, 5_50), amountMinor: 1 });
    till.journal.append('tagSnapshot', snapshot({ transactionNumber: 2, balanceMinor: 89_50 }));
    await till.send();
    const before = await operator.coherence(till.editionId);
    expect(before).toMatchObject({
      unresolvedRejections: 1,
      tagDifferences: [{ likelyCause: 'rejected-transaction' }],
      numberGaps: [],
      findings: 2,
    });
    const items = [{ kind: 'purchase', debit: 'merchant:bar', credit: 'customer', amountMinor: 5_50 }];
    const booking = {
      resolution: 'booking',
      editionId: till.editionId,
      note: 'as the tag shows',
      type: 'Purchase',
      uid,
      items,
    };
    expect((await operator.post('/transition-log/1/resolution', booking)).status).toBe(200);
    expect(await operator.coherence(till.editionId)).toMatchObject(coherent);
  });
});

test('R22: two sales for one number of a tag: clone-or-rollback', async () => {
  await inWorld(async ({ till, operator }) => {
    till.journal.append('transaction', topUp({ number: 1 }, 100_00, 5_00));
    till.journal.append('transaction', purchase({ number: 2, tagNumber: 2, before: 95_00 }, 5_50));
    till.journal.append('transaction', purchase({ number: 3, tagNumber: 2, before: 95_00 }, 3_00));
    await till.send();
    expect((await operator.coherence(till.editionId)).tagDifferences).toMatchObject([
      { uid, likelyCause: 'clone-or-rollback' },
    ]);
  });
});

test('Q18: numbers never received are listed per assignment; a huge gap is listed in part, soon', async () => {
  await inWorld(async ({ till, operator }) => {
    till.journal.append('transaction', topUp({ number: 3 }, 10_00, 0));
    till.journal.append('transaction', { ...purchase({ number: 5, before: 10_00 }, 5_50), state: 'Aborted' });
    await till.send();
    const { numberGaps } = await operator.coherence(till.editionId);
    expect(numberGaps).toEqual([{ assignmentId: till.assignmentId, missing: [1, 2, 4] }]);
    till.journal.append('transaction', {
      ...purchase({ number: 4_000_000_000, before: 10_00 }, 5_50),
      state: 'Aborted',
    });
    await till.send(3, 3);
    const large = await operator.coherence(till.editionId);
    expect(large.numberGaps[0]?.missing).toHaveLength(1_000);
  });
});

test('INV-02, INV-03: a balance changed by hand is found, with what it should be', async () => {
  await inWorld(async ({ till, operator, database }) => {
    till.journal.append('transaction', topUp({ number: 1 }, 100_00, 5_00));
    await till.send();
    await database.query(
      `UPDATE account SET balance_minor = balance_minor + 1 WHERE name = 'fee' AND edition_id = $1`,
      [till.editionId],
    );
    expect(await operator.coherence(till.editionId)).toMatchObject({
      sumMinor: 1,
      balanceDifferences: [{ account: 'fee', cachedMinor: 501, recomputedMinor: 500 }],
      findings: 2,
    });
  });
});

test('account mode: the tag only identifies, so that its balance is not compared', async () => {
  await inWorld(async ({ till, operator }) => {
    const plan = { number: 1, currency: 'GBP' };
    const sent = topUp(plan, 10_00, 0);
    till.journal.append('transaction', { ...sent, tag: { ...sent.tag, transactionNumber: null } });
    till.journal.append('tagSnapshot', snapshot({ balanceMinor: 1 }));
    expect((await till.send()).answer?.results.map((result) => result.outcome)).toEqual(['accepted', 'accepted']);
    expect(await operator.coherence(till.editionId)).toMatchObject(coherent);
  }, 'DEMO-CANTEEN');
});
