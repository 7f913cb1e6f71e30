import type { Dice } from '../backend-world/dice.ts';
import { readDisk } from '../kills/disk-state.ts';
import type { Bar, Said } from './bar.ts';
import type { ChaosWorld } from './chaos-world.ts';
import type { Mishap } from './deed-plan.ts';
import type { Deed, Wristband } from './wristband.ts';

/** A deed and everything that went wrong with it, until the till was there again. */
export interface Served {
  readonly said: Said;
  readonly isWritten: boolean;
  /** The wristband has a transaction at this bar that is not decided yet. */
  readonly isOpen: boolean;
}

/** What the till said, and where it was killed: when it asked for a torn wristband again, or anywhere before its answer. */
interface Undergone {
  readonly said: Said;
  readonly killed: 'no' | 'at work' | 'asking for the wristband again';
}

/** Serves one customer at the bar where they are. @throws where something was lost, doubled or told wrongly */
export async function serve(world: ChaosWorld, wristband: Wristband, deed: Deed, mishap: Mishap): Promise<Served> {
  const bar = world.barOf(wristband);
  const { lastTerminalTransactionNumber: lastNumber } = await bar.till.ask('status', {});
  const { said, killed } = await undergo(bar, wristband, deed, mishap);
  await bar.clear();
  const isWritten = wristband.note(deed, bar.assignmentId, await world.witness(wristband));
  const complain = (what: string) => {
    throw new Error(
      `${bar.name}, ${wristband.uid}, ${JSON.stringify({ deed, mishap, said, killed, isWritten })}: ${what}`,
    );
  };
  if (said === 'committed' && !isWritten) complain('committed, and not on the wristband');
  if ((said === 'aborted' || said === 'refused') && isWritten) complain('on the wristband all the same');
  if (said === 'fault' || said === 'refused') complain('nothing was wrong');
  if (killed === 'no') {
    if (said === 'gone') complain('the till died by itself');
    return { said, isWritten, isOpen: said === 'unknown' };
  }
  const left = leftOn(bar, lastNumber + 1, isWritten);
  const state = said === 'gone' ? left.state : `${left.state}, answer on its way`;
  world.kills.note('till host', killed === 'at work' ? state : `${state}, ${killed}`, true);
  await bar.restart();
  return { said, isWritten, isOpen: !left.isDecided };
}

async function undergo(bar: Bar, wristband: Wristband, deed: Deed, mishap: Mishap): Promise<Undergone> {
  const isToTear = mishap.kind === 'tear' || mishap.kind === 'tear and kill';
  if (isToTear) await bar.reader.tear(mishap.page, mishap.point);
  const { said } = await bar.ask(deed);
  const again = bar.till.seen('the wristband to be asked for again', ({ screen }) => screen.screen === 'again');
  const torn = again.then(
    () => 'torn' as const,
    () => null,
  );
  const writing = bar.till
    .seen('the till to write', ({ screen }) => screen.screen === 'writing')
    .then(() => performance.now())
    .catch(() => null);
  await bar.insert(wristband.uid);
  switch (mishap.kind) {
    case 'none':
      return { said: await timed(bar, said, writing), killed: 'no' };
    case 'kill':
      if (mishap.from === 'writing') await Promise.race([writing, said]);
      return killWithin(bar, said, mishap.at * bar.usualMs[mishap.from]);
    case 'tear':
    case 'tear and kill': {
      const isTorn = (await Promise.race([torn, said])) === 'torn';
      await bar.reader.forgetPlans();
      if (!isTorn) return { said: await said, killed: 'no' };
      if (mishap.kind === 'tear and kill') {
        bar.kill();
        return { said: await said, killed: 'asking for the wristband again' };
      }
      if (mishap.isPutBack) await bar.insert(wristband.uid);
      else await bar.till.ask('dismiss', {});
      return { said: await said, killed: 'no' };
    }
  }
}

/** Takes the time of a deed that nothing disturbs. */
async function timed(bar: Bar, said: Promise<Said>, writing: Promise<number | null>): Promise<Said> {
  const shownMs = performance.now();
  const end = await said;
  const endMs = performance.now();
  const [earlier, { tap, writing: write }] = [0.8, bar.usualMs];
  bar.usualMs.tap = earlier * tap + (1 - earlier) * (endMs - shownMs);
  bar.usualMs.writing = earlier * write + (1 - earlier) * (endMs - ((await writing) ?? shownMs));
  return end;
}

async function killWithin(bar: Bar, said: Promise<Said>, withinMs: number): Promise<Undergone> {
  let killed: Undergone['killed'] = 'no';
  const timer = setTimeout(() => {
    killed = 'at work';
    bar.kill();
  }, withinMs);
  const end = await said;
  clearTimeout(timer);
  return { said: end, killed };
}

/** What a killed till has left on its disk of the deed, and whether that says how it ended. */
function leftOn(bar: Bar, number: number, isWritten: boolean): { readonly state: string; readonly isDecided: boolean } {
  const { rows, faults } = readDisk(bar.folder.place);
  if (faults.length > 0) throw new Error(`${bar.name}, killed: ${faults.join('; ')}`);
  const row = rows[number - 1];
  if (row === undefined) return { state: 'nothing on its disk yet', isDecided: true };
  const isFinal = row.state === 'Committed' || row.state === 'Aborted';
  if (isFinal || row.writeStartedAt === null) return { state: row.state, isDecided: true };
  return { state: `${row.state}, image ${isWritten ? 'on' : 'not on'} the wristband`, isDecided: false };
}

/**
 * Where a customer goes now. Whose transaction was cut off shows the wristband again at once, or is served elsewhere first:
 * once or twice, so that its history still reaches back when it returns (requirements 3.2).
 */
export async function afterwards(world: ChaosWorld, wristband: Wristband, served: Served, dice: Dice): Promise<void> {
  const isHome = wristband.at === wristband.home;
  if (served.isOpen && isHome && world.bars.length > 1 && dice.chance(0.35)) {
    wristband.awayLeft = 1 + dice.below(2);
    return world.move(wristband, (wristband.home + 1 + dice.below(world.bars.length - 1)) % world.bars.length);
  }
  if (served.isOpen) await world.barOf(wristband).resolve(wristband);
  if (isHome) return;
  wristband.awayLeft -= 1;
  if (wristband.awayLeft <= 0) await world.move(wristband, wristband.home);
}
