import fc from 'fast-check';
import { type BatchFate, batchFates } from '../model-backend.ts';
import { anyOf, type CommandKind } from '../session-command.ts';
import type { World } from '../world.ts';
import { logInAgain } from './showing.ts';

/** What is unsent is sent, and something may go wrong with the first batch. */
const replicate: CommandKind<BatchFate> = {
  name: 'replicate',
  weight: 4,
  details: fc.oneof({ weight: 3, arbitrary: fc.constant('accepted' as const) }, fc.constantFrom(...batchFates)),
  run: async (model, real, fate) => {
    const { backend, till } = real;
    backend.fate = fate;
    const answer = await till.till.operations.replicate({ untilEmpty: false, timeoutMs: 60_000 });
    backend.fate = 'accepted';
    if (!answer.ok) throw new Error(answer.fault.code);
    const { fault, rejectedCount, unsentCount } = answer.value;
    model.isOnline = till.view.uplink.state === 'online';
    model.rejectedCount += rejectedCount;
    if (unsentCount === 0) model.tellBackend([]);
    if (rejectedCount > 0 && fate !== 'rejected') throw new Error('rejected without a reason');
    const isFine = backend.isUp && (fate === 'accepted' || fate === 'rejected');
    if (isFine && (fault !== null || unsentCount > 0)) throw new Error(`${unsentCount} unsent: ${fault?.code}`);
    if (isFine && !backend.hasLost) expectSameJournal(real);
  },
};

/** Another till has seen the tag, and the backend says so when it hears that this one does not know (Q9). */
const evidence: CommandKind<number> = {
  name: 'seen by another till',
  weight: 3,
  details: fc.constantFrom(0, 1),
  isPossible: (model, tag) => !model.work && model.isBackendUp && model.seenElsewhere(tag).length > 0,
  run: async (model, real, tag) => {
    const seen = model.seenElsewhere(tag);
    for (const { number } of seen) real.backend.seenOnTags.add(number);
    model.tellBackend(seen);
    await replicate.run(model, real, 'accepted');
  },
};

/** R46, R47: the backend has the till's journal, entry by entry, and nothing else. */
function expectSameJournal({ backend, till }: World): void {
  const own = [...till.journal.lines()].map((line) => JSON.parse(line).hash);
  const kept = backend.entries.map(({ hash }) => hash);
  if (JSON.stringify(own) !== JSON.stringify(kept))
    throw new Error(`${kept.length} of ${own.length} entries were kept`);
}

const goDown: CommandKind<boolean> = {
  name: 'backend is up',
  weight: 2,
  details: fc.boolean(),
  run: async (model, real, isUp) => {
    real.backend.isUp = isUp;
    model.isBackendUp = isUp;
  },
};

const answerReservations: CommandKind<World['backend']['reservation']> = {
  name: 'reservations are',
  weight: 2,
  details: fc.constantFrom(
    'held' as const,
    'held' as const,
    'no-answer' as const,
    'TAG_BLOCKED' as const,
    'INSUFFICIENT_FUNDS' as const,
  ),
  run: async (model, real, reservation) => {
    real.backend.reservation = reservation;
    model.reservation = reservation;
  },
};

/** The backend is put back from a backup; a till that starts afterwards notices by itself, another at its next batch. */
const restore: CommandKind<{ lostCount: number; isTillRestarted: boolean }> = {
  name: 'backend restored',
  weight: 1,
  details: fc.record({ lostCount: fc.integer({ min: 1, max: 6 }), isTillRestarted: fc.boolean() }),
  isPossible: ({ work, isBackendUp }) => !work && isBackendUp,
  run: async (model, real, { lostCount, isTillRestarted }) => {
    const { backend } = real;
    backend.lose(lostCount);
    if (!isTillRestarted) return;
    model.restart();
    await real.restart();
    await logInAgain(model, real);
    backend.hasLost = false;
    await replicate.run(model, real, 'accepted');
  },
};

/** Something is booked in the backend that the tag lacks (Q20). */
const bookAdjustment: CommandKind<{ tag: number; amountMinor: number; setBlocked: boolean | null }> = {
  name: 'book adjustment',
  weight: 3,
  details: fc.record({
    tag: fc.constantFrom(0, 1),
    amountMinor: fc.integer({ min: -12_000, max: 12_000 }),
    setBlocked: fc.option(fc.boolean(), { freq: 1 }),
  }),
  run: async (model, real, { tag, amountMinor, setBlocked }) => {
    const uid = real.uid(tag);
    const pending = real.backend.adjustments.get(uid) ?? [];
    const adjustment = {
      adjustmentNumber: pending.length + 1,
      amountMinor,
      ...(setBlocked === null ? {} : { setBlocked }),
    };
    real.backend.adjustments.set(uid, [...pending, adjustment]);
    model.adjustments[tag]?.push({ amountMinor, setBlocked });
  },
};

export const backendCommands = [
  anyOf(replicate),
  anyOf(evidence),
  anyOf(goDown),
  anyOf(answerReservations),
  anyOf(restore),
  anyOf(bookAdjustment),
];
export const backendKinds = { replicate, evidence, answerReservations, restore, bookAdjustment };
