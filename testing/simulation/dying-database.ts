import type { Connection, Database } from '../../backend-mock/store/database.ts';

/** The process is dead: nothing of what follows in it is real. */
export class BackendDied extends Error {
  constructor() {
    super('the simulated backend died');
    this.name = 'BackendDied';
  }
}

/** Whether a process lives, and at which statement it is to die. */
export class Mortality {
  isAlive = true;
  #statementsLeft: number | null = null;
  readonly #onDeath: () => void;

  constructor(onDeath: () => void) {
    this.#onDeath = onDeath;
  }

  /** It dies at the n-th statement from now on, before that is done. */
  dieAfter(statements: number): void {
    this.#statementsLeft = statements;
  }

  restart(): void {
    this.isAlive = true;
    this.#statementsLeft = null;
  }

  /** Asked at every statement: true when this one is not done any more. */
  readonly strikes = (): boolean => {
    if (!this.isAlive || this.#statementsLeft === null) return !this.isAlive;
    this.#statementsLeft -= 1;
    if (this.#statementsLeft > 0) return false;
    this.isAlive = false;
    this.#onDeath();
    return true;
  };
}

/**
 * A database whose user may die between any two statements of a transaction, and right before or after its COMMIT.
 * @param dies asked before every statement, and once the transaction has been committed
 */
export function killable(database: Database, dies: () => boolean): Database {
  return {
    pool: database.pool,
    reads: database.reads,
    async transaction(work) {
      const done = await database.transaction((connection) => work(mortal(connection, dies)));
      if (dies()) throw new BackendDied();
      return done;
    },
    close: () => database.close(),
  };
}

function mortal(connection: Connection, dies: () => boolean): Connection {
  return new Proxy(connection, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== 'function') return member;
      if (name !== 'query') return member.bind(target);
      return (...parameters: unknown[]) => {
        if (dies()) return Promise.reject(new BackendDied());
        return Reflect.apply(member, target, parameters);
      };
    },
  });
}
