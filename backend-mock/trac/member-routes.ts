import { z } from 'zod';
import {
  tracMemberAnswerSchema,
  tracMemberMadeSchema,
  tracMemberRequestSchema,
  tracMembersAnswerSchema,
  tracPageQuerySchema,
} from '../../contract/wire/trac-entities.ts';
import { problem, sendProblem } from '../http/problems.ts';
import { type App, problemAnswers, type Service } from '../http/service.ts';
import { type Member, readMember } from '../purses/members.ts';
import { installationAuth, requireInstallation } from './access.ts';
import { readPage } from './list-page.ts';
import { makeMember, memberAnswer, memberListing, updateMember } from './members.ts';
import { sendChange, sinceHeader } from './send-change.ts';

export const organisationPath = z.object({ org: z.coerce.number().pipe(z.int().min(1)) });
export const memberPath = organisationPath.extend({ member: z.string().min(1).max(64) });

const collection = '/api/v1/orgs/:org/members';

/** Members of an organisation (R55–R57). */
export function memberRoutes(app: App, service: Service): void {
  listRoute(app, service);
  makeRoute(app, service);
  readRoute(app, service);
  changeRoute(app, service);
}

function listRoute(app: App, service: Service): void {
  app.get(
    collection,
    {
      schema: {
        tags: ['trac'],
        summary: 'Members, in the order in which they were made; filters like mis.misId.eq=123',
        security: installationAuth,
        params: organisationPath,
        querystring: tracPageQuerySchema,
        response: { 200: tracMembersAnswerSchema, ...problemAnswers(400, 401, 403, 503) },
      },
    },
    async (request) => {
      const { edition } = await requireInstallation(service, request, request.params.org);
      const page = await readPage<Member & { pageKey: number }>(
        service.database.pool,
        memberListing(edition.editionId),
        request.query,
      );
      return { members: page.rows.map(memberAnswer), lastKey: page.lastKey };
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
        summary: 'Make a member with its Cash and Sales purses; memberType system for whom no person stands (R56)',
        security: installationAuth,
        params: organisationPath,
        body: tracMemberRequestSchema,
        response: { 201: tracMemberMadeSchema, ...problemAnswers(400, 401, 403, 413, 503) },
      },
    },
    async (request, reply) => {
      const call = await requireInstallation(service, request, request.params.org);
      const now = clock.now();
      const memberId = await database.transaction((connection) => makeMember(connection, call, request.body, now));
      return reply.code(201).send({ memberId });
    },
  );
}

function readRoute(app: App, service: Service): void {
  app.get(
    `${collection}/:member`,
    {
      schema: {
        tags: ['trac'],
        summary: 'A member',
        security: installationAuth,
        params: memberPath,
        response: { 200: tracMemberAnswerSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { edition } = await requireInstallation(service, request, request.params.org);
      const member = await readMember(service.database.pool, edition.editionId, request.params.member);
      if (member === undefined) return sendProblem(reply, problem('NOT_FOUND', 'There is no such member.'));
      return reply.send(memberAnswer(member));
    },
  );
}

function changeRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.put(
    `${collection}/:member`,
    {
      schema: {
        tags: ['trac'],
        summary: 'Change a member; what the body does not speak of stays',
        security: installationAuth,
        params: memberPath,
        headers: sinceHeader,
        body: tracMemberRequestSchema,
        response: { 200: tracMemberAnswerSchema, ...problemAnswers(400, 401, 403, 404, 412, 413, 503) },
      },
    },
    async (request, reply) => {
      const call = await requireInstallation(service, request, request.params.org);
      const change = {
        memberId: request.params.member,
        since: request.headers['if-unmodified-since'],
        body: request.body,
      };
      const now = clock.now();
      const done = await database.transaction((connection) => updateMember(connection, call, change, now));
      return sendChange(reply, done, 'There is no such member.');
    },
  );
}
