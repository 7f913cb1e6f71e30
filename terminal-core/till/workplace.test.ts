// Goal: one piece of work at a time, and its end belongs to it. Method: works that end when the test says so.
import { expect, test } from 'vitest';
import { type Occupation, Workplace } from './workplace.ts';

/** A clock on which the time is up when the test says so. */
function timers() {
  const waiting = new Set<() => void>();
  const after = (_delayMs: number, act: () => void) => {
    waiting.add(act);
    return () => void waiting.delete(act);
  };
  const timeIsUp = () => {
    for (const act of [...waiting]) act();
  };
  return { after, waiting, timeIsUp };
}

function work() {
  let end: (text: string) => void = () => undefined;
  let fail: (error: Error) => void = () => undefined;
  const promise = new Promise<string>((resolve, reject) => {
    end = resolve;
    fail = reject;
  });
  const told: string[] = [];
  const occupation: Occupation<string> = {
    run: () => promise,
    cancel: () => {
      told.push('cancel');
      return true;
    },
    interrupt: () => void told.push('interrupt'),
  };
  return { occupation, told, end, fail };
}

test('INV-11: a second piece of work does not begin while one is going on', async () => {
  const place = new Workplace();
  const first = work();
  const going = place.occupy(first.occupation, (end) => end);
  expect(place.isTaken).toBe(true);
  await expect(place.occupy(work().occupation, () => 'never')).rejects.toThrow('INV-11');
  first.end('done');
  expect(await going).toBe('done');
  expect(place.isTaken).toBe(false);
});

test('the place is still taken while the end is dealt with, and free after a failure', async () => {
  const place = new Workplace();
  const first = work();
  const going = place.occupy(first.occupation, () => place.isTaken);
  first.end('done');
  expect(await going).toBe(true);
  const second = work();
  const failing = place.occupy(second.occupation, () => 'never');
  second.fail(new Error('the disk is full'));
  await expect(failing).rejects.toThrow('the disk is full');
  expect(place.isTaken).toBe(false);
});

test('cancel and interrupt reach the work, and nobody when there is none', async () => {
  const place = new Workplace();
  expect(place.cancel()).toBe(false);
  const first = work();
  const going = place.occupy(first.occupation, (end) => end);
  expect(place.cancel()).toBe(true);
  place.interrupt();
  expect(first.told).toEqual(['cancel', 'interrupt']);
  first.end('cancelled');
  await going;
});

test('endedWithin answers at the end of the work, and no later than the time given', async () => {
  const place = new Workplace();
  const clock = timers();
  await place.endedWithin(clock, 1_000);
  const first = work();
  const going = place.occupy(first.occupation, (end) => end);
  const patient = place.endedWithin(clock, 1_000);
  clock.timeIsUp();
  await patient;
  const waiting = place.endedWithin(clock, 1_000);
  first.end('done');
  await waiting;
  await going;
});
