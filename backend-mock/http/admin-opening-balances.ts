import {
  type OpeningBalancesRequest,
  openingBalancesAnswerSchema,
  openingBalancesRequestSchema,
} from '../../contract/wire/opening-balances.ts';
import { type BalanceImport, importBalances, previewBalances } from '../opening-balances/import-balances.ts';
import { audit } from '../store/audit.ts';
import { sessionAuth } from './admin-books.ts';
import { requireOperator } from './operator-session.ts';
import { ProblemError, problem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

const path = '/v1/admin/opening-balances';

/** Opening balances by CSV (R139): first what would be booked, then the same file once more to book it. */
export function openingBalanceRoutes(app: App, service: Service): void {
  const { database, clock } = service;
  app.post(
    `${path}/preview`,
    {
      schema: {
        tags: ['operator'],
        summary: 'What a CSV file of opening balances would book, its totals, and what is wrong with which line',
        security: sessionAuth,
        body: openingBalancesRequestSchema,
        response: { 200: openingBalancesAnswerSchema, ...problemAnswers(400, 401, 403, 404, 413, 503) },
      },
    },
    async (request) => {
      await requireOperator(service, request, 'look');
      const wanted = await importOf(service, request.body);
      return database.transaction(async (connection) => {
        await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
        return previewBalances(connection, wanted);
      });
    },
  );
  app.post(
    path,
    {
      schema: {
        tags: ['operator'],
        summary: 'Book the opening balances of a CSV file, all or none; a second time nothing is booked',
        security: sessionAuth,
        body: openingBalancesRequestSchema,
        response: { 200: openingBalancesAnswerSchema, ...problemAnswers(400, 401, 403, 404, 413, 503) },
      },
    },
    async (request) => {
      const { actor } = await requireOperator(service, request, 'money');
      const wanted = await importOf(service, request.body);
      const now = clock.now();
      return database.transaction(async (connection) => {
        const answer = await importBalances(connection, wanted, actor, now);
        const { editionId, fileName, fileSha256, totals, importable } = answer;
        if (importable && totals.booked > 0)
          await audit(connection, actor, 'opening balances', { editionId, fileName, fileSha256, ...totals }, now);
        return answer;
      });
    },
  );
}

/** Throws NOT_FOUND and, for an edition whose balances are on tags, BAD_REQUEST. */
async function importOf(
  { database }: Service,
  { editionId, fileName, contentBase64 }: OpeningBalancesRequest,
): Promise<BalanceImport> {
  const found = await database.pool.query<{ mode: string; currency: string; maximum_balance_minor: number }>(
    'SELECT mode, currency, maximum_balance_minor FROM edition WHERE edition_id = $1',
    [editionId],
  );
  const edition = found.rows[0];
  if (edition === undefined) throw new ProblemError(problem('NOT_FOUND', `There is no edition ${editionId}.`));
  if (edition.mode !== 'account')
    throw new ProblemError(problem('BAD_REQUEST', 'Only an edition in account mode has members with balances.'));
  return {
    editionId,
    currency: edition.currency,
    maximumBalanceMinor: edition.maximum_balance_minor,
    fileName,
    bytes: Buffer.from(contentBase64, 'base64'),
  };
}
