import type { Chance } from './chance.ts';
import { type SimulatedTime, settled } from './simulated-time.ts';
import type { Tally } from './tally.ts';

/** A request as it leaves a till. */
export interface SentRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Who answers; null: it died over it, and nobody ever hears what became of the request. */
export type Server = (request: SentRequest, tillIndex: number) => Promise<Answer | null>;

/** How bad a line is; percent of its requests. */
export interface Weather {
  readonly lostRequest: number;
  readonly lostAnswer: number;
  readonly duplicated: number;
  readonly late: number;
  readonly cutAnswer: number;
}

export const fairWeather: Weather = { lostRequest: 0, lostAnswer: 0, duplicated: 0, late: 0, cutAnswer: 0 };
export const foulWeather: Weather = { lostRequest: 8, lostAnswer: 10, duplicated: 8, late: 8, cutAnswer: 4 };

/** The line between one till and the backend: loses, delays, doubles, reorders and cuts what goes over it, as its chance has it. */
export class Line {
  weather: Weather = fairWeather;
  isCut = false;
  readonly #time: SimulatedTime;
  readonly #chance: Chance;
  readonly #server: Server;
  readonly #tillIndex: number;
  readonly #tally: Tally;

  constructor(time: SimulatedTime, chance: Chance, server: Server, tillIndex: number, tally: Tally) {
    this.#time = time;
    this.#chance = chance;
    this.#server = server;
    this.#tillIndex = tillIndex;
    this.#tally = tally;
  }

  /** What a till's HTTP client calls instead of the machine's network. @param isHeard whether anybody still waits for the answer */
  async fetch(request: Request, isHeard: () => boolean): Promise<Response> {
    const sent = await sentRequest(request);
    return new Promise((resolve, reject) => {
      request.signal.addEventListener('abort', () => reject(new DOMException('aborted', 'AbortError')));
      const fail = (delayMs: number) => {
        this.#time.after(delayMs, () => reject(new TypeError('fetch failed')));
      };
      if (this.isCut) {
        this.#tally.fault('partition');
        // Refused at once, or swallowed until the client has had enough.
        if (this.#chance.percent(70)) fail(this.#chance.between(1, 50));
        return;
      }
      const { lostRequest, lostAnswer, duplicated, late, cutAnswer } = this.weather;
      const chance = this.#chance;
      if (chance.percent(lostRequest)) {
        this.#tally.fault('lost request');
        return;
      }
      const isDoubled = chance.percent(duplicated);
      const isLost = chance.percent(lostAnswer);
      const isCut = chance.percent(cutAnswer);
      const thereMs = this.#delayMs(late);
      const backMs = this.#delayMs(late);
      this.#time.after(thereMs, async () => {
        const answer = await this.#server(sent, this.#tillIndex);
        if (isLost) this.#tally.fault('lost answer');
        if (!answer || isLost || !isHeard()) return;
        if (isCut) this.#tally.fault('cut answer');
        this.#time.after(backMs, async () => {
          if (this.isCut || !isHeard()) return;
          resolve(responseOf(isCut ? { ...answer, body: answer.body.slice(0, answer.body.length / 2) } : answer));
          // The client takes a few turns to read what came.
          for (let turn = 0; turn < 4; turn += 1) await settled();
        });
      });
      if (isDoubled) {
        this.#tally.fault('duplicated request');
        this.#time.after(thereMs + chance.pick([1, 40, 3_000, 90_000]), async () => {
          await this.#server(sent, this.#tillIndex);
        });
      }
    });
  }

  #delayMs(late: number): number {
    if (!this.#chance.percent(late)) return this.#chance.between(3, 60);
    this.#tally.fault('late');
    return this.#chance.pick([400, 2_000, 12_000, 40_000]);
  }
}

async function sentRequest(request: Request): Promise<SentRequest> {
  const { pathname, search } = new URL(request.url);
  const body = request.body === null ? null : await request.text();
  return { method: request.method, path: `${pathname}${search}`, headers: Object.fromEntries(request.headers), body };
}

function responseOf({ status, headers, body }: Answer): Response {
  const hasNoBody = status === 204 || status === 304;
  return new Response(hasNoBody ? null : body, { status, headers });
}
