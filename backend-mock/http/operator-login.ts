import { hash, verify } from '@node-rs/argon2';
import { z } from 'zod';
import { adminSessionRequestSchema } from '../../contract/wire/admin.ts';
import { firstOperatorName, type OperatorRole } from '../../contract/wire/operators.ts';
import { drawToken, hashSecret } from '../enrolment/secrets.ts';
import { limits } from '../limits.ts';
import type { Random } from '../ports.ts';
import { audit } from '../store/audit.ts';
import type { Connection, Database } from '../store/database.ts';
import { sessionCookie } from './operator-session.ts';
import { problem, sendProblem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

/**
 * Makes the operator's password where there is none yet: the given one, else a random one, which is returned so that it can
 * be shown once. Only the argon2id hash is kept.
 */
export async function ensurePassword(
  connection: Connection,
  given: string | undefined,
  random: Random,
  now: Date,
): Promise<string | undefined> {
  const found = await connection.query('SELECT 1 FROM admin_password');
  if (found.rowCount !== 0) return undefined;
  const password = given ?? Buffer.from(random.bytes(15)).toString('base64url');
  await connection.query('INSERT INTO admin_password (password_hash, created_at) VALUES ($1, $2)', [
    await hash(password, { salt: random.bytes(16) }),
    now,
  ]);
  return given === undefined ? password : undefined;
}

/** `POST /v1/admin/session`: password for cookie; `DELETE`: the session ends. */
export function sessionRoutes(app: App, service: Service): void {
  loginRoute(app, service);
  logoutRoute(app, service);
}

function loginRoute(app: App, { database, clock, random }: Service): void {
  let nobodysHash: Promise<string> | undefined;
  app.post(
    '/v1/admin/session',
    {
      schema: {
        tags: ['operator'],
        summary: 'Log in; the answer sets a cookie',
        body: adminSessionRequestSchema,
        response: { 204: z.null().describe('Logged in.'), ...problemAnswers(400, 401, 503) },
      },
    },
    async (request, reply) => {
      const { name = firstOperatorName, password } = request.body;
      const known = await readLogin(database.pool, name);
      // Somebody who is not known takes as long as a wrong password: the time tells nobody which names there are.
      nobodysHash ??= hash(random.bytes(32), { salt: random.bytes(16) });
      const right = await verify(known?.passwordHash ?? (await nobodysHash), password);
      if (known === undefined || !right) return sendProblem(reply, problem('UNAUTHENTICATED'));
      const session = drawToken(random);
      const now = clock.now();
      await database.transaction(async (connection) => {
        await connection.query('DELETE FROM admin_session WHERE expires_at <= $1', [now]);
        await connection.query(
          'INSERT INTO admin_session (session_hash, created_at, expires_at, actor, role) VALUES ($1, $2, $3, $4, $5)',
          [hashSecret(session), now, new Date(now.getTime() + limits.adminSessionLifetimeMs), name, known.role],
        );
        await audit(connection, name, 'logged in', { role: known.role }, now);
      });
      return reply
        .setCookie(sessionCookie, session, {
          httpOnly: true,
          sameSite: 'strict',
          path: '/v1/admin',
          maxAge: limits.adminSessionLifetimeMs / 1000,
          secure: request.protocol === 'https',
        })
        .header('Cache-Control', 'no-store')
        .code(204)
        .send(null);
    },
  );
}

function logoutRoute(app: App, { database, clock }: Service): void {
  app.delete(
    '/v1/admin/session',
    {
      schema: {
        tags: ['operator'],
        summary: 'Log out; a session that is over already stays over',
        response: { 204: z.null().describe('Logged out.'), ...problemAnswers(503) },
      },
    },
    async (request, reply) => {
      const session = request.cookies[sessionCookie];
      if (session !== undefined) {
        const now = clock.now();
        await database.transaction(async (connection) => {
          const ended = await connection.query<{ actor: string }>(
            'DELETE FROM admin_session WHERE session_hash = $1 RETURNING actor',
            [hashSecret(session)],
          );
          for (const { actor } of ended.rows) await audit(connection, actor, 'logged out', {}, now);
        });
      }
      return reply.clearCookie(sessionCookie, { path: '/v1/admin' }).code(204).send(null);
    },
  );
}

type Login = { role: OperatorRole; passwordHash: string };

/** The operator of this name, where one is active. */
async function readLogin(pool: Database['pool'], name: string): Promise<Login | undefined> {
  const found = await pool.query<{ role: OperatorRole; password_hash: string }>(
    name === firstOperatorName
      ? { text: `SELECT 'admin' AS role, password_hash FROM admin_password`, values: [] }
      : { text: 'SELECT role, password_hash FROM operator_login WHERE name = $1 AND active', values: [name] },
  );
  const row = found.rows[0];
  return row === undefined ? undefined : { role: row.role, passwordHash: row.password_hash };
}
