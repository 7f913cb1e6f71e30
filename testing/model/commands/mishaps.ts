import fc from 'fast-check';
import { takeOverKilled } from '../model-aftermath.ts';
import { anyOf, type CommandKind } from '../session-command.ts';
import { anyTag, logInAgain, takeAway } from './showing.ts';
import { expectCode } from './wishes.ts';

/** The power goes, whatever the till is doing. */
const kill: CommandKind<null> = {
  name: 'kill',
  weight: 2,
  details: fc.constant(null),
  run: async (model, real) => {
    takeOverKilled(model, null, await real.kill(null));
    await logInAgain(model, real);
  },
};

/** The till is closed as it should be, whatever it is doing, and started again. */
const restart: CommandKind<null> = {
  name: 'restart',
  weight: 1,
  details: fc.constant(null),
  run: async (model, real) => {
    model.interrupt();
    model.restart();
    await real.restart();
    await logInAgain(model, real);
  },
};

/** The crash cleanup on request, with a tag where there is something to ask one for. */
const cleanUp: CommandKind<{ tag: number | null }> = {
  name: 'clean up',
  weight: 3,
  details: fc.record({ tag: fc.option(anyTag, { freq: 3 }) }),
  isPossible: ({ work }) => !work,
  run: async (model, real, { tag }) => {
    const before = model.rows.map(({ state }) => state);
    const timeoutMs = tag === null ? 0 : 30_000;
    if (tag !== null) model.cleanUpWith(tag, timeoutMs);
    const answer = real.till.till.operations.cleanup({ timeoutMs });
    await real.quiet();
    if (tag !== null) {
      await real.hand({ kind: 'hold', tagId: real.tagId(tag) });
      await real.wait(timeoutMs);
    }
    const changed = model.rows.filter(({ state }, index) => state !== before[index]);
    const countOf = (state: string) => changed.filter((row) => row.state === state).length;
    const unknown = model.rows.filter(({ state }) => state === 'TerminalConfirmUnknown').length;
    const wanted = JSON.stringify({ committed: countOf('Committed'), aborted: countOf('Aborted'), unknown });
    const counted = await answer;
    const found = counted.ok ? JSON.stringify(counted.value) : counted.fault.code;
    if (found !== wanted) throw new Error(`the cleanup says ${found} and not ${wanted}`);
  },
};

/** The customer spends or gets money at another till of the event, and comes back. */
const elsewhere: CommandKind<{ tag: number; amountMinor: number; isSale: boolean }> = {
  name: 'elsewhere',
  weight: 3,
  details: fc.record({
    tag: fc.constantFrom(0, 1),
    amountMinor: fc.integer({ min: 501, max: 4_000 }),
    isSale: fc.boolean(),
  }),
  run: async (model, real, { tag, amountMinor, isSale }) => {
    const wanted = model.bookElsewhere(tag, isSale ? -amountMinor : amountMinor);
    const ending = await real.elsewhere(tag, async (till) => {
      if (!isSale) return till.topUp({ firstTagOnly: true, amountMinor, method: 'cash' });
      await till.clearCart({});
      await till.addAmountToCart({ amountMinor });
      return till.sell({ firstTagOnly: true });
    });
    expectCode(wanted, ending.code);
  },
};

/** A tag is damaged until nothing of it can be read. */
const corrupt: CommandKind<number> = {
  name: 'corrupt',
  weight: 1,
  details: fc.constantFrom(0, 1),
  isPossible: (model, tag) => model.tag(tag).condition === 'issued',
  run: async (model, real, tag) => {
    await real.hand({ kind: 'corrupt', tagId: real.tagId(tag) });
    model.tag(tag).condition = 'corrupt';
  },
};

/**
 * A corrupt tag is to be rebuilt (tag.md, "Writing" 4), and the line is cut after the ledger has said what is on it: the
 * backend does not know of the new generation yet, so that nothing is written.
 */
const repairCutOff: CommandKind<number> = {
  name: 'repair cut off',
  weight: 1,
  details: fc.constantFrom(0, 1),
  isPossible: (model, tag) =>
    [!model.work, model.isBackendUp, model.desk.cashier === 'sue', model.desk.shift !== null].every(Boolean) &&
    model.tag(tag).condition === 'corrupt' &&
    model.adjustments[tag]?.length === 0,
  run: async (model, real, tag) => {
    await takeAway(model, real);
    real.backend.isLookTheLast = true;
    await real.start((till) => till.repair({ firstTagOnly: true }));
    await real.hand({ kind: 'hold', tagId: real.tagId(tag) });
    real.backend.isUp = true;
    model.hold(tag);
    model.refuse('BACKEND_UNREACHABLE');
    model.isOnline = real.till.view.uplink.state === 'online';
  },
};

export const mishapCommands = [
  anyOf(kill),
  anyOf(restart),
  anyOf(cleanUp),
  anyOf(elsewhere),
  anyOf(corrupt),
  anyOf(repairCutOff),
];
export const mishapKinds = { restart, elsewhere, corrupt, repairCutOff };
