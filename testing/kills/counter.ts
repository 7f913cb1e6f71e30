import type { Answer } from '../../cli/answer.ts';
import type { Outcome } from '../../contract/ipc/operations.ts';
import type { WitnessedTag } from '../klink/tag-witness.ts';
import { makeFolder, type TestFolder } from '../klink/test-folder.ts';
import type { VirtualReader, VirtualTag } from '../virtual-reader/virtual-reader.ts';
import { HeldLine } from './held-line.ts';
import { KillableTill } from './killable-till.ts';
import type { DemoCode, KillingWorld } from './killing-world.ts';

/** Longer than any row takes; a row that waits for a tag in vain ends in a complaint, not in a hanging test. */
export const patienceMs = 30_000;

/** How the tag is waited for: `firstTagOnly` as on the command line, else as in a window. */
export interface TapPatience {
  readonly timeoutMs: number;
  readonly firstTagOnly: boolean;
}
export type Operation = (till: KillableTill, patience: TapPatience) => Promise<Answer<Outcome>>;

export interface CounterSetting {
  readonly code: DemoCode;
  readonly model: 'ntag213' | 'classic1k';
  readonly taps: 1 | 2;
}

/** One till, one reader and one customer with one tag: all that a row of the matrix has to itself. */
export class Counter {
  readonly world: KillingWorld;
  readonly setting: CounterSetting;
  readonly reader: VirtualReader;
  readonly folder: TestFolder;
  readonly line: HeldLine;
  uid: string;
  tag: VirtualTag;
  till: KillableTill;

  private constructor(
    world: KillingWorld,
    setting: CounterSetting,
    reader: VirtualReader,
    parts: Pick<Counter, 'folder' | 'line' | 'uid' | 'tag' | 'till'>,
  ) {
    this.world = world;
    this.setting = setting;
    this.reader = reader;
    this.folder = parts.folder;
    this.line = parts.line;
    this.uid = parts.uid;
    this.tag = parts.tag;
    this.till = parts.till;
  }

  /** A till that has just been enrolled, and a blank tag. */
  static async open(world: KillingWorld, setting: CounterSetting, reader: VirtualReader): Promise<Counter> {
    const { model, code } = setting;
    const uid = newUid(world, setting);
    const tag = await reader.makeTag({ model, uid });
    const line = await HeldLine.open(world.backend.address);
    const folder = makeFolder('till');
    const till = await KillableTill.start(folder.place, reader);
    await till.ask('enrol', { backendUrl: line.address, code, terminalName: 'Bar' });
    return new Counter(world, setting, reader, { folder, line, uid, tag, till });
  }

  /**
   * Behaves as a customer while the till works: shows the tag when the till waits for one, shows it again where a second tap
   * is asked for, and takes it away when all is over, also where the till dies meanwhile.
   */
  async show<Value>(work: () => Promise<Value>, taps: 1 | 2 = 1): Promise<Value> {
    const from = this.till.steps.length;
    const ended = work();
    try {
      await Promise.race([this.till.step(from, ({ event }) => event === 'waitingForTag'), ended]);
      await this.reader.insert(this.tag);
      if (taps === 2) await this.#confirm(from, ended);
      return await ended;
    } finally {
      await this.reader.remove();
    }
  }

  /** @param firstTagOnly as on the command line; else as in a window, which goes on waiting whatever happens to the reader */
  tap(operation: Operation, firstTagOnly = true): Promise<Answer<Outcome>> {
    return this.show(() => operation(this.till, { timeoutMs: patienceMs, firstTagOnly }), this.setting.taps);
  }

  /** The same, and it has to succeed. */
  async tapped(operation: Operation, taps: 1 | 2 = 1): Promise<Outcome> {
    const answer = await this.show(() => operation(this.till, { timeoutMs: patienceMs, firstTagOnly: true }), taps);
    if (!answer.ok) throw new Error(JSON.stringify(answer.fault));
    const { result, step } = answer.result;
    if (result !== 'committed' && result !== 'done') throw new Error(`${result}: ${JSON.stringify(step)}`);
    return answer.result;
  }

  /** The customer has another tag from now on, which is blank. */
  async takeBlankTag(): Promise<void> {
    this.uid = newUid(this.world, this.setting);
    this.tag = await this.reader.makeTag({ model: this.setting.model, uid: this.uid });
  }

  /** What the tag holds, by the witness; null where it is blank. */
  async shown(): Promise<WitnessedTag | null> {
    return this.world.witness(this.setting.code, this.uid, await this.reader.memory(this.tag));
  }

  /** The next till on the same folder, as after a restart. */
  async restart(): Promise<void> {
    await this.till.stop();
    this.till = await KillableTill.start(this.folder.place, this.reader);
  }

  async close(): Promise<void> {
    await this.till.stop();
    await this.line.close();
    this.folder.remove();
  }

  async #confirm(from: number, ended: Promise<unknown>): Promise<void> {
    await Promise.race([this.till.step(from, ({ event }) => event === 'checkoutStarted'), ended]);
    await this.reader.remove();
    await this.reader.insert(this.tag);
  }
}

function newUid(world: KillingWorld, { model }: CounterSetting): string {
  return world.newUid(model === 'classic1k' ? 4 : 7);
}
