import { z } from 'zod';
import { coherenceAnswerSchema } from '../../contract/wire/admin.ts';
import { editionsAnswerSchema, transactionsAnswerSchema } from '../../contract/wire/operator.ts';
import { reportNames } from '../../contract/wire/reports.ts';
import type { FuzzWorld } from './fuzz-world.ts';
import type { RouteBook } from './routes.ts';

const pageSchema = z.object({ lastKey: z.string().optional() });

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
  const { client: integration } = world.integration;
  for (const list of ['/members', '/transactions?member_txns=true']) {
    let start = '';
    for (;;) {
      const page = await integration.get(`${list}${list.includes('?') ? '&' : '?'}per_page=200${start}`);
      const lastKey = pageSchema.safeParse(page.body);
      if (page.status !== 200) unreadable.push(`${list}: ${page.status} ${page.text.slice(0, 200)}`);
      if (lastKey.data?.lastKey === undefined) break;
      start = `&start_key=${lastKey.data.lastKey}`;
    }
  }
  for (const { member } of world.places) {
    const purses = await integration.get(`/members/${member}/purses`);
    if (purses.status !== 200) unreadable.push(`purses: ${purses.status} ${purses.text.slice(0, 200)}`);
  }
  for (const { client } of world.tills) {
    const answer = await client.request('/config');
    if (answer.status !== 200) unreadable.push(`/config: ${answer.status} ${(await answer.text()).slice(0, 200)}`);
  }
  return { unreadable, editions: coherence };
}
