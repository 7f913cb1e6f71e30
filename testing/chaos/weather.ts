import { Dice } from '../backend-world/dice.ts';

/** What becomes of one request on its way to the backend. Times in milliseconds; a share is of the bytes, 0 to 1. */
export type Fate =
  | { readonly kind: 'clear' }
  /** Late on the way there, on the way back, or both. */
  | { readonly kind: 'slow'; readonly requestMs: number; readonly answerMs: number }
  /** Both ways a few bytes at a time. */
  | { readonly kind: 'drip'; readonly pieceBytes: number; readonly everyMs: number }
  /** The connection is reset before anything has left. */
  | { readonly kind: 'cut before' }
  /** The backend gets a part of the body, then both ends are reset. */
  | { readonly kind: 'request cut'; readonly share: number }
  /** The backend has done it; the till's end is reset before the answer, or in the middle of it. */
  | { readonly kind: 'answer lost' }
  | { readonly kind: 'answer cut'; readonly share: number }
  /** It comes to the backend twice: both at once, or the second time after the till has gone on. */
  | { readonly kind: 'twice at once' }
  | { readonly kind: 'again later'; readonly laterMs: number }
  /** The till is told that it failed; it comes to the backend later, overtaken by what the till has sent since. */
  | { readonly kind: 'overtaken'; readonly laterMs: number }
  /** Half-open: the connection stays, and nothing ever comes back; the backend hears of it, or does not. */
  | { readonly kind: 'silence before' }
  | { readonly kind: 'silence after' };
export type FateKind = Fate['kind'];

/** One request, and how often the same one came before. */
export interface Passenger {
  readonly method: string;
  readonly path: string;
  readonly earlierCount: number;
}

export type Weather = (passenger: Passenger) => Fate;

export const fairWeather: Weather = () => ({ kind: 'clear' });

/** A silence costs a till its whole patience (15 s), so that it is rare; half of all requests meet with something. */
const foulWeights: Readonly<Record<FateKind, number>> = {
  clear: 100,
  slow: 20,
  drip: 8,
  'cut before': 10,
  'request cut': 12,
  'answer lost': 14,
  'answer cut': 12,
  'twice at once': 10,
  'again later': 10,
  overtaken: 10,
  'silence before': 1,
  'silence after': 1,
};

/**
 * The fate of a request follows from the seed, from what it asks for and from how often that was asked before, so that it
 * is the same whatever else is on the line at that moment.
 */
export function foulWeather(seed: number): Weather {
  return ({ method, path, earlierCount }) => {
    const dice = new Dice(seed, `${method} ${path} ${earlierCount}`);
    const kind = dice.weighted(foulWeights);
    switch (kind) {
      case 'slow':
        return { kind, requestMs: dice.below(400), answerMs: dice.below(400) };
      case 'drip':
        return { kind, pieceBytes: 1 + dice.below(200), everyMs: 1 + dice.below(12) };
      case 'request cut':
      case 'answer cut':
        return { kind, share: dice.next() };
      case 'again later':
      case 'overtaken':
        return { kind, laterMs: 50 + dice.below(2_500) };
      case 'clear':
      case 'cut before':
      case 'answer lost':
      case 'twice at once':
      case 'silence before':
      case 'silence after':
        return { kind };
    }
  };
}
