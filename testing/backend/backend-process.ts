import { pino } from 'pino';
import { createLog } from '../../backend-mock/log.ts';
import { startBackend } from '../../backend-mock/main.ts';

/**
 * A backend as a process of its own: `node backend-process.ts DATA_FOLDER`, on the embedded PostgreSQL of that folder or on
 * `DATABASE_URL`. Prints one JSON line with its address, or with the reason why it did not start; SIGTERM stops it.
 */
const [dataFolder = ''] = process.argv.slice(2);
const databaseUrl = process.env['DATABASE_URL'];
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

try {
  const backend = await startBackend({
    port: 0,
    dataFolder,
    demo: true,
    log: createLog(pino.destination(2), 'warn'),
    ...(databaseUrl === undefined ? {} : { databaseUrl }),
  });
  process.once('SIGTERM', () => {
    backend.close().then(
      () => say({ event: 'closed' }),
      (error: unknown) => {
        say({ event: 'failed', message: String(error) });
        process.exitCode = 1;
      },
    );
  });
  say({ event: 'started', address: backend.address });
} catch (error) {
  say({ event: 'failed', message: error instanceof Error ? error.message : String(error) });
  process.exitCode = 1;
}
