import { z } from 'zod';
import {
  type InstallationRow,
  installationChangeSchema,
  installationRequestSchema,
  installationRowSchema,
  installationsAnswerSchema,
} from '../../contract/wire/installations.ts';
import { audit } from '../store/audit.ts';
import {
  changeInstallation,
  type Installation,
  listInstallations,
  registerInstallation,
} from '../trac/installations.ts';
import { editionQuery, ofEdition, requireEdition, sessionAuth } from './admin-books.ts';
import { requireOperator } from './operator-session.ts';
import { problem, sendProblem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

const path = z.object({ id: z.coerce.number().pipe(z.int().min(1)) });

/** Integrations that are let in at an edition through the Trac-compatible API. */
export function installationRoutes(app: App, service: Service): void {
  listRoute(app, service);
  registerRoute(app, service);
  changeRoute(app, service);
}

function rowOf({ publicKeyPem: _key, createdAt, ...rest }: Installation, { tracAudience }: Service): InstallationRow {
  return { ...rest, createdAt: createdAt.toISOString(), audience: tracAudience };
}

function listRoute(app: App, service: Service): void {
  app.get(
    '/v1/admin/installations',
    {
      schema: {
        tags: ['operator'],
        summary: 'Integrations that are let in at an edition',
        security: sessionAuth,
        querystring: ofEdition,
        response: { 200: installationsAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request) => {
      const { editionId } = request.query;
      await editionQuery(service, request, editionId);
      const found = await listInstallations(service.database.pool, editionId);
      return { installations: found.map((each) => rowOf(each, service)) };
    },
  );
}

function registerRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.post(
    '/v1/admin/installations',
    {
      schema: {
        tags: ['operator'],
        summary: 'Let an integration in at an edition by its public key',
        security: sessionAuth,
        body: installationRequestSchema,
        response: { 201: installationRowSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const { editionId } = request.body;
      const { mode } = await requireEdition(service, editionId);
      if (mode !== 'account')
        return sendProblem(reply, problem('BAD_REQUEST', 'Members and purses are for editions in account mode.'));
      const now = clock.now();
      const done = await database.transaction(async (connection) => {
        const registered = await registerInstallation(connection, request.body, now);
        if (registered.outcome === 'done') {
          const { installationId, slug, namespace, publicKeySha256, defaults } = registered.installation;
          const detail = { editionId, installationId, slug, namespace, publicKeySha256, defaults };
          await audit(connection, actor, 'installation registered', detail, now);
        }
        return registered;
      });
      if (done.outcome === 'done') return reply.code(201).send(rowOf(done.installation, service));
      return sendProblem(reply, problem('BAD_REQUEST', done.outcome === 'refused' ? done.detail : undefined));
    },
  );
}

function changeRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.patch(
    '/v1/admin/installations/:id',
    {
      schema: {
        tags: ['operator'],
        summary: 'Change key or defaults of an integration, or shut it out; a new key ends its access tokens',
        security: sessionAuth,
        params: path,
        body: installationChangeSchema,
        response: { 200: installationRowSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const now = clock.now();
      const done = await database.transaction(async (connection) => {
        const changed = await changeInstallation(connection, request.params.id, request.body);
        if (changed.outcome === 'done') {
          const { editionId, installationId, slug, publicKeySha256, defaults, active } = changed.installation;
          const detail = { editionId, installationId, slug, publicKeySha256, defaults, active };
          await audit(connection, actor, 'installation changed', detail, now);
        }
        return changed;
      });
      switch (done.outcome) {
        case 'done':
          return reply.send(rowOf(done.installation, service));
        case 'unknown':
          return sendProblem(reply, problem('NOT_FOUND', 'There is no such installation.'));
        case 'refused':
          return sendProblem(reply, problem('BAD_REQUEST', done.detail));
      }
    },
  );
}
