import { promisify } from 'node:util';
import { gunzip, zstdDecompress } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { limits } from '../limits.ts';
import { ProblemError, problem } from './problems.ts';

const decompressors: ReadonlyMap<string, (bytes: Buffer) => Promise<Buffer>> = new Map([
  ['gzip', bounded(promisify(gunzip))],
  ['zstd', bounded(promisify(zstdDecompress))],
]);

function bounded(decompress: (bytes: Buffer, options: { maxOutputLength: number }) => Promise<Buffer>) {
  return (bytes: Buffer) => decompress(bytes, { maxOutputLength: limits.bodyBytesMax });
}

const bodies = new WeakMap<FastifyRequest, Buffer>();

/** The bytes of a JSON body after decompression: what "same bytes" means for a batch. */
export function bodyBytes(request: FastifyRequest): Buffer {
  return bodies.get(request) ?? Buffer.alloc(0);
}

/**
 * Reads JSON bodies, plain, gzip or zstd, of at most {@link limits.bodyBytesMax} bytes on the wire and unfolded, and refuses
 * what is nested deeper than {@link limits.jsonDepthMax} before anything recursive sees it.
 */
export function readJsonBodies(app: FastifyInstance): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeAllContentTypeParsers();
  app.addContentTypeParser<Buffer>(
    'application/json',
    { parseAs: 'buffer', bodyLimit: limits.bodyBytesMax },
    (request, raw, done) => {
      unfold(request.headers['content-encoding'], raw)
        .then((bytes) => {
          if (isTooDeep(bytes)) throw new ProblemError(problem('BAD_REQUEST', 'The JSON is nested too deep.'));
          bodies.set(request, bytes);
          // Whoever has nothing to say may say so as JSON; a route that takes a body misses it.
          if (bytes.length === 0) return done(null, undefined);
          parse(request, textOf(bytes), (error, json) => {
            done(error === null && hasHalfCharacter(json, bytes) ? new ProblemError(halfCharacter) : error, json);
          });
        })
        .catch((error: unknown) => done(error instanceof Error ? error : new Error(String(error))));
    },
  );
}

async function unfold(encoding: string | undefined, raw: Buffer): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? 'identity';
  if (name === 'identity' || name === '') return raw;
  const decompress = decompressors.get(name);
  if (decompress === undefined)
    throw new ProblemError(problem('UNSUPPORTED_MEDIA_TYPE', 'Content-Encoding is gzip or zstd.'));
  try {
    return await decompress(raw);
  } catch (error) {
    if (error instanceof RangeError)
      throw new ProblemError(problem('PAYLOAD_TOO_LARGE', `More than ${limits.bodyBytesMax} bytes unfolded.`));
    throw new ProblemError(problem('BAD_REQUEST', `The body is not ${name}.`));
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** JSON is UTF-8 (RFC 8259, 8.1); what is not would be stored as something else than what was sent. */
function textOf(bytes: Buffer): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw new ProblemError(problem('BAD_REQUEST', 'The body is not UTF-8.'));
  }
}

const halfCharacter = problem('BAD_REQUEST', 'A text contains half a surrogate pair.');

/** Half a surrogate pair, which JSON can escape, is no character: no database holds it, and no hash of it is agreed upon. */
function hasHalfCharacter(json: unknown, bytes: Buffer): boolean {
  return bytes.includes('\\u') && isHalf(json);
}

const half = /\p{Surrogate}/u;

function isHalf(json: unknown): boolean {
  if (typeof json === 'string') return half.test(json);
  if (typeof json !== 'object' || json === null) return false;
  return Object.entries(json).some(([name, value]) => half.test(name) || isHalf(value));
}

/** Counts brackets outside strings; the bytes of JSON's own characters never occur inside a multi-byte character of UTF-8. */
function isTooDeep(bytes: Buffer): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < bytes.length; index += 1) {
    const byte = bytes[index];
    if (inString) {
      if (byte === 0x5c) index += 1;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) {
      depth += 1;
      if (depth > limits.jsonDepthMax) return true;
    } else if (byte === 0x7d || byte === 0x5d) depth -= 1;
  }
  return false;
}
