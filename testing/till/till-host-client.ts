import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import {
  type FromTillHost,
  fromTillHostSchema,
  type ResultEnvelope,
  type TillHostOptions,
  type ToTillHost,
} from '../../contract/ipc/envelope.ts';

const entryFile = path.join(import.meta.dirname, '../../terminal-core/main/till-host.ts');

/** The till host as a composer knows it: a real process that is told and asked by messages. */
export class TillHostClient {
  readonly messages: FromTillHost[] = [];
  readonly child: ChildProcess;
  /** The exit code, or the signal that ended it. */
  readonly ended: Promise<number | string | null>;
  readonly #watchers = new Set<() => void>();
  #lastId = 0;

  constructor() {
    this.child = fork(entryFile, [], {
      serialization: 'advanced',
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    this.child.on('message', (message) => {
      this.messages.push(fromTillHostSchema.parse(message));
      for (const watcher of [...this.#watchers]) watcher();
    });
    this.ended = new Promise((resolve) => this.child.once('exit', (code, signal) => resolve(code ?? signal)));
  }

  start(dataFolder: string, options: Partial<TillHostOptions> = {}): void {
    const usual = { readerKind: 'simulated', replication: 'on-demand', secretStore: { kind: 'file' } } as const;
    this.tell({ kind: 'start', options: { dataFolder, ...usual, ...options } });
  }

  tell(message: ToTillHost): void {
    this.child.send(message);
  }

  /** The first message of a kind that `pick` makes something of; rejects when the host ends before it. */
  next<Value>(pick: (message: FromTillHost) => Value | null): Promise<Value> {
    return new Promise((resolve, reject) => {
      const look = () => {
        for (const message of this.messages) {
          const picked = pick(message);
          if (picked === null) continue;
          this.#watchers.delete(look);
          resolve(picked);
          return;
        }
      };
      this.#watchers.add(look);
      look();
      void this.ended.then((code) => reject(new Error(`the till host ended with ${code}`)));
    });
  }

  ready(): Promise<boolean> {
    return this.next(({ kind }) => (kind === 'ready' ? true : null));
  }

  call(operation: string, request: unknown = {}): Promise<ResultEnvelope> {
    this.#lastId += 1;
    const id = this.#lastId;
    this.tell({ kind: 'call', id, operation, request });
    return this.next((message) => (message.kind === 'answer' && message.id === id ? message.envelope : null));
  }
}
