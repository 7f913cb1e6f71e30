import { z } from 'zod';
import {
  adminAdjustmentAnswerSchema,
  adminAdjustmentRequestSchema,
  adminBookingAnswerSchema,
  adminChargebackRequestSchema,
  overdrawnAnswerSchema,
  writeOffRequestSchema,
} from '../../contract/wire/admin-money.ts';
import {
  type AdminTopUpAnswer,
  adminTopUpAnswerSchema,
  adminTopUpRequestSchema,
} from '../../contract/wire/admin-tags.ts';
import { tagUidSchema } from '../../contract/wire/identifiers.ts';
import { correctTag } from '../adjustments/correct-tag.ts';
import { type CreditOutcome, creditCustomer } from '../adjustments/credit-customer.ts';
import { listOverdrawn, writeOff } from '../adjustments/write-off.ts';
import { limits } from '../limits.ts';
import { editionQuery, ofEdition, requireEdition, sessionAuth } from './admin-books.ts';
import { type DeedResult, idempotencyHeader, sendOnce } from './once-deed.ts';
import { requireOperator } from './operator-session.ts';
import { problem } from './problems.ts';
import { type App, problemAnswers, type Service } from './service.ts';

/** Money that an operator moves: to a customer, from a merchant, off an account below zero, and onto a tag what is booked. */
export function moneyRoutes(app: App, service: Service): void {
  topUpRoute(app, service);
  chargebackRoute(app, service);
  writeOffRoute(app, service);
  overdrawnRoute(app, service);
  adjustmentRoute(app, service);
}

const unknownTag = (uid: string) =>
  ({ outcome: 'refused', problem: problem('NOT_FOUND', `Nobody has heard of tag ${uid}.`) }) as const;
const refusedBecause = (reason: string) => ({ outcome: 'refused', problem: problem('BAD_REQUEST', reason) }) as const;

function credited(outcome: CreditOutcome, uid: string): DeedResult<AdminTopUpAnswer> {
  switch (outcome.outcome) {
    case 'booked':
      return { outcome: 'done', answer: outcome.answer };
    case 'unknown-tag':
      return unknownTag(uid);
    case 'refused':
      return refusedBecause(outcome.reason);
  }
}

function topUpRoute(app: App, service: Service): void {
  app.post(
    '/v1/admin/admin-top-ups',
    {
      schema: {
        tags: ['operator'],
        summary: 'Give a customer money; in tag mode it reaches the tag at a tap (Q20)',
        security: sessionAuth,
        headers: idempotencyHeader,
        body: adminTopUpRequestSchema,
        response: { 200: adminTopUpAnswerSchema, ...problemAnswers(400, 401, 403, 404, 422, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'money');
      const { body } = request;
      await requireEdition(service, body.editionId);
      const { uid, amountMinor, reason } = body;
      const payload = { adminTopUp: { uid, amountMinor, reason } };
      const credit = { ...body, type: 'TopUp', item: 'topup', from: 'top-up:admin', payload } as const;
      return sendOnce(service, reply, {
        name: 'admin top-up',
        actor,
        key: request.headers['idempotency-key'],
        body,
        answerSchema: adminTopUpAnswerSchema,
        work: async (connection, now) => credited(await creditCustomer(connection, credit, actor, now), uid),
      });
    },
  );
}

function chargebackRoute(app: App, service: Service): void {
  app.post(
    '/v1/admin/chargebacks',
    {
      schema: {
        tags: ['operator'],
        summary: 'Give a customer money back for goods, out of the merchant’s account (R5)',
        security: sessionAuth,
        headers: idempotencyHeader,
        body: adminChargebackRequestSchema,
        response: { 200: adminTopUpAnswerSchema, ...problemAnswers(400, 401, 403, 404, 422, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'money');
      const { body } = request;
      await requireEdition(service, body.editionId);
      const { uid, amountMinor, reason, merchantId } = body;
      const payload = { chargeback: { uid, amountMinor, merchantId, reason } };
      const credit = {
        ...body,
        type: 'Chargeback',
        item: 'chargeback',
        from: `merchant:${merchantId}`,
        payload,
      } as const;
      return sendOnce(service, reply, {
        name: 'chargeback',
        actor,
        key: request.headers['idempotency-key'],
        body,
        answerSchema: adminTopUpAnswerSchema,
        work: async (connection, now) => credited(await creditCustomer(connection, credit, actor, now), uid),
      });
    },
  );
}

function writeOffRoute(app: App, service: Service): void {
  app.post(
    '/v1/admin/write-offs',
    {
      schema: {
        tags: ['operator'],
        summary: 'Book what a customer owes below zero as a loss (money rules 1 and 2)',
        security: sessionAuth,
        headers: idempotencyHeader,
        body: writeOffRequestSchema,
        response: { 200: adminBookingAnswerSchema, ...problemAnswers(400, 401, 403, 404, 422, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'money');
      const { body } = request;
      await requireEdition(service, body.editionId);
      return sendOnce(service, reply, {
        name: 'write-off',
        actor,
        key: request.headers['idempotency-key'],
        body,
        answerSchema: adminBookingAnswerSchema,
        work: async (connection, now) => {
          const done = await writeOff(connection, body, now);
          switch (done.outcome) {
            case 'booked':
              return { outcome: 'done', answer: { backendTransactionId: done.backendTransactionId } };
            case 'unknown-tag':
              return unknownTag(body.uid);
            case 'refused':
              return refusedBecause(done.reason);
          }
        },
      });
    },
  );
}

function overdrawnRoute(app: App, service: Service): void {
  app.get(
    '/v1/admin/overdrawn-customers',
    {
      schema: {
        tags: ['operator'],
        summary: 'Customers below zero, the lowest first',
        security: sessionAuth,
        querystring: ofEdition,
        response: { 200: overdrawnAnswerSchema, ...problemAnswers(400, 401, 404, 503) },
      },
    },
    async (request) => {
      const { editionId } = request.query;
      await editionQuery(service, request, editionId);
      return { customers: await listOverdrawn(service.database.pool, editionId, limits.listRowsMax) };
    },
  );
}

function adjustmentRoute(app: App, service: Service): void {
  app.post(
    '/v1/admin/tags/:uid/adjustments',
    {
      schema: {
        tags: ['operator'],
        summary: 'Bring a tag to what is booked already, where it differs (money rule 3)',
        security: sessionAuth,
        headers: idempotencyHeader,
        params: z.object({ uid: tagUidSchema }),
        body: adminAdjustmentRequestSchema,
        response: { 200: adminAdjustmentAnswerSchema, ...problemAnswers(400, 401, 403, 404, 422, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'money');
      const { mode } = await requireEdition(service, request.body.editionId);
      const body = { ...request.body, uid: request.params.uid };
      return sendOnce(service, reply, {
        name: 'tag adjustment',
        actor,
        key: request.headers['idempotency-key'],
        body,
        answerSchema: adminAdjustmentAnswerSchema,
        work: async (connection, now) => {
          if (mode === 'account') return refusedBecause('Tags of this edition hold no balance.');
          const done = await correctTag(connection, body, actor, now);
          switch (done.outcome) {
            case 'numbered':
              return { outcome: 'done', answer: { adjustmentNumber: done.adjustmentNumber } };
            case 'unknown-tag':
              return unknownTag(body.uid);
            case 'refused':
              return refusedBecause(done.reason);
          }
        },
      });
    },
  );
}
