// Goal: what an operator has booked on a tag's word is what every later word of its till is held against, also where the till
// says "unknown" and "committed" in one batch (Q9). Method: the pure interpretation of such a batch; found by the simulation
// (seed 10 of the soak, step 1,702).
import { expect, test } from 'vitest';
import { transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import { purchase, type SentTransaction } from '../../testing/backend/payloads.ts';
import type { StoredTransaction } from './batch-reads.ts';
import { canonicalJson } from './chain.ts';
import { settlementContent } from './decide.ts';
import { interpretBatch } from './interpret.ts';
import type { PreparedEntry } from './prepared-batch.ts';

const sale = purchase({ number: 42, before: 95_00 }, 5_50);

function entry(seq: number, sent: SentTransaction): PreparedEntry {
  const canonicalPayload = canonicalJson(sent) ?? '';
  return { seq, kind: 'transaction', at: '2026-07-04T20:15:00.000Z', payload: sent, hash: `${seq}`, canonicalPayload };
}

function settled(sent: SentTransaction): StoredTransaction {
  const payload = transactionPayloadSchema.parse(sent);
  return {
    backendTransactionId: 157,
    steps: 2,
    state: 'Committed',
    stateCause: 'AD',
    stateVersion: 0,
    identity: { type: payload.type, uid: payload.tag.uid, paymentMethod: undefined, currency: payload.currency },
    bookingContent: '',
    settlementContent: settlementContent(payload),
    contentHashes: new Map(),
    payment: undefined,
  };
}

function outcomesOf(versions: readonly SentTransaction[]): readonly string[] {
  const { verdicts } = interpretBatch(
    versions.map((sent, index) => entry(index + 1, sent)),
    {
      edition: { mode: 'tag', currency: 'CHF', accountNames: new Set(['merchant:bar']) },
      lastSeq: 0,
      storedEntries: new Map(),
      transactions: new Map([[42, settled(sale)]]),
    },
  );
  return verdicts.map(({ result }) => result.error?.code ?? result.outcome);
}

test('Q9: unknown and committed in one batch, after an operator has committed it', () => {
  const unknown = { ...sale, state: 'TerminalConfirmUnknown' as const, stateVersion: 3, items: [] };
  expect(outcomesOf([unknown, { ...sale, stateVersion: 4 }])).toEqual(['accepted', 'accepted']);
});

test('what contradicts the operator’s booking is rejected there too', () => {
  const unknown = { ...sale, state: 'TerminalConfirmUnknown' as const, stateVersion: 3, items: [] };
  const dearer = { ...purchase({ number: 42, before: 95_00 }, 6_50), stateVersion: 4 };
  expect(outcomesOf([unknown, dearer])).toEqual(['accepted', 'CONTENT_CONFLICT']);
});
