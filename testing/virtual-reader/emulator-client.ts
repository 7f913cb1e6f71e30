import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { type EmulatorAnswer, type EmulatorRequest, emulatorAnswerSchema } from './emulator-messages.ts';

/** A request as its sender writes it; the id is drawn here. */
export type EmulatorWish = EmulatorRequest extends infer Request
  ? Request extends EmulatorRequest
    ? Omit<Request, 'id'>
    : never
  : never;

/** The other end of `emulator-process.ts`. */
export class EmulatorClient {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve(answer: EmulatorAnswer): void; reject(error: Error): void }>();
  #lastId = 0;

  constructor(port: number) {
    this.#child = fork(path.join(import.meta.dirname, 'emulator-process.ts'), [String(port)], {
      serialization: 'advanced',
      execArgv: [],
    });
    this.#child.on('message', (message) => {
      const answer = emulatorAnswerSchema.parse(message);
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.kind === 'refused') {
        waiting?.reject(new Error(answer.detail));
      } else {
        waiting?.resolve(answer);
      }
    });
    this.#child.once('exit', (code) => {
      for (const { reject } of this.#waiting.values()) {
        reject(new Error(`the emulator ended with code ${code}`));
      }
      this.#waiting.clear();
    });
  }

  ask(wish: EmulatorWish): Promise<EmulatorAnswer> {
    this.#lastId += 1;
    const id = this.#lastId;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ ...wish, id });
    });
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const ended = new Promise((resolve) => this.#child.once('exit', resolve));
      this.#child.disconnect();
      await ended;
    }
  }
}
