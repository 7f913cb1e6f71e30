import type { ProductView } from '../../contract/ipc/catalogue.ts';

/** A product with its name and code as they are searched in. */
export interface SearchEntry {
  readonly product: ProductView;
  readonly code: string;
  /** Plain words, each after a space. */
  readonly words: string;
}

/** What was typed on the sale screen, as it is meant. */
export interface Typed {
  /** Of the next product; null counts as one. */
  readonly quantity: number | null;
  /** What Enter takes: the first one. Null while nothing is searched for. */
  readonly hits: readonly ProductView[] | null;
}

const quantityDigitsMax = 3;
const nothingTyped: Typed = { quantity: null, hits: null };

export function searchEntries(products: readonly ProductView[]): readonly SearchEntry[] {
  return products.map((product) => ({
    product,
    code: product.productId.toLowerCase(),
    words: ` ${plain(product.name)} ${plain(product.productId)}`,
  }));
}

/**
 * What a person or a scanner means by the keys they pressed. Up to three digits are the quantity of the next product, as
 * on every till, unless a product has them as its code; anything else is a search, with the digits before it as the
 * quantity where no name and no code begins so ("2 beer", but "7up").
 */
export function meaningOf(typed: string, entries: readonly SearchEntry[]): Typed {
  const text = typed.trim();
  if (text === '') return nothingTyped;
  if (!isSearch(text)) {
    const exact = entries.find(({ code }) => code === text);
    return { quantity: Number(text) || null, hits: exact === undefined ? null : [exact.product] };
  }
  const whole = rankedHits(text, entries);
  const [, digits = '', wanted = ''] = /^(\d{1,3})\s*[x×*]?\s*(\D.*)$/i.exec(text) ?? [];
  const isCounted = digits !== '' && (whole[0]?.rank ?? ranks.contains) > ranks.begins;
  const counted = isCounted ? rankedHits(wanted, entries) : [];
  return counted.length > 0
    ? { quantity: Number(digits) || null, hits: counted.map(({ product }) => product) }
    : { quantity: null, hits: whole.map(({ product }) => product) };
}

/** Whether the hits take the place of the pages; a code of three digits may still be meant as a quantity. */
export function isSearch(typed: string): boolean {
  const text = typed.trim();
  return text.length > quantityDigitsMax || /\D/.test(text);
}

/** Products by name or code, best first; within the same rank in the order of the catalogue. */
export function search(wanted: string, entries: readonly SearchEntry[]): readonly ProductView[] {
  return rankedHits(wanted, entries).map(({ product }) => product);
}

interface RankedHit {
  readonly rank: number;
  readonly product: ProductView;
}

const ranks = { isCode: 0, begins: 1, wordsBegin: 2, contains: 3 } as const;

function rankedHits(wanted: string, entries: readonly SearchEntry[]): readonly RankedHit[] {
  const code = wanted.trim().toLowerCase();
  const words = plain(wanted).split(' ').filter(Boolean);
  if (words.length === 0) return [];
  return entries
    .flatMap((entry) => {
      const rank = rankOf(entry, code, words);
      return rank === null ? [] : [{ rank, product: entry.product }];
    })
    .toSorted((a, b) => a.rank - b.rank);
}

function rankOf(entry: SearchEntry, code: string, words: readonly string[]): number | null {
  if (entry.code === code) return ranks.isCode;
  if (entry.words.startsWith(` ${words.join(' ')}`) || entry.code.startsWith(code)) return ranks.begins;
  if (words.every((word) => entry.words.includes(` ${word}`))) return ranks.wordsBegin;
  return words.every((word) => entry.words.includes(word)) ? ranks.contains : null;
}

/** Small letters and digits without accents, one space between words: what "Café crème" and "cafe creme" share. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replaceAll('ß', 'ss')
    .normalize('NFD')
    .replaceAll(/\p{Diacritic}/gu, '')
    .replaceAll(/[^\p{Letter}\p{Number}]+/gu, ' ')
    .trim();
}
