/**
 * Goal: what is done leaves the screen by itself, and takes nothing away that was shown meanwhile (screens.md, "Done").
 * Method: a screen whose time is the test's.
 */
import { expect, test } from 'vitest';
import type { ScreenView } from '../../contract/ipc/till-view.ts';
import { ManualTime } from '../../testing/till/manual-time.ts';
import { ScreenDesk } from './screen-desk.ts';

const doneMs = 4_000;
const done: ScreenView = {
  screen: 'done',
  charge: { purpose: 'balance', amountMinor: 0, feeMinor: 0 },
  terminalTransactionNumber: null,
  tag: { uid: '04A1B2C3D4E5F6', generation: 1, transactionNumber: 1, balanceMinor: 9_500, blocked: false },
  balanceBeforeMinor: null,
  until: '2026-07-04T20:15:04.000Z',
};
const halted: ScreenView = { screen: 'halted', fault: { code: 'JOURNAL_UNKNOWN', message: '' } };

function shown() {
  const time = new ManualTime();
  const seen: string[] = [];
  const screens: ScreenDesk = new ScreenDesk({
    timers: time,
    doneMs,
    idle: () => ({ screen: 'sale' }),
    onChange: () => seen.push(screens.current.screen),
  });
  return { time, seen, screens };
}

test('done goes after its time, once', () => {
  const { time, seen, screens } = shown();
  screens.show(done);
  time.advance(60_000);
  expect(seen).toEqual(['done', 'sale']);
});

test('what was shown meanwhile stays, and the next one that is done has its whole time', () => {
  const { time, seen, screens } = shown();
  screens.show(done);
  time.advance(doneMs - 1);
  screens.show(done);
  time.advance(doneMs - 1);
  screens.show(halted);
  time.advance(60_000);
  expect(seen).toEqual(['done', 'done', 'halted']);
});

test('kept, it stays until something else is shown', () => {
  const { time, seen, screens } = shown();
  screens.show(done);
  screens.keep();
  time.advance(60_000);
  screens.showIdle();
  expect(seen).toEqual(['done', 'sale']);
});
