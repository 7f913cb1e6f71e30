import type { z } from 'zod';
import { allergenListSchema } from '../../contract/wire/allergens.ts';
import type { Product } from '../../contract/wire/configuration.ts';
import type { productChangeSchema } from '../../contract/wire/operator.ts';
import { createMerchantAccount } from '../ledger/accounts.ts';
import type { Connection } from '../store/database.ts';

/** What is in a product, as it is stored; absent: nobody has said. */
export function allergensOf(stored: unknown): Pick<Product, 'allergens'> {
  const allergens = allergenListSchema.nullable().parse(stored);
  return allergens === null ? {} : { allergens };
}

/** A product and the page of the grid it stands on. */
export type CatalogueProduct = Product & { page: string };

/** Makes a merchant with its account. Throws a unique violation (23505) where the edition has it. */
export async function createMerchant(
  connection: Connection,
  editionId: number,
  merchant: { merchantId: string; name: string },
): Promise<void> {
  await connection.query(
    `INSERT INTO merchant (edition_id, merchant_id, name, position)
     SELECT $1, $2, $3, count(*) FROM merchant WHERE edition_id = $1`,
    [editionId, merchant.merchantId, merchant.name],
  );
  await createMerchantAccount(connection, editionId, merchant.merchantId);
}

/** Gives a merchant another name. `false` where the edition has none of this id. */
export async function renameMerchant(
  connection: Connection,
  { editionId, merchantId, name }: { editionId: number; merchantId: string; name: string },
): Promise<boolean> {
  const renamed = await connection.query('UPDATE merchant SET name = $3 WHERE edition_id = $1 AND merchant_id = $2', [
    editionId,
    merchantId,
    name,
  ]);
  return renamed.rowCount === 1;
}

export type ProductChange = z.infer<typeof productChangeSchema>;

/** Changes a product or takes it off sale; sales of it stay as they are. `false` where the edition has none of this id. */
export async function changeProduct(
  connection: Connection,
  productId: string,
  change: ProductChange,
): Promise<boolean> {
  const changed = await connection.query(
    `UPDATE product SET name = coalesce($3, name), price_minor = coalesce($4, price_minor),
            tax_rate = CASE WHEN $5 THEN $6 ELSE tax_rate END, colour = coalesce($7, colour), meal = coalesce($8, meal),
            page = coalesce($9, page), on_sale = coalesce($10, on_sale), allergens = coalesce($11::jsonb, allergens)
      WHERE edition_id = $1 AND product_id = $2`,
    [
      change.editionId,
      productId,
      change.name ?? null,
      change.priceMinor ?? null,
      change.taxRate !== undefined,
      change.taxRate ?? null,
      change.colour ?? null,
      change.meal ?? null,
      change.page ?? null,
      change.onSale ?? null,
      change.allergens === undefined ? null : JSON.stringify(change.allergens),
    ],
  );
  return changed.rowCount === 1;
}

/** Puts a product behind the last one. Throws a unique violation where the edition has it, a foreign key violation (23503) without its merchant. */
export async function createProduct(
  connection: Connection,
  editionId: number,
  product: CatalogueProduct,
): Promise<void> {
  await connection.query(
    `INSERT INTO product (edition_id, product_id, merchant_id, name, price_minor, tax_rate, colour, meal, page, allergens,
       position)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10::jsonb, count(*) FROM product WHERE edition_id = $1`,
    [
      editionId,
      product.productId,
      product.merchantId,
      product.name,
      product.priceMinor,
      product.taxRate,
      product.colour,
      product.meal,
      product.page,
      product.allergens === undefined ? null : JSON.stringify(product.allergens),
    ],
  );
}
