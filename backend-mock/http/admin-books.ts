import { asc, eq } from 'drizzle-orm';
import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { accountsAnswerSchema, coherenceAnswerSchema } from '../../contract/wire/admin.ts';
import type { EditionMode } from '../../contract/wire/words.ts';
import { reportCoherence } from '../ledger/coherence.ts';
import { account, edition } from '../store/schema.ts';
import { requireOperator } from './operator-session.ts';
import { ProblemError, problem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

export const ofEdition = z.object({ editionId: z.coerce.number().pipe(z.int().min(1)) });
export const sessionAuth = [{ session: [] }];

/** Balances and what does not agree. */
export function accountRoutes(app: App, service: Service): void {
  const { database } = service;
  app.get(
    '/v1/admin/accounts',
    {
      schema: {
        tags: ['operator'],
        summary: 'Balances of every account of an edition',
        security: sessionAuth,
        querystring: ofEdition,
        response: { 200: accountsAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request) => {
      await requireOperator(service, request, 'look');
      const { editionId } = request.query;
      const { currency } = await requireEdition(service, editionId);
      const accounts = await database.reads
        .select({
          accountId: account.accountId,
          type: account.type,
          name: account.name,
          balanceMinor: account.balanceMinor,
        })
        .from(account)
        .where(eq(account.editionId, editionId))
        .orderBy(asc(account.accountId));
      return { editionId, currency, accounts };
    },
  );
  app.get(
    '/v1/admin/coherence',
    {
      schema: {
        tags: ['operator'],
        summary: 'What does not agree: sums, balances, gaps, tags, open rejections',
        security: sessionAuth,
        querystring: ofEdition,
        response: { 200: coherenceAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request) => {
      await requireOperator(service, request, 'look');
      const { editionId } = request.query;
      await requireEdition(service, editionId);
      return database.transaction(async (connection) => {
        await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
        return reportCoherence(connection, editionId);
      });
    },
  );
}

/** The edition, or NOT_FOUND. */
export async function requireEdition(
  { database }: Service,
  editionId: number,
): Promise<{ currency: string; mode: EditionMode }> {
  const [found] = await database.reads
    .select({ currency: edition.currency, mode: edition.mode })
    .from(edition)
    .where(eq(edition.editionId, editionId));
  if (found === undefined) throw new ProblemError(problem('NOT_FOUND', `There is no edition ${editionId}.`));
  return found;
}

/** For a question about an edition: the caller is an operator and the edition exists. */
export async function editionQuery(service: Service, request: FastifyRequest, editionId: number): Promise<void> {
  await requireOperator(service, request, 'look');
  await requireEdition(service, editionId);
}
