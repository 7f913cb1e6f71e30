/**
 * Goal: what a till does by the clock it still does right after a day of it: it sends and asks in its rhythm, waits longer
 * the longer nobody answers, finds a backend again that was away or put back, logs out who has left, takes new prices,
 * closes shift after shift to the cent, and no timer is ever left behind.
 * Method: 24 simulated hours of a whole till in this process, from alarm to alarm, with a customer every four minutes, three
 * shifts with breaks, a line that goes down twice, a backend that is restored, and prices that change at noon.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClosedShiftReport } from '../../contract/ipc/shift.ts';
import type { Configuration } from '../../contract/wire/configuration.ts';
import { limits } from '../../terminal-core/domain/limits.ts';
import { chainStart } from '../../terminal-core/store/chain.ts';
import { bookedRows, faultsOfBooks } from './books.ts';
import { DayBackend } from './day-backend.ts';
import { assignment } from './festival.ts';
import { issue, sell, topUp } from './flows.ts';
import { InProcessTill } from './in-process-till.ts';
import { ManualTime, settled } from './manual-time.ts';
import { pins, staffed } from './staff.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const startMs = Date.parse('2026-07-04T06:00:00.000Z');
const customerEveryMs = 4 * minuteMs;
const { backoffFloorMs, backoffCapMs, refreshMs } = limits.replication;

/** Hours from the start. */
const outages = [
  { fromHour: 3, untilHour: 4.5 },
  { fromHour: 9, untilHour: 9.25 },
];
const restoredAtHour = 14;
const newPricesAtHour = 6;
const breaks = [2, 6.5, 10.5, 15, 20].map((fromHour) => ({ fromHour, untilHour: fromHour + 0.3 }));
const shifts = [
  { pin: pins.anna, untilHour: 8 },
  { pin: pins.bert, untilHour: 16 },
  { pin: pins.sue, untilHour: 24 },
];
const newPriceMinor = 650;
const floatMinor = 200_00;

/** What a day leaves behind, for the tests to look at. */
interface Day {
  readonly till: InProcessTill;
  readonly backend: DayBackend;
  readonly closed: readonly ClosedShiftReport[];
  readonly cashMinor: readonly number[];
  readonly alarmsMax: number;
  readonly alarmsAtEnd: number;
  /** How long the till took to show the new price. */
  readonly priceSeenAfterMs: number;
  readonly backOnlineAfterMs: readonly number[];
  /** For every break, what a sale was told at its end. */
  readonly toldAfterBreak: readonly (string | undefined)[];
}

const isWithin = (hour: number, spans: readonly { fromHour: number; untilHour: number }[]): boolean =>
  spans.some(({ fromHour, untilHour }) => hour >= fromHour && hour < untilHour);

/** A day as it passes: from alarm to alarm, and at every stop everything happens that follows. */
class DayInFastMotion {
  readonly time = new ManualTime(startMs);
  readonly backend = new DayBackend(this.time, chainStart(assignment.journalId), staffed);
  readonly till: InProcessTill;
  readonly closed: ClosedShiftReport[] = [];
  readonly cashMinor: number[] = [];
  readonly toldAfterBreak: (string | undefined)[] = [];
  readonly backOnlineAfterMs: number[] = [];
  priceSeenAfterMs = Number.POSITIVE_INFINITY;
  alarmsMax = 0;
  #balanceMinor = 0;
  #drawerMinor = 0;
  #upSinceMs: number | null = null;

  constructor() {
    let state = 1;
    const fraction = (): number => {
      state = (state * 48_271) % 2_147_483_647;
      return state / 2_147_483_647;
    };
    const random = { bytes: (length: number) => new Uint8Array(length).fill(0xab), fraction };
    this.till = new InProcessTill({ time: this.time, configuration: staffed, uplink: this.backend, random });
  }

  get #hour(): number {
    return (this.time.nowMs() - startMs) / hourMs;
  }

  async run(): Promise<Day> {
    await issueWithoutStaff(this.till);
    this.till.replicator.start();
    await settled();
    for (const shift of shifts) await this.#shift(shift);
    await this.#pass(refreshMs + backoffCapMs);
    return { ...this, alarmsAtEnd: this.time.pendingMs.length };
  }

  async #shift({ pin, untilHour }: (typeof shifts)[number]): Promise<void> {
    const { operations } = this.till.till;
    await this.#login(pin);
    expect(await operations.openShift({ floatMinor })).toMatchObject({ ok: true });
    this.#drawerMinor = floatMinor;
    while (this.#hour < untilHour) {
      if (this.#hour === restoredAtHour) this.backend.lose(25);
      if (this.#hour === newPricesAtHour) this.backend.change('"2"', withNewPrice);
      if (!isWithin(this.#hour, breaks)) await this.#serve(pin);
      await this.#pass(customerEveryMs);
    }
    if (this.till.view.loginNeeded) await this.#login(pin);
    const closed = await operations.closeShift({ countedCashMinor: this.#drawerMinor });
    if (!closed.ok) throw new Error(closed.fault.code);
    this.closed.push(closed.value);
    this.cashMinor.push(this.#drawerMinor);
    expect(await operations.logout({})).toMatchObject({ ok: true });
  }

  /** One customer; whoever finds the till locked after a break hears so and the cashier logs in again. */
  async #serve(pin: string): Promise<void> {
    if (this.till.view.loginNeeded) {
      const refused = await sell(this.till, 1_00);
      this.toldAfterBreak.push(refused.ok ? refused.value.result : refused.fault.code);
      await this.#login(pin);
    }
    if (this.#balanceMinor < 10_00) {
      expect(await topUp(this.till, 100_00)).toMatchObject({ ok: true, value: { result: 'committed' } });
      this.#balanceMinor += 95_00;
      this.#drawerMinor += 100_00;
    }
    expect(await sell(this.till, 7_50)).toMatchObject({ ok: true, value: { result: 'committed' } });
    this.#balanceMinor -= 7_50;
  }

  async #login(pin: string): Promise<void> {
    expect(await this.till.till.operations.login({ pin })).toMatchObject({ ok: true });
  }

  /** From alarm to alarm, each at its own moment, with everything that follows from it. */
  async #pass(byMs: number): Promise<void> {
    for (const untilMs = this.time.nowMs() + byMs; this.time.nowMs() < untilMs; ) {
      const leftMs = untilMs - this.time.nowMs();
      this.time.advance(Math.min(leftMs, Math.max(1, this.time.pendingMs[0] ?? leftMs)));
      // An exchange is a few promises one after the other, each of which may set the next alarm.
      await settled();
      this.#look();
    }
  }

  #look(): void {
    const isUp = !isWithin(this.#hour, outages);
    if (isUp && !this.backend.isUp) this.#upSinceMs = this.time.nowMs();
    this.backend.isUp = isUp;
    this.alarmsMax = Math.max(this.alarmsMax, this.time.pendingMs.length);
    const { uplink, catalogueVersion } = this.till.view;
    if (this.#upSinceMs !== null && uplink.state === 'online') {
      this.backOnlineAfterMs.push(this.time.nowMs() - this.#upSinceMs);
      this.#upSinceMs = null;
    }
    const sold = this.till.assignments.configuration();
    const price = sold?.etag === catalogueVersion ? sold?.configuration.products[0]?.priceMinor : undefined;
    if (price === newPriceMinor && this.priceSeenAfterMs === Number.POSITIVE_INFINITY)
      this.priceSeenAfterMs = this.time.nowMs() - startMs - newPricesAtHour * hourMs;
  }
}

const withNewPrice: Configuration = {
  ...staffed,
  products: staffed.products.map((product, index) =>
    index === 0 ? { ...product, priceMinor: newPriceMinor } : product,
  ),
};

async function issueWithoutStaff(till: InProcessTill): Promise<void> {
  expect(await till.till.operations.login({ pin: pins.sue })).toMatchObject({ ok: true });
  await issue(till);
  expect(await till.till.operations.logout({})).toMatchObject({ ok: true });
}

/** How long the till waited between two attempts while nobody answered. */
function pausesWithin(seenAtMs: readonly number[], { fromHour, untilHour }: (typeof outages)[number]): number[] {
  const inside = seenAtMs.filter((atMs) => {
    const hour = (atMs - startMs) / hourMs;
    return hour >= fromHour && hour < untilHour;
  });
  return inside.slice(1).map((atMs, index) => atMs - (inside[index] ?? 0));
}

describe('a day of a till', () => {
  let day: Day;
  beforeAll(async () => {
    day = await new DayInFastMotion().run();
  }, 60_000);
  afterAll(() => day.till.close());

  test('R46: everything of the day is at the backend, once and in order, although it was away and put back', () => {
    const { till, backend } = day;
    const lines = [...till.journal.lines()].map((line): unknown => JSON.parse(line));
    expect(lines.length).toBeGreaterThan(300);
    expect(backend.entries).toEqual(lines);
    expect(till.journal.acknowledgedSeq()).toBe(lines.length);
    expect(till.view).toMatchObject({ seal: 'sealed', uplink: { state: 'online', unsentCount: 0 } });
  });

  test('INV-01 to INV-06: the books hold, and no customer was turned away', () => {
    const { till } = day;
    expect(faultsOfBooks(till.database)).toEqual([]);
    const states = new Set(bookedRows(till.database).map(({ state }) => state));
    expect(states).toEqual(new Set(['Committed']));
  });

  test.each(outages)(
    'while nobody answers from hour $fromHour on, it waits longer and longer, and never too long',
    (outage) => {
      const pauses = pausesWithin(day.backend.seenAtMs, outage);
      expect(pauses.length).toBeGreaterThan(10);
      for (const pauseMs of pauses) {
        expect(pauseMs).toBeGreaterThanOrEqual(backoffFloorMs);
        expect(pauseMs).toBeLessThanOrEqual(backoffCapMs);
      }
      const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
      expect(mean(pauses.slice(-5))).toBeGreaterThan(4 * mean(pauses.slice(0, 4)));
    },
  );

  test('it finds the backend again within the longest pause', () => {
    expect(day.backOnlineAfterMs).toHaveLength(outages.length);
    for (const afterMs of day.backOnlineAfterMs) expect(afterMs).toBeLessThanOrEqual(backoffCapMs);
  });

  test('it asks for its settings in its rhythm, gets them only when they changed, and shows the new price in time', () => {
    expect(day.backend.sent).toBe(1);
    // Once in each quiet minute, and after what was sent.
    expect(day.backend.asked).toBeGreaterThan((20 * hourMs) / refreshMs);
    expect(day.backend.asked).toBeLessThan((2 * 24 * hourMs) / refreshMs);
    expect(day.priceSeenAfterMs).toBeLessThanOrEqual(refreshMs);
  });

  test('whoever walks away is logged out, and comes back with a PIN', () => {
    expect(day.toldAfterBreak).toEqual(breaks.map(() => 'LOGIN_NEEDED'));
  });

  test('three shifts, each counted to the cent, with Z numbers without a gap', () => {
    expect(day.closed.map(({ zNumber, cashierId }) => [zNumber, cashierId])).toEqual([
      [1, 'anna'],
      [2, 'bert'],
      [3, 'sue'],
    ]);
    expect(day.closed.map(({ differenceMinor }) => differenceMinor)).toEqual([0, 0, 0]);
    expect(day.closed.map(({ cash }) => cash.expectedMinor)).toEqual(day.cashMinor);
    const sales = day.closed.reduce((sum, { sales: { count } }) => sum + count, 0);
    expect(sales).toBe(bookedRows(day.till.database).filter(({ type }) => type === 'Purchase').length);
  });

  test('no timer is left behind, not even one', () => {
    // The replicator's next look, and nothing else.
    expect(day.alarmsAtEnd).toBe(1);
    expect(day.alarmsMax).toBeLessThanOrEqual(6);
  });
});
