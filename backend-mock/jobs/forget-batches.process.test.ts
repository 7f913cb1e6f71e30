// Goal: the answer of an old batch is forgotten, and a till that repeats that batch all the same books nothing twice.
// Method: a backend with a clock of the test on a real PostgreSQL; the job's round is taken by the test.
import { expect, test } from 'vitest';
import { silentLog, startTestBackend, startTestServer } from '../../testing/backend/backend.ts';
import { logIn } from '../../testing/backend/operator-client.ts';
import { purchase, topUp } from '../../testing/backend/payloads.ts';
import { enrolTill } from '../../testing/backend/till-client.ts';
import { systemRandom } from '../ports.ts';
import { openDatabase } from '../store/database.ts';
import { forgetOldBatches } from './forget-batches.ts';

test('old answers go, the last one of a till stays; repeated, an old batch is all duplicates and nothing is booked', async () => {
  const server = await startTestServer();
  const databaseUrl = await server.newDatabase();
  let now = new Date('2026-07-04T12:00:00Z');
  const clock = { now: () => now };
  const backend = await startTestBackend(databaseUrl, { clock });
  const database = openDatabase({ connectionString: databaseUrl }, systemRandom, silentLog);
  try {
    const till = await enrolTill(backend.address);
    till.journal.append('transaction', topUp({ number: 1 }, 50_00, 0));
    await till.send(1, 1);
    now = new Date('2026-07-05T12:00:00Z');
    till.journal.append('transaction', purchase({ number: 2, before: 50_00 }, 5_50));
    await till.send(2, 2);
    expect(await forgetOldBatches(database, clock)).toBe(0);
    expect((await till.send(1, 1)).headers.get('Idempotency-Hit')).toBe('true');
    now = new Date('2026-07-20T12:00:00Z');
    expect(await forgetOldBatches(database, clock)).toBe(1);
    const balances = await (await logIn(backend.address)).balances(till.editionId);
    const again = await till.send(1, 1);
    expect(again.headers.get('Idempotency-Hit')).toBeNull();
    expect(again.answer?.results).toMatchObject([{ outcome: 'duplicate', state: 'Committed' }]);
    expect((await till.send(2, 2)).headers.get('Idempotency-Hit')).toBe('true');
    expect(await (await logIn(backend.address)).balances(till.editionId)).toEqual(balances);
  } finally {
    await database.close();
    await backend.close();
    await server.stop();
  }
});
