// Goal: each entry gets the right code, and where several are due the first in the order of protocol.md.
// Method: a transaction that is right, spoilt in one place or in two at a time.
import { describe, expect, test } from 'vitest';
import type { RejectionCode } from '../../contract/wire/batch.ts';
import { type TransactionPayload, transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import {
  chargeback,
  purchase,
  refund,
  refundReversal,
  type SentTransaction,
  tagAdjustment,
  topUp,
  uid,
} from '../../testing/backend/payloads.ts';
import {
  bookingContent,
  type Decision,
  decideTransaction,
  type EditionRules,
  type KnownTransaction,
} from './decide.ts';

const edition: EditionRules = {
  mode: 'tag',
  currency: 'CHF',
  accountNames: new Set(['merchant:bar', 'top-up:cash', 'top-up:card', 'top-up:online', 'fee', 'loss']),
};
const parse = (sent: SentTransaction): TransactionPayload => transactionPayloadSchema.parse(sent);
const decide = (sent: SentTransaction, known?: KnownTransaction, hash = 'new') =>
  decideTransaction(parse(sent), hash, edition, known);
const codeOf = (decision: Decision): RejectionCode | 'none' =>
  decision.outcome === 'rejected' ? decision.code : 'none';

function known(sent: SentTransaction, changes: Partial<KnownTransaction> = {}): KnownTransaction {
  const payload = parse(sent);
  return {
    state: 'TerminalConfirmUnknown',
    stateCause: 'TR',
    stateVersion: payload.stateVersion,
    identity: {
      type: payload.type,
      paymentMethod: payload.paymentMethod,
      currency: payload.currency,
      uid: payload.tag.uid,
    },
    bookingContent: bookingContent(payload),
    contentHashes: new Map([[payload.stateVersion, 'old']]),
    payment: undefined,
    ...changes,
  };
}

const good = purchase({ number: 7, before: 95_00 }, 5_50);
const unbalanced = { ...good, balanceDeltaMinor: -5_51 };
const stranger = {
  ...good,
  items: [{ kind: 'purchase' as const, debit: 'merchant:nobody', credit: 'customer', amountMinor: 5_50 }],
};

describe('a transaction the backend has not heard of', () => {
  test('R11: a purchase and R9, R10: a top-up with fee are accepted', () => {
    expect(decide(good)).toEqual({ outcome: 'accepted', effect: 'move', to: 'Committed' });
    expect(decide(topUp({ number: 1 }, 100_00, 5_00))).toEqual({
      outcome: 'accepted',
      effect: 'move',
      to: 'Committed',
    });
  });

  test('Q1: Commited is read as Committed', () => {
    expect(decide({ ...good, state: 'Commited' })).toEqual({ outcome: 'accepted', effect: 'move', to: 'Committed' });
  });

  test('3.3: Open, TerminalConfirmStarted and the backend’s own states never leave a till', () => {
    for (const state of ['Open', 'TerminalConfirmStarted', 'Reserve', 'ReservePending', 'ExternalPending']) {
      expect(codeOf(decide({ ...good, state }))).toBe('NOT_REPLICABLE_STATE');
    }
  });

  test('UNKNOWN_ACCOUNT: a merchant that the edition has not, and a name that is no account', () => {
    expect(codeOf(decide(stranger))).toBe('UNKNOWN_ACCOUNT');
    const nonsense = {
      ...good,
      items: [{ kind: 'purchase' as const, debit: 'Bar!', credit: 'customer', amountMinor: 5_50 }],
    };
    expect(codeOf(decide(nonsense))).toBe('UNKNOWN_ACCOUNT');
  });

  test('a deposit taken back lowers the price, and may even pay the customer', () => {
    const cup = { kind: 'purchase-return' as const, debit: 'customer', credit: 'merchant:bar', amountMinor: 2_00 };
    const beer = { kind: 'purchase' as const, debit: 'merchant:bar', credit: 'customer', amountMinor: 5_50 };
    const mixed = purchase({ number: 7, before: 95_00 }, 3_50, { items: [beer, cup] });
    expect(codeOf(decide(mixed))).toBe('none');
    const tag = { ...good.tag, balanceAfterMinor: 97_00 };
    expect(codeOf(decide({ ...good, items: [cup], amountMinor: 2_00, balanceDeltaMinor: 2_00, tag }))).toBe('none');
  });

  test.each([
    ['the items’ net is not balanceDeltaMinor', unbalanced],
    ['amountMinor is not the price', { ...good, amountMinor: 5_49 }],
    ['before and after do not differ by the delta', { ...good, tag: { ...good.tag, balanceAfterMinor: 1 } }],
    [
      'the sides are swapped',
      { ...good, items: [{ kind: 'purchase' as const, debit: 'customer', credit: 'merchant:bar', amountMinor: 5_50 }] },
    ],
    [
      'a purchase with a top-up item',
      { ...good, items: [{ kind: 'topup' as const, debit: 'customer', credit: 'top-up:cash', amountMinor: 5_50 }] },
    ],
    [
      'a cash top-up credited to the card channel',
      topUp({ number: 1 }, 10_00, 0, {
        items: [{ kind: 'topup', debit: 'customer', credit: 'top-up:card', amountMinor: 10_00 }],
      }),
    ],
    [
      'a fee that pays the customer',
      topUp({ number: 1 }, 10_00, 0, {
        items: [
          { kind: 'topup', debit: 'customer', credit: 'top-up:cash', amountMinor: 10_00 },
          { kind: 'topup-fee', debit: 'customer', credit: 'fee', amountMinor: 1 },
        ],
      }),
    ],
  ])('UNBALANCED_ITEMS: %s', (_name, sent) => {
    expect(codeOf(decide(sent))).toBe('UNBALANCED_ITEMS');
  });

  test('an aborted or unknown transaction books nothing, so that its sums are not asked', () => {
    for (const state of ['Aborted', 'TerminalConfirmUnknown'] as const) {
      expect(decide({ ...unbalanced, state })).toEqual({ outcome: 'accepted', effect: 'move', to: state });
    }
  });

  test('INVALID_TRANSITION: what is paid online never passes through a till', () => {
    expect(
      codeOf(
        decide(
          topUp({ number: 1 }, 10_00, 0, {
            paymentMethod: 'online',
            items: [{ kind: 'topup', debit: 'customer', credit: 'top-up:online', amountMinor: 10_00 }],
          }),
        ),
      ),
    ).toBe('INVALID_TRANSITION');
    expect(codeOf(decide({ ...tagAdjustment({ number: 1 }, 5_00, 1), paymentMethod: 'online' }))).toBe(
      'INVALID_TRANSITION',
    );
  });

  const sale = { assignmentId: 1, terminalTransactionNumber: 6 };
  const back = refundReversal({ number: 7 }, 20_00, sale);
  const mixed = {
    ...refund({ number: 7, before: 50_00 }, 20_00, 1_00),
    items: [...refund({ number: 7 }, 20_00, 1_00).items, ...back.items],
    balanceDeltaMinor: -1_00,
  };

  test.each([
    ['Q15: a refund with its fee', refund({ number: 7, before: 50_00 }, 20_00, 1_00)],
    ['a refund taken back', back],
    ['R5: a chargeback', chargeback({ number: 7 }, 11_00, sale, 2)],
    ['Q20: an adjustment with a number', tagAdjustment({ number: 7, before: 20_00 }, -5_00, 3)],
    ['Q20: the flag alone', tagAdjustment({ number: 7, before: 20_00 }, 0, null)],
  ])('accepted: %s', (_name, sent) => {
    expect(decide(sent)).toEqual({ outcome: 'accepted', effect: 'move', to: 'Committed' });
    for (const state of ['Aborted', 'TerminalConfirmUnknown'] as const) {
      expect(decide({ ...sent, state })).toEqual({ outcome: 'accepted', effect: 'move', to: state });
    }
  });

  test.each([
    ['a refund that forgets its fee', { ...refund({ number: 7, before: 50_00 }, 20_00, 1_00), amountMinor: 21_00 }],
    ['a refund out of the card channel', { ...refund({ number: 7 }, 20_00, 0), paymentMethod: 'card' as const }],
    ['a reversal that names no refund', { ...back, reference: null }],
    ['a reversal beside a refund', { ...mixed, reference: sale }],
    [
      'a chargeback by the wrong item',
      { ...chargeback({ number: 7 }, 5_50, sale), items: back.items, amountMinor: 20_00 },
    ],
    ['an adjustment that books', { ...tagAdjustment({ number: 7 }, 20_00, 1), items: back.items }],
    ['an adjustment without a number that moves money', tagAdjustment({ number: 7, before: 20_00 }, 5_00, null)],
    ['an adjustment whose amount is not its change', { ...tagAdjustment({ number: 7 }, 5_00, 1), amountMinor: 4_99 }],
  ])('UNBALANCED_ITEMS: %s', (_name, sent) => {
    expect(codeOf(decide(sent))).toBe('UNBALANCED_ITEMS');
  });

  test('SCHEMA_INVALID: another currency, a commit without a number on the tag, a text PostgreSQL cannot hold', () => {
    expect(codeOf(decide({ ...good, currency: 'EUR' }))).toBe('SCHEMA_INVALID');
    expect(codeOf(decide({ ...good, tag: { ...good.tag, transactionNumber: null } }))).toBe('SCHEMA_INVALID');
    expect(codeOf(decide({ ...good, cashierId: 'a\0b' }))).toBe('SCHEMA_INVALID');
  });
});

describe('a transaction the backend knows', () => {
  const unknownNow = { ...good, stateVersion: 3, state: 'TerminalConfirmUnknown' as const };
  const committed = { ...good, stateVersion: 4 };

  test('R30, R31: Unknown is resolved by a Committed of a higher version', () => {
    expect(decide(committed, known(unknownNow))).toEqual({ outcome: 'accepted', effect: 'move', to: 'Committed' });
  });

  test('Q11: the same version with the same content is a duplicate', () => {
    expect(decide(unknownNow, known(unknownNow), 'old')).toEqual({ outcome: 'duplicate' });
  });

  test('Q11: the same version with other content is CONTENT_CONFLICT', () => {
    expect(codeOf(decide({ ...unknownNow, cashierId: 'eve' }, known(unknownNow)))).toBe('CONTENT_CONFLICT');
  });

  test('Q9: an older version that was never seen is stale and changes nothing', () => {
    const stored = known(committed, { state: 'Committed' });
    expect(decide(unknownNow, stored)).toEqual({ outcome: 'duplicate' });
  });

  test('Q9: Unknown with a higher version after a final state by TR is INVALID_TRANSITION', () => {
    const stored = known(good, { state: 'Committed' });
    expect(codeOf(decide({ ...unknownNow, stateVersion: 9 }, stored))).toBe('INVALID_TRANSITION');
  });

  test('Q9: Unknown after AD or TD is accepted without effect', () => {
    const stored = known(good, { state: 'Reserve', stateCause: 'TD' });
    expect(decide({ ...unknownNow, stateVersion: 9 }, stored)).toEqual({ outcome: 'accepted', effect: 'none' });
  });

  test('Q10: a Committed after ReserveExpired is booked even where the customer falls below zero', () => {
    const broke = purchase({ number: 7, before: 1_00 }, 5_50, { stateVersion: 4 });
    const stored = known(broke, {
      state: 'ReserveExpired',
      stateCause: 'TM',
      stateVersion: 0,
      contentHashes: new Map(),
    });
    expect(decide(broke, stored)).toEqual({ outcome: 'accepted', effect: 'move', to: 'Committed' });
  });

  test('Q11: the same final state again is noted, unless it says other money', () => {
    const stored = known(good, { state: 'Committed' });
    expect(decide(committed, stored)).toEqual({ outcome: 'accepted', effect: 'note' });
    const dearer = purchase({ number: 7, before: 95_00 }, 6_00, { stateVersion: 4 });
    expect(codeOf(decide(dearer, stored))).toBe('CONTENT_CONFLICT');
  });

  test('a later version cannot turn into another transaction', () => {
    const stored = known(unknownNow);
    expect(codeOf(decide({ ...committed, tag: { ...committed.tag, uid: '04FFFFFFFFFFFF' } }, stored))).toBe(
      'CONTENT_CONFLICT',
    );
    expect(codeOf(decide(topUp({ number: 7 }, 10_00, 0, { stateVersion: 4 }), stored))).toBe('CONTENT_CONFLICT');
    expect(uid).toBe(stored.identity.uid);
  });
});

describe('rule 3: the codes by precedence', () => {
  const stored = known(good, { state: 'Committed' });
  const conflict = { ...good, cashierId: 'eve' };

  test('SCHEMA_INVALID beats NOT_REPLICABLE_STATE', () => {
    expect(codeOf(decide({ ...good, state: 'Open', currency: 'EUR' }))).toBe('SCHEMA_INVALID');
  });
  test('NOT_REPLICABLE_STATE beats UNKNOWN_ACCOUNT', () => {
    expect(codeOf(decide({ ...stranger, state: 'Open' }))).toBe('NOT_REPLICABLE_STATE');
  });
  test('UNKNOWN_ACCOUNT beats UNBALANCED_ITEMS', () => {
    expect(codeOf(decide({ ...stranger, balanceDeltaMinor: -1 }))).toBe('UNKNOWN_ACCOUNT');
  });
  test('UNBALANCED_ITEMS beats CONTENT_CONFLICT', () => {
    expect(codeOf(decide({ ...conflict, balanceDeltaMinor: -5_51 }, stored))).toBe('UNBALANCED_ITEMS');
  });
  test('CONTENT_CONFLICT beats INVALID_TRANSITION', () => {
    expect(codeOf(decide({ ...conflict, state: 'Aborted' }, stored))).toBe('CONTENT_CONFLICT');
    expect(codeOf(decide({ ...good, stateVersion: 4, state: 'Aborted' }, stored))).toBe('INVALID_TRANSITION');
  });
});
