import { Dice } from '../backend-world/dice.ts';
import { witnessTag } from '../klink/tag-witness.ts';
import { Bar } from './bar.ts';
import { FoulLine } from './foul-line.ts';
import { KillLog } from './kill-log.ts';
import { KillableBackend } from './killable-backend.ts';
import { Wristband } from './wristband.ts';

export interface WorldPlan {
  readonly seed: number;
  readonly bars: number;
  readonly wristbands: number;
}

/** A festival that is going to be destroyed: bars with a reader each, one network, one backend with its PostgreSQL. */
export class ChaosWorld {
  readonly seed: number;
  readonly backend: KillableBackend;
  readonly line: FoulLine;
  readonly bars: readonly Bar[];
  readonly wristbands: readonly Wristband[];
  readonly editionId: number;
  readonly kills = new KillLog();
  readonly #keys: ReadonlyMap<number, Buffer>;

  private constructor(
    seed: number,
    backend: KillableBackend,
    line: FoulLine,
    bars: readonly Bar[],
    wristbands: readonly Wristband[],
    edition: { readonly id: number; readonly keys: ReadonlyMap<number, Buffer> },
  ) {
    this.seed = seed;
    this.backend = backend;
    this.line = line;
    this.bars = bars;
    this.wristbands = wristbands;
    this.editionId = edition.id;
    this.#keys = edition.keys;
  }

  /** Every wristband is issued, and nobody has any money yet. */
  static async open({ seed, bars: barCount, wristbands: count }: WorldPlan): Promise<ChaosWorld> {
    const backend = await KillableBackend.start();
    const line = await FoulLine.open(backend.running.address);
    const { edition } = await backend.running.enrolWitness('DEMO-FEST');
    const keys = new Map(edition.keySets.map(({ id, keyHex }) => [id, Buffer.from(keyHex, 'hex')]));
    const bars = await Promise.all(
      Array.from({ length: barCount }, (_, index) => Bar.open(`Bar ${index + 1}`, line.address)),
    );
    const wristbands = Array.from({ length: count }, (_, index) => new Wristband(uidOf(index), index % barCount));
    const world = new ChaosWorld(seed, backend, line, bars, wristbands, { id: edition.id, keys });
    await Promise.all(bars.map((bar, index) => world.#issueAt(bar, index)));
    return world;
  }

  dice(name: string): Dice {
    return new Dice(this.seed, name);
  }

  barOf(wristband: Wristband): Bar {
    const bar = this.bars[wristband.at];
    if (bar === undefined) throw new Error(`there is no bar ${wristband.at}`);
    return bar;
  }

  /** What a wristband holds, read without the till's code. */
  async witness({ uid, at }: Wristband) {
    const memory = await this.bars[at]?.memory(uid);
    const key = this.#keys.get(memory?.[3] ?? -1);
    return memory === undefined || key === undefined ? null : witnessTag(memory, Buffer.from(uid, 'hex'), key);
  }

  /** The customer goes to another bar. */
  async move(wristband: Wristband, to: number): Promise<void> {
    const [from, next] = [this.barOf(wristband), this.bars[to]];
    if (next === undefined || next === from) return;
    await next.takeOver(wristband.uid, from);
    wristband.at = to;
  }

  async close(): Promise<void> {
    await Promise.all(this.bars.map((bar) => bar.close()));
    await this.line.close();
    await this.backend.close();
  }

  async #issueAt(bar: Bar, index: number): Promise<void> {
    for (const { uid } of this.wristbands) await bar.makeTag(uid);
    for (const wristband of this.wristbands.filter(({ home }) => home === index)) {
      const said = await bar.issue(wristband);
      if (said !== 'done') throw new Error(`${wristband.uid} was not issued: ${said}`);
    }
  }
}

function uidOf(index: number): string {
  return `04C4A0${(index + 1).toString(16).toUpperCase().padStart(8, '0')}`;
}
