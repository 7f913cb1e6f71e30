import { randomBytes } from 'node:crypto';

/** The only source of business time; a simulation drives it, SQL never asks for the time itself. */
export type Clock = { now(): Date };

/** The only source of randomness: tokens, codes, keys, jitter. */
export type Random = { bytes(count: number): Uint8Array };

export const systemClock: Clock = { now: () => new Date() };

export const systemRandom: Random = { bytes: (count) => randomBytes(count) };
