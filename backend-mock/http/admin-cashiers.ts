import { z } from 'zod';
import {
  cashierChangeSchema,
  cashierRequestSchema,
  cashierRowSchema,
  cashiersAnswerSchema,
} from '../../contract/wire/admin-cashiers.ts';
import { changeCashier, createCashier, listCashiers } from '../configuration/cashiers.ts';
import { hashPin } from '../configuration/pin-hash.ts';
import { audit } from '../store/audit.ts';
import { databaseErrorCode } from '../store/database.ts';
import { editionQuery, ofEdition, requireEdition, sessionAuth } from './admin-books.ts';
import { requireOperator } from './operator-session.ts';
import { ProblemError, problem, sendProblem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

/** Who may work at the tills of an edition; it reaches them with their configuration. */
export function cashierRoutes(app: App, service: Service): void {
  listRoute(app, service);
  createRoute(app, service);
  changeRoute(app, service);
}

function listRoute(app: App, service: Service): void {
  app.get(
    '/v1/admin/cashiers',
    {
      schema: {
        tags: ['operator'],
        summary: 'Cashiers of an edition, those who left included',
        security: sessionAuth,
        querystring: ofEdition,
        response: { 200: cashiersAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request) => {
      await editionQuery(service, request, request.query.editionId);
      return { cashiers: await listCashiers(service.database.pool, request.query.editionId) };
    },
  );
}

function createRoute(app: App, service: Service): void {
  const { database, clock, random } = service;
  app.post(
    '/v1/admin/cashiers',
    {
      schema: {
        tags: ['operator'],
        summary: 'Let somebody work at the tills',
        security: sessionAuth,
        body: cashierRequestSchema,
        response: { 201: cashierRowSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const { pin, ...plain } = request.body;
      await requireEdition(service, plain.editionId);
      const pinHash = await hashPin(pin, random);
      const now = clock.now();
      const row = await refuseKnown(() =>
        database.transaction(async (connection) => {
          const made = await createCashier(connection, request.body, pinHash, now);
          if (made !== undefined) await audit(connection, actor, 'cashier created', plain, now);
          return made;
        }),
      );
      if (row === undefined) return sendProblem(reply, problem('BAD_REQUEST', 'The edition has no room for one more.'));
      return reply.code(201).send(row);
    },
  );
}

function changeRoute(app: App, service: Service): void {
  const { database, clock, random } = service;
  app.patch(
    '/v1/admin/cashiers/:cashierId',
    {
      schema: {
        tags: ['operator'],
        summary: 'Change a cashier’s name, role, PIN or tag, or let them work no more',
        security: sessionAuth,
        params: z.object({ cashierId: z.string().min(1).max(64) }),
        body: cashierChangeSchema,
        response: { 200: cashierRowSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const { cashierId } = request.params;
      const { pin, ...plain } = request.body;
      await requireEdition(service, plain.editionId);
      const pinHash = pin === undefined ? undefined : await hashPin(pin, random);
      const now = clock.now();
      const row = await refuseKnown(() =>
        database.transaction(async (connection) => {
          const changed = await changeCashier(connection, cashierId, request.body, pinHash, now);
          const detail = { cashierId, ...plain, pin: pin !== undefined };
          if (changed !== undefined) await audit(connection, actor, 'cashier changed', detail, now);
          return changed;
        }),
      );
      return row === undefined ? sendProblem(reply, problem('NOT_FOUND', 'There is no such cashier.')) : row;
    },
  );
}

/** An id or a tag that somebody else has is the caller's mistake. */
async function refuseKnown<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (databaseErrorCode(error) !== '23505') throw error;
    throw new ProblemError(problem('BAD_REQUEST', 'Another cashier of the edition has this id or this tag.'));
  }
}
