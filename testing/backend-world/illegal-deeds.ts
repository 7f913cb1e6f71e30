import type { SentTransaction } from '../backend/payloads.ts';
import { purchase, snapshot } from '../backend/payloads.ts';
import { FleetFault } from './fleet.ts';
import type { WorldTill } from './world-till.ts';

const states = [
  'Open',
  'TerminalConfirmStarted',
  'TerminalConfirmUnknown',
  'Committed',
  'Aborted',
  'Reserve',
  'ReservePending',
  'ReserveExpired',
  'ExternalPending',
  'ExternalUnknown',
] as const;

/** One thing about a transaction that is not as it was, or that never can be. */
const distortions: readonly ((till: WorldTill, sent: SentTransaction) => unknown)[] = [
  ({ dice }, sent) => ({ ...sent, state: dice.pick(states) }),
  ({ dice }, sent) => ({ ...sent, state: dice.pick(states), stateVersion: (sent.stateVersion ?? 3) + dice.below(3) }),
  (_till, sent) => ({ ...sent, stateVersion: 1 }),
  (_till, sent) => ({ ...sent, amountMinor: sent.amountMinor + 1 }),
  (_till, sent) => ({ ...sent, balanceDeltaMinor: sent.balanceDeltaMinor + 1, stateVersion: sent.stateVersion + 1 }),
  (_till, sent) => ({ ...sent, items: [...sent.items, ...sent.items], stateVersion: sent.stateVersion + 1 }),
  (_till, sent) => ({ ...sent, items: sent.items.map((item) => ({ ...item, credit: 'merchant:nobody' })) }),
  (_till, sent) => ({
    ...sent,
    items: sent.items.map((item) => ({ ...item, debit: item.credit, credit: item.debit })),
  }),
  (_till, sent) => ({ ...sent, currency: 'XTS', stateVersion: sent.stateVersion + 1 }),
  (till, sent) => ({ ...sent, tag: { ...sent.tag, uid: till.world.newUid() }, stateVersion: sent.stateVersion + 1 }),
  ({ dice }, sent) => ({
    ...sent,
    type: dice.pick(['TopUp', 'Purchase', 'Chargeback', 'Refund', 'TagAdjustment', 'Gift']),
    stateVersion: sent.stateVersion + 1,
  }),
  ({ dice }, sent) => ({ ...sent, paymentMethod: dice.pick(['tag', 'cash', 'card', 'online', 'none']) }),
  (_till, sent) => ({ ...sent, terminalTransactionNumber: -1 }),
  (_till, sent) => ({ ...sent, tag: null }),
  (_till, sent) => ({ ...sent, cashierId: 'a\u0000b', stateVersion: sent.stateVersion + 1 }),
  (_till, sent) => ({ ...sent, openedAt: '0000-01-01T00:00:00Z', stateVersion: sent.stateVersion + 1 }),
];

/** Something wrong about what was said before, or of a transaction that nobody has heard of. */
export function sayWrongly(till: WorldTill): void {
  const { dice } = till;
  const known = dice.oneOf(till.said);
  if (known === undefined || dice.chance(0.2)) {
    till.number += 1;
    const state = dice.pick(['Open', 'TerminalConfirmStarted', 'Reserve', 'ExternalPending', 'Committed']);
    const sold = purchase({ number: till.number, uid: till.world.newUid(), before: 1_00 }, 2_00, { state });
    till.journal.append('transaction', state === 'Committed' ? { ...sold, currency: 'XTS' } : sold);
    till.note('wrong', 'new number', `${till.number} ${state}`);
    return;
  }
  const distort = dice.oneOf(distortions);
  if (distort === undefined) return;
  till.journal.append('transaction', distort(till, known));
  till.note('wrong', `distortion ${distortions.indexOf(distort)}`, `${known.terminalTransactionNumber}`);
}

/** The same entry once more, or the same word with a higher version. */
export function sayAgain(till: WorldTill): void {
  const known = till.dice.oneOf(till.said);
  if (known === undefined) return;
  if (till.dice.chance(0.5)) till.journal.append('transaction', known);
  else till.say(known);
  till.note('again', String(known.state), `${known.terminalTransactionNumber}`);
}

/** What is no transaction: shifts, events of tags, and entries that nobody can read. */
export function saySomethingElse(till: WorldTill): void {
  const { dice, journal, world } = till;
  const shift = { shiftId: `s${dice.below(9)}`, cashierId: 'anna', countedCashMinor: 0, unknownCashMinor: 0 };
  const kind = dice.weighted({ shift: 2, corruptSeen: 1, cloneSeen: 1, nonsense: 2, staleTag: 1 });
  const uid = world.newUid();
  switch (kind) {
    case 'shift':
      journal.append('shift', { ...shift, event: dice.pick(['opened', 'closed']) });
      break;
    case 'corruptSeen':
    case 'cloneSeen':
      journal.append('tagEvent', { event: kind, uid, generation: 0, detail: 'seen' });
      break;
    case 'nonsense':
      journal.append(dice.pick(['transaction', 'tagSnapshot', 'shift', 'weather']), { b: [2, 'ä', null], a: { uid } });
      break;
    case 'staleTag':
      // A tag whose history speaks of numbers that this till has used for something else (Q49).
      journal.append('tagSnapshot', snapshot({ uid, readAt: world.instant() }));
      break;
  }
  till.note('else', kind);
}

const refusals = {
  gap: ['GAP'],
  otherJournal: ['JOURNAL_UNKNOWN', 'BATCH_CONFLICT'],
  forked: ['JOURNAL_FORKED'],
  broken: ['CHAIN_BROKEN'],
  otherBytes: ['BATCH_CONFLICT', 'taken'],
} as const;

/** A batch that may not be taken; nothing of it is, and the next honest one works. */
export async function sendWrongly(till: WorldTill): Promise<void> {
  const { journal, dice, acknowledged } = till;
  const last = journal.entries.length;
  if (acknowledged < 1 || last <= acknowledged + 1) return;
  const kind = dice.pick(['gap', 'otherJournal', 'forked', 'broken', 'otherBytes']);
  const said = await sendOf(till, kind);
  till.note('bad batch', said, kind);
  const expected: readonly string[] = refusals[kind];
  if (!till.isLost && !expected.includes(said)) throw new FleetFault(`${till.name}: ${kind} was answered with ${said}`);
}

async function sendOf(till: WorldTill, kind: keyof typeof refusals): Promise<string> {
  const { journal, acknowledged, dice } = till;
  const last = journal.entries.length;
  switch (kind) {
    case 'gap':
      return till.send(acknowledged + 2, last);
    case 'otherJournal': {
      const { body } = journal.batch(acknowledged + 1, last);
      return till.sendBody(`${acknowledged + 1}-${last}`, body.replace(journal.journalId, 'f'.repeat(32)));
    }
    case 'forked': {
      const entries = journal.entries.slice(acknowledged - 1, last);
      const [first, ...rest] = entries;
      const forked = { ...first, hash: '0'.repeat(64) };
      const body = { protocol: 1, journalId: journal.journalId, entries: [forked, ...rest] };
      return till.sendBody(`${acknowledged}-${last}`, JSON.stringify(body));
    }
    case 'broken': {
      const entries = journal.entries.slice(acknowledged, last);
      const spoilt = dice.below(entries.length);
      const altered = entries.map((entry, index) =>
        index === spoilt ? { ...entry, at: '2026-07-04T00:00:00Z' } : entry,
      );
      const body = { protocol: 1, journalId: journal.journalId, entries: altered };
      return till.sendBody(`${acknowledged + 1}-${last}`, JSON.stringify(body));
    }
    case 'otherBytes': {
      // The name of a batch that was taken; forgotten meanwhile, its entries are duplicates.
      const first = till.sentRanges.at(-1)?.[0] ?? 1;
      const end = till.sentRanges.at(-1)?.[1] ?? 1;
      return till.sendBody(`${first}-${end}`, `${journal.batch(first, end).body} `);
    }
  }
}
