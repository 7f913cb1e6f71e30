// Goal: what never became a request is answered with a problem of the right status, and the connection ends; one that is gone is left.
// Method: a connection of this machine whose server end is handed over as Node's HTTP server would; errors with Node's own codes.
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, test } from 'vitest';
import { problemSchema } from '../../contract/wire/problem.ts';
import { answerClientError } from './broken-requests.ts';

async function pair(): Promise<{ client: Socket; accepted: Socket }> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a server has a port');
  const client = connect(address.port, '127.0.0.1');
  const [accepted] = await once(server, 'connection');
  server.close();
  return { client, accepted };
}

const errorOf = (code: string | undefined) =>
  Object.assign(new Error('as Node says it'), code === undefined ? {} : { code });

test.each([
  ['ERR_HTTP_REQUEST_TIMEOUT', 'HTTP/1.1 408 Request Timeout', 'REQUEST_TIMEOUT'],
  ['HPE_HEADER_OVERFLOW', 'HTTP/1.1 431 Request Header Fields Too Large', 'HEADERS_TOO_LARGE'],
  ['HPE_INVALID_METHOD', 'HTTP/1.1 400 Bad Request', 'BAD_REQUEST'],
  [undefined, 'HTTP/1.1 400 Bad Request', 'BAD_REQUEST'],
])('%s is answered %s', async (code, line, problemCode) => {
  const { client, accepted } = await pair();
  answerClientError(errorOf(code), accepted);
  let text = '';
  for await (const chunk of client) text += String(chunk);
  const [head = '', body = ''] = text.split('\r\n\r\n');
  expect(head.split('\r\n')[0]).toBe(line);
  expect(head).toContain('Content-Type: application/problem+json');
  expect(head).toContain(`Content-Length: ${Buffer.byteLength(body)}`);
  expect(problemSchema.parse(JSON.parse(body))).toMatchObject({ code: problemCode });
});

test('a client that is gone is told nothing', async () => {
  const { client, accepted } = await pair();
  answerClientError(errorOf('ECONNRESET'), accepted);
  expect(accepted.destroyed).toBe(false);
  accepted.destroy();
  answerClientError(errorOf('HPE_INVALID_METHOD'), accepted);
  let text = '';
  for await (const chunk of client) text += String(chunk);
  expect(text).toBe('');
});
