// Goal: a till learns what became of transactions it left unknown and of entries that were rejected (Q9, ingest rule 4), and
// of nobody else's.
// Method: two tills over HTTP on a real PostgreSQL; one leaves a purchase unknown, the other sees its tag.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { transitionLogAnswerSchema } from '../../contract/wire/operator.ts';
import { type OutcomesAnswer, outcomesAnswerSchema, outcomesMax } from '../../contract/wire/outcomes.ts';
import { logIn } from '../../testing/backend/operator-client.ts';
import { type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import { purchase, snapshot, topUp } from '../../testing/backend/payloads.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';

let backend: OwnBackend;
beforeAll(async () => {
  backend = await startOwnBackend();
});
afterAll(() => backend.close());

const unknown = { state: 'TerminalConfirmUnknown', stateVersion: 3, endedAt: null } as const;

async function outcomesOf(till: TillClient, query: string): Promise<OutcomesAnswer> {
  const response = await till.request(`/outcomes?${query}`);
  expect(response.status).toBe(200);
  return outcomesAnswerSchema.parse(await response.json());
}

async function send(till: TillClient, kind: string, payload: unknown): Promise<void> {
  till.journal.append(kind, payload);
  expect((await till.send(till.journal.entries.length)).status).toBe(200);
}

test('Q9: unknown until another till has seen the tag; then Reserve by tag data', async () => {
  const uid = '04EE0000000001';
  const [owner, reader] = [await enrolTill(backend.address), await enrolTill(backend.address)];
  await send(owner, 'transaction', topUp({ number: 1, uid }, 100_00, 0));
  await send(owner, 'transaction', purchase({ number: 2, uid, before: 100_00 }, 5_50, unknown));
  const before = await outcomesOf(owner, 'transactions=1,2,3');
  expect(before.transactions.map(({ state, cause }) => `${state} ${cause}`)).toEqual([
    'Committed TR',
    'TerminalConfirmUnknown TR',
  ]);
  const history = [
    { assignmentId: owner.assignmentId, terminalTransactionNumber: 2, amountMinor: -5_50, type: 'Purchase' as const },
  ];
  await send(reader, 'tagSnapshot', snapshot({ uid, transactionNumber: 2, balanceMinor: 94_50, history }));
  expect(await outcomesOf(owner, 'transactions=2')).toEqual({
    transactions: [
      {
        terminalTransactionNumber: 2,
        backendTransactionId: before.transactions[1]?.backendTransactionId,
        state: 'Reserve',
        cause: 'TD',
      },
    ],
    rejections: [],
  });
  // The reader's own number 2 is another transaction, of which nothing is known.
  expect(await outcomesOf(reader, 'transactions=2')).toEqual({ transactions: [], rejections: [] });
  expect((await owner.request('/outcomes?transactions=2', {}, reader.assignmentId)).status).toBe(403);
});

test('ingest rule 4: a rejected entry is told as resolved once an operator has dismissed it', async () => {
  const till = await enrolTill(backend.address);
  await send(till, 'transaction', { state: 'nonsense' });
  await send(till, 'transaction', topUp({ number: 1, uid: '04EE0000000002' }, 10_00, 0));
  expect(await outcomesOf(till, 'entries=1,2')).toEqual({
    transactions: [],
    rejections: [{ seq: 1, resolution: null }],
  });
  const operator = await logIn(backend.address);
  const { rows } = await operator.read(transitionLogAnswerSchema, `/transition-log?editionId=${till.editionId}`);
  const logId = rows.find(({ assignmentId }) => assignmentId === till.assignmentId)?.id;
  const dismissal = { resolution: 'dismissal', editionId: till.editionId, note: 'a test entry' };
  expect((await operator.post(`/transition-log/${logId}/resolution`, dismissal)).status).toBe(200);
  expect(await outcomesOf(till, 'entries=1')).toEqual({
    transactions: [],
    rejections: [{ seq: 1, resolution: 'dismissal' }],
  });
});

test('numbers are numbers, and no more than fit one call', async () => {
  const till = await enrolTill(backend.address);
  const many = Array.from({ length: outcomesMax + 1 }, (_, index) => index + 1).join(',');
  for (const query of ['transactions=0', 'transactions=1,', 'entries=1%20OR%201', `transactions=${many}`]) {
    expect((await till.request(`/outcomes?${query}`)).status).toBe(400);
  }
  expect(await outcomesOf(till, '')).toEqual({ transactions: [], rejections: [] });
});
