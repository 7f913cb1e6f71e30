import { hash, verify } from '@node-rs/argon2';
import { z } from 'zod';
import { adminSessionRequestSchema } from '../../contract/wire/admin.ts';
import { drawToken, hashSecret } from '../enrolment/secrets.ts';
import { limits } from '../limits.ts';
import type { Random } from '../ports.ts';
import type { Connection } from '../store/database.ts';
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

/** `POST /v1/admin/session`: password for cookie. */
export function sessionRoutes(app: App, { database, clock, random }: Service): void {
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
      const stored = await database.pool.query<{ password_hash: string }>('SELECT password_hash FROM admin_password');
      const passwordHash = stored.rows[0]?.password_hash;
      if (passwordHash === undefined || !(await verify(passwordHash, request.body.password))) {
        return sendProblem(reply, problem('UNAUTHENTICATED'));
      }
      const session = drawToken(random);
      const now = clock.now();
      await database.transaction(async (connection) => {
        await connection.query('DELETE FROM admin_session WHERE expires_at <= $1', [now]);
        await connection.query('INSERT INTO admin_session (session_hash, created_at, expires_at) VALUES ($1, $2, $3)', [
          hashSecret(session),
          now,
          new Date(now.getTime() + limits.adminSessionLifetimeMs),
        ]);
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
