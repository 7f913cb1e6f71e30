import { pino } from 'pino';
import { z } from 'zod';
import { connectDueEditions } from '../../backend-mock/connector/connect-due.ts';
import { createLog } from '../../backend-mock/log.ts';
import { systemRandom } from '../../backend-mock/ports.ts';
import { openDatabase } from '../../backend-mock/store/database.ts';

/**
 * The connector's job in a process of its own: `node round-process.ts DATABASE_URL NOW` plays what is due at `NOW`, prints how many
 * transactions went over, and ends.
 */
const [databaseUrl, now] = z.tuple([z.string(), z.iso.datetime()]).parse(process.argv.slice(2));
const log = createLog(pino.destination(2), 'error');
const database = openDatabase({ connectionString: databaseUrl }, systemRandom, log);
const clock = { now: () => new Date(now) };
const done = await connectDueEditions({ database, clock, random: systemRandom, log });
await database.close();
process.stdout.write(`${done}\n`);
