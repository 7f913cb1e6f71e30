/**
 * Goal: a window learns everything that is sold here, and nothing that is not.
 * Method: catalogues made from configurations of an event.
 */
import { expect, test } from 'vitest';
import { catalogueSchema } from '../../contract/ipc/catalogue.ts';
import { configuration } from '../../testing/till/festival.ts';
import { catalogueView } from './catalogue.ts';

test('fits the contract, and has no more of a product than a window shows', () => {
  const catalogue = catalogueView('"v1"', configuration);
  expect(catalogueSchema.parse(catalogue)).toEqual(catalogue);
  expect(catalogue).toEqual({
    version: '"v1"',
    products: [
      { productId: 'beer', name: 'Beer', priceMinor: 600, colour: 'amber', meal: false },
      { productId: 'cup-back', name: 'Cup returned', priceMinor: -200, colour: 'slate', meal: false },
    ],
    pages: [{ name: 'Drinks', productIds: ['beer', 'cup-back'] }],
  });
});

test('a page of the layout leaves out what the catalogue does not have', () => {
  const layout = [{ name: 'Drinks', productIds: ['beer', 'gone', 'cup-back'] }];
  expect(catalogueView('1', { ...configuration, layout }).pages).toEqual([
    { name: 'Drinks', productIds: ['beer', 'cup-back'] },
  ]);
});

test('a product that is on no page is in the catalogue all the same', () => {
  const { products, pages } = catalogueView('1', { ...configuration, layout: [] });
  expect(products.map(({ productId }) => productId)).toEqual(['beer', 'cup-back']);
  expect(pages).toEqual([]);
});
