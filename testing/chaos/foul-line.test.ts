/**
 * Goal: the line does to a request what the weather says, no more and no less: what the backend hears, how often, and what
 * the till is told.
 * Method: a real HTTP server that counts, and a real client, with one fate after the other between them.
 */
import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FoulLine } from './foul-line.ts';
import type { Fate } from './weather.ts';

const body = JSON.stringify({ entries: Array.from({ length: 200 }, (_, seq) => ({ seq })) });
const answer = JSON.stringify({ results: 'taken'.repeat(400) });

/** Bodies the backend has got to their end, and how many it never saw the end of. */
let whole: string[];
let brokenCount: number;
let onBroken: () => void;
let server: Server;
let line: FoulLine;

beforeEach(async () => {
  [whole, brokenCount, onBroken] = [[], 0, () => {}];
  server = createServer((incoming, outgoing) => {
    let text = '';
    incoming.setEncoding('utf8').on('data', (piece: string) => {
      text += piece;
    });
    incoming.once('end', () => {
      whole.push(text);
      outgoing.end(answer);
    });
    incoming.once('error', () => {
      brokenCount += 1;
      onBroken();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  line = await FoulLine.open(`http://127.0.0.1:${address.port}`);
});
afterEach(async () => {
  await line.close();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

/** What the till is told: the answer, or that there was none. */
async function send(fate: Fate, timeoutMs = 5_000): Promise<string> {
  line.weather = () => fate;
  try {
    const response = await fetch(`${line.address}/v1/batches/1-2`, {
      method: 'PUT',
      body,
      headers: { 'content-type': 'application/json' },
      signal: AbortSignal.timeout(timeoutMs),
    });
    return await response.text();
  } catch (error) {
    return error instanceof Error && error.name === 'TimeoutError' ? 'no answer in time' : 'broken';
  }
}

test.each<[Fate, string, number]>([
  [{ kind: 'clear' }, answer, 1],
  [{ kind: 'slow', requestMs: 5, answerMs: 5 }, answer, 1],
  [{ kind: 'drip', pieceBytes: 300, everyMs: 1 }, answer, 1],
  [{ kind: 'cut before' }, 'broken', 0],
  [{ kind: 'answer lost' }, 'broken', 1],
  [{ kind: 'answer cut', share: 0.5 }, 'broken', 1],
  [{ kind: 'twice at once' }, answer, 2],
  [{ kind: 'again later', laterMs: 10 }, answer, 2],
  [{ kind: 'overtaken', laterMs: 10 }, 'broken', 1],
])('%j: the till is told %.10s, and the backend hears of it %i times', async (fate, told, times) => {
  expect(await send(fate)).toBe(told);
  await line.settled();
  expect(whole).toEqual(Array.from({ length: times }, () => body));
  expect(brokenCount).toBe(0);
});

test('a request that is cut never comes to its end at the backend', async () => {
  const broken = new Promise<void>((resolve) => {
    onBroken = resolve;
  });
  expect(await send({ kind: 'request cut', share: 0.5 })).toBe('broken');
  await broken;
  expect([whole, brokenCount]).toEqual([[], 1]);
});

test.each<[Fate, number]>([
  [{ kind: 'silence before' }, 0],
  [{ kind: 'silence after' }, 1],
])('%j: the connection stays, and nothing comes back', async (fate, times) => {
  expect(await send(fate, 150)).toBe('no answer in time');
  expect(whole).toHaveLength(times);
});

test('what is with the backend is known, and a backend that is gone is a connection that breaks', async () => {
  const { came } = line.nextUnderway(({ path }) => path.startsWith('/v1/'));
  const sent = send({ kind: 'clear' });
  expect(await came).toEqual({ method: 'PUT', path: '/v1/batches/1-2' });
  expect(await sent).toBe(answer);
  expect(line.underway).toEqual([]);
  line.target = 'http://127.0.0.1:1';
  expect(await send({ kind: 'clear' })).toBe('broken');
});
