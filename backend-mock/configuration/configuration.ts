import { createHash } from 'node:crypto';
import { and, asc, eq, isNotNull } from 'drizzle-orm';
import { type Configuration, configurationSchema } from '../../contract/wire/configuration.ts';
import { invariant } from '../ledger/invariant.ts';
import type { Reads } from '../store/database.ts';
import { edition, merchant, product, tag } from '../store/schema.ts';

/** What a till of this edition needs to sell, and the strong ETag of exactly this content. */
export async function readConfiguration(
  reads: Reads,
  editionId: number,
): Promise<{ configuration: Configuration; etag: string }> {
  const configuration = await collect(reads, editionId);
  return { configuration, etag: `"${createHash('sha256').update(JSON.stringify(configuration)).digest('base64url')}"` };
}

async function collect(reads: Reads, editionId: number): Promise<Configuration> {
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
    .where(eq(product.editionId, editionId))
    .orderBy(asc(product.position), asc(product.productId));
  const blocked = await reads
    .select({ uid: tag.uid })
    .from(tag)
    .where(and(eq(tag.editionId, editionId), isNotNull(tag.blockedReason)))
    .orderBy(asc(tag.uid));
  return configurationSchema.parse({
    merchants,
    products: products.map(({ productId, name, priceMinor, merchantId, taxRate, colour, meal }) => ({
      productId,
      name,
      priceMinor,
      merchantId,
      taxRate,
      colour,
      meal,
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
    ...(row.accountLimits === null ? {} : { accountLimits: row.accountLimits }),
    blockedTags: blocked.map(({ uid }) => uid),
    topUpAmountsMinor: row.topUpAmountsMinor,
  });
}

/** Pages stand in the order of their first product. */
function pagesOf(products: readonly { page: string; productId: string }[]): Configuration['layout'] {
  const pages = new Map<string, string[]>();
  for (const { page, productId } of products) pages.set(page, [...(pages.get(page) ?? []), productId]);
  return [...pages].map(([name, productIds]) => ({ name, productIds }));
}
