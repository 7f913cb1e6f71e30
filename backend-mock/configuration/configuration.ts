import { createHash } from 'node:crypto';
import { and, asc, eq, isNotNull } from 'drizzle-orm';
import {
  type AccountLimits,
  accountLimitsSchema,
  type Cashier,
  type Configuration,
  configurationSchema,
} from '../../contract/wire/configuration.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Database, Reads } from '../store/database.ts';
import { assignment, edition, merchant, product, tag } from '../store/schema.ts';
import { activeCashiers } from './cashiers.ts';
import { allergensOf } from './catalogue.ts';

/** What this till needs to sell, and the strong ETag of exactly this content. */
export async function readConfiguration(
  { reads, pool }: Pick<Database, 'reads' | 'pool'>,
  { editionId, assignmentId }: { editionId: number; assignmentId: number },
): Promise<{ configuration: Configuration; etag: string }> {
  const configuration = await collect(reads, editionId, assignmentId, await activeCashiers(pool, editionId));
  return { configuration, etag: `"${createHash('sha256').update(JSON.stringify(configuration)).digest('base64url')}"` };
}

async function collect(
  reads: Reads,
  editionId: number,
  assignmentId: number,
  cashiers: Cashier[],
): Promise<Configuration> {
  const [row] = await reads.select().from(edition).where(eq(edition.editionId, editionId));
  invariant('INV-61', row !== undefined, 'the edition of an assignment exists');
  const merchants = await reads
    .select({ merchantId: merchant.merchantId, name: merchant.name })
    .from(merchant)
    .where(eq(merchant.editionId, editionId))
    .orderBy(asc(merchant.position), asc(merchant.merchantId));
  const products = await reads
    .select()
    .from(product)
    .where(and(eq(product.editionId, editionId), product.onSale))
    .orderBy(asc(product.position), asc(product.productId));
  const blocked = await reads
    .select({ uid: tag.uid })
    .from(tag)
    .where(and(eq(tag.editionId, editionId), isNotNull(tag.blockedReason)))
    .orderBy(asc(tag.uid));
  return configurationSchema.parse({
    merchants,
    products: products.map(({ productId, name, priceMinor, merchantId, taxRate, colour, meal, allergens }) => ({
      productId,
      name,
      priceMinor,
      merchantId,
      taxRate,
      colour,
      meal,
      ...allergensOf(allergens),
    })),
    layout: pagesOf(products),
    fees: {
      topUp: { fixedMinor: row.topUpFeeFixedMinor, rateBasisPoints: row.topUpFeeRateBasisPoints },
      refund: { fixedMinor: row.refundFeeFixedMinor, rateBasisPoints: row.refundFeeRateBasisPoints },
    },
    limits: {
      maximumBalanceMinor: row.maximumBalanceMinor,
      maximumTopUpMinor: row.maximumTopUpMinor,
      maximumPurchaseMinor: row.maximumPurchaseMinor,
    },
    ...(await limitsOfTill(reads, row, assignmentId)),
    ...(row.sessions === null ? {} : { sessions: row.sessions }),
    blockedTags: blocked.map(({ uid }) => uid),
    topUpAmountsMinor: row.topUpAmountsMinor,
    cashiers,
  });
}

/** Where the edition limits what all its tills risk, each has its own share of it (Q52, INV-66). */
async function limitsOfTill(
  reads: Reads,
  { editionId, accountLimits, offlineLimitMinor }: typeof edition.$inferSelect,
  assignmentId: number,
): Promise<{ accountLimits?: AccountLimits }> {
  if (accountLimits === null) return {};
  const rules = accountLimitsSchema.parse(accountLimits);
  if (offlineLimitMinor === null) return { accountLimits: rules };
  const [till] = await reads
    .select({ shareMinor: assignment.offlineShareMinor })
    .from(assignment)
    .where(and(eq(assignment.editionId, editionId), eq(assignment.assignmentId, assignmentId)));
  invariant('INV-61', till !== undefined, 'a till that asks has its assignment');
  return { accountLimits: { ...rules, offlinePerTillMinor: till.shareMinor } };
}

/** Pages stand in the order of their first product. */
function pagesOf(products: readonly { page: string; productId: string }[]): Configuration['layout'] {
  const pages = new Map<string, string[]>();
  for (const { page, productId } of products) pages.set(page, [...(pages.get(page) ?? []), productId]);
  return [...pages].map(([name, productIds]) => ({ name, productIds }));
}
