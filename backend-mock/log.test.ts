// Goal: no secret reaches the log: no token, code, key, password or cookie, and no parameter of a database statement.
// Method: logs what could leak, in the shapes in which it occurs, and searches the text that comes out.
import { Writable } from 'node:stream';
import { DrizzleQueryError } from 'drizzle-orm';
import pg from 'pg';
import { expect, test } from 'vitest';
import { createLog } from './log.ts';

function capture(): { text: () => string; stream: Writable } {
  let text = '';
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString();
      done();
    },
  });
  return { text: () => text, stream };
}

const secret = 'S3CR3T-VALUE';

test('secrets are masked at the top and inside objects', () => {
  const { text, stream } = capture();
  const log = createLog(stream);
  for (const name of [
    'authorization',
    'cookie',
    'set-cookie',
    'code',
    'token',
    'keyHex',
    'password',
    'session',
    'databaseUrl',
  ]) {
    log.info({ [name]: secret }, 'top');
    log.info({ headers: { [name]: secret } }, 'one deep');
    log.info({ req: { headers: { [name]: secret } } }, 'two deep');
  }
  log.info({ edition: { keySets: [{ id: 1, keyHex: secret }] } }, 'keys');
  expect(text()).not.toContain(secret);
  expect(text()).toContain('[secret]');
});

test('errors of the database keep their SQLSTATE and lose statement, parameters, detail and message', () => {
  const { text, stream } = capture();
  const log = createLog(stream);
  const inner = new pg.DatabaseError(`duplicate key value (${secret})`, 1, 'error');
  inner.code = '23505';
  inner.detail = `Key (token)=(${secret}) already exists.`;
  inner.where = secret;
  log.error({ err: inner }, 'direct');
  log.error({ err: new DrizzleQueryError(`select ${secret}`, [secret], inner) }, 'wrapped');
  expect(text()).not.toContain(secret);
  expect(text()).toContain('"errorCode":"23505"');
});

test('other errors keep message, code and stack, which is what an operator needs', () => {
  const { text, stream } = capture();
  createLog(stream).error({ err: Object.assign(new Error('the port is taken'), { code: 'EADDRINUSE' }) }, 'start');
  expect(text()).toContain('the port is taken');
  expect(text()).toContain('EADDRINUSE');
});
