import { expect } from 'vitest';
import { assignment } from './festival.ts';
import { type Ended, patient, startSale, states, type TillsOfTest, witnessed } from './flows.ts';
import type { InProcessTill } from './in-process-till.ts';
import { OutcomeBackend } from './outcome-backend.ts';

/** A till and the backend it speaks to. */
export interface TillAndBackend {
  readonly backend: OutcomeBackend;
  readonly till: InProcessTill;
}

/** A till with 95.00 on its first tag, which the backend has not heard of yet. */
export async function chargedTill(tills: TillsOfTest, backends: OutcomeBackend[]): Promise<TillAndBackend> {
  const backend = await OutcomeBackend.start();
  backends.push(backend);
  const till = await tills.charged({ assignment: { ...assignment, backendUrl: backend.server.url } });
  backend.begin({ seq: 0, hash: till.journal.hashAt(0) ?? '' });
  return { backend, till };
}

/**
 * How many writes it takes to change a tag of 95.00 by `work`: as many as there are, found by tearing at the next one until
 * nothing is torn. The last one makes the new image whole.
 */
async function countWrites(tills: TillsOfTest, work: (till: InProcessTill) => Ended): Promise<number> {
  for (let writeNumber = 1; ; writeNumber += 1) {
    const till = await tills.charged();
    const ended = work(till);
    await till.hand({ kind: 'tear', tagId: till.tagId(0), writeNumber, point: 'before' });
    if (till.screen.screen !== 'done') continue;
    await ended;
    return writeNumber - 1;
  }
}

/** Does `work` with a tag that is torn off: after its last write, or before its first; and shows it no more. */
async function tornOff(
  tills: TillsOfTest,
  till: InProcessTill,
  isWritten: boolean,
  work: (till: InProcessTill) => Ended,
) {
  const writeNumber = isWritten ? await countWrites(tills, work) : 1;
  const ended = work(till);
  await till.hand({ kind: 'tear', tagId: till.tagId(0), writeNumber, point: isWritten ? 'after' : 'before' });
  await till.pass(30_000);
  expect(await ended).toMatchObject({ value: { result: 'unknown' } });
  expect(states(till)).toEqual(['Committed', 'TerminalConfirmUnknown']);
}

/** Number 2, a sale of 55.00, is unknown and stands on the screen: whole on the tag, or not at all. */
export async function unknownSale(
  tills: TillsOfTest,
  backends: OutcomeBackend[],
  isWritten: boolean,
): Promise<TillAndBackend> {
  const world = await chargedTill(tills, backends);
  await tornOff(tills, world.till, isWritten, async (till) => await (await startSale(till, 5_500)).ended);
  expect(witnessed(world.till)?.balanceMinor).toBe(isWritten ? 4_000 : 9_500);
  return world;
}

/** The same of a cash top-up of 20.00, fee 5.00. */
export async function unknownTopUp(
  tills: TillsOfTest,
  backends: OutcomeBackend[],
  isWritten: boolean,
): Promise<TillAndBackend> {
  const world = await chargedTill(tills, backends);
  await tornOff(tills, world.till, isWritten, startTopUp);
  expect(witnessed(world.till)?.balanceMinor).toBe(isWritten ? 11_000 : 9_500);
  return world;
}

/** A cash top-up of 20.00 at the window; the tag is the caller's to show. */
export function startTopUp(till: InProcessTill): Ended {
  return till.till.operations.topUp({ ...patient, amountMinor: 2_000, method: 'cash' });
}

export function replicate(till: InProcessTill) {
  return till.till.operations.replicate({ untilEmpty: false, timeoutMs: 60_000 });
}
