import { asc, eq } from 'drizzle-orm';
import { z } from 'zod';
import { unallocatedMerchantId } from '../../contract/wire/admin-money.ts';
import { accountLimitsSchema } from '../../contract/wire/configuration.ts';
import {
  editionChangeSchema,
  editionCreatedSchema,
  editionRequestSchema,
  editionRowSchema,
  editionsAnswerSchema,
  merchantChangeSchema,
  merchantRequestSchema,
  merchantsAnswerSchema,
  productChangeSchema,
  productRequestSchema,
  productsAnswerSchema,
} from '../../contract/wire/operator.ts';
import { sessionListSchema } from '../../contract/wire/sessions.ts';
import {
  allergensOf,
  changeProduct,
  createMerchant,
  createProduct,
  renameMerchant,
} from '../configuration/catalogue.ts';
import { changeEdition, createEdition } from '../configuration/editions.ts';
import { changeCreditMode } from '../purses/credit-mode.ts';
import { audit } from '../store/audit.ts';
import { databaseErrorCode } from '../store/database.ts';
import { edition, merchant, product } from '../store/schema.ts';
import { ofEdition, requireEdition, sessionAuth } from './admin-books.ts';
import { requireOperator } from './operator-session.ts';
import { ProblemError, problem, sendProblem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

/** Editions, merchants and products: what an edition needs before a till can sell. */
export function catalogueRoutes(app: App, service: Service): void {
  editionRoutes(app, service);
  merchantRoutes(app, service);
  productRoutes(app, service);
}

function editionRoutes(app: App, service: Service): void {
  const { database, clock, random } = service;
  app.get(
    '/v1/admin/editions',
    {
      schema: {
        tags: ['operator'],
        summary: 'Every edition, without its keys',
        security: sessionAuth,
        response: { 200: editionsAnswerSchema, ...problemAnswers(401, 503) },
      },
    },
    async (request) => {
      await requireOperator(service, request, 'look');
      const rows = await database.reads.select().from(edition).orderBy(asc(edition.editionId));
      return { editions: rows.map(editionRowOf) };
    },
  );
  app.post(
    '/v1/admin/editions',
    {
      schema: {
        tags: ['operator'],
        summary: 'Make an edition with its accounts and a random key',
        security: sessionAuth,
        body: editionRequestSchema,
        response: { 201: editionCreatedSchema, ...problemAnswers(400, 401, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      if (!isTimeZone(request.body.timeZone))
        throw new ProblemError(problem('BAD_REQUEST', 'timeZone is not an IANA name.'));
      const now = clock.now();
      const editionId = await database.transaction(async (connection) => {
        const made = await createEdition(connection, request.body, random, now);
        await changeCreditMode(connection, made, request.body, now);
        await audit(connection, actor, 'edition created', { editionId: made, name: request.body.name }, now);
        return made;
      });
      return reply.code(201).send({ editionId });
    },
  );
  app.patch(
    '/v1/admin/editions/:id',
    {
      schema: {
        tags: ['operator'],
        summary: 'Change limits, fees and amounts of an edition; tills learn it with their next configuration',
        security: sessionAuth,
        params: z.object({ id: z.coerce.number().pipe(z.int().min(1)) }),
        body: editionChangeSchema,
        response: { 200: editionRowSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const editionId = request.params.id;
      const now = clock.now();
      await database.transaction(async (connection) => {
        if (!(await changeEdition(connection, editionId, request.body))) return;
        await changeCreditMode(connection, editionId, request.body, now);
        await audit(connection, actor, 'edition changed', { editionId, ...request.body }, now);
      });
      const [row] = await database.reads.select().from(edition).where(eq(edition.editionId, editionId));
      if (row === undefined) throw new ProblemError(problem('NOT_FOUND', `There is no edition ${editionId}.`));
      return editionRowOf(row);
    },
  );
}

function merchantRoutes(app: App, service: Service): void {
  const { database, clock } = service;
  app.get(
    '/v1/admin/merchants',
    {
      schema: {
        tags: ['operator'],
        summary: 'Merchants of an edition',
        security: sessionAuth,
        querystring: ofEdition,
        response: { 200: merchantsAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request) => {
      await requireOperator(service, request, 'look');
      await requireEdition(service, request.query.editionId);
      const merchants = await database.reads
        .select({ merchantId: merchant.merchantId, name: merchant.name })
        .from(merchant)
        .where(eq(merchant.editionId, request.query.editionId))
        .orderBy(asc(merchant.position), asc(merchant.merchantId));
      return { merchants };
    },
  );
  app.post(
    '/v1/admin/merchants',
    {
      schema: {
        tags: ['operator'],
        summary: 'Make a merchant with its account',
        security: sessionAuth,
        body: merchantRequestSchema,
        response: { 201: z.null().describe('Made.'), ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const { editionId, ...made } = request.body;
      if (made.merchantId === unallocatedMerchantId)
        return sendProblem(reply, problem('BAD_REQUEST', 'This id is kept for what nobody knows who sold.'));
      await requireEdition(service, editionId);
      const now = clock.now();
      await refuseKnown(
        database.transaction(async (connection) => {
          await createMerchant(connection, editionId, made);
          await audit(connection, actor, 'merchant created', { editionId, ...made }, now);
        }),
      );
      return reply.code(201).send(null);
    },
  );
  app.patch(
    '/v1/admin/merchants/:merchantId',
    {
      schema: {
        tags: ['operator'],
        summary: 'Give a merchant another name',
        security: sessionAuth,
        params: z.object({ merchantId: z.string().min(1).max(64) }),
        body: merchantChangeSchema,
        response: { 204: z.null().describe('Changed.'), ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const change = { ...request.params, ...request.body };
      const now = clock.now();
      const known = await database.transaction(async (connection) => {
        const renamed = await renameMerchant(connection, change);
        if (renamed) await audit(connection, actor, 'merchant changed', change, now);
        return renamed;
      });
      if (!known) return sendProblem(reply, problem('NOT_FOUND', 'The edition has no such merchant.'));
      return reply.code(204).send(null);
    },
  );
}

function productRoutes(app: App, service: Service): void {
  const { database, clock } = service;
  app.get(
    '/v1/admin/products',
    {
      schema: {
        tags: ['operator'],
        summary: 'Products of an edition',
        security: sessionAuth,
        querystring: ofEdition,
        response: { 200: productsAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request) => {
      await requireOperator(service, request, 'look');
      await requireEdition(service, request.query.editionId);
      const rows = await database.reads
        .select()
        .from(product)
        .where(eq(product.editionId, request.query.editionId))
        .orderBy(asc(product.position), asc(product.productId));
      return productsAnswerSchema.parse({
        products: rows.map(({ allergens, ...row }) => ({ ...row, ...allergensOf(allergens) })),
      });
    },
  );
  app.post(
    '/v1/admin/products',
    {
      schema: {
        tags: ['operator'],
        summary: 'Put a product on sale',
        security: sessionAuth,
        body: productRequestSchema,
        response: { 201: z.null().describe('Made.'), ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const { editionId, ...made } = request.body;
      await requireEdition(service, editionId);
      const now = clock.now();
      await refuseKnown(
        database.transaction(async (connection) => {
          await createProduct(connection, editionId, made);
          await audit(connection, actor, 'product created', { editionId, ...made }, now);
        }),
      );
      return reply.code(201).send(null);
    },
  );
  app.patch(
    '/v1/admin/products/:productId',
    {
      schema: {
        tags: ['operator'],
        summary: 'Change a product, or take it off sale',
        security: sessionAuth,
        params: z.object({ productId: z.string().min(1).max(64) }),
        body: productChangeSchema,
        response: { 204: z.null().describe('Changed.'), ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const { productId } = request.params;
      const now = clock.now();
      const known = await database.transaction(async (connection) => {
        const changed = await changeProduct(connection, productId, request.body);
        if (changed) await audit(connection, actor, 'product changed', { productId, ...request.body }, now);
        return changed;
      });
      if (!known) return sendProblem(reply, problem('NOT_FOUND', 'The edition has no such product.'));
      return reply.code(204).send(null);
    },
  );
}

/** A name that is taken, or a merchant that is not there, is the caller's mistake. */
async function refuseKnown(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const code = databaseErrorCode(error);
    if (code === '23505') throw new ProblemError(problem('BAD_REQUEST', 'The edition has one of this id already.'));
    if (code === '23503') throw new ProblemError(problem('BAD_REQUEST', 'The edition has no such merchant.'));
    throw error;
  }
}

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    // A RangeError is how the runtime says that it does not know the zone.
    return false;
  }
}

function editionRowOf(row: typeof edition.$inferSelect) {
  return {
    editionId: row.editionId,
    name: row.name,
    mode: row.mode,
    currency: row.currency,
    timeZone: row.timeZone,
    limits: {
      maximumBalanceMinor: row.maximumBalanceMinor,
      maximumTopUpMinor: row.maximumTopUpMinor,
      maximumPurchaseMinor: row.maximumPurchaseMinor,
    },
    fees: {
      topUp: { fixedMinor: row.topUpFeeFixedMinor, rateBasisPoints: row.topUpFeeRateBasisPoints },
      refund: { fixedMinor: row.refundFeeFixedMinor, rateBasisPoints: row.refundFeeRateBasisPoints },
    },
    topUpAmountsMinor: z.array(z.int()).parse(row.topUpAmountsMinor),
    ...(row.accountLimits === null ? {} : { accountLimits: accountLimitsSchema.parse(row.accountLimits) }),
    ...(row.offlineLimitMinor === null ? {} : { offlineLimitMinor: row.offlineLimitMinor }),
    ...(row.sessions === null ? {} : { sessions: sessionListSchema.parse(row.sessions) }),
    ...(row.creditMode === 'TRAC' ? {} : { creditMode: row.creditMode }),
    ...(row.sessionCredits ? {} : { sessionCredits: false }),
  };
}
