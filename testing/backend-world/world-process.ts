import { pino } from 'pino';
import { z } from 'zod';
import { createLog } from '../../backend-mock/log.ts';
import { startBackend } from '../../backend-mock/main.ts';

/**
 * A real backend whose clock whoever started it moves: `node world-process.ts OFFSET_MS`, on `DATABASE_URL`. Its jobs come round
 * many times a second, so that they meet everything else. Tells its address, and takes `{ offsetMs }`, by messages; SIGTERM stops it.
 */
const [offset = '0'] = process.argv.slice(2);
const jobIntervalMs = 120;
const providerTimeoutMs = 80;

let offsetMs = Number(offset);
const clock = { now: () => new Date(Date.now() + offsetMs) };
const messageSchema = z.object({ offsetMs: z.int() });
process.on('message', (message) => {
  offsetMs = messageSchema.parse(message).offsetMs;
});
// Whoever started it is gone: nobody would stop it any more.
process.on('disconnect', () => process.exit(1));

const backend = await startBackend({
  port: 0,
  dataFolder: '',
  demo: true,
  databaseUrl: z.string().min(1).parse(process.env['DATABASE_URL']),
  clock,
  expiryIntervalMs: jobIntervalMs,
  paymentIntervalMs: jobIntervalMs,
  providerTimeoutMs,
  log: createLog(pino.destination(2), 'error'),
});
process.once('SIGTERM', () => {
  backend.close().then(
    () => process.exit(0),
    (error: unknown) => {
      process.stderr.write(`${String(error)}\n`);
      process.exit(1);
    },
  );
});
process.send?.({ address: backend.address });
