import { type FromTillHost, type ToTillHost, toTillHostSchema } from '../../contract/ipc/envelope.ts';
import type { Fault } from '../../contract/ipc/fault.ts';
import { fault } from '../domain/fault.ts';
import { InvariantBroken } from '../domain/invariant.ts';
import { databaseFault } from '../store/open-database.ts';
import { answerCall } from './answer-call.ts';
import { openHostPort } from './host-port.ts';
import { openTill, type RunningTill } from './open-till.ts';

/**
 * Process entry of the till host: the only writer of the till's database. It waits for `start`, then answers calls until
 * `stop` comes or the composer is gone. A broken invariant ends the process: the next one begins with the cleanup.
 */

const port = openHostPort();
const post = (message: FromTillHost) => port.post(message);
let till: RunningTill | null = null;

port.onMessage((raw) => {
  const message = toTillHostSchema.parse(raw);
  if (message.kind === 'start') start(message.options);
  else if (till) receive(till, message);
});
// Without a composer nobody can show a tag or see a result: end as at any stop.
port.onClose(() => void stop());
process.on('uncaughtException', fail);
process.on('unhandledRejection', fail);
// The terminal's Ctrl-C reaches every process of the group; the composer decides when this one ends.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => void stop());

type Start = Extract<ToTillHost, { kind: 'start' }>;

function start(options: Start['options']): void {
  const opened = openTill(options, post);
  if (!opened.ok) {
    end(opened.fault);
    return;
  }
  till = opened.value;
  post({ kind: 'ready' });
  till.begin();
}

function receive(running: RunningTill, message: Exclude<ToTillHost, Start>): void {
  switch (message.kind) {
    case 'call':
      answerCall(running.till, message.operation, message.request).then(
        (envelope) => post({ kind: 'answer', id: message.id, envelope }),
        (error: unknown) => {
          const problem = faultOf(error);
          post({ kind: 'answer', id: message.id, envelope: { ok: false, fault: problem } });
          fail(error);
        },
      );
      break;
    case 'reader':
      running.readerLink.handle(message.event);
      break;
    case 'reader-host-gone':
      running.readerLink.hostGone(message.detail);
      break;
    case 'secrets-kept':
      running.secretsKept(message.id, message.envelope);
      break;
    case 'stop':
      void stop();
      break;
  }
}

async function stop(): Promise<void> {
  const stopping = till;
  till = null;
  await stopping?.close();
  // Whoever waited for the work that just ended is answered first.
  setImmediate(() => process.exit(0));
}

function fail(error: unknown): void {
  console.error(error);
  end(faultOf(error));
}

/** The composer hears why, then this process is over. The lock and the database are released by the system. */
function end(problem: Fault): void {
  post({ kind: 'failed', fault: problem });
  // The message has to leave the process first.
  setImmediate(() => process.exit(1));
}

function faultOf(error: unknown): Fault {
  const known = databaseFault(error);
  if (known) return known;
  const detail =
    error instanceof InvariantBroken ? error.message : error instanceof Error ? error.message : String(error);
  return fault('INTERNAL', { detail });
}
