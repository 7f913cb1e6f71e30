// Goal: a claim of a tag does to every state exactly what Q6, Q8, Q9 and Q49 say, and never a step that the table does not have.
// Method: walks every state for every type; spoils each field of a matching claim in turn.
import { describe, expect, test } from 'vitest';
import { backendStates, transactionTypes } from '../../contract/wire/words.ts';
import { snapshot } from '../../testing/backend/payloads.ts';
import { type ClaimedTransaction, claimsOf, judgeClaim, sortClaims, type TagClaim } from './tag-evidence.ts';
import { isLegalTransition, type TransitionKind } from './transitions.ts';

const claim: TagClaim = {
  assignmentId: 41,
  terminalTransactionNumber: 7,
  uid: '04A1B2C3D4E5F6',
  generation: 1,
  tagTransactionNumber: 3,
  deltaMinor: -5_50,
  type: 'Purchase',
  seenAt: '2026-07-04T20:15:00.000Z',
};
const heard = { rejected: false, assignmentKnown: true };
const matching = (of: TagClaim, state: ClaimedTransaction['state']): ClaimedTransaction => ({
  state,
  type: of.type,
  uid: of.uid,
  generation: of.generation,
  tagTransactionNumber: of.tagTransactionNumber,
  deltaMinor: of.deltaMinor,
});
const kindOf: Record<TagClaim['type'], TransitionKind> = {
  Purchase: 'terminal-purchase',
  Refund: 'terminal-cash-refund',
  TopUp: 'terminal-cash-top-up',
  Chargeback: 'terminal-chargeback',
  TagAdjustment: 'terminal-tag-adjustment',
};

test('tag.md: entry i of the history belongs to number N − i; empty entries claim nothing', () => {
  const line = (terminalTransactionNumber: number) => ({
    assignmentId: 41,
    terminalTransactionNumber,
    amountMinor: -1,
    type: 'Purchase' as const,
  });
  const claims = claimsOf(snapshot({ transactionNumber: 2, history: [line(9), line(8), line(7)] }));
  expect(claims.map((each) => [each.terminalTransactionNumber, each.tagTransactionNumber])).toEqual([
    [9, 2],
    [8, 1],
  ]);
  expect(claimsOf(snapshot({ transactionNumber: 2, history: [null, line(8), null] }))).toMatchObject([
    { terminalTransactionNumber: 8, tagTransactionNumber: 1 },
  ]);
});

describe('Q6: a transaction that the backend lacks', () => {
  test('only Purchase and Refund that lower the balance are held', () => {
    for (const type of transactionTypes) {
      for (const deltaMinor of [-5_50, 5_50]) {
        const holds = (type === 'Purchase' || type === 'Refund') && deltaMinor < 0;
        expect(judgeClaim({ ...claim, type, deltaMinor }, undefined, heard)).toEqual({
          verdict: holds ? 'hold' : 'missing',
        });
      }
    }
  });

  test('one of an assignment nobody knows is listed; one that was rejected is the operator’s', () => {
    expect(judgeClaim(claim, undefined, { ...heard, assignmentKnown: false })).toEqual({ verdict: 'missing' });
    expect(judgeClaim(claim, undefined, { ...heard, rejected: true })).toEqual({ verdict: 'nothing' });
  });
});

describe('a transaction that the backend has', () => {
  test('3.4: whatever evidence moves, the table allows by TD', () => {
    let moves = 0;
    for (const type of transactionTypes) {
      for (const deltaMinor of [-5_50, 5_50]) {
        const of = { ...claim, type, deltaMinor };
        const reserves = (type === 'Purchase' || type === 'Refund') && deltaMinor < 0;
        for (const state of backendStates) {
          // A reservation of anything else cannot be made.
          if (!reserves && (state === 'ReservePending' || state === 'ReserveExpired')) continue;
          const verdict = judgeClaim(of, matching(of, state), heard);
          if (verdict.verdict !== 'move') continue;
          moves += 1;
          expect([type, state, verdict.to, isLegalTransition(kindOf[type], state, verdict.to, 'TD')]).toEqual([
            type,
            state,
            verdict.to,
            true,
          ]);
        }
      }
    }
    expect(moves).toBe(12);
  });

  test('Q9: proof of written holds what lowers the balance and commits what has no reserve; a net return waits', () => {
    const judge = (type: TagClaim['type'], deltaMinor: number) => {
      const of = { ...claim, type, deltaMinor };
      return judgeClaim(of, matching(of, 'TerminalConfirmUnknown'), heard);
    };
    expect(judge('Purchase', -5_50)).toEqual({ verdict: 'move', to: 'Reserve' });
    expect(judge('Refund', -5_50)).toEqual({ verdict: 'move', to: 'Reserve' });
    expect(judge('TopUp', 5_50)).toEqual({ verdict: 'move', to: 'Committed' });
    expect(judge('TagAdjustment', -5_50)).toEqual({ verdict: 'move', to: 'Committed' });
    expect(judge('Purchase', 2_00)).toEqual({ verdict: 'nothing' });
  });

  test('Q8: Aborted stays and is reported; Committed and Reserve stay', () => {
    expect(judgeClaim(claim, matching(claim, 'Aborted'), heard)).toEqual({
      verdict: 'alert',
      code: 'EVIDENCE_CONTRADICTS_ABORTED',
    });
    for (const state of ['Committed', 'Reserve'] as const)
      expect(judgeClaim(claim, matching(claim, state), heard)).toEqual({ verdict: 'nothing' });
  });

  test('Q49: UID, generation, tag number, amount and type must all match, else nothing moves', () => {
    const spoilt: Partial<ClaimedTransaction>[] = [
      { uid: '04FFFFFFFFFFFF' },
      { generation: 2 },
      { tagTransactionNumber: 4 },
      { tagTransactionNumber: null },
      { deltaMinor: -5_51 },
      { type: 'Refund' },
    ];
    for (const change of spoilt) {
      const found = { ...matching(claim, 'TerminalConfirmUnknown'), ...change };
      expect(judgeClaim(claim, found, heard)).toEqual({ verdict: 'alert', code: 'EVIDENCE_MISMATCH' });
    }
  });
});

test('Q49: claims that agree count once, claims that do not are disputed', () => {
  const later = { ...claim, seenAt: '2026-07-04T21:00:00.000Z' };
  const other = { ...claim, terminalTransactionNumber: 8 };
  const contrary = { ...other, deltaMinor: -6_00 };
  expect(sortClaims([claim, later])).toEqual({ agreed: [later], disputed: [] });
  expect(sortClaims([claim, other, contrary])).toEqual({ agreed: [claim], disputed: [other, contrary] });
});
