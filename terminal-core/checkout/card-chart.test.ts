/**
 * Goal: the chart of a card top-up walks Q13 and requirements 3.1: the payment is recorded before it is asked for, nothing is
 * written that is not paid, nothing that may be paid is given up without the provider's word.
 * Method: a table of all steps by hand against every state the chart can reach and every event there is; then what holds of
 * every path, whatever the table says.
 */
import { describe, expect, test } from 'vitest';
import { initialTransition, type SnapshotFrom, transition } from 'xstate';
import { getShortestPaths } from 'xstate/graph';
import { limits } from '../domain/limits.ts';
import { isOpenPayment } from '../domain/payment.ts';
import {
  type CardEffect,
  type CardEvent,
  type CardRecord,
  cardTopUpChart,
  plannedCardWork,
  resumedAt,
  resumptions,
} from './card-chart.ts';

const findings = ['written', 'not-written', 'displaced', 'undecidable'] as const;
const everyEvent: readonly CardEvent[] = [
  { type: 'TAG_READ' },
  { type: 'ADMITTED' },
  { type: 'DENIED', reason: 'BALANCE_LIMIT' },
  { type: 'APPROVED' },
  { type: 'DECLINED' },
  { type: 'VOIDED' },
  { type: 'UNVOIDED' },
  { type: 'VOID' },
  { type: 'UNCLEAR', status: 'pending' },
  { type: 'UNCLEAR', status: 'unknown' },
  { type: 'PAID_TAG' },
  { type: 'WRITTEN' },
  { type: 'LOST' },
  ...findings.map((finding): CardEvent => ({ type: 'SAME_TAG', finding })),
  { type: 'TIMEOUT' },
  { type: 'CANCEL' },
  { type: 'INTERRUPT' },
  { type: 'RESOLVED', finding: 'written' },
  { type: 'RESOLVED', finding: 'not-written' },
];

function nameOfEvent(event: CardEvent): string {
  if ('finding' in event) return `${event.type} ${event.finding}`;
  return 'status' in event ? `${event.type} ${event.status}` : event.type;
}

type Leads = readonly [to: string, record: string | null, effect: CardEffect | null];
const steps: Readonly<Record<string, Leads>> = {
  'waitingForTag: TAG_READ': ['admitting', 'open', 'admit'],
  'waitingForTag: TIMEOUT': ['expired', null, null],
  'waitingForTag: CANCEL': ['cancelled', null, null],
  'waitingForTag: INTERRUPT': ['cancelled', null, null],
  'admitting: ADMITTED': ['paying', 'payment pending', 'pay'],
  'admitting: DENIED': ['aborted', 'Aborted BALANCE_LIMIT', null],
  'admitting: CANCEL': ['aborted', 'Aborted CANCELLED', null],
  'admitting: INTERRUPT': ['aborted', 'Aborted INTERRUPTED', null],
  'paying: APPROVED': ['paid', 'payment approved', 'await-paid-tag'],
  'paying: DECLINED': ['aborted', 'Aborted PAYMENT_DECLINED declined', null],
  'paying: VOIDED': ['aborted', 'Aborted PAYMENT_VOIDED voided', null],
  'paying: UNCLEAR pending': ['left', 'payment pending', null],
  'paying: UNCLEAR unknown': ['left', 'payment unknown', null],
  'paying: CANCEL': ['voiding', 'payment unknown', 'void'],
  'paying: VOID': ['voiding', 'payment unknown', 'void'],
  'paying: INTERRUPT': ['left', null, null],
  'paid: PAID_TAG': ['writing', 'checkout-and-write', 'write-tag'],
  'paid: DENIED': ['voiding', 'payment unknown', 'void'],
  'paid: VOID': ['voiding', 'payment unknown', 'void'],
  'paid: CANCEL': ['left', null, null],
  'paid: INTERRUPT': ['left', null, null],
  'paid: TIMEOUT': ['left', null, null],
  'voiding: VOIDED': ['aborted', 'Aborted PAYMENT_VOIDED voided', null],
  'voiding: DECLINED': ['aborted', 'Aborted PAYMENT_DECLINED declined', null],
  'voiding: UNVOIDED': ['left', 'payment approved', null],
  'voiding: UNCLEAR pending': ['left', 'payment pending', null],
  'voiding: UNCLEAR unknown': ['left', 'payment unknown', null],
  'voiding: INTERRUPT': ['left', null, null],
  'writing: WRITTEN': ['committed', 'Committed', null],
  'writing: LOST': ['awaitingSameTag', null, 'await-same-tag'],
  'awaitingSameTag: SAME_TAG written': ['committed', 'Committed', null],
  'awaitingSameTag: SAME_TAG not-written': ['writing', null, 'write-tag'],
  'awaitingSameTag (last): SAME_TAG not-written': ['givingUp TAG_WRITE_FAILED', null, 'void'],
  'awaitingSameTag: SAME_TAG displaced': ['givingUp TAG_CHANGED', null, 'void'],
  'awaitingSameTag: SAME_TAG undecidable': ['unknown', 'TerminalConfirmUnknown', null],
  'awaitingSameTag: TIMEOUT': ['unknown', 'TerminalConfirmUnknown', null],
  'awaitingSameTag: INTERRUPT': ['unknown', 'TerminalConfirmUnknown', null],
  ...givingUp('TAG_WRITE_FAILED'),
  ...givingUp('TAG_CHANGED'),
  'unknown: RESOLVED written': ['committed', 'Committed', null],
  'unknown: RESOLVED not-written': ['aborted', 'Aborted INTERRUPTED', null],
};

/** Written back or not, the tag holds nothing of it: aborted for what happened to the tag. */
function givingUp(reason: string): Record<string, Leads> {
  const from = `givingUp ${reason}`;
  return {
    [`${from}: VOIDED`]: ['aborted', `Aborted ${reason} voided`, null],
    [`${from}: UNVOIDED`]: ['aborted', `Aborted ${reason}`, null],
    [`${from}: UNCLEAR pending`]: ['aborted', `Aborted ${reason} unknown`, null],
    [`${from}: UNCLEAR unknown`]: ['aborted', `Aborted ${reason} unknown`, null],
    [`${from}: INTERRUPT`]: ['aborted', `Aborted ${reason}`, null],
  };
}

type Snapshot = SnapshotFrom<typeof cardTopUpChart>;

function leafOf({ value }: Snapshot): string {
  return typeof value === 'string' ? value : Object.values(value).join();
}

function nameOf(snapshot: Snapshot): string {
  const leaf = leafOf(snapshot);
  return leaf === 'givingUp' ? `${leaf} ${snapshot.context.givenUp}` : leaf;
}

function nameOfRecord(record: CardRecord | null): string | null {
  if (!record) return null;
  if (record.kind === 'payment') return `payment ${record.status}`;
  if (record.kind !== 'end') return record.kind;
  return [record.state, record.reason, record.payment].filter((part) => part !== null).join(' ');
}

const paths = getShortestPaths(cardTopUpChart, {
  events: [...everyEvent],
  serializeState: (state) => JSON.stringify([state.value, state.context]),
});
const reachable: readonly Snapshot[] = paths.map(({ state }) => state);

test('begins with waiting for a tag, and records nothing', () => {
  const [start, actions] = initialTransition(cardTopUpChart);
  expect(leafOf(start)).toBe('waitingForTag');
  expect(plannedCardWork(actions)).toEqual({ record: null, effect: 'await-tag' });
});

test('Q13, 3.1: every event in every state does what the table says, and nothing where it says nothing', () => {
  const seen = new Set<string>();
  for (const snapshot of reachable) {
    const isLast = snapshot.context.writeAttempts >= limits.writeAttemptsMax;
    for (const event of everyEvent) {
      const plain = `${nameOf(snapshot)}: ${nameOfEvent(event)}`;
      const last = plain.replace(': ', ' (last): ');
      const key = isLast && steps[last] ? last : plain;
      const expected = steps[key];
      expect({ key, can: snapshot.can(event) }).toEqual({ key, can: expected !== undefined });
      if (!expected) continue;
      seen.add(key);
      const [next, actions] = transition(cardTopUpChart, snapshot, event);
      const { record, effect } = plannedCardWork(actions);
      expect([key, leafOf(next) === 'givingUp' ? nameOf(next) : leafOf(next), nameOfRecord(record), effect]).toEqual([
        key,
        ...expected,
      ]);
    }
  }
  expect([...seen].sort()).toEqual(Object.keys(steps).sort());
});

describe('on every path', () => {
  /** What is recorded and done along a path, in order: `record:…` before `effect:…` of the same step. */
  const walked = paths.map(({ steps: taken }) => {
    let [snapshot] = initialTransition(cardTopUpChart);
    return taken.flatMap(({ event }) => {
      if (!('type' in event) || !snapshot.can(event)) return [];
      const [next, actions] = transition(cardTopUpChart, snapshot, event);
      snapshot = next;
      const { record, effect } = plannedCardWork(actions);
      return [...(record ? [record] : []), ...(effect ? [effect] : [])];
    });
  });

  test('INV-12: the card is asked only after it was recorded that it will be', () => {
    const asked = walked.filter((path) => path.includes('pay'));
    expect(asked.length).toBeGreaterThan(10);
    for (const path of asked) {
      const before = path.slice(0, path.indexOf('pay'));
      expect(before.at(-1)).toEqual({ kind: 'payment', status: 'pending' });
    }
  });

  test('INV-12: the tag is written only after the payment was recorded as approved', () => {
    for (const path of walked.filter((path) => path.includes('write-tag'))) {
      const before = path.slice(0, path.indexOf('write-tag'));
      expect(before).toContainEqual({ kind: 'payment', status: 'approved' });
    }
  });

  test('INV-12: money is asked back only after it was recorded that nobody knows whether the card has it', () => {
    const givenBack = walked.filter((path) => path.includes('void') && !path.includes('write-tag'));
    expect(givenBack.length).toBeGreaterThan(0);
    for (const path of givenBack) {
      const before = path.slice(0, path.indexOf('void'));
      expect(before.at(-1)).toEqual({ kind: 'payment', status: 'unknown' });
    }
  });

  test('Q13: nothing that may be paid is aborted while it is Open', () => {
    for (const path of walked) {
      const records = path.filter((part): part is CardRecord => typeof part !== 'string');
      if (records.some(({ kind }) => kind === 'checkout-and-write')) continue;
      const end = records.find((record) => record.kind === 'end');
      if (end?.kind !== 'end') continue;
      const wasAsked = records.some(({ kind }) => kind === 'payment');
      const isDecided = end.payment !== null && !isOpenPayment(end.payment);
      expect({ records, isDecided }).toEqual({ records, isDecided: wasAsked });
    }
  });
});

test.each(['paying', 'paid'] as const)('an open payment is taken up again where it was left: %s', (resumption) => {
  const resumed = resumedAt(resumption);
  expect(resumed.value).toBe(resumption);
  const same = reachable.find((snapshot) => snapshot.value === resumption);
  for (const event of everyEvent) expect(resumed.can(event)).toBe(same?.can(event));
  expect(resumptions[resumption].effect).toBe(resumption === 'paid' ? 'await-paid-tag' : 'pay');
});
