import type { Product } from '../../contract/wire/configuration.ts';
import { createMerchantAccount } from '../ledger/accounts.ts';
import type { Connection } from '../store/database.ts';

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

/** Puts a product behind the last one. Throws a unique violation where the edition has it, a foreign key violation (23503) without its merchant. */
export async function createProduct(
  connection: Connection,
  editionId: number,
  product: CatalogueProduct,
): Promise<void> {
  await connection.query(
    `INSERT INTO product (edition_id, product_id, merchant_id, name, price_minor, tax_rate, colour, meal, page, position)
     SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, count(*) FROM product WHERE edition_id = $1`,
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
    ],
  );
}
