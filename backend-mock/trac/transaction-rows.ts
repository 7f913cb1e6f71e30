import { z } from 'zod';
import {
  memberTypeSchema,
  purseTransactionStates,
  purseTransactionTypes,
  salesPurseId,
} from '../../contract/wire/canteen.ts';
import { type TracTransactionAnswer, tracTransactionAnswerSchema } from '../../contract/wire/trac-entities.ts';
import { numberOfUlid, ulidOf } from '../purses/ulid.ts';
import { creditTransactionsKey, namespaceOf, shownContent } from './content.ts';
import { decimalOfMinor } from './decimal-amount.ts';
import type { Filter, FilterField } from './filters.ts';
import { contentField, type Listing } from './list-page.ts';
import { misOf } from './members.ts';
import { soldProducts } from './sold-products.ts';

const rowSchema = z.object({
  backendTransactionId: z.int(),
  memberId: z.string(),
  memberType: memberTypeSchema,
  displayName: z.string(),
  firstName: z.string().nullable(),
  lastName: z.string().nullable(),
  className: z.string().nullable(),
  misId: z.string().nullable(),
  upn: z.string().nullable(),
  memberContent: z.record(z.string(), z.unknown()),
  purseId: z.string(),
  purseTitle: z.string(),
  type: z.enum(purseTransactionTypes),
  amountMinor: z.int(),
  transactionDate: z.date(),
  session: z.string().nullable(),
  accountType: z.string().nullable(),
  meal: z.boolean(),
  state: z.enum(purseTransactionStates),
  description: z.string().nullable(),
  creditPortionMinor: z.int(),
  contraTransactionId: z.int().nullable(),
  contraCreatedAt: z.date().nullable(),
  sourceOfFunds: z.record(z.string(), z.json()).nullable(),
  excessIgnoredMinor: z.int(),
  content: z.record(z.string(), z.unknown()),
  creditUsageMinor: z.int().nullable(),
  creditExpiresAt: z.date().nullable(),
  creditCleared: z.boolean().nullable(),
  /** What a till of this backend sent; null where nobody of its own sold anything. */
  sold: z.string().nullable(),
  createdAt: z.date(),
  changedAt: z.date(),
});
export type TransactionRow = z.infer<typeof rowSchema>;

/**
 * What a transaction carries that no integration sent as it is: what its purse, or else the installation `klink`, lays down for it
 * (R127, R129), under what it has of its own: a till's number, say, and that tills need not be sent it (R130, R131).
 */
const content = `CASE WHEN t.integration IS NOT NULL AND t.content <> '{}' THEN t.content ELSE
    coalesce(p.content -> '${creditTransactionsKey}',
             coalesce((own.defaults::jsonb -> 'transaction') - ARRAY['default', 'sales', 'credit'], '{}') ||
               coalesce(own.defaults::jsonb #> ARRAY['transaction', CASE WHEN t.purse_id IN ('default', 'sales') THEN t.purse_id ELSE 'credit' END], '{}'))
    || t.content END`;

const select = `SELECT t.backend_transaction_id AS "backendTransactionId", t.backend_transaction_id AS "pageKey", m.member_id AS "memberId",
    m.member_type AS "memberType", m.display_name AS "displayName", m.first_name AS "firstName", m.last_name AS "lastName",
    m.class_name AS "className", m.mis_id AS "misId", m.upn, m.content AS "memberContent", t.customer_id AS "customerId",
    t.purse_id AS "purseId", p.title AS "purseTitle", t.type, t.amount_minor AS "amountMinor", t.transaction_date AS "transactionDate",
    t.session, t.account_type AS "accountType", t.meal, t.state, t.description, t.credit_portion_minor AS "creditPortionMinor",
    t.contra_transaction_id AS "contraTransactionId", contra.created_at AS "contraCreatedAt", t.source_of_funds AS "sourceOfFunds",
    t.excess_ignored_minor AS "excessIgnoredMinor", ${content} AS content, c.usage_minor AS "creditUsageMinor",
    c.expires_at AS "creditExpiresAt", c.cleared AS "creditCleared", CASE WHEN x.assignment_id IS NOT NULL THEN x.payload END AS sold,
    t.created_at AS "createdAt", t.changed_at AS "changedAt"
  FROM purse_transaction t
  JOIN member m ON m.edition_id = t.edition_id AND m.customer_id = t.customer_id
  JOIN purse p ON p.edition_id = t.edition_id AND p.customer_id = t.customer_id AND p.purse_id = t.purse_id
  JOIN transactions x ON x.edition_id = t.edition_id AND x.backend_transaction_id = t.backend_transaction_id
  LEFT JOIN credit c ON c.edition_id = t.edition_id AND c.backend_transaction_id = t.backend_transaction_id
  LEFT JOIN purse_transaction contra ON contra.edition_id = t.edition_id AND contra.backend_transaction_id = t.contra_transaction_id
  LEFT JOIN installation own ON own.edition_id = t.edition_id AND own.slug = 'klink'
 WHERE t.edition_id = $1`;

/** Transactions of an organisation's members in the order in which they came here (R133); without `withSales` those of the sales purses are left out. */
export function organisationListing(editionId: number, withSales: boolean): Listing {
  const where = withSales ? '' : ` AND t.purse_id <> '${salesPurseId}'`;
  return { select: select + where, values: [editionId], fieldOf: transactionField, keyKind: 'number' };
}

/** The transactions of one purse. */
export function purseTransactionListing(editionId: number, customerId: number, purseId: string): Listing {
  return {
    select: `${select} AND t.customer_id = $2 AND t.purse_id = $3`,
    values: [editionId, customerId, purseId],
    fieldOf: transactionField,
    keyKind: 'number',
  };
}

/** One transaction by its number in the books. */
export const oneTransaction = `${select} AND t.customer_id = $2 AND t.purse_id = $3 AND t.backend_transaction_id = $4`;

/** A transaction as the API shows it. */
export function transactionAnswer(given: unknown, currency: string): TracTransactionAnswer {
  const row = rowSchema.parse(given);
  const { externalIds, tags, namespaces } = shownContent(row.content);
  const decimal = (amountMinor: number) => decimalOfMinor(amountMinor, currency);
  const credit = { ...namespaceOf(row.content, 'credit'), ...creditOf(row, decimal) };
  const till = { ...soldProducts(row.sold, decimal), ...namespaceOf(row.content, 'till') };
  return tracTransactionAnswerSchema.parse({
    ...namespaces,
    ...(Object.keys(till).length > 0 ? { till } : {}),
    externalIds,
    meta: {
      transactionId: ulidOf(row.createdAt, row.backendTransactionId),
      memberId: row.memberId,
      purseId: row.purseId,
      purseTitle: row.purseTitle,
      createdAt: row.createdAt.toISOString(),
      updatedAt: row.changedAt.toISOString(),
      tags,
      memberDetails: {
        memberType: row.memberType,
        displayName: row.displayName,
        mis: misOf({ ...row, content: row.memberContent }),
      },
    },
    amount: decimal(row.amountMinor),
    amountAsInteger: row.amountMinor,
    transactionDate: row.transactionDate.toISOString(),
    type: row.type,
    state: row.state,
    accountType: row.accountType ?? accountTypeOf(row),
    session: row.session,
    description: row.description,
    contraTransactionId:
      row.contraTransactionId === null || row.contraCreatedAt === null
        ? null
        : ulidOf(row.contraCreatedAt, row.contraTransactionId),
    ...(row.sourceOfFunds === null ? {} : { sourceOfFunds: row.sourceOfFunds }),
    ...(row.excessIgnoredMinor === 0 ? {} : { excessIgnored: decimal(row.excessIgnoredMinor) }),
    ...(Object.keys(credit).length > 0 ? { credit } : {}),
  });
}

/** Only sales are of meals or not (R109). */
function accountTypeOf({ purseId, meal }: TransactionRow): string | null {
  if (purseId !== salesPurseId) return null;
  return meal ? 'MEAL' : 'OTHER';
}

/** What credits paid of a sale, once that is known (R81); and of a credit when it ends and what became of it (R100, R101, R103). */
function creditOf(row: TransactionRow, decimal: (amountMinor: number) => string): object {
  if (row.purseId === salesPurseId)
    return row.state === 'processed' ? { creditPortionOfSale: decimal(row.creditPortionMinor) } : {};
  if (row.creditUsageMinor === null) return {};
  return {
    creditUsageAmount: decimal(row.creditUsageMinor),
    expiry: row.creditExpiresAt?.toISOString() ?? null,
    creditCleared: row.creditCleared === true ? 'CLEARED' : 'NOT_CLEARED',
  };
}

const transactionFields: ReadonlyMap<string, FilterField> = new Map<string, FilterField>([
  ['meta.memberId', { sql: '"memberId"', kind: 'text' }],
  ['meta.purseId', { sql: '"purseId"', kind: 'text' }],
  ['meta.purseTitle', { sql: '"purseTitle"', kind: 'text' }],
  ['meta.createdAt', { sql: '"createdAt"', kind: 'instant' }],
  ['meta.updatedAt', { sql: '"changedAt"', kind: 'instant' }],
  ['meta.memberDetails.memberType', { sql: '"memberType"', kind: 'text' }],
  ['meta.memberDetails.mis.misId', { sql: '"misId"', kind: 'text' }],
  ['meta.memberDetails.mis.upn', { sql: 'upn', kind: 'text' }],
  ['meta.memberDetails.mis.className', { sql: '"className"', kind: 'text' }],
  ['core.transactionDate', { sql: '"transactionDate"', kind: 'instant' }],
  ['core.amountAsInteger', { sql: '"amountMinor"', kind: 'number' }],
  ['core.type', { sql: 'type', kind: 'text' }],
  ['core.state', { sql: 'state', kind: 'text' }],
  ['core.session', { sql: 'session', kind: 'text' }],
  [
    'core.accountType',
    {
      sql: `coalesce("accountType", CASE WHEN "purseId" <> 'sales' THEN NULL WHEN meal THEN 'MEAL' ELSE 'OTHER' END)`,
      kind: 'text',
    },
  ],
  ['credit.expiry', { sql: '"creditExpiresAt"', kind: 'instant' }],
  [
    'credit.creditCleared',
    { sql: `CASE "creditCleared" WHEN true THEN 'CLEARED' WHEN false THEN 'NOT_CLEARED' END`, kind: 'text' },
  ],
]);

function transactionField(filter: Filter, values: unknown[]): FilterField | undefined {
  const { namespace, field } = filter;
  const name = `${namespace}.${field}`;
  const known = transactionFields.get(name);
  if (known !== undefined) return known;
  if (name === 'meta.transactionId') return transactionIdField(filter, values);
  if (namespace === 'meta' && field.startsWith('tags.'))
    return contentField({ ...filter, namespace: 'tags', field: field.slice('tags.'.length) }, values);
  return namespace === 'meta' ? undefined : contentField(filter, values);
}

/** An id on the wire is made of the row and not stored: what is looked for is the row with the number in it. */
function transactionIdField(filter: Filter, values: unknown[]): FilterField {
  const numbers = filter.values.map((id) => numberOfUlid(id) ?? 0);
  values.push(numbers, filter.values);
  return {
    sql: `CASE WHEN "backendTransactionId" = ANY($${values.length - 1}::bigint[])
            THEN ($${values.length}::text[])[array_position($${values.length - 1}::bigint[], "backendTransactionId")] END`,
    kind: 'text',
  };
}
