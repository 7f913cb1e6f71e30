import { startBackend } from '../../backend-mock/main.ts';
import { silentLog } from '../backend/backend.ts';
import { neverMs, openJobRounds, providerTimeoutMs } from './job-rounds.ts';
import { commandSchema, type Said } from './victim.ts';

/**
 * A backend as a process of its own, on `DATABASE_URL`, at the time given in milliseconds, whose jobs come round when they are told to:
 * `node killable-backend-process.ts NOW_MS`, with commands and answers over the channel to its parent.
 */
const clock = { now: () => new Date(Number(process.argv[2])) };
const databaseUrl = process.env['DATABASE_URL'] ?? '';
const say = (said: Said) => process.send?.(said);

const backend = await startBackend({
  port: 0,
  dataFolder: '/nonexistent',
  demo: true,
  databaseUrl,
  clock,
  log: silentLog,
  expiryIntervalMs: neverMs,
  paymentIntervalMs: neverMs,
  connectorIntervalMs: neverMs,
  providerTimeoutMs,
});
const jobs = openJobRounds(databaseUrl, clock, backend.address);

process.on('message', (message) => {
  const { round } = commandSchema.parse(message);
  jobs.round(round).then(
    (done) => say({ event: 'done', done }),
    (error: unknown) => say({ event: 'failed', message: String(error) }),
  );
});
say({ event: 'started', address: backend.address });
