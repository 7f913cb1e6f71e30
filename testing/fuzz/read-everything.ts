import type { z } from 'zod';
import { coherenceAnswerSchema } from '../../contract/wire/admin.ts';
import { editionsAnswerSchema, transactionsAnswerSchema } from '../../contract/wire/operator.ts';
import { reportNames } from '../../contract/wire/reports.ts';
import type { FuzzWorld } from './fuzz-world.ts';
import type { RouteBook } from './routes.ts';

type Everything = { unreadable: string[]; editions: z.infer<typeof coherenceAnswerSchema>[] };

/** Reads all there is over HTTP, as an operator and as the tills: what was accepted has to be readable again. */
export async function readEverything(world: FuzzWorld, { routes }: RouteBook): Promise<Everything> {
  const operator = world.sessionOf('admin');
  const unreadable: string[] = [];
  const look = async (path: string, { mayNotFit = false } = {}): Promise<unknown> => {
    const answer = await operator.request(path);
    const text = await answer.text();
    const isRefused = mayNotFit && answer.status === 400;
    if (answer.status !== 200 && !isRefused) unreadable.push(`${path}: ${answer.status} ${text.slice(0, 200)}`);
    return answer.status === 200 && answer.headers.get('content-type')?.includes('json') === true
      ? JSON.parse(text)
      : undefined;
  };
  const { editions } = editionsAnswerSchema.parse(await look('/editions'));
  const coherence: Everything['editions'] = [];
  const lists = routes
    .filter(
      ({ method, path, parameters }) =>
        method === 'GET' &&
        path.startsWith('/v1/admin/') &&
        !path.includes('{') &&
        parameters.some(({ name }) => name === 'editionId'),
    )
    .filter(({ parameters }) => parameters.every(({ name, required }) => name === 'editionId' || !required))
    .map(({ path }) => path.replace('/v1/admin', ''));
  for (const { editionId } of editions) {
    // A list may be for one mode of edition alone.
    for (const list of lists) await look(`${list}?editionId=${editionId}`, { mayNotFit: true });
    for (const report of reportNames)
      for (const format of ['json', 'csv']) await look(`/reports/${report}?editionId=${editionId}&format=${format}`);
    coherence.push(coherenceAnswerSchema.parse(await look(`/coherence?editionId=${editionId}`)));
    const { transactions } = transactionsAnswerSchema.parse(
      await look(`/transactions?editionId=${editionId}&limit=500`),
    );
    for (const { backendTransactionId } of transactions.slice(0, 100))
      await look(`/transactions/${backendTransactionId}?editionId=${editionId}`);
    for (const uid of new Set(transactions.map((each) => each.uid).filter((each) => each !== null)))
      await look(`/tags/${uid}/history?editionId=${editionId}`);
  }
  for (const { client } of world.tills) {
    const answer = await client.request('/config');
    if (answer.status !== 200) unreadable.push(`/config: ${answer.status} ${(await answer.text()).slice(0, 200)}`);
  }
  return { unreadable, editions: coherence };
}
