import { afterEach, expect } from 'vitest';
import { assignment } from './festival.ts';
import { FestivalBackend } from './festival-backend.ts';
import { issue, type TillsOfTest, topUp } from './flows.ts';
import type { InProcessTill, InProcessTillOptions } from './in-process-till.ts';

export interface OnlineTill {
  readonly till: InProcessTill;
  readonly backend: FestivalBackend;
}

export interface OnlineTillOptions extends InProcessTillOptions {
  readonly technology?: 'type2' | 'classic1k';
}

/** The tags that a folder begins with; one that is made comes after them. */
export const madeTag = 3;

/** Tills with a backend of their own, which is closed after each test. */
export function onlineTillsOfTest(tills: TillsOfTest) {
  const backends: FestivalBackend[] = [];
  afterEach(async () => {
    for (const { server } of backends.splice(0)) await server.close();
  });
  const online = async (options: InProcessTillOptions = {}): Promise<OnlineTill> => {
    const backend = await FestivalBackend.start();
    backends.push(backend);
    const till = tills.open({ assignment: { ...assignment, backendUrl: backend.server.url }, ...options });
    backend.begin(till.journal.ownSeal());
    return { till, backend };
  };
  return {
    online,
    /** With a tag of 95.00 (`madeTag`), which the backend has not heard of yet. */
    async charged({ technology = 'type2', ...options }: OnlineTillOptions = {}): Promise<OnlineTill> {
      const made = await online(options);
      await made.till.hand({ kind: 'create', label: 'Guest', technology });
      await issue(made.till, madeTag);
      expect(await topUp(made.till, 10_000, madeTag)).toMatchObject({ value: { result: 'committed' } });
      return made;
    },
  };
}

/**
 * Cuts a till off at the n-th question to its reader from now on, before it leaves or once the tag has done it.
 * @returns a folder with what was on the disk then; null where the work ended before
 */
export async function killedAt(
  till: InProcessTill,
  { atCommand, point }: { readonly atCommand: number; readonly point: 'before' | 'after' },
  work: () => Promise<unknown>,
): Promise<string | null> {
  const killed = new Promise<string>((resolve) => {
    const kill = (): void => resolve(till.killNow());
    // What the tag does, it does at once; what the till makes of the answer comes later.
    till.duringCommand(atCommand, () => (point === 'before' ? kill() : queueMicrotask(kill)));
  });
  return await Promise.race([killed, work().then(() => null)]);
}

/** How many questions go to the reader before the first write command. */
export async function questionsBeforeWriting(till: InProcessTill, work: () => Promise<unknown>): Promise<number> {
  let count = 0;
  till.onStep = ({ event }) => {
    if (event === 'writing') count = till.commandCount;
  };
  till.duringCommand(0, () => undefined);
  await work();
  return count;
}
