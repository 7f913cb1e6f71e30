import {
  tracPageQuerySchema,
  tracPurseAnswerSchema,
  tracPurseMadeSchema,
  tracPurseRequestSchema,
  tracPursesAnswerSchema,
} from '../../contract/wire/trac-entities.ts';
import { ProblemError, problem, sendProblem } from '../http/problems.ts';
import { type App, problemAnswers, type Service } from '../http/service.ts';
import { type Member, readMember } from '../purses/members.ts';
import type { Purse } from '../purses/purses.ts';
import type { Connection } from '../store/database.ts';
import { installationAuth, requireInstallation } from './access.ts';
import { grantOpening } from './grant-opening.ts';
import { readPage } from './list-page.ts';
import { memberPath } from './member-routes.ts';
import { findPurse, makePurse, purseAnswer, purseListing, updatePurse } from './purses.ts';
import { sendChange, sinceHeader } from './send-change.ts';

export const pursePath = memberPath.extend({ purse: memberPath.shape.member });

const collection = '/api/v1/orgs/:org/members/:member/purses';

/** Purses of a member (R58, R62, R65). */
export function purseRoutes(app: App, service: Service): void {
  listRoute(app, service);
  makeRoute(app, service);
  readRoute(app, service);
  changeRoute(app, service);
}

/** The member of a path. Throws NOT_FOUND where the organisation has none of this id. */
export async function requireMember(
  queries: Pick<Connection, 'query'>,
  editionId: number,
  memberId: string,
): Promise<Member> {
  const member = await readMember(queries, editionId, memberId);
  if (member === undefined) throw new ProblemError(problem('NOT_FOUND', 'There is no such member.'));
  return member;
}

function listRoute(app: App, service: Service): void {
  const { pool } = service.database;
  app.get(
    collection,
    {
      schema: {
        tags: ['trac'],
        summary: 'Purses of a member with their balances',
        security: installationAuth,
        params: memberPath,
        querystring: tracPageQuerySchema,
        response: { 200: tracPursesAnswerSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request) => {
      const { org, member: memberId } = request.params;
      const { edition } = await requireInstallation(service, request, org);
      const member = await requireMember(pool, edition.editionId, memberId);
      const page = await readPage<Purse & { pageKey: string }>(pool, purseListing(member), request.query);
      return { purses: page.rows.map((purse) => purseAnswer(purse, member, edition.currency)), lastKey: page.lastKey };
    },
  );
}

function makeRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.post(
    collection,
    {
      schema: {
        tags: ['trac'],
        summary: 'Make a credit purse',
        security: installationAuth,
        params: memberPath,
        body: tracPurseRequestSchema,
        response: { 201: tracPurseMadeSchema, ...problemAnswers(400, 401, 403, 404, 413, 503) },
      },
    },
    async (request, reply) => {
      const call = await requireInstallation(service, request, request.params.org);
      const member = await requireMember(database.pool, call.edition.editionId, request.params.member);
      const now = clock.now();
      const made = await database.transaction(async (connection) => {
        const making = await makePurse(connection, call, member, request.body, now);
        if (making.outcome === 'made') await grantOpening(connection, call, making.purse, request.body, now);
        return making;
      });
      if (made.outcome === 'refused') return sendProblem(reply, problem('BAD_REQUEST', made.detail));
      return reply.code(201).send({ purseId: made.purse.purseId });
    },
  );
}

function readRoute(app: App, service: Service): void {
  const { pool } = service.database;
  app.get(
    `${collection}/:purse`,
    {
      schema: {
        tags: ['trac'],
        summary: 'A purse with its balance',
        security: installationAuth,
        params: pursePath,
        response: { 200: tracPurseAnswerSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { org, member: memberId, purse: purseId } = request.params;
      const { edition } = await requireInstallation(service, request, org);
      const member = await requireMember(pool, edition.editionId, memberId);
      const purse = await findPurse(pool, member, purseId);
      if (purse === undefined) return sendProblem(reply, problem('NOT_FOUND', 'The member has no such purse.'));
      return reply.send(purseAnswer(purse, member, edition.currency));
    },
  );
}

function changeRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.put(
    `${collection}/:purse`,
    {
      schema: {
        tags: ['trac'],
        summary: 'Change until when and for what a credit purse is valid, and what integrations keep with a purse',
        security: installationAuth,
        params: pursePath,
        headers: sinceHeader,
        body: tracPurseRequestSchema,
        response: { 200: tracPurseAnswerSchema, ...problemAnswers(400, 401, 403, 404, 412, 413, 503) },
      },
    },
    async (request, reply) => {
      const call = await requireInstallation(service, request, request.params.org);
      const member = await requireMember(database.pool, call.edition.editionId, request.params.member);
      const since = request.headers['if-unmodified-since'];
      const change = { member, purseId: request.params.purse, since, body: request.body };
      const now = clock.now();
      const done = await database.transaction((connection) => updatePurse(connection, call, change, now));
      return sendChange(reply, done, 'The member has no such purse.');
    },
  );
}
