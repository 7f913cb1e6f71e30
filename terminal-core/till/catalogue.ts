import type { CatalogueView, ProductView } from '../../contract/ipc/catalogue.ts';
import type { Configuration, Product } from '../../contract/wire/configuration.ts';

/** The catalogue as a window may know it; a page of the layout leaves out what the event does not sell (any more). */
export function catalogueView(version: string, { products, layout }: Configuration): CatalogueView {
  const known = new Set(products.map(({ productId }) => productId));
  return {
    version,
    products: products.map(productView),
    pages: layout.map(({ name, productIds }) => ({ name, productIds: productIds.filter((id) => known.has(id)) })),
  };
}

function productView({ productId, name, priceMinor, colour, meal, allergens }: Product): ProductView {
  return { productId, name, priceMinor, colour, meal, ...(allergens ? { allergens } : {}) };
}
