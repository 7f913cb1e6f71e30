/**
 * Goal: "safe to pack" is never shown too early, and the view has what a window needs to be drawn anew.
 * Method: the view from figures that each lack one thing.
 */
import { describe, expect, test } from 'vitest';
import { tillViewSchema } from '../../contract/ipc/till-view.ts';
import { assignment, configuration } from '../../testing/till/festival.ts';
import { tillView, type ViewSources } from './view.ts';

const sources: ViewSources = {
  revision: 1,
  assignment: { ...assignment, haltedCode: null },
  configuration,
  configurationVersion: '"v1"',
  merchantId: 'bar',
  reader: { kind: 'simulated', state: 'ready', name: 'Simulated reader', detail: null },
  replication: { state: 'online', since: '2026-07-04T20:15:00.000Z', fault: null, seal: 'sealed' },
  clockDifferenceMs: null,
  counts: {
    lastTerminalTransactionNumber: 7,
    journalSeq: 9,
    acknowledgedSeq: 9,
    acknowledgedAt: '2026-07-04T20:15:00.000Z',
    exposureMinor: 0,
    unfinishedCount: 0,
    unknownCount: 0,
    rejectedCount: 0,
    cashToReturnCount: 0,
  },
  staff: { isLoginNeeded: false, cashier: null, approver: null },
  shift: null,
  openPayment: null,
  isTraining: false,
  cart: { lines: [], discount: null, totalMinor: 0, parts: [], toPayMinor: 0 },
  session: {},
  isCatering: false,
  checkoutTaps: 1,
  halfPaidCount: 0,
  screen: { screen: 'sale' },
};
const { counts, replication } = sources;

describe('seal', () => {
  test('sealed only when the backend has everything and nothing is going on', () => {
    expect(tillView(sources).seal).toBe('sealed');
    expect(tillView({ ...sources, counts: { ...counts, acknowledgedSeq: 8 } }).seal).toBe('open');
    expect(tillView({ ...sources, counts: { ...counts, unfinishedCount: 1 } }).seal).toBe('open');
    expect(tillView({ ...sources, replication: { ...replication, seal: 'open' } }).seal).toBe('open');
    expect(tillView({ ...sources, replication: { ...replication, seal: 'unknown' } }).seal).toBe('unknown');
  });
});

test('a clock that is minutes off is shown, whichever way, and a difference of every day is not', () => {
  const shown = (clockDifferenceMs: number | null) =>
    tillView({ ...sources, clockDifferenceMs }).uplink.clockDifferenceMs;
  expect([null, 0, 299_999, -299_999].map(shown)).toEqual([undefined, undefined, undefined, undefined]);
  expect([300_000, -18_000_000].map(shown)).toEqual([300_000, -18_000_000]);
});

test('what somebody has to look at is counted, sent or not', () => {
  const view = tillView({
    ...sources,
    counts: { ...counts, journalSeq: 12, unknownCount: 2, rejectedCount: 3, cashToReturnCount: 1 },
    halfPaidCount: 1,
  });
  expect(view).toMatchObject({ attentionCount: 7, uplink: { unsentCount: 3 } });
});

test('fits the contract, with and without an assignment and a configuration', () => {
  for (const part of [
    {},
    { configuration: null, configurationVersion: null, merchantId: null },
    { assignment: null, configuration: null, configurationVersion: null, merchantId: null },
  ]) {
    const view = tillView({ ...sources, ...part });
    expect(tillViewSchema.parse(view)).toEqual(view);
  }
});

test('a view is small whatever is sold: of the catalogue it has the version alone', () => {
  const products = Array.from({ length: 5_000 }, (_, at) => ({
    ...{ productId: `p-${at}`, name: `Product ${at}`, priceMinor: at, merchantId: 'bar', taxRate: null },
    ...{ colour: 'sky' as const, meal: false },
  }));
  const layout = [{ name: 'All', productIds: products.map(({ productId }) => productId) }];
  const view = tillView({ ...sources, configuration: { ...configuration, products, layout } });
  expect(view.catalogueVersion).toBe('"v1"');
  expect(JSON.stringify(view).length).toBeLessThan(2_000);
});
