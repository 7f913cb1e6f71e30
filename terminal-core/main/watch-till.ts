import type { Fault } from '../../contract/ipc/fault.ts';
import type { Step } from '../../contract/ipc/step.ts';
import { ok, type Result } from '../domain/result.ts';
import { guarded, openForReading, statusOf } from './read-till.ts';
import { systemTimers } from './system.ts';

/** How often the disk is asked whether somebody has written; the question itself reads nothing of the database. */
const lookEveryMs = 100;

export interface Watch {
  readonly currency: string | null;
  /** Of the till as it stands when the watch begins. */
  readonly status: ReturnType<typeof statusOf>;
  /** Tells every step from now on; answers when it was stopped, or with the fault that ended it. */
  follow(onStep: (step: Step) => void): Promise<Result<void, Fault>>;
  stop(): void;
}

/** Follows a till beside it, without the right to write: also while it sells, and across its restarts. */
export function watchTill(dataFolder: string): Result<Watch, Fault> {
  const opened = openForReading(dataFolder);
  if (!opened.ok) return opened;
  const database = opened.value;
  const begun = guarded(() => ({ status: statusOf(database), trail: database.trail() }));
  if (!begun.ok) {
    database.close();
    return begun;
  }
  const { status, trail } = begun.value;
  let end: (result: Result<void, Fault>) => void = () => undefined;
  let stopTimer: () => void = () => undefined;
  const ended = new Promise<Result<void, Fault>>((resolve) => {
    end = resolve;
  });
  const look = (onStep: (step: Step) => void): void => {
    const news = guarded(() => trail.news());
    if (news.ok) {
      for (const step of news.value) onStep(step);
      stopTimer = systemTimers.after(lookEveryMs, () => look(onStep));
    } else end(news);
  };
  return ok({
    currency: database.assignments.assignment()?.edition.currency ?? null,
    status,
    async follow(onStep) {
      look(onStep);
      const result = await ended;
      stopTimer();
      database.close();
      return result;
    },
    stop: () => end(ok(undefined)),
  });
}
