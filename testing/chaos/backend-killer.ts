import { setTimeout as pause } from 'node:timers/promises';
import type { Dice } from '../backend-world/dice.ts';
import type { Bar } from './bar.ts';
import type { ChaosWorld } from './chaos-world.ts';
import { isBatch, type Underway } from './foul-line.ts';
import { type DatabaseDeath, databaseDeaths } from './killable-backend.ts';

/** Longest that a kill waits for something to hit. */
const patienceMs = 4_000;
/** Kills backend and database while somebody waits for them. */
export class BackendKiller {
  readonly #world: ChaosWorld;
  readonly #dice: Dice;
  #deathCount = 0;

  constructor(world: ChaosWorld) {
    this.#world = world;
    this.#dice = world.dice('backend killer');
  }

  /** Waits for a request, lets it go on for a drawn moment, kills; resolves when the backend is there again. */
  async killBackend(): Promise<void> {
    const { backend, kills, line } = this.#world;
    const hit = await this.#aim();
    await backend.kill();
    line.target = backend.running.address;
    if (hit.length === 0) return kills.note('backend', 'nothing to do', false);
    kills.note('backend', await this.#fateOf(hit), true);
  }

  async killDatabase(): Promise<void> {
    const { backend, kills } = this.#world;
    const death: DatabaseDeath = databaseDeaths[this.#deathCount++ % databaseDeaths.length] ?? 'server killed';
    const hit = await this.#aim();
    await backend.killDatabase(death);
    if (hit.length === 0) return kills.note('database', `${death}: nothing to do`, false);
    kills.note('database', `${death}: ${await this.#fateOf(hit)}`, true);
  }

  /** What is with the backend at the moment that was drawn; empty where nothing came, or it was answered before. */
  async #aim(): Promise<readonly Underway[]> {
    const { line } = this.#world;
    const isAnyWelcome = this.#dice.chance(0.3);
    const next = line.nextUnderway((underway) => isAnyWelcome || isBatch(underway));
    await Promise.race([next.came, pause(patienceMs)]);
    next.forget();
    await pause(this.#dice.next() * 1.1 * line.usualBatchMs);
    return line.underway;
  }

  /** Of a batch that was hit: whether it is booked, which only its till does not know. */
  async #fateOf(hit: readonly Underway[]): Promise<string> {
    const fates = await Promise.all(hit.map((underway) => this.#describe(underway)));
    return [...new Set(fates)].sort().join(' and ');
  }

  async #describe({ method, path }: Underway): Promise<string> {
    const [, assignment = '', resource = ''] = /\/assignments\/(\d+)\/([^?]*)/.exec(path) ?? [];
    const lastSeq = Number(/^batches\/\d+-(\d+)$/.exec(resource)?.[1] ?? Number.NaN);
    if (Number.isNaN(lastSeq)) return resource.replaceAll(/\d+|[0-9A-F]{14}/g, '…') || `${method} ${path}`;
    const seq = await this.#barOf(assignment).sealedSeq(this.#world.backend.running.address);
    return seq >= lastSeq ? 'batch, booked' : 'batch, not booked';
  }

  #barOf(assignment: string): Bar {
    const bar = this.#world.bars.find(({ assignmentId }) => String(assignmentId) === assignment);
    if (bar === undefined) throw new Error(`nobody has assignment ${assignment}`);
    return bar;
  }
}
