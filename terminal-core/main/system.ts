import { randomBytes, randomInt } from 'node:crypto';
import type { Clock, Random, Timers } from '../checkout/ports.ts';

/** The real world behind the ports of time and chance. */

export const systemClock: Clock = { nowMs: () => Date.now() };

export const systemTimers: Timers = {
  after(delayMs, action) {
    const timer = setTimeout(action, delayMs);
    return () => clearTimeout(timer);
  },
};

const fractionSteps = 2 ** 32;

export const systemRandom: Random = {
  bytes: (length) => new Uint8Array(randomBytes(length)),
  fraction: () => randomInt(fractionSteps) / fractionSteps,
};
