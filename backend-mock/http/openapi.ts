import { pino } from 'pino';
import { boundedProvider } from '../payments/bounded-provider.ts';
import { simulatedProvider } from '../payments/simulated-provider.ts';
import { systemClock, systemRandom } from '../ports.ts';
import { openDatabase } from '../store/database.ts';
import { buildServer } from './server.ts';

/** The OpenAPI 3.1 document as text, from the routes and the contract's schemas. Needs no database: none is asked. */
export async function openApiText(): Promise<string> {
  const log = pino({ level: 'silent' });
  const database = openDatabase({ host: '/nowhere' }, systemRandom, log);
  const provider = boundedProvider(simulatedProvider(database, systemClock), 0, log);
  const service = { database, clock: systemClock, random: systemRandom, demo: false, provider, tracAudience: '' };
  const app = await buildServer(service, log);
  try {
    await app.ready();
    return `${JSON.stringify(app.swagger(), undefined, 2)}\n`;
  } finally {
    await app.close();
    await database.close();
  }
}
