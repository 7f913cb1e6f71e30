import { z } from 'zod';
import {
  connectionChangeSchema,
  connectionFindingsAnswerSchema,
  connectionOfSchema,
  connectionRequestSchema,
  connectionRetryAnswerSchema,
  connectionRowSchema,
  connectionsAnswerSchema,
} from '../../contract/wire/connections.ts';
import { changeConnection, insertConnection, readConnection, readConnections } from '../connector/connection-rows.ts';
import { makeKeyPair } from '../connector/key-pair.ts';
import { describeConnection, readFindings, sendRefusedAgain } from '../connector/standing.ts';
import { invariant } from '../ledger/invariant.ts';
import { audit } from '../store/audit.ts';
import type { Connection } from '../store/database.ts';
import { requireEdition, sessionAuth } from './admin-books.ts';
import { requireOperator } from './operator-session.ts';
import { problem, sendProblem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

const path = '/v1/admin/trac-connections';
const onePath = `${path}/:editionId`;

/** Trac installations that editions are kept in step with: which, how far, and what did not go over. */
export function connectionRoutes(app: App, service: Service): void {
  listRoute(app, service);
  connectRoute(app, service);
  changeRoute(app, service);
  findingsRoute(app, service);
  roundRoute(app, service);
}

function listRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.get(
    path,
    {
      schema: {
        tags: ['operator'],
        summary: 'Connected editions, and how far each is in step with its Trac installation',
        security: sessionAuth,
        response: { 200: connectionsAnswerSchema, ...problemAnswers(401, 503) },
      },
    },
    async (request) => {
      await requireOperator(service, request, 'look');
      const now = clock.now();
      return database.transaction(async (connection) => {
        await connection.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
        const connections = [];
        for (const link of await readConnections(connection))
          connections.push(await describeConnection(connection, link, now));
        return { connections };
      });
    },
  );
}

function connectRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.put(
    onePath,
    {
      schema: {
        tags: ['operator'],
        summary: 'Connect an edition to a Trac organisation; the answer has the public key that the other side needs',
        security: sessionAuth,
        params: connectionOfSchema,
        body: connectionRequestSchema,
        response: { 201: connectionRowSchema, ...problemAnswers(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const { editionId } = request.params;
      const { mode } = await requireEdition(service, editionId);
      if (mode !== 'account')
        return sendProblem(reply, problem('BAD_REQUEST', 'Only an edition in account mode has members and purses.'));
      const keys = await makeKeyPair();
      const now = clock.now();
      const row = await database.transaction(async (connection) => {
        if (!(await insertConnection(connection, editionId, request.body, keys, actor, now))) return undefined;
        await audit(connection, actor, 'trac connected', { editionId, ...request.body }, now);
        return rowOf(connection, editionId, now);
      });
      if (row === undefined)
        return sendProblem(reply, problem('ALREADY_CONNECTED', `Edition ${editionId} is connected already.`));
      return reply.code(201).send(row);
    },
  );
}

function changeRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.patch(
    onePath,
    {
      schema: {
        tags: ['operator'],
        summary: 'Change where and which way transactions go, or let nothing go for a while',
        security: sessionAuth,
        params: connectionOfSchema,
        body: connectionChangeSchema,
        response: { 200: connectionRowSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const { editionId } = request.params;
      const now = clock.now();
      const row = await database.transaction(async (connection) => {
        if (!(await changeConnection(connection, editionId, request.body, actor, now))) return undefined;
        await audit(connection, actor, 'trac connection changed', { editionId, ...request.body }, now);
        return rowOf(connection, editionId, now);
      });
      return row === undefined ? sendProblem(reply, notConnected(editionId)) : reply.send(row);
    },
  );
}

function findingsRoute(app: App, service: Service): void {
  app.get(
    `${onePath}/findings`,
    {
      schema: {
        tags: ['operator'],
        summary: 'What did not go over and why, and sales that credits paid another part of over there',
        security: sessionAuth,
        params: connectionOfSchema,
        response: { 200: connectionFindingsAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request, reply) => {
      await requireOperator(service, request, 'look');
      const { editionId } = request.params;
      if ((await readConnection(service.database.pool, editionId)) === undefined)
        return sendProblem(reply, notConnected(editionId));
      return reply.send({ findings: await readFindings(service.database.pool, editionId) });
    },
  );
}

function roundRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.post(
    `${onePath}/rounds`,
    {
      schema: {
        tags: ['operator'],
        summary: 'Bring it into step now, and send again what was refused',
        security: sessionAuth,
        params: connectionOfSchema,
        body: z.strictObject({}),
        response: { 202: connectionRetryAnswerSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'money');
      const { editionId } = request.params;
      const now = clock.now();
      const retried = await database.transaction(async (connection) => {
        if ((await readConnection(connection, editionId)) === undefined) return undefined;
        const count = await sendRefusedAgain(connection, editionId, now);
        await audit(connection, actor, 'trac round', { editionId, retried: count }, now);
        return count;
      });
      if (retried === undefined) return sendProblem(reply, notConnected(editionId));
      return reply.code(202).send({ retried, nextRoundAt: now.toISOString() });
    },
  );
}

async function rowOf(connection: Connection, editionId: number, now: Date) {
  const link = await readConnection(connection, editionId);
  invariant('INV-61', link !== undefined, 'a connection is never deleted');
  return describeConnection(connection, link, now);
}

const notConnected = (editionId: number) => problem('NOT_FOUND', `Edition ${editionId} is not connected.`);
