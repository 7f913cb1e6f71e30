/**
 * Goal: every receipt that is wanted comes to paper once, in order, or is offered again; nothing that may be on paper is printed
 * again by itself; a printer that is away holds nobody up and is found again.
 * Method: the queue with attempts that end as a test says, and time that a test moves.
 */
import { describe, expect, test } from 'vitest';
import type { PrintEnd } from '../../contract/ipc/printing.ts';
import { PrintQueue } from './print-queue.ts';

const printed: PrintEnd = { outcome: 'printed' };
const unreachable: PrintEnd = {
  outcome: 'not-printed',
  fault: { code: 'PRINTER_UNREACHABLE', message: 'away' },
};
const noPaper: PrintEnd = { outcome: 'not-printed', fault: { code: 'PRINTER_NO_PAPER', message: 'no paper' } };
const unsure: PrintEnd = { outcome: 'unsure', fault: { code: 'PRINT_UNSURE', message: 'broke off' } };

class World {
  readonly attempts: string[] = [];
  readonly states: string[] = [];
  readonly queue: PrintQueue;
  #ends: PrintEnd[] = [];
  #timers: { atMs: number; readonly action: () => void }[] = [];
  #nowMs = 0;

  constructor() {
    const after = (delayMs: number, action: () => void) => {
      const timer = { atMs: this.#nowMs + delayMs, action };
      this.#timers.push(timer);
      return () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      };
    };
    this.queue = new PrintQueue({ after }, () => this.states.push(this.queue.view.state));
  }

  /** How the next attempts end; afterwards everything is printed. */
  ending(...ends: readonly PrintEnd[]): this {
    this.#ends = [...ends];
    return this;
  }

  want(name: string): void {
    this.queue.add({
      attempt: (mayBeOnPaper) => {
        this.attempts.push(mayBeOnPaper ? `${name} (copy)` : name);
        return Promise.resolve(this.#ends.shift() ?? printed);
      },
    });
  }

  async settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
  }

  /** Lets time pass, and everything happen in it. */
  async pass(ms: number): Promise<void> {
    await this.settle();
    const untilMs = this.#nowMs + ms;
    for (;;) {
      const [next] = this.#timers.filter(({ atMs }) => atMs <= untilMs).sort((one, other) => one.atMs - other.atMs);
      if (next === undefined) break;
      this.#nowMs = next.atMs;
      this.#timers = this.#timers.filter((other) => other !== next);
      next.action();
      await this.settle();
    }
    this.#nowMs = untilMs;
  }
}

test('one after the other, in order, and then there is nothing to do', async () => {
  const world = new World();
  for (const name of ['A', 'B', 'C']) world.want(name);
  expect(world.queue.view).toMatchObject({ state: 'printing', waitingCount: 3 });
  await world.settle();
  expect(world.attempts).toEqual(['A', 'B', 'C']);
  expect(world.queue.view).toEqual({ state: 'ready', fault: null, waitingCount: 0, failedCount: 0 });
});

describe('a printer that is away', () => {
  test('is tried again by itself, and what waits comes in order', async () => {
    const world = new World().ending(unreachable, unreachable);
    world.want('A');
    world.want('B');
    await world.settle();
    expect(world.queue.view).toMatchObject({
      state: 'waiting',
      fault: { code: 'PRINTER_UNREACHABLE' },
      waitingCount: 2,
    });
    await world.pass(1_500);
    expect(world.attempts).toEqual(['A', 'A', 'A', 'B']);
    expect(world.queue.view.state).toBe('ready');
  });

  test('for good: given up after a quarter of a minute, those behind it at once; printed again when asked for', async () => {
    const world = new World().ending(...Array.from({ length: 8 }, () => unreachable));
    for (const name of ['A', 'B', 'C']) world.want(name);
    await world.pass(16_000);
    expect(world.attempts).toEqual([...Array.from({ length: 6 }, () => 'A'), 'B', 'C']);
    expect(world.queue.view).toMatchObject({ state: 'failed', waitingCount: 0, failedCount: 3 });
    await world.pass(3_600_000);
    expect(world.attempts).toHaveLength(8);
    world.queue.retry();
    await world.settle();
    expect(world.attempts.slice(8)).toEqual(['A', 'B', 'C']);
    expect(world.queue.view).toMatchObject({ state: 'ready', failedCount: 0 });
  });

  test('what was given up can be let go, and what comes later is printed', async () => {
    const world = new World().ending(...Array.from({ length: 6 }, () => unreachable));
    world.want('A');
    await world.pass(16_000);
    world.queue.forget();
    expect(world.queue.view).toMatchObject({ state: 'ready', fault: null, failedCount: 0 });
    world.want('B');
    await world.settle();
    expect(world.attempts.at(-1)).toBe('B');
    expect(world.attempts.filter((name) => name === 'A')).toHaveLength(6);
  });

  test('what only waits can be let go too', async () => {
    const world = new World().ending(unreachable);
    world.want('A');
    await world.settle();
    world.queue.forget();
    await world.pass(60_000);
    expect(world.attempts).toEqual(['A']);
    expect(world.queue.view.state).toBe('ready');
  });
});

test.each([unreachable, unsure])(
  'let go while it is being printed: it is not tried again, however that ends',
  async (end) => {
    const world = new World().ending(end);
    world.want('A');
    world.want('B');
    world.queue.forget();
    await world.pass(60_000);
    expect(world.attempts).toEqual(['A']);
    expect(world.queue.view).toEqual({ state: 'ready', fault: null, waitingCount: 0, failedCount: 0 });
    world.want('C');
    await world.settle();
    expect(world.attempts).toEqual(['A', 'C']);
  },
);

test('out of paper: asked again until somebody has put a roll in', async () => {
  const world = new World().ending(...Array.from({ length: 100 }, () => noPaper));
  world.want('A');
  await world.pass(299_000);
  expect(world.queue.view).toMatchObject({ state: 'waiting', fault: { code: 'PRINTER_NO_PAPER' } });
  await world.pass(3_000);
  expect(world.queue.view.state).toBe('ready');
  expect(world.attempts).toHaveLength(101);
});

test('what may be on paper is never printed again by itself; asked for, it says that it is a copy', async () => {
  const world = new World().ending(unsure);
  world.want('A');
  world.want('B');
  await world.pass(3_600_000);
  expect(world.attempts).toEqual(['A', 'B']);
  expect(world.queue.view).toMatchObject({ state: 'failed', failedCount: 1 });
  world.queue.retry();
  await world.settle();
  expect(world.attempts).toEqual(['A', 'B', 'A (copy)']);
  expect(world.queue.view.state).toBe('ready');
});

test('no printer is chosen any more: not tried again', async () => {
  const none: PrintEnd = { outcome: 'not-printed', fault: { code: 'PRINTER_NONE', message: 'none' } };
  const world = new World().ending(none);
  world.want('A');
  await world.pass(60_000);
  expect(world.attempts).toEqual(['A']);
  expect(world.queue.view).toMatchObject({ state: 'failed', fault: { code: 'PRINTER_NONE' } });
});

test('a till that prints by itself for a day without a printer keeps the last fifty', async () => {
  const world = new World().ending(...Array.from({ length: 1_000 }, () => unreachable));
  for (let at = 0; at < 300; at += 1) {
    world.want(`R${at}`);
    await world.pass(20_000);
  }
  expect(world.queue.view).toMatchObject({ waitingCount: 0, failedCount: 50 });
});
