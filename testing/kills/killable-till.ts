import path from 'node:path';
import type { Answer } from '../../cli/answer.ts';
import { startTill, type Till } from '../../cli/composer.ts';
import type { OperationAnswer, OperationName, OperationRequest } from '../../contract/ipc/operations.ts';
import type { Step } from '../../contract/ipc/step.ts';
import { childRunning } from '../klink/child-processes.ts';
import { compileCache } from '../klink/run-klink.ts';
import type { VirtualReader } from '../virtual-reader/virtual-reader.ts';

/** The processes of a till that may be killed; whoever started them goes on. */
export const victims = ['till-host', 'reader-host'] as const;
export type Victim = (typeof victims)[number];

const hostsFolder = path.resolve(import.meta.dirname, '../../out/hosts');

interface Waiting {
  readonly fits: (step: Step) => boolean;
  readonly resolve: (step: Step) => void;
}

/** The composer of the command line with the real hosts of `out/`, on a reader of its own, whose hosts can be killed. */
export class KillableTill {
  /** Everything it has told, oldest first. */
  readonly steps: Step[] = [];
  readonly #reader: VirtualReader;
  readonly #waiting = new Set<Waiting>();
  #till: Till | null = null;

  private constructor(reader: VirtualReader) {
    this.#reader = reader;
  }

  /** @throws where the till does not start: after a kill that is a fault of its own */
  static async start(dataFolder: string, reader: VirtualReader): Promise<KillableTill> {
    const killable = new KillableTill(reader);
    const started = await startTill({
      dataFolder,
      readerKind: 'pcsc',
      reader: { readerKind: 'pcsc', readerName: null, dataFolder, simulatedTag: null },
      onStep: (step) => killable.#hear(step),
      hostsFolder,
      hostsEnvironment: { ...compileCache, ...reader.env },
    });
    if (!started.ok) throw new Error(`the till does not start: ${JSON.stringify(started.fault)}`);
    killable.#till = started.result;
    return killable;
  }

  call<N extends OperationName>(operation: N, request: OperationRequest<N>): Promise<Answer<OperationAnswer<N>>> {
    return this.#running().call(operation, request);
  }

  /** The answer of a call that has to succeed. */
  async ask<N extends OperationName>(operation: N, request: OperationRequest<N>): Promise<OperationAnswer<N>> {
    const answer = await this.call(operation, request);
    if (!answer.ok) throw new Error(`${operation}: ${JSON.stringify(answer.fault)}`);
    return answer.result;
  }

  /** The first step from the `from`-th on, told or still to come, that fits. */
  step(from: number, fits: (step: Step) => boolean): Promise<Step> {
    const told = this.steps.slice(from).find(fits);
    if (told !== undefined) return Promise.resolve(told);
    return new Promise((resolve) => this.#waiting.add({ fits, resolve }));
  }

  pidOf(victim: Victim): number {
    const setting = `PCSCLITE_CSOCK_NAME=${this.#reader.env.PCSCLITE_CSOCK_NAME}`;
    const pid = childRunning(process.pid, `${victim}.js`, setting);
    if (pid === null) throw new Error(`the ${victim} is not to be found`);
    return pid;
  }

  kill(victim: Victim): void {
    process.kill(this.pidOf(victim), 'SIGKILL');
  }

  async stop(): Promise<void> {
    await this.#running().stop();
  }

  #running(): Till {
    if (this.#till === null) throw new Error('the till has not been started');
    return this.#till;
  }

  #hear(step: Step): void {
    this.steps.push(step);
    for (const waiting of this.#waiting) {
      if (!waiting.fits(step)) continue;
      this.#waiting.delete(waiting);
      waiting.resolve(step);
    }
  }
}
