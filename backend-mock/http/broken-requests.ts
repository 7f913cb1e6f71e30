import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from '../../contract/wire/problem.ts';
import { ProblemError, problem, sendProblem } from './problems.ts';

/** Bytes that never became a request: no route, no hook and no error handler sees them, and the answer is a problem all the same. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || socket.destroyed) return;
  if (socket.writable) socket.write(messageOf(problemOf(error.code)));
  socket.destroy();
}

function problemOf(code: string | undefined): Problem {
  switch (code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return problem('REQUEST_TIMEOUT');
    case 'HPE_HEADER_OVERFLOW':
      return problem('HEADERS_TOO_LARGE');
    default:
      return problem('BAD_REQUEST', 'The bytes are no HTTP request.');
  }
}

function messageOf(body: Problem): string {
  const text = JSON.stringify(body);
  return [
    `HTTP/1.1 ${body.status} ${STATUS_CODES[body.status] ?? ''}`,
    'Content-Type: application/problem+json',
    `Content-Length: ${Buffer.byteLength(text)}`,
    'Connection: close',
    '',
    text,
  ].join('\r\n');
}

/** An address that cannot be read: not percent-encoded right, or a part of it longer than any name is. */
export function answerUnreadableAddress(_error: unknown, _request: FastifyRequest, reply: FastifyReply): void {
  void sendProblem(reply, problem('BAD_REQUEST', 'The address could not be read.'));
}

/** HTTP/1.1 asks for a host. Node would refuse its absence without a word, and so is told not to. */
export function requireHost(app: FastifyInstance): void {
  app.addHook('onRequest', async (request) => {
    if (request.raw.httpVersion === '1.1' && request.headers.host === undefined)
      throw new ProblemError(problem('BAD_REQUEST', 'The Host header is missing.'));
  });
  // An expectation that nobody knows may be passed over (RFC 9110, 10.1.1); Node would answer 417 without a word.
  app.server.on('checkExpectation', (request, response) => app.server.emit('request', request, response));
}
