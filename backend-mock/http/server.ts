import compress from '@fastify/compress';
import cookie from '@fastify/cookie';
import swagger from '@fastify/swagger';
import { sql } from 'drizzle-orm';
import fastify, { type FastifyBaseLogger } from 'fastify';
import {
  jsonSchemaTransform,
  jsonSchemaTransformObject,
  serializerCompiler,
  validatorCompiler,
  type ZodTypeProvider,
} from 'fastify-type-provider-zod';
import type { Logger } from 'pino';
import { z } from 'zod';
import { limits } from '../limits.ts';
import { migrations } from '../store/migrations/list.ts';
import { tracRoutes } from '../trac/routes.ts';
import { auditRoute } from './admin-audit.ts';
import { accountRoutes } from './admin-books.ts';
import { cashierRoutes } from './admin-cashiers.ts';
import { catalogueRoutes } from './admin-catalogue.ts';
import { connectionRoutes } from './admin-connections.ts';
import { creditPurseRoutes } from './admin-credit-purses.ts';
import { customerRoutes } from './admin-customers.ts';
import { exposureRoute } from './admin-exposure.ts';
import { installationRoutes } from './admin-installations.ts';
import { memberImportRoutes } from './admin-member-import.ts';
import { memberRoutes } from './admin-members.ts';
import { moneyRoutes } from './admin-money.ts';
import { openingBalanceRoutes } from './admin-opening-balances.ts';
import { operatorRoutes } from './admin-operators.ts';
import { refundRoutes } from './admin-refunds.ts';
import { reportRoutes } from './admin-reports.ts';
import { settlementRoutes } from './admin-settlements.ts';
import { tagRoutes } from './admin-tags.ts';
import { terminalRoutes } from './admin-terminals.ts';
import { transactionRoutes } from './admin-transactions.ts';
import { transitionLogRoutes } from './admin-transition-log.ts';
import { answerClientError, answerUnreadableAddress, requireHost } from './broken-requests.ts';
import { answerErrors } from './error-answers.ts';
import { metricsRoute } from './metrics.ts';
import { sessionRoutes } from './operator-login.ts';
import { outcomesRoute } from './outcome-routes.ts';
import { outsideTopUpRoutes } from './outside-top-up-routes.ts';
import { paymentRoutes } from './payment-routes.ts';
import { problem, sendProblem } from './problems.ts';
import { limitRates } from './rate-limit.ts';
import { readJsonBodies } from './request-body.ts';
import { reservationRoute, tagLookupRoute } from './reservation-routes.ts';
import { type App, problemAnswers, type Service } from './service.ts';
import { tagReplacementRoute } from './tag-replacement-route.ts';
import { batchRoute, configurationRoute, enrolmentRoute, sealRoute } from './terminal-routes.ts';

const openApiInfo = {
  title: 'Klink backend',
  description:
    'What tills, operators and tests ask of the backend. Amounts are integer minor units, times RFC 3339 in UTC.',
  version: '1',
};

/**
 * The HTTP side of the backend, with every route; it listens nowhere yet. `trustProxy`: addresses or networks of the proxies whose
 * `X-Forwarded-*` is believed; of everybody else, and without any, it is not read.
 */
export async function buildServer(
  service: Service,
  log: Logger,
  { trustProxy = [] }: { trustProxy?: readonly string[] } = {},
): Promise<App> {
  const loggerInstance: FastifyBaseLogger = log;
  const app = fastify({
    loggerInstance,
    trustProxy: trustProxy.length > 0 && [...trustProxy],
    bodyLimit: limits.bodyBytesMax,
    requestTimeout: limits.requestTimeoutMs,
    connectionTimeout: limits.requestTimeoutMs,
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 200 },
    http: { requireHostHeader: false },
    clientErrorHandler: answerClientError,
    frameworkErrors: answerUnreadableAddress,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  requireHost(app);
  readJsonBodies(app);
  answerErrors(app);
  await app.register(compress, {
    encodings: ['zstd', 'gzip', 'identity'],
    globalDecompression: false,
    threshold: 1_024,
  });
  await app.register(cookie);
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: openApiInfo,
      components: {
        securitySchemes: {
          bearer: { type: 'http', scheme: 'bearer', description: 'The token of an enrolment; opens one assignment.' },
          session: {
            type: 'apiKey',
            in: 'cookie',
            name: 'klink-session',
            description: 'An operator who is logged in.',
          },
          app: {
            type: 'http',
            scheme: 'bearer',
            bearerFormat: 'JWT',
            description: 'Signed by an integration with RS256.',
          },
          installation: {
            type: 'apiKey',
            in: 'header',
            name: 'Authorization',
            description: '`token` and the access token of an installation; opens one edition.',
          },
        },
      },
    },
    transform: jsonSchemaTransform,
    transformObject: jsonSchemaTransformObject,
  });
  await app.register(async (routes) => {
    const typed = routes.withTypeProvider<ZodTypeProvider>();
    limitRates(typed);
    metricsRoute(typed, service);
    healthRoute(typed, service);
    readinessRoute(typed, service);
    enrolmentRoute(typed, service);
    configurationRoute(typed, service);
    batchRoute(typed, service);
    sealRoute(typed, service);
    reservationRoute(typed, service);
    paymentRoutes(typed, service);
    outsideTopUpRoutes(typed, service);
    tagLookupRoute(typed, service);
    tagReplacementRoute(typed, service);
    outcomesRoute(typed, service);
    sessionRoutes(typed, service);
    accountRoutes(typed, service);
    catalogueRoutes(typed, service);
    cashierRoutes(typed, service);
    operatorRoutes(typed, service);
    auditRoute(typed, service);
    tagRoutes(typed, service);
    moneyRoutes(typed, service);
    settlementRoutes(typed, service);
    refundRoutes(typed, service);
    reportRoutes(typed, service);
    connectionRoutes(typed, service);
    openingBalanceRoutes(typed, service);
    exposureRoute(typed, service);
    customerRoutes(typed, service);
    memberRoutes(typed, service);
    creditPurseRoutes(typed, service);
    memberImportRoutes(typed, service);
    terminalRoutes(typed, service);
    transactionRoutes(typed, service);
    transitionLogRoutes(typed, service);
    installationRoutes(typed, service);
    tracRoutes(typed, service);
    typed.get('/v1/openapi.json', { schema: { hide: true } }, async () => app.swagger());
  });
  return app;
}

function healthRoute(app: App, { database }: Service): void {
  app.get(
    '/healthz',
    {
      logLevel: 'warn',
      schema: {
        tags: ['operation'],
        summary: 'Whether the backend and its database answer',
        response: { 200: z.object({ status: z.literal('ok') }), ...problemAnswers(503) },
      },
    },
    async () => {
      await database.reads.execute(sql`SELECT 1`);
      return { status: 'ok' as const };
    },
  );
}

/** Whether requests may be sent here: not before the schema is this program's, and not any more when it stops (503 by Fastify). */
function readinessRoute(app: App, { database }: Service): void {
  app.get(
    '/readyz',
    {
      logLevel: 'warn',
      schema: {
        tags: ['operation'],
        summary: 'Whether this process may be sent requests',
        response: { 200: z.object({ status: z.literal('ready') }), ...problemAnswers(503) },
      },
    },
    async (_request, reply) => {
      const found = await database.pool.query<{ version: number }>(
        'SELECT max(version) AS version FROM schema_migration',
      );
      if (found.rows[0]?.version !== migrations.at(-1)?.version)
        return sendProblem(reply, problem('UNAVAILABLE', 'The database has the schema of another release.'));
      return { status: 'ready' as const };
    },
  );
}
