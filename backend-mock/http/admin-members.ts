import { z } from 'zod';
import {
  memberAnswerSchema,
  memberChangeSchema,
  memberCreatedSchema,
  memberRequestSchema,
  memberRowSchema,
  memberSearchSchema,
  membersAnswerSchema,
  memberTagRequestSchema,
} from '../../contract/wire/admin-members.ts';
import { listMembers } from '../purses/list-members.ts';
import { changeMember, createMembers, linkTag, type MemberChange } from '../purses/members.ts';
import { readPurses } from '../purses/purses.ts';
import { audit } from '../store/audit.ts';
import type { Connection } from '../store/database.ts';
import { ofEdition, requireEdition, sessionAuth } from './admin-books.ts';
import { requireOperator } from './operator-session.ts';
import { ProblemError, problem } from './problems.ts';
import { purseRow } from './purse-row.ts';
import { type App, problemAnswers, type Service } from './service.ts';

export const memberPath = z.object({ memberId: z.string().min(1).max(64) });
const pageMax = 500;

/** Members of a canteen: who they are, what they may not eat, what opens their account, and what they have. */
export function memberRoutes(app: App, service: Service): void {
  listRoute(app, service);
  readRoute(app, service);
  createRoute(app, service);
  changeRoute(app, service);
  tagRoute(app, service);
}

/** Only where the balance is an account there are members (R55). */
export async function requireCanteen(service: Service, editionId: number): Promise<void> {
  const { mode } = await requireEdition(service, editionId);
  if (mode !== 'account') throw new ProblemError(problem('BAD_REQUEST', 'This edition has no members.'));
}

export const noSuchMember = () => new ProblemError(problem('NOT_FOUND', 'The edition has no such member.'));

function listRoute(app: App, service: Service): void {
  app.get(
    '/v1/admin/members',
    {
      schema: {
        tags: ['operator'],
        summary: 'Members of an edition, in the order in which they were made; with search, only whom it means',
        security: sessionAuth,
        querystring: ofEdition.extend({
          search: memberSearchSchema.optional(),
          after: z.coerce.number().pipe(z.int().min(0)).default(0),
          limit: z.coerce.number().pipe(z.int().min(1).max(pageMax)).default(100),
        }),
        response: { 200: membersAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request) => {
      await requireOperator(service, request, 'look');
      const { editionId, after, limit, search = null } = request.query;
      await requireEdition(service, editionId);
      const page = { afterCustomerId: after, rowsMax: limit, search };
      return { members: await listMembers(service.database.pool, editionId, page) };
    },
  );
}

function readRoute(app: App, service: Service): void {
  const { database } = service;
  app.get(
    '/v1/admin/members/:memberId',
    {
      schema: {
        tags: ['operator'],
        summary: 'A member with every purse: what is in it, until when it is valid, and what comes into it by itself',
        security: sessionAuth,
        params: memberPath,
        querystring: ofEdition,
        response: { 200: memberAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request) => {
      await requireOperator(service, request, 'look');
      const { editionId } = request.query;
      const { currency } = await requireEdition(service, editionId);
      return await database.transaction(async (connection) => {
        await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
        const member = await requireRow(connection, editionId, request.params.memberId);
        const purses = await readPurses(connection, editionId, [member.customerId]);
        return { member, currency, purses: purses.map(purseRow) };
      });
    },
  );
}

function createRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.post(
    '/v1/admin/members',
    {
      schema: {
        tags: ['operator'],
        summary: 'Make a member with both purses (R57)',
        security: sessionAuth,
        body: memberRequestSchema,
        response: { 201: memberCreatedSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const { editionId, memberType, displayName, className = null, misId = null, upn = null } = request.body;
      const { allergens = [], dailyLimitMinor = null } = request.body;
      await requireCanteen(service, editionId);
      const now = clock.now();
      const made = await database.transaction(async (connection) => {
        const wanted = { memberType, displayName, className, misId, upn, allergens, dailyLimitMinor };
        const [member] = await createMembers(connection, editionId, [wanted], now);
        if (member === undefined) throw noSuchMember();
        const { memberId, customerId } = member;
        await audit(connection, actor, 'member created', { editionId, memberId }, now);
        return { memberId, customerId };
      });
      return reply.code(201).send(made);
    },
  );
}

function changeRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.patch(
    '/v1/admin/members/:memberId',
    {
      schema: {
        tags: ['operator'],
        summary: 'Change what is known of a member; tills learn it at the next tap',
        security: sessionAuth,
        params: memberPath,
        body: memberChangeSchema,
        response: { 200: memberRowSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request) => {
      const { actor } = await requireOperator(service, request, 'support');
      const { editionId } = request.body;
      const change = changeOf(request.body);
      const { memberId } = request.params;
      await requireCanteen(service, editionId);
      const now = clock.now();
      return await database.transaction(async (connection) => {
        const changed = await changeMember(connection, editionId, memberId, change, now);
        if (changed === undefined) throw noSuchMember();
        // What somebody is allergic to is not written down a second time.
        await audit(connection, actor, 'member changed', { editionId, memberId, changed: Object.keys(change) }, now);
        return await requireRow(connection, editionId, memberId);
      });
    },
  );
}

function tagRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.post(
    '/v1/admin/members/:memberId/tags',
    {
      schema: {
        tags: ['operator'],
        summary: 'Give a tag to a member: it opens their account at every till',
        security: sessionAuth,
        params: memberPath,
        body: memberTagRequestSchema,
        response: { 200: memberRowSchema, ...problemAnswers(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request) => {
      const { actor } = await requireOperator(service, request, 'support');
      const { editionId, uid } = request.body;
      const { memberId } = request.params;
      await requireCanteen(service, editionId);
      const now = clock.now();
      return await database.transaction(async (connection) => {
        const linked = await linkTag(connection, { editionId, memberId, uid }, now);
        if (linked === 'unknown-member') throw noSuchMember();
        if (linked === 'tag-in-use')
          throw new ProblemError(problem('TAG_IN_USE', `Tag ${uid} belongs to somebody else.`));
        await audit(connection, actor, 'tag given to member', { editionId, memberId, uid }, now);
        return await requireRow(connection, editionId, memberId);
      });
    },
  );
}

/** What is absent stays. */
function changeOf(body: z.infer<typeof memberChangeSchema>): MemberChange {
  const { displayName, className, misId, upn, allergens, dailyLimitMinor, isActive } = body;
  return {
    ...(displayName === undefined ? {} : { displayName }),
    ...(className === undefined ? {} : { className }),
    ...(misId === undefined ? {} : { misId }),
    ...(upn === undefined ? {} : { upn }),
    ...(allergens === undefined ? {} : { allergens }),
    ...(dailyLimitMinor === undefined ? {} : { dailyLimitMinor }),
    ...(isActive === undefined ? {} : { isActive }),
  };
}

async function requireRow(connection: Connection, editionId: number, memberId: string) {
  const [row] = await listMembers(connection, editionId, { memberId });
  if (row === undefined) throw noSuchMember();
  return row;
}
