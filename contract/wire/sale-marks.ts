/**
 * What stands on a sale besides goods, told by the `productId` of its items. No product of a catalogue can have such an id:
 * theirs have no colon.
 * - `discount`: a `purchase-return` that lowers the price, with its rate in hundredths of a percent where it had one
 * - `part-payment`: of a sale that several tags pay (one `groupId`), a `purchase` without goods on the tag that paid a part,
 *   and a `purchase-return` of as much on the one that pays the rest and has the goods
 */
export type SaleMark =
  | { readonly kind: 'discount'; readonly rateBasisPoints: number | null }
  | { readonly kind: 'part-payment' };

const discount = 'klink:discount';
const partPayment = 'klink:part-payment';

/** The product id of a mark, e.g. `klink:discount:1000` for 10 %. */
export function productIdOfMark(mark: SaleMark): string {
  if (mark.kind === 'part-payment') return partPayment;
  return mark.rateBasisPoints === null ? discount : `${discount}:${mark.rateBasisPoints}`;
}

/** What a product id marks; null for goods and for a free amount. */
export function markOfProductId(productId: string | null | undefined): SaleMark | null {
  if (productId === partPayment) return { kind: 'part-payment' };
  if (productId === discount) return { kind: 'discount', rateBasisPoints: null };
  const rate = /^klink:discount:(\d{1,5})$/.exec(productId ?? '')?.[1];
  return rate === undefined ? null : { kind: 'discount', rateBasisPoints: Number(rate) };
}
