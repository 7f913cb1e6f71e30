import { z } from 'zod';
import { transactionPayloadSchema } from '../../contract/wire/transaction.ts';

const itemsSchema = z.object({ items: transactionPayloadSchema.shape.items });

/**
 * The goods of a sale that one of this backend's tills made, for systems that show parents all that was bought (R111): every line with
 * its quantity and its amount, what was taken back as a negative one. Empty where the payload is not a till's.
 */
export function soldProducts(payload: string | null, decimal: (amountMinor: number) => string): object {
  if (payload === null) return {};
  const parsed = itemsSchema.safeParse(JSON.parse(payload));
  const products = (parsed.data?.items ?? [])
    .filter(({ name }) => name !== undefined)
    .map(({ kind, productId, name, quantity = 1, amountMinor }) => ({
      ...(productId === undefined ? {} : { productId }),
      name,
      quantity,
      amount: decimal(kind === 'purchase' ? amountMinor : -amountMinor),
    }));
  return products.length === 0 ? {} : { products };
}
