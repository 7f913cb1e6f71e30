import { hash } from '@node-rs/argon2';
import { z } from 'zod';
import {
  firstOperatorName,
  operatorChangeSchema,
  operatorNameSchema,
  operatorRequestSchema,
  operatorRowSchema,
  operatorsAnswerSchema,
} from '../../contract/wire/operators.ts';
import { audit } from '../store/audit.ts';
import type { Connection } from '../store/database.ts';
import { sessionAuth } from './admin-books.ts';
import { requireOperator } from './operator-session.ts';
import { problem, sendProblem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

/** Operators with their roles; the first one, `admin`, has its password from the first start and is not listed here. */
export function operatorRoutes(app: App, service: Service): void {
  listRoute(app, service);
  createRoute(app, service);
  changeRoute(app, service);
}

function listRoute(app: App, service: Service): void {
  app.get(
    '/v1/admin/operators',
    {
      schema: {
        tags: ['operator'],
        summary: 'Everybody who may log in beside the first operator',
        security: sessionAuth,
        response: { 200: operatorsAnswerSchema, ...problemAnswers(401, 403, 503) },
      },
    },
    async (request) => {
      await requireOperator(service, request, 'configuration');
      const found = await service.database.pool.query('SELECT name, role, active FROM operator_login ORDER BY name');
      return { operators: operatorsAnswerSchema.shape.operators.parse(found.rows) };
    },
  );
}

function createRoute(app: App, service: Service): void {
  const { database, clock, random } = service;
  app.post(
    '/v1/admin/operators',
    {
      schema: {
        tags: ['operator'],
        summary: 'Let somebody log in with a role',
        security: sessionAuth,
        body: operatorRequestSchema,
        response: { 201: operatorRowSchema, ...problemAnswers(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const { name, role, password } = request.body;
      if (name === firstOperatorName) return sendProblem(reply, problem('BAD_REQUEST', 'This operator is there.'));
      const passwordHash = await hash(password, { salt: random.bytes(16) });
      const now = clock.now();
      const made = await database.transaction(async (connection) => {
        const inserted = await connection.query(
          `INSERT INTO operator_login (name, role, password_hash, active, created_at) VALUES ($1, $2, $3, true, $4)
           ON CONFLICT DO NOTHING`,
          [name, role, passwordHash, now],
        );
        if (inserted.rowCount === 1) await audit(connection, actor, 'operator created', { name, role }, now);
        return inserted.rowCount === 1;
      });
      if (!made) return sendProblem(reply, problem('BAD_REQUEST', 'An operator has this name already.'));
      return reply.code(201).send({ name, role, active: true });
    },
  );
}

function changeRoute(app: App, service: Service): void {
  const { database, clock, random } = service;
  app.patch(
    '/v1/admin/operators/:name',
    {
      schema: {
        tags: ['operator'],
        summary: 'Change role or password, or let nobody log in by this name; who is logged in has to do it again',
        security: sessionAuth,
        params: z.object({ name: operatorNameSchema }),
        body: operatorChangeSchema,
        response: { 200: operatorRowSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const { name } = request.params;
      const { password, ...plain } = request.body;
      const passwordHash = password === undefined ? null : await hash(password, { salt: random.bytes(16) });
      const now = clock.now();
      const row = await database.transaction(async (connection) => {
        const changed = await changeOperator(connection, name, { ...plain, passwordHash });
        const detail = { name, ...plain, password: passwordHash !== null };
        if (changed !== undefined) await audit(connection, actor, 'operator changed', detail, now);
        return changed;
      });
      return row === undefined ? sendProblem(reply, problem('NOT_FOUND', 'There is no such operator.')) : row;
    },
  );
}

type OperatorChange = { role?: string | undefined; active?: boolean | undefined; passwordHash: string | null };

async function changeOperator(
  connection: Connection,
  name: string,
  { role, active, passwordHash }: OperatorChange,
): Promise<z.infer<typeof operatorRowSchema> | undefined> {
  const changed = await connection.query(
    `UPDATE operator_login SET role = coalesce($2, role), active = coalesce($3, active), password_hash = coalesce($4, password_hash)
      WHERE name = $1 RETURNING name, role, active`,
    [name, role ?? null, active ?? null, passwordHash],
  );
  if (changed.rows[0] === undefined) return undefined;
  await connection.query('DELETE FROM admin_session WHERE actor = $1', [name]);
  return operatorRowSchema.parse(changed.rows[0]);
}
