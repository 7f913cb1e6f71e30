// Goal: no payload makes a batch fail (ingest rule 3): whatever an entry holds, the batch is answered, the entry is stored,
// and the till goes on.
// Method: fast-check puts random JSON where it does not belong: whole payloads, single fields of good ones, strange numbers
// and texts that databases choke on.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { logIn } from '../../testing/backend/operator-client.ts';
import { type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import { purchase, snapshot, topUp } from '../../testing/backend/payloads.ts';
import { enrolTill } from '../../testing/backend/till-client.ts';

let backend: OwnBackend;
beforeAll(async () => {
  backend = await startOwnBackend();
});
afterAll(() => backend.close());

const strange = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    '\0',
    'a\0b',
    '\u2028',
    '\uffff',
    '🍺',
    '{}',
    "'; DROP TABLE posting; --",
    '\\u0000',
    0,
    -0,
    -1,
    1e308,
    5e-324,
    2 ** 53,
    2 ** 31,
    1.5,
    true,
    [],
    {},
  ),
  fc.constantFrom<unknown>(
    '0000-01-01T00:00:00Z',
    '9999-12-31T23:59:59.999999999999Z',
    '2026-02-29T00:00:00Z',
    '2026-07-04T20:15:03+02:00',
    '+010000-01-01T00:00:00Z',
  ),
  fc.jsonValue(),
);

type Part = string | number;
const templates: readonly { kind: string; payload: unknown; places: readonly (readonly Part[])[] }[] = [
  ...[
    topUp({ number: 1 }, 10_00, 1_00),
    purchase({ number: 2, before: 9_00 }, 5_50, { reference: null, cashReturned: null, groupId: 'g' }),
  ].map((payload) => ({
    kind: 'transaction',
    payload,
    places: [
      ...Object.keys(payload).map((name) => [name]),
      ...Object.keys(payload.tag).map((name) => ['tag', name]),
      ...Object.keys(payload.items[0] ?? {}).map((name) => ['items', 0, name]),
    ],
  })),
  {
    kind: 'tagSnapshot',
    payload: snapshot({ history: [{ assignmentId: 1, terminalTransactionNumber: 1, amountMinor: 5, type: 'TopUp' }] }),
    places: [...Object.keys(snapshot()).map((name) => [name]), ['history', 0, 'assignmentId'], ['history', 0, 'type']],
  },
  {
    kind: 'tagEvent',
    payload: { event: 'cloneSeen', uid: '04A1B2C3D4E5F6', generation: 1, detail: 'x' },
    places: [['event'], ['uid'], ['generation'], ['detail']],
  },
  {
    kind: 'shift',
    payload: { shiftId: 's', event: 'opened', cashierId: 'c', countedCashMinor: 0, unknownCashMinor: 0 },
    places: [['shiftId'], ['event'], ['countedCashMinor']],
  },
];

/** A copy of `value` with something else at `place`. */
function put(value: unknown, [first, ...rest]: readonly Part[], other: unknown): unknown {
  if (first === undefined) return other;
  if (Array.isArray(value)) return value.map((item, index) => (index === first ? put(item, rest, other) : item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, name === first ? put(item, rest, other) : item]),
  );
}

const spoilt = fc.constantFrom(...templates).chain(({ kind, payload, places }) =>
  fc.record({
    kind: fc.constant(kind),
    payload: fc.tuple(fc.constantFrom(...places), strange).map(([place, other]) => put(payload, place, other)),
  }),
);
const nonsense = fc.record({
  kind: fc.oneof(
    fc.constantFrom('transaction', 'tagSnapshot', 'tagEvent', 'shift'),
    fc.string({ minLength: 1, maxLength: 40, unit: 'binary' }),
  ),
  payload: strange,
});

test('whatever an entry holds, the batch is answered, sealed and repeated with the same words', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof({ weight: 4, arbitrary: spoilt }, nonsense), { minLength: 1, maxLength: 30 }),
      async (entries) => {
        const till = await enrolTill(backend.address);
        for (const { kind, payload } of entries) till.journal.append(kind, payload);
        const reply = await till.send();
        expect(reply.status, reply.text).toBe(200);
        expect(reply.answer?.seal).toEqual(till.journal.seal);
        expect(reply.answer?.results).toHaveLength(entries.length);
        expect((await till.send()).text).toBe(reply.text);
      },
    ),
    { numRuns: 80, interruptAfterTimeLimit: 40_000, markInterruptAsFailure: false },
  );
  const operator = await logIn(backend.address);
  expect((await operator.request('/transition-log?editionId=1')).status).toBe(200);
  expect(await operator.coherence(1)).toMatchObject({ sumMinor: 0, balanceDifferences: [] });
});
