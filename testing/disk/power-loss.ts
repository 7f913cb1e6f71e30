import { createHash } from 'node:crypto';
import { Dice } from '../backend-world/dice.ts';
import type { DiskEvent } from './disk-log.ts';
import { judgePicture, type Picture } from './judge-picture.ts';
import { powerCuts } from './power-cuts.ts';
import { drawerName } from './recording.ts';
import { type Told, toldSchema } from './told.ts';
import { VolatileDisk } from './volatile-disk.ts';

/** Where the power went, in which way, and what was wrong then. */
export interface Loss {
  /** Which of the events it was, by what it is to be. */
  readonly moment: string;
  readonly how: string;
  readonly complaints: readonly string[];
}

export interface PowerLossProgress {
  readonly moments: number;
  readonly syncs: number;
  readonly pictures: number;
  /** Pictures that were the same as one before, to the byte and to the last thing told. */
  readonly repeated: number;
  readonly losses: readonly Loss[];
  readonly byHow: ReadonlyMap<string, number>;
  readonly done: number;
  readonly total: number;
}

export interface PowerLossPlan {
  readonly seed: number;
  /** One in so many moments is looked at. */
  readonly every: number;
  /** So many ways of one moment are drawn; none and all of what is pending always are. */
  readonly perMoment: number;
}

/**
 * Takes the power away again and again in one recorded session: before every sync – when most is on its way – and after
 * everything that was told. Each picture that differs is judged by a till of its own.
 */
export async function losePower(
  events: readonly DiskEvent[],
  plan: PowerLossPlan,
  onProgress: (progress: PowerLossProgress) => void = () => undefined,
): Promise<PowerLossProgress> {
  const run = new PowerLossRun(events, plan);
  for await (const progress of run.play()) onProgress(progress);
  return run.progress;
}

class PowerLossRun {
  readonly #events: readonly DiskEvent[];
  readonly #plan: PowerLossPlan;
  readonly #disk = new VolatileDisk();
  readonly #tags = new VolatileDisk();
  readonly #told: Told[] = [];
  readonly #seen = new Set<string>();
  readonly #losses: Loss[] = [];
  readonly #byHow = new Map<string, number>();
  #counts = { moments: 0, syncs: 0, pictures: 0, repeated: 0, done: 0 };

  constructor(events: readonly DiskEvent[], plan: PowerLossPlan) {
    this.#events = events;
    this.#plan = plan;
  }

  get progress(): PowerLossProgress {
    return { ...this.#counts, losses: this.#losses, byHow: this.#byHow, total: this.#events.length };
  }

  async *play(): AsyncGenerator<PowerLossProgress> {
    for (const [index, event] of this.#events.entries()) {
      this.#counts.done = index + 1;
      if (event.kind === 'synced') {
        this.#counts.syncs += 1;
        yield* this.#lose(`event ${index}, before ${event.file || 'the folder'} is synced`, index);
      }
      this.#apply(event);
      if (event.kind === 'told') yield* this.#lose(`event ${index}, after it was told ${event.text}`, index);
    }
    yield* this.#lose('at the end', this.#events.length);
  }

  #apply(event: DiskEvent): void {
    if (event.kind === 'told') this.#told.push(toldSchema.parse(JSON.parse(event.text)));
    else (event.file.startsWith(drawerName) ? this.#tags : this.#disk).apply(event);
  }

  async *#lose(moment: string, index: number): AsyncGenerator<PowerLossProgress> {
    this.#counts.moments += 1;
    if (this.#counts.moments % this.#plan.every !== 0) return;
    const dice = new Dice(this.#plan.seed, moment);
    const ways = powerCuts(this.#disk, dice);
    const drawn = ways.filter((_, way) => way < 2 || dice.next() < this.#plan.perMoment / ways.length);
    for (const { how, survival } of drawn) {
      const picture = this.#picture(this.#disk.afterPowerLoss(survival), index);
      if (!this.#isNew(picture)) continue;
      const complaints = await judgePicture(picture);
      this.#counts.pictures += 1;
      this.#byHow.set(how, (this.#byHow.get(how) ?? 0) + 1);
      if (complaints.length > 0) this.#losses.push({ moment, how, complaints });
      yield this.progress;
    }
  }

  #picture(files: Picture['files'], index: number): Picture {
    return { files, drawer: this.#tags.live(drawerName), told: [...this.#told], tapsUnderWay: this.#nextTaps(index) };
  }

  #nextTaps(index: number): number | null {
    for (const event of this.#events.slice(index)) {
      const told = event.kind === 'told' ? toldSchema.parse(JSON.parse(event.text)) : null;
      if (told?.kind === 'taps') return told.taps;
    }
    return null;
  }

  #isNew({ files, drawer, told }: Picture): boolean {
    const hash = createHash('sha256')
      .update(`${told.length} `)
      .update(drawer ?? '');
    for (const [file, bytes] of [...files].sort()) hash.update(`${file} ${bytes.length} `).update(bytes);
    const digest = hash.digest('hex');
    if (this.#seen.has(digest)) {
      this.#counts.repeated += 1;
      return false;
    }
    this.#seen.add(digest);
    return true;
  }
}
