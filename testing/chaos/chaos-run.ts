import type { Dice } from '../backend-world/dice.ts';
import { BackendKiller } from './backend-killer.ts';
import type { Bar } from './bar.ts';
import { ChaosWorld, type WorldPlan } from './chaos-world.ts';
import { drawDeed, drawMishap, type MishapWeights } from './deed-plan.ts';
import { reckon } from './reckoning.ts';
import { afterwards, serve } from './serving.ts';
import { fairWeather, type Weather } from './weather.ts';
import type { Wristband } from './wristband.ts';

export interface ChaosPlan extends WorldPlan {
  /** It goes on until so many sales are on wristbands, and so many kills have hit work in progress. */
  readonly sales: number;
  readonly kills: number;
  /** So many deeds lie between two times at which everything is brought to rest and compared. */
  readonly reckonEvery: number;
  readonly mishaps: MishapWeights;
  readonly weather: Weather;
  /** One in so many deeds is followed by the end of the backend, or of its database; 0: never. */
  readonly backendKillEvery: number;
  readonly databaseKillEvery: number;
  /** No deed is begun after so long. */
  readonly endMs: number;
}

/** What a run has come to so far. */
export interface ChaosProgress {
  readonly world: ChaosWorld;
  readonly deeds: number;
  readonly sales: number;
  readonly reckonings: number;
  readonly said: ReadonlyMap<string, number>;
}

export interface ChaosEnd extends ChaosProgress {
  readonly complaints: readonly string[];
}

/** Runs a festival into the ground again and again, and compares all books each time it stands. */
export async function runChaos(plan: ChaosPlan, onProgress: (progress: ChaosProgress) => void): Promise<ChaosEnd> {
  const world = await ChaosWorld.open(plan);
  try {
    return await new ChaosRun(world, plan, onProgress).run();
  } finally {
    await world.close();
  }
}

class ChaosRun {
  readonly #world: ChaosWorld;
  readonly #plan: ChaosPlan;
  readonly #onProgress: (progress: ChaosProgress) => void;
  readonly #killer: BackendKiller;
  readonly #said = new Map<string, number>();
  readonly #startedMs = performance.now();
  #deeds = 0;
  #reckonings = 0;
  #isClosing = false;
  #awaitedDeed: { readonly number: number; readonly resolve: () => void } | null = null;

  constructor(world: ChaosWorld, plan: ChaosPlan, onProgress: (progress: ChaosProgress) => void) {
    this.#world = world;
    this.#plan = plan;
    this.#onProgress = onProgress;
    this.#killer = new BackendKiller(world);
  }

  async run(): Promise<ChaosEnd> {
    const complaints: string[] = [];
    while (!this.#isOver && complaints.length === 0) {
      complaints.push(...(await this.#round().catch((error: unknown) => [String(error)])));
      this.#onProgress(this.#progress);
    }
    return { ...this.#progress, complaints };
  }

  get #progress(): ChaosProgress {
    const sales = this.#world.wristbands.flatMap(({ writes }) => writes).filter(({ kind }) => kind === 'sale').length;
    return { world: this.#world, deeds: this.#deeds, sales, reckonings: this.#reckonings, said: this.#said };
  }

  get #isOver(): boolean {
    const isDone = this.#progress.sales >= this.#plan.sales && this.#world.kills.inWorkCount >= this.#plan.kills;
    return this.#deeds > 0 && (isDone || performance.now() - this.#startedMs > this.#plan.endMs);
  }

  /** All bars at once, and the backend's end beside them; then all books. */
  async #round(): Promise<readonly string[]> {
    const until = this.#deeds + this.#plan.reckonEvery;
    this.#isClosing = false;
    this.#world.line.weather = this.#plan.weather;
    const closed = Promise.allSettled(this.#world.bars.map((bar, index) => this.#open(bar, index, until))).finally(() =>
      this.#closeBars(),
    );
    const disturbed = Promise.allSettled([this.#disturb(until)]);
    const ended = [...(await closed), ...(await disturbed)];
    const broken = ended.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []));
    if (broken.length > 0) return broken;
    // What has to come right by itself does so once nothing breaks any more.
    this.#world.line.weather = fairWeather;
    const complaints = await reckon(this.#world);
    this.#reckonings += 1;
    return complaints;
  }

  /** One customer of this bar after the other. */
  async #open(bar: Bar, index: number, until: number): Promise<void> {
    const dice = this.#world.dice(`${bar.name}, deed ${this.#deeds}`);
    while (this.#deeds < until && !this.#isClosing) {
      const customer = dice.oneOf(this.#world.wristbands.filter(({ at }) => at === index));
      if (customer === undefined) return;
      this.#deeds += 1;
      if (this.#deeds >= (this.#awaitedDeed?.number ?? Number.POSITIVE_INFINITY)) this.#awaitedDeed?.resolve();
      try {
        await this.#serveOne(customer, dice);
      } catch (error) {
        // Something is wrong: the other bars only finish what they have begun.
        this.#closeBars();
        throw error;
      }
      this.#onProgress(this.#progress);
    }
  }

  async #serveOne(customer: Wristband, dice: Dice): Promise<void> {
    const served = await serve(this.#world, customer, drawDeed(dice, customer), drawMishap(dice, this.#plan.mishaps));
    this.#said.set(served.said, (this.#said.get(served.said) ?? 0) + 1);
    await afterwards(this.#world, customer, served, dice);
  }

  async #disturb(until: number): Promise<void> {
    const { backendKillEvery, databaseKillEvery } = this.#plan;
    for (let at = this.#deeds + 1; at < until; at += 1) {
      const isBackend = backendKillEvery > 0 && at % backendKillEvery === 0;
      const isDatabase = databaseKillEvery > 0 && at % databaseKillEvery === 0;
      if (!isBackend && !isDatabase) continue;
      await this.#reached(at);
      // It took so long to bring the last one back that everybody has gone home.
      if (this.#deeds >= until || this.#isClosing) return;
      if (isDatabase) await this.#killer.killDatabase();
      else await this.#killer.killBackend();
    }
  }

  #closeBars(): void {
    this.#isClosing = true;
    this.#awaitedDeed?.resolve();
  }

  async #reached(number: number): Promise<void> {
    if (this.#deeds >= number || this.#isClosing) return;
    await new Promise<void>((resolve) => {
      this.#awaitedDeed = { number, resolve };
    });
    this.#awaitedDeed = null;
  }
}
