import { z } from 'zod';
import { accessTokenSchema } from '../../contract/wire/trac-access.ts';
import { problem, sendProblem } from '../http/problems.ts';
import { type App, problemAnswers, type Service } from '../http/service.ts';
import { issueAccessToken } from './access-tokens.ts';

const numberMax = 2 ** 53 - 1;
const bearer = /^Bearer +(?<jwt>[\w.+/=-]{1,8000})$/i;

/** The sources name both paths (requirements 5). */
const paths = [
  '/api/v1/app/installations/:installationId/access-tokens',
  '/api/v1/apps/installations/:installationId/access-tokens',
] as const;

/** A JWT of an app (R50–R53) for an access token of one hour. Whatever is wrong with it is "Invalid Bearer Token" (R54), no more. */
export function accessTokenRoutes(app: App, service: Service): void {
  const { database, clock, random, tracAudience } = service;
  for (const path of paths)
    app.post(
      path,
      {
        schema: {
          tags: ['trac'],
          summary: 'An access token of an installation, for a JWT that its app signed with RS256',
          security: [{ app: [] }],
          params: z.object({ installationId: z.string() }),
          response: { 201: accessTokenSchema, ...problemAnswers(401, 503) },
        },
      },
      async (request, reply) => {
        reply.header('Cache-Control', 'no-store');
        const installationId = Number(request.params.installationId);
        const jwt = bearer.exec(request.headers.authorization ?? '')?.groups?.['jwt'];
        const isNumber = Number.isSafeInteger(installationId) && installationId > 0 && installationId <= numberMax;
        const issued =
          jwt === undefined || !isNumber
            ? undefined
            : await issueAccessToken(database, { installationId, jwt, audience: tracAudience }, random, clock.now());
        if (issued === undefined) return sendProblem(reply, problem('INVALID_BEARER_TOKEN'));
        const { token, expiresAt } = issued;
        return reply.code(201).send({ token, expiresAt: Math.floor(expiresAt.getTime() / 1000) });
      },
    );
}
