// Goal: a caller may do a burst and then what comes back by time, callers do not pay for each other, and memory has a bound.
// Method: a bucket with a clock of the test; and a server whose limit is small, with one right token.
import fastify from 'fastify';
import { describe, expect, test } from 'vitest';
import { limits } from '../limits.ts';
import { answerErrors } from './error-answers.ts';
import { limitRates, RateLimit } from './rate-limit.ts';

function limited(burst: number, perSecond: number) {
  let now = 0;
  const limit = new RateLimit({ burst, perSecond }, () => now);
  return {
    limit,
    pass: (ms: number) => {
      now += ms;
    },
  };
}

test('a burst is allowed, then a wait is told that is long enough and not longer', () => {
  const { limit, pass } = limited(3, 2);
  expect([limit.take('a'), limit.take('a'), limit.take('a')]).toEqual([0, 0, 0]);
  expect(limit.take('a')).toBe(500);
  pass(499);
  expect(limit.take('a')).toBeGreaterThan(0);
  pass(1);
  expect(limit.take('a')).toBe(0);
  expect(limit.take('a')).toBe(500);
});

test('one caller’s haste is not another’s; looking takes nothing', () => {
  const { limit } = limited(1, 1);
  expect([limit.waitMs('a'), limit.waitMs('a'), limit.take('a')]).toEqual([0, 0, 0]);
  expect(limit.waitMs('a')).toBe(1_000);
  expect(limit.take('b')).toBe(0);
});

test('what was not used comes back up to the burst, never beyond', () => {
  const { limit, pass } = limited(2, 10);
  limit.take('a');
  pass(3_600_000);
  expect([limit.take('a'), limit.take('a')]).toEqual([0, 0]);
  expect(limit.take('a')).toBe(100);
});

test('a flood of callers does not grow without a bound, and who is being held back stays so while there is room', () => {
  const { limit, pass } = limited(1, 0.001);
  limit.take('slow');
  pass(1);
  for (let caller = 0; caller < limits.rateCallersMax - 1; caller += 1) limit.waitMs(`idle-${caller}`);
  limit.take('one more');
  expect(limit.waitMs('slow')).toBeGreaterThan(0);
});

describe('the limit of a server', () => {
  async function server() {
    const app = fastify();
    answerErrors(app);
    limitRates(app, { requests: { burst: 5, perSecond: 0.001 }, failures: { burst: 1, perSecond: 1 } });
    const schema = { security: [{ bearer: [] }] };
    app.get('/seal', { schema }, async (request, reply) =>
      reply.code(/^Bearer right-\d$/.test(request.headers.authorization ?? '') ? 200 : 401).send(),
    );
    app.get('/open', async () => 'open to anybody');
    await app.ready();
    return async (url: string, token?: string, remoteAddress = '10.0.0.1') => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      const { statusCode } = await app.inject({ url, headers, remoteAddress });
      return statusCode;
    };
  }
  const times = async (count: number, ask: (index: number) => Promise<number>) => {
    const statuses: number[] = [];
    for (let index = 0; index < count; index += 1) statuses.push(await ask(index));
    return statuses;
  };

  test('nobody is many callers by inventing tokens', async () => {
    const ask = await server();
    expect(await times(7, (index) => ask('/seal', `invented-${index}`))).toEqual([401, 401, 401, 401, 401, 429, 429]);
    expect(await ask('/open')).toBe(429);
    expect(await ask('/open', undefined, '10.0.0.2')).toBe(200);
  });

  test('a token does not become right where nobody asks for it', async () => {
    const ask = await server();
    await ask('/open', 'invented');
    expect(await times(5, () => ask('/seal', 'invented'))).toEqual([401, 401, 401, 401, 429]);
  });

  test('tills behind one address do not pay for each other, nor for who invents tokens beside them', async () => {
    const ask = await server();
    expect(await times(2, (index) => ask('/seal', `right-${index}`))).toEqual([200, 200]);
    expect(await times(4, (index) => ask('/seal', `invented-${index}`))).toEqual([401, 401, 401, 429]);
    expect(await times(5, () => ask('/seal', 'right-0'))).toEqual([200, 200, 200, 200, 200]);
    expect(await ask('/seal', 'right-0')).toBe(429);
    expect(await ask('/seal', 'right-1')).toBe(200);
  });
});
