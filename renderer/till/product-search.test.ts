/**
 * Goal: what is typed or scanned on the sale screen finds the product that is meant, and never another one.
 * Method: a small catalogue with names and codes that could be taken for each other.
 */
import { describe, expect, test } from 'vitest';
import type { ProductView } from '../../contract/ipc/catalogue.ts';
import { isSearch, meaningOf, search, searchEntries } from './product-search.ts';

const product = (productId: string, name: string): ProductView => ({
  ...{ productId, name, priceMinor: 100, colour: 'sky', meal: false },
});
const entries = searchEntries([
  product('small-beer', 'Beer 0.3 l'),
  product('ginger-beer', 'Ginger beer'),
  product('beer', 'Lager from the tap'),
  product('101', 'Pupil menu'),
  product('7610100018992', 'Chocolate bar'),
  product('7up', '7up'),
  product('cafe', 'Café crème'),
  product('gruss', 'Grüße aus Zürich'),
]);
const found = (wanted: string): readonly string[] => search(wanted, entries).map(({ productId }) => productId);
const meant = (typed: string) => {
  const { quantity, hits } = meaningOf(typed, entries);
  return { quantity, hits: hits?.map(({ productId }) => productId) ?? null };
};

describe('screens.md, search by typing', () => {
  test('the code itself comes first, then names and codes that begin so, then words that do, then the rest', () => {
    expect(found('beer')).toEqual(['beer', 'small-beer', 'ginger-beer']);
    expect(found('gin')).toEqual(['ginger-beer']);
    expect(found('eer')).toEqual(['small-beer', 'ginger-beer', 'beer']);
  });

  test('every word has to be there, in any order, with or without accents, capitals and punctuation', () => {
    expect(found('tap lager')).toEqual(['beer']);
    expect(found('CREME cafe')).toEqual(['cafe']);
    expect(found('grusse zurich')).toEqual(['gruss']);
    expect(found('beer 0,3')).toEqual(['small-beer']);
    expect(found('lager zurich')).toEqual([]);
  });

  test('punctuation alone finds nothing, rather than everything', () => {
    expect(found('-')).toEqual([]);
    expect(found(' ')).toEqual([]);
  });
});

describe('what was typed', () => {
  test('up to three digits are the quantity of the next product, and nothing is searched for', () => {
    expect(meant('')).toEqual({ quantity: null, hits: null });
    expect(meant('0')).toEqual({ quantity: null, hits: null });
    expect(meant('12')).toEqual({ quantity: 12, hits: null });
    expect(meant('999')).toEqual({ quantity: 999, hits: null });
    expect(['', '1', '999'].map(isSearch)).toEqual([false, false, false]);
  });

  test('unless they are a code: then they offer that product, and are still a quantity for any other', () => {
    expect(meant('101')).toEqual({ quantity: 101, hits: ['101'] });
  });

  test('what a scanner types is the code, and finds exactly that product', () => {
    expect(meant('7610100018992')).toEqual({ quantity: null, hits: ['7610100018992'] });
    expect(meant('7610100018993')).toEqual({ quantity: null, hits: [] });
    expect(isSearch('7610')).toBe(true);
  });

  test('digits before a name are its quantity, unless a product is called so', () => {
    expect(meant('2 cafe')).toEqual({ quantity: 2, hits: ['cafe'] });
    expect(meant('12xlager')).toEqual({ quantity: 12, hits: ['beer'] });
    expect(meant('7up')).toEqual({ quantity: null, hits: ['7up'] });
    expect(meant('2 nothing')).toEqual({ quantity: null, hits: [] });
    // The code of another product has the digit in it somewhere: that is no reason to forget the quantity.
    expect(meant('1 menu')).toEqual({ quantity: 1, hits: ['101'] });
    expect(isSearch('2 c')).toBe(true);
  });
});
