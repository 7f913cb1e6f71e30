import { z } from 'zod';
import {
  creditPurseClosingSchema,
  creditPurseCreatedSchema,
  creditPurseReplacedSchema,
  creditPurseReplacementSchema,
  creditPurseRequestSchema,
  purseRowSchema,
} from '../../contract/wire/admin-members.ts';
import { readCanteenEdition } from '../purses/canteen-edition.ts';
import { createTransactions } from '../purses/create-transactions.ts';
import { changePurse, createCreditPurses, type PurseRefusal, replaceCreditPurse } from '../purses/credit-purses.ts';
import type { CreditRules, NewCreditPurse } from '../purses/insert-credit-purses.ts';
import { lockMembers, readMember } from '../purses/members.ts';
import { type Purse, readPurses } from '../purses/purses.ts';
import type { WallClock } from '../purses/wall-clock.ts';
import { audit } from '../store/audit.ts';
import type { Connection } from '../store/database.ts';
import { sessionAuth } from './admin-books.ts';
import { memberPath, noSuchMember, requireCanteen } from './admin-members.ts';
import { idempotencyHeader, sendOnce } from './once-deed.ts';
import { requireOperator } from './operator-session.ts';
import { ProblemError, problem } from './problems.ts';
import { purseRow } from './purse-row.ts';
import { type App, problemAnswers, type Service } from './service.ts';

const pursePath = memberPath.extend({ purseId: z.string().min(1).max(120) });
const collection = '/v1/admin/members/:memberId/credit-purses';

/** Kinds of credit that a member is entitled to: opened, closed, and closed and opened again with other details; never edited (R74). */
export function creditPurseRoutes(app: App, service: Service): void {
  openRoute(app, service);
  closeRoute(app, service);
  replaceRoute(app, service);
}

function openRoute(app: App, service: Service): void {
  app.post(
    collection,
    {
      schema: {
        tags: ['operator'],
        summary:
          'Entitle a member to a kind of credit (R65, R93); with an Idempotency-Key once, however often it is asked',
        security: sessionAuth,
        params: memberPath,
        headers: idempotencyHeader.partial(),
        body: creditPurseRequestSchema,
        response: { 201: creditPurseCreatedSchema, ...problemAnswers(400, 401, 403, 404, 422, 503) },
      },
    },
    async (request, reply) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const { memberId } = request.params;
      const body = { ...request.body, memberId };
      await requireCanteen(service, body.editionId);
      return sendOnce(service, reply.code(201), {
        name: 'credit purse created',
        actor,
        // Without a key each request is one of its own.
        key: request.headers['idempotency-key'] ?? Buffer.from(service.random.bytes(16)).toString('base64url'),
        body,
        answerSchema: creditPurseCreatedSchema,
        work: async (connection, now) => ({ outcome: 'done', answer: await openPurse(connection, body, now) }),
      });
    },
  );
}

async function openPurse(
  connection: Connection,
  body: z.infer<typeof creditPurseRequestSchema> & { memberId: string },
  now: Date,
): Promise<z.infer<typeof creditPurseCreatedSchema>> {
  const { editionId, title, firstCreditMinor: amountMinor } = body;
  const { customerId } = await requireMember(connection, editionId, body.memberId);
  const { clock: wall } = await readCanteenEdition(connection, editionId);
  const plan = { customerId, title, ...validityOf(body, wall), credit: rulesOf(body) };
  const [purse] = accepted(await createCreditPurses(connection, editionId, [plan], now)).purses;
  if (purse === undefined) throw noSuchMember();
  const { purseId } = purse;
  await grant(connection, editionId, { customerId, purseId, amountMinor }, now);
  return { purseId };
}

function closeRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.post(
    `${collection}/:purseId/closing`,
    {
      schema: {
        tags: ['operator'],
        summary: 'End a credit purse at once or after a day (R74); one that ends earlier already stays as it is',
        security: sessionAuth,
        params: pursePath,
        body: creditPurseClosingSchema,
        response: { 200: purseRowSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const { editionId, lastDay } = request.body;
      const { memberId, purseId } = request.params;
      await requireCanteen(service, editionId);
      const now = clock.now();
      return await database.transaction(async (connection) => {
        const { key, purse, wall } = await requireCreditPurse(connection, editionId, { memberId, purseId });
        const validTo = lastDay === undefined ? now : dayAfter(wall, lastDay);
        if (validTo.getTime() < now.getTime()) throw refused('A purse cannot end before today.');
        if (purse.validTo !== null && purse.validTo.getTime() <= validTo.getTime()) return purseRow(purse);
        // What was to begin later never does.
        const until =
          purse.validFrom !== null && purse.validFrom.getTime() > validTo.getTime() ? purse.validFrom : validTo;
        const closed = accepted(await changePurse(connection, key, { validTo: until }, now));
        const { title } = purse;
        await audit(
          connection,
          actor,
          'credit purse closed',
          { editionId, memberId, purseId, title, validTo: until },
          now,
        );
        return purseRow(closed.purse);
      });
    },
  );
}

function replaceRoute(app: App, service: Service): void {
  const { database, clock } = service;
  app.post(
    `${collection}/:purseId/replacement`,
    {
      schema: {
        tags: ['operator'],
        summary:
          'Other details of a credit (R74): closes the purse and opens another one, tomorrow where its credit of today came',
        security: sessionAuth,
        params: pursePath,
        body: creditPurseReplacementSchema,
        response: { 200: creditPurseReplacedSchema, ...problemAnswers(400, 401, 403, 404, 503) },
      },
    },
    async (request) => {
      const { actor } = await requireOperator(service, request, 'configuration');
      const { editionId, ...credit } = request.body;
      const { memberId, purseId } = request.params;
      await requireCanteen(service, editionId);
      const now = clock.now();
      return await database.transaction(async (connection) => {
        const { key, purse, wall } = await requireCreditPurse(connection, editionId, { memberId, purseId });
        // Asked twice, it is done once: nobody has two credits a day (R96).
        if (purse.validTo !== null && purse.validTo.getTime() <= dayAfter(wall, wall.dayOf(now)).getTime())
          throw refused('This purse is closed already: open another one instead.');
        const replaced = accepted(await replaceCreditPurse(connection, key, saidOf(credit), now));
        const { title } = purse;
        const opened = replaced.purse.purseId;
        const detail = { editionId, memberId, purseId, title, opened, ...credit };
        await audit(connection, actor, 'credit purse replaced', detail, now);
        return { closed: purseRow(replaced.closed), opened: purseRow(replaced.purse) };
      });
    },
  );
}

const refused = (detail: string) => new ProblemError(problem('BAD_REQUEST', detail));

/** What was done; a refusal is thrown as a problem. */
function accepted<Done extends { outcome: 'created' | 'changed' | 'replaced' }>(done: Done | PurseRefusal): Done {
  if (done.outcome === 'refused') throw refused(done.detail);
  return done;
}

async function requireMember(connection: Connection, editionId: number, memberId: string) {
  const member = await readMember(connection, editionId, memberId);
  if (member === undefined) throw noSuchMember();
  return member;
}

/** The purse, with nobody else changing it until the caller's transaction ends. */
async function requireCreditPurse(
  connection: Connection,
  editionId: number,
  { memberId, purseId }: { memberId: string; purseId: string },
): Promise<{ key: { editionId: number; customerId: number; purseId: string }; purse: Purse; wall: WallClock }> {
  const { customerId } = await requireMember(connection, editionId, memberId);
  await lockMembers(connection, editionId, [customerId]);
  const purses = await readPurses(connection, editionId, [customerId]);
  const purse = purses.find((each) => each.purseId === purseId);
  if (purse === undefined) throw new ProblemError(problem('NOT_FOUND', 'The member has no such purse.'));
  if (purse.type !== 'credit') throw refused('Only a credit purse is opened and closed; everybody has Cash and Sales.');
  const { clock: wall } = await readCanteenEdition(connection, editionId);
  return { key: { editionId, customerId, purseId }, purse, wall };
}

const dayAfter = (wall: WallClock, day: string): Date => wall.startOf(wall.daysAfter(day, 1));

type Validity = Pick<NewCreditPurse, 'validFrom' | 'validTo' | 'validSessions'>;

function validityOf(body: z.infer<typeof creditPurseRequestSchema>, wall: WallClock): Validity {
  const { validFrom, validTo, firstDay, lastDay, validSessions } = body;
  return {
    validFrom: firstDay === undefined ? instantOf(validFrom) : wall.startOf(firstDay),
    validTo: lastDay === undefined ? instantOf(validTo) : dayAfter(wall, lastDay),
    validSessions: validSessions ?? null,
  };
}

function instantOf(text: string | undefined): Date | null {
  return text === undefined ? null : new Date(text);
}

type SaidRules = Pick<
  z.infer<typeof creditPurseRequestSchema>,
  'amountMinor' | 'creditApply' | 'expiryDurationDays' | 'sweepAfterSession'
>;

function rulesOf(said: SaidRules): CreditRules {
  const { amountMinor = null, creditApply = null, expiryDurationDays = null, sweepAfterSession = false } = said;
  return { amountMinor, creditApply, expiryDurationDays, sweepAfterSession };
}

/** What is absent is as it was. */
function saidOf({ amountMinor, creditApply, expiryDurationDays, sweepAfterSession }: SaidRules): CreditRules {
  return {
    ...(amountMinor === undefined ? {} : { amountMinor }),
    ...(creditApply === undefined ? {} : { creditApply }),
    ...(expiryDurationDays === undefined ? {} : { expiryDurationDays }),
    ...(sweepAfterSession === undefined ? {} : { sweepAfterSession }),
  };
}

async function grant(
  connection: Connection,
  editionId: number,
  { customerId, purseId, amountMinor }: { customerId: number; purseId: string; amountMinor: number | undefined },
  now: Date,
): Promise<void> {
  if (amountMinor === undefined) return;
  const credit = {
    customerId,
    purseId,
    type: 'credit' as const,
    amountMinor,
    transactionDate: now,
    isCreditOfDay: true,
  };
  const [made] = await createTransactions(connection, editionId, [credit], now);
  if (made?.outcome === 'refused') throw refused(made.detail);
}
