import { catalogueSchema, type ProductView } from '../../contract/ipc/catalogue.ts';
import { type SearchEntry, searchEntries } from './product-search.ts';

export interface CataloguePage {
  /** Its place among the pages, from 0. */
  readonly pageId: string;
  readonly name: string;
  readonly products: readonly ProductView[];
}

/** What is sold here, made ready once for everything the sale screen asks of it. */
export interface Catalogue {
  readonly version: string;
  /** Without a layout there is one page, without a name, of everything. */
  readonly pages: readonly CataloguePage[];
  readonly search: readonly SearchEntry[];
}

/** @param value what the till answered; out of the contract it throws, as does a page with a product that is not there */
export function catalogueOf(value: unknown): Catalogue {
  const { version, products, pages } = catalogueSchema.parse(value);
  const byId = new Map(products.map((product) => [product.productId, product]));
  const laidOut = pages.map(({ name, productIds }, at) => ({
    pageId: String(at),
    name,
    products: productIds.map((productId) => {
      const product = byId.get(productId);
      if (product === undefined) throw new Error(`page ${name} shows ${productId}, which the catalogue does not have`);
      return product;
    }),
  }));
  const everything = products.length === 0 ? [] : [{ pageId: '0', name: '', products }];
  return { version, pages: laidOut.length === 0 ? everything : laidOut, search: searchEntries(products) };
}
