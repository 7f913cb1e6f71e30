import {
  type MemberImportRequest,
  memberImportAnswerSchema,
  memberImportRequestSchema,
} from '../../contract/wire/member-import.ts';
import { importMembers, type MemberImport } from '../member-import/import-members.ts';
import { audit } from '../store/audit.ts';
import { requireEdition, sessionAuth } from './admin-books.ts';
import { requireCanteen } from './admin-members.ts';
import { requireOperator } from './operator-session.ts';
import { ProblemError, problem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

const path = '/v1/admin/member-imports';

/** Members by CSV (R55–R57, R65): first what would be made and changed, then the same file once more to do it. */
export function memberImportRoutes(app: App, service: Service): void {
  const { database, clock } = service;
  app.post(
    `${path}/preview`,
    {
      schema: {
        tags: ['operator'],
        summary: 'Whom a CSV file of members would make and change, and what is wrong with which line',
        security: sessionAuth,
        body: memberImportRequestSchema,
        response: { 200: memberImportAnswerSchema, ...problemAnswers(400, 401, 403, 404, 413, 503) },
      },
    },
    async (request) => {
      await requireOperator(service, request, 'look');
      const wanted = await importOf(service, request.body);
      const now = clock.now();
      const result = await database.transaction((connection) => importMembers(connection, wanted, 'preview', now));
      if (result.outcome === 'refused') throw new ProblemError(problem('BAD_REQUEST', result.detail));
      return result.answer;
    },
  );
  app.post(
    path,
    {
      schema: {
        tags: ['operator'],
        summary: 'Make and change the members of a CSV file, all or none; a second time nothing is done',
        security: sessionAuth,
        body: memberImportRequestSchema,
        response: { 200: memberImportAnswerSchema, ...problemAnswers(400, 401, 403, 404, 413, 503) },
      },
    },
    async (request) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const wanted = await importOf(service, request.body);
      const now = clock.now();
      return await database.transaction(async (connection) => {
        const result = await importMembers(connection, wanted, 'import', now);
        if (result.outcome === 'refused') throw new ProblemError(problem('BAD_REQUEST', result.detail));
        const { editionId, fileName, fileSha256, totals, importable } = result.answer;
        if (importable && totals.unchanged < totals.rows)
          await audit(connection, actor, 'members imported', { editionId, fileName, fileSha256, ...totals }, now);
        return result.answer;
      });
    },
  );
}

async function importOf(service: Service, body: MemberImportRequest): Promise<MemberImport> {
  const { editionId, fileName, contentBase64, credit } = body;
  await requireCanteen(service, editionId);
  const { currency } = await requireEdition(service, editionId);
  return { editionId, currency, fileName, bytes: Buffer.from(contentBase64, 'base64'), credit };
}
