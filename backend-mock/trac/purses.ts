import {
  type TracPurseAnswer,
  type TracPurseRequest,
  tracPurseAnswerSchema,
  tracPurseSchema,
} from '../../contract/wire/trac-entities.ts';
import { ProblemError, problem } from '../http/problems.ts';
import { invariant } from '../ledger/invariant.ts';
import type { CanteenEdition } from '../purses/canteen-edition.ts';
import { changePurse, createCreditPurses, type PurseChange, type PurseRefusal } from '../purses/credit-purses.ts';
import type { CreditRules } from '../purses/insert-credit-purses.ts';
import { lockMembers, type Member } from '../purses/members.ts';
import { type Purse, purseColumns, readPurses } from '../purses/purses.ts';
import type { Connection } from '../store/database.ts';
import type { TracCall } from './access.ts';
import {
  type Content,
  contentOf,
  creditTransactionsKey,
  namespaceOf,
  parsedWith,
  requireSmall,
  shownContent,
} from './content.ts';
import { decimalOfMinor, minorOfDecimal } from './decimal-amount.ts';
import { changedBy, filledWith } from './defaults.ts';
import type { Filter, FilterField } from './filters.ts';
import { instantIn } from './instant.ts';
import { contentField, type Listing } from './list-page.ts';
import type { Change } from './send-change.ts';
import { transactionDefaults } from './transaction-defaults.ts';
import { nextUpdate, preconditionOf } from './unmodified-since.ts';

/** A purse as the API shows it. The balance of Cash is without any credit (R110). */
export function purseAnswer(purse: Purse, { memberId }: Pick<Member, 'memberId'>, currency: string): TracPurseAnswer {
  const { externalIds, tags, namespaces } = shownContent(purse.content);
  return tracPurseAnswerSchema.parse({
    ...namespaces,
    externalIds,
    meta: {
      memberId,
      purseId: purse.purseId,
      createdAt: purse.createdAt.toISOString(),
      updatedAt: purse.changedAt.toISOString(),
      tags,
    },
    title: purse.title,
    type: purse.type,
    balance: decimalOfMinor(purse.balanceMinor, currency),
    balanceAsInteger: purse.balanceMinor,
    validFrom: purse.validFrom?.toISOString() ?? null,
    validTo: purse.validTo?.toISOString() ?? null,
    validSessions: purse.validSessions,
    ...(purse.type === 'credit' ? { credit: creditOf(purse, currency) } : {}),
  });
}

function creditOf(purse: Purse, currency: string) {
  const { content, creditAmountMinor, creditApply, expiryDurationDays, sweepAfterSession } = purse;
  return {
    ...namespaceOf(content, 'credit'),
    ...(creditAmountMinor === null ? {} : { amount: decimalOfMinor(creditAmountMinor, currency) }),
    ...(creditApply === null ? {} : { creditApply }),
    ...(expiryDurationDays === null ? {} : { expiryDuration: expiryDurationDays }),
    ...(sweepAfterSession ? { sweepAfterSession } : {}),
  };
}

/** Purses of a member, in the order in which they were made. */
export function purseListing({ editionId, customerId }: Pick<Member, 'editionId' | 'customerId'>): Listing {
  return {
    select: `SELECT ${purseColumns}, p.purse_id AS "pageKey" FROM purse p
               JOIN account a ON a.edition_id = p.edition_id AND a.account_id = p.account_id
              WHERE p.edition_id = $1 AND p.customer_id = $2`,
    values: [editionId, customerId],
    fieldOf: purseField,
    keyKind: 'text',
  };
}

const purseFields: ReadonlyMap<string, FilterField> = new Map<string, FilterField>([
  ['meta.purseId', { sql: '"purseId"', kind: 'text' }],
  ['meta.createdAt', { sql: '"createdAt"', kind: 'instant' }],
  ['meta.updatedAt', { sql: '"changedAt"', kind: 'instant' }],
  ['core.title', { sql: 'title', kind: 'text' }],
  ['core.type', { sql: 'type', kind: 'text' }],
  ['core.balanceAsInteger', { sql: '"balanceMinor"', kind: 'number' }],
  ['core.validFrom', { sql: '"validFrom"', kind: 'instant' }],
  ['core.validTo', { sql: '"validTo"', kind: 'instant' }],
]);

function purseField(filter: Filter, values: unknown[]): FilterField | undefined {
  const known = purseFields.get(`${filter.namespace}.${filter.field}`);
  if (known !== undefined) return known;
  return filter.namespace === 'meta' ? undefined : contentField(filter, values);
}

const ownFields = ['title', 'type', 'balance', 'balanceAsInteger', 'validFrom', 'validTo', 'validSessions'];
const ownCreditFields = ['amount', 'creditApply', 'expiryDuration', 'sweepAfterSession'];

export type PurseMaking = { outcome: 'made'; purse: Purse } | PurseRefusal;

/**
 * Makes a credit purse (R65, R66), filled with the defaults of the installation (R127). Its credits will begin with the defaults for
 * transactions of credit purses (R128). What is in it at the beginning is the caller's to grant.
 */
export async function makePurse(
  connection: Connection,
  { installation, edition }: TracCall,
  { customerId }: Member,
  body: Content,
  now: Date,
): Promise<PurseMaking> {
  const filled = parsedWith(tracPurseSchema, filledWith(body, installation.defaults.purse ?? {}));
  const content = {
    ...keptContent(filled),
    [creditTransactionsKey]: transactionDefaults(installation.defaults, 'credit'),
  };
  const plan = {
    customerId,
    title: filled.title,
    content,
    credit: creditRules(filled, edition.currency),
    ...validityOf(filled, edition),
  };
  const made = await createCreditPurses(connection, edition.editionId, [plan], now);
  if (made.outcome === 'refused') return made;
  const [purse] = made.purses;
  invariant('INV-61', purse !== undefined, 'a purse that was made is there');
  return { outcome: 'made', purse };
}

function keptContent(body: TracPurseRequest): Content {
  const credit = contentOf(body.credit ?? {}, ownCreditFields);
  const content = contentOf(body, [...ownFields, 'credit']);
  return requireSmall(Object.keys(credit).length === 0 ? content : { ...content, credit });
}

function creditRules({ credit = {} }: TracPurseRequest, currency: string): CreditRules {
  const { amount, creditApply, expiryDuration, sweepAfterSession } = credit;
  return {
    ...(amount === undefined ? {} : { amountMinor: positiveAmount(amount, currency) }),
    ...(creditApply === undefined ? {} : { creditApply }),
    ...(expiryDuration === undefined ? {} : { expiryDurationDays: expiryDuration }),
    ...(sweepAfterSession === undefined ? {} : { sweepAfterSession: sweepAfterSession === true }),
  };
}

/** Credits are always positive (R98). */
function positiveAmount(amount: string, currency: string): number {
  const amountMinor = minorOfDecimal(amount, currency);
  if (amountMinor === undefined || amountMinor <= 0)
    throw new ProblemError(problem('BAD_REQUEST', `/credit/amount: ${amount} is no positive amount of ${currency}.`));
  return amountMinor;
}

type Validity = Pick<PurseChange, 'validFrom' | 'validTo' | 'validSessions'>;

function validityOf({ validFrom, validTo, validSessions }: TracPurseRequest, edition: CanteenEdition): Validity {
  return {
    ...(validFrom === undefined ? {} : { validFrom: validFrom === null ? null : instantIn(validFrom, edition.clock) }),
    ...(validTo === undefined ? {} : { validTo: validTo === null ? null : instantIn(validTo, edition.clock) }),
    ...(validSessions === undefined ? {} : { validSessions }),
  };
}

export async function findPurse(
  queries: Pick<Connection, 'query'>,
  { editionId, customerId }: Member,
  purseId: string,
): Promise<Purse | undefined> {
  const purses = await readPurses(queries, editionId, [customerId]);
  return purses.find((purse) => purse.purseId === purseId);
}

/** Changes validity and content of a purse; what credits come never changes (R74), its title and balance neither. */
export async function updatePurse(
  connection: Connection,
  { edition }: TracCall,
  { member, purseId, since, body }: { member: Member; purseId: string; since: string; body: TracPurseRequest },
  now: Date,
): Promise<Change<TracPurseAnswer>> {
  const { editionId, currency } = edition;
  await lockMembers(connection, editionId, [member.customerId]);
  const purse = await findPurse(connection, member, purseId);
  if (purse === undefined) return { outcome: 'unknown' };
  const precondition = preconditionOf(since, purse.changedAt);
  if (precondition !== 'holds') return { outcome: precondition };
  if (body.title !== undefined && body.title !== purse.title)
    return { outcome: 'refused', detail: 'The title of a purse never changes.' };
  if (body.balance !== undefined && minorOfDecimal(body.balance, currency) !== purse.balanceMinor)
    return { outcome: 'refused', detail: 'A balance changes by transactions alone.' };
  const change: PurseChange = {
    ...validityOf(body, edition),
    credit: creditRules(body, currency),
    content: requireSmall(changedBy(purse.content, keptContent(body))),
  };
  const key = { editionId, customerId: member.customerId, purseId };
  const changed = await changePurse(connection, key, change, nextUpdate(purse.changedAt, now));
  if (changed.outcome === 'refused') return { outcome: 'refused', detail: changed.detail };
  return { outcome: 'changed', entity: purseAnswer(changed.purse, member, currency) };
}
