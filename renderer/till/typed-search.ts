import { useMemo } from 'react';
import type { ProductView } from '../../contract/ipc/catalogue.ts';
import { call } from './connection.ts';
import { isSearch, meaningOf, type SearchEntry, type Typed } from './product-search.ts';
import { useTill, useWindow } from './store.ts';

const noEntries: readonly SearchEntry[] = [];
export const searchFieldId = 'product-search';
/** Longer than any name and any code. */
export const typedLengthMax = 80;

/** What was typed, as it is meant, for what is shown. */
export function useTyped(): Typed {
  const typed = useWindow((state) => state.typed);
  const entries = useTill((till) => till.catalogue?.search ?? noEntries);
  return useMemo(() => meaningOf(typed, entries), [typed, entries]);
}

/** The same for a key that comes before anything is drawn again: a scanner types faster than a screen shows. */
function typedNow(): Typed {
  return meaningOf(useWindow.getState().typed, useTill.getState().catalogue?.search ?? noEntries);
}

/** Takes the quantity typed before, and forgets what was typed: it is for one product. */
export function takeProduct({ productId }: ProductView): void {
  const quantity = typedNow().quantity ?? 1;
  forgetTyped();
  void call((klink) => klink.addToCart({ productId, quantity }));
}

/**
 * What Enter means once something was typed: the first product that was found. A code of few digits is no quantity then.
 * @returns false where nothing was searched for
 */
export function takeFirstHit(): boolean {
  const { hits, quantity } = typedNow();
  if (hits === null) return false;
  const [first] = hits;
  if (first === undefined) {
    // Nothing is sold for a guess; what comes next, from a scanner too, is typed over it.
    const field = searchField();
    field?.focus();
    field?.select();
    return true;
  }
  const count = isSearch(useWindow.getState().typed) ? (quantity ?? 1) : 1;
  forgetTyped();
  void call((klink) => klink.addToCart({ productId: first.productId, quantity: count }));
  return true;
}

/** A key that writes something: digits alone are typed blind, as on every till; what is no number is seen being typed. */
export function typeKey(key: string): void {
  const typed = `${useWindow.getState().typed}${key}`.slice(0, typedLengthMax);
  useWindow.setState({ typed });
  if (isSearch(typed)) searchField()?.focus();
}

export function eraseKey(): void {
  useWindow.setState(({ typed }) => ({ typed: typed.slice(0, -1) }));
}

/** The keys belong to the till again. */
export function forgetTyped(): void {
  useWindow.setState({ typed: '', areLettersShown: false });
  searchField()?.blur();
}

function searchField(): HTMLInputElement | null {
  const field = document.getElementById(searchFieldId);
  return field instanceof HTMLInputElement ? field : null;
}
