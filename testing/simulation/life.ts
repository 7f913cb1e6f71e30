import type Database from 'better-sqlite3';

/** Where a process may be killed: at a question to the reader or the backend, at a timer, before and after a commit. */
export type Moment = 'reader' | 'uplink' | 'timer' | 'report' | 'before-commit' | 'after-commit';

export const killedName = 'ProcessKilled';

/** Thrown through code that is not there any more; whatever it still does has no effect. */
export class ProcessKilled extends Error {
  constructor() {
    super('the simulated process was killed');
    this.name = killedName;
  }
}

/** The life of one process: it can be ended from outside, or is struck at the n-th moment from now. */
export class Life {
  isAlive = true;
  #momentsLeft: number | null = null;
  /** What is there at the beginning is news. */
  #commits = 1;
  #seen = 0;
  readonly #onEnd: (moment: Moment | null) => void;

  constructor(onEnd: (moment: Moment | null) => void) {
    this.#onEnd = onEnd;
  }

  killAfter(moments: number): void {
    this.#momentsLeft = moments;
  }

  spare(): void {
    this.#momentsLeft = null;
  }

  /** A moment passes; false where the process does not live (any more). */
  step(moment: Moment): boolean {
    if (!this.isAlive || this.#momentsLeft === null) return this.isAlive;
    this.#momentsLeft -= 1;
    if (this.#momentsLeft > 0) return true;
    this.end(moment);
    return false;
  }

  /** Something was committed since this was last asked. */
  hasNews(): boolean {
    const has = this.#commits > this.#seen;
    this.#seen = this.#commits;
    return has;
  }

  noteCommit(): void {
    this.#commits += 1;
  }

  /** Runs code of the process: what it throws after its end is nothing that ever happened. */
  guard<Value>(work: () => Value): Value | null {
    try {
      return work();
    } catch (error) {
      if (this.isAlive) throw error;
      return null;
    }
  }

  end(moment: Moment | null = null): void {
    if (!this.isAlive) return;
    this.isAlive = false;
    this.#onEnd(moment);
  }
}

/**
 * A kill right before a commit leaves nothing of it, one right after it leaves all of it, and neither leaves a process: what is
 * durable is what SQLite committed.
 */
export function mortalDatabase(database: Database.Database, life: Life): void {
  const begin = database.transaction.bind(database);
  const mortal = (work: (...parameters: unknown[]) => unknown) => {
    const transaction = begin(work);
    const guarded = (run: (...parameters: unknown[]) => unknown) => {
      return (...parameters: unknown[]) => {
        if (database.inTransaction) return run(...parameters);
        if (!life.step('before-commit')) throw new ProcessKilled();
        const result = run(...parameters);
        life.noteCommit();
        if (!life.step('after-commit')) throw new ProcessKilled();
        return result;
      };
    };
    return Object.assign(guarded(transaction), {
      immediate: guarded(transaction.immediate),
      deferred: guarded(transaction.deferred),
      exclusive: guarded(transaction.exclusive),
    });
  };
  Object.defineProperty(database, 'transaction', { value: mortal });
}
