import { z } from 'zod';
import { allergenListSchema } from '../wire/allergens.ts';
import { productColours } from '../wire/configuration.ts';

const productViewSchema = z.object({
  /** Stable code, which a person may type and a scanner may read. */
  productId: z.string(),
  name: z.string(),
  priceMinor: z.int(),
  colour: z.enum(productColours),
  meal: z.boolean(),
  /** What the event says is in it. */
  allergens: allergenListSchema.optional(),
});
export type ProductView = z.infer<typeof productViewSchema>;

/**
 * What is sold here. It is large and seldom changes, so it is no part of a view: a window asks for it where its view names
 * another `catalogueVersion` than the one it has.
 */
export const catalogueSchema = z.object({
  /** Two catalogues with one version are the same. */
  version: z.string(),
  /** Each product once, also one that is on no page and can only be searched for. */
  products: z.array(productViewSchema),
  /** As the event laid them out; every id is one of `products`. */
  pages: z.array(z.object({ name: z.string(), productIds: z.array(z.string()) })),
});
export type CatalogueView = z.infer<typeof catalogueSchema>;
