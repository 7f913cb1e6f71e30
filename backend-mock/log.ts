import { type DestinationStream, type Logger, pino } from 'pino';

/** Names under which a secret could reach a log line, at the top or one object deep. */
const secretNames = [
  'authorization',
  'cookie',
  'set-cookie',
  'code',
  'token',
  'keyHex',
  'keySets',
  'password',
  'session',
  'databaseUrl',
  'connectionString',
];

const quoted = (name: string) => (/^\w+$/.test(name) ? `.${name}` : `["${name}"]`);

/** What remains of an error in a log line. Database errors carry statements and parameters, and so names and tokens. */
export function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? { errorCode: error.code } : {};
  const cause = error.cause === undefined ? {} : { cause: describeError(error.cause) };
  const fromDatabase =
    /^(?:DatabaseError|DrizzleQueryError|error)$/.test(error.constructor.name) ||
    error.message.startsWith('Failed query:');
  if (!fromDatabase) return { type: error.name, message: error.message, ...code, ...cause, stack: error.stack };
  const frames = error.stack
    ?.split('\n')
    .filter((line) => /^\s+at /.test(line))
    .join('\n');
  const constraint =
    'constraint' in error && typeof error.constraint === 'string' ? { constraint: error.constraint } : {};
  return { type: error.name, message: 'a database statement failed', ...code, ...constraint, ...cause, stack: frames };
}

/** A structured log without secrets; by default to standard error, because standard output belongs to the command line. */
export function createLog(destination: DestinationStream = pino.destination(2), level = 'info'): Logger {
  return pino(
    {
      name: 'klink-backend',
      level,
      redact: {
        paths: secretNames.flatMap((name) => [
          quoted(name).replace(/^\./, ''),
          `*${quoted(name)}`,
          `*.*${quoted(name)}`,
        ]),
        censor: '[secret]',
      },
      serializers: { err: describeError },
    },
    destination,
  );
}
