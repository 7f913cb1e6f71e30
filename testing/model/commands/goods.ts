import fc from 'fast-check';
import type { Line } from '../model-words.ts';
import type { TillModel } from '../till-model.ts';
import type { World } from '../world.ts';
import { codeOf, expectCode } from './wishes.ts';

const prices = { beer: 600, 'cup-back': -200 } as const;

/** Pieces of a product, or an amount without one. */
export type Goods =
  | { readonly productId: keyof typeof prices; readonly quantity: number }
  | { readonly productId: null; readonly amountMinor: number };

export const someGoods: fc.Arbitrary<Goods> = fc.oneof(
  fc.record({
    productId: fc.constantFrom('beer' as const, 'beer' as const, 'cup-back' as const),
    quantity: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({
    productId: fc.constant(null),
    amountMinor: fc.oneof(fc.integer({ min: 1, max: 3_000 }), fc.constantFrom(200, 600, 600, 10_000, 15_000)),
  }),
);

/** One line a product; every free amount is a line of its own. */
export async function putIntoCart(model: TillModel, real: World, goods: Goods): Promise<void> {
  if (goods.productId === null) {
    const { amountMinor } = goods;
    expectCode(null, await codeOf(real, (till) => till.addAmountToCart({ amountMinor })));
    model.changeCart([...model.desk.cart, { productId: null, quantity: 1, unitPriceMinor: amountMinor }]);
    return;
  }
  const { productId, quantity } = goods;
  expectCode(null, await codeOf(real, (till) => till.addToCart({ productId, quantity })));
  const isThere = model.desk.cart.some((line) => line.productId === productId);
  const more = (line: Line) => (line.productId === productId ? { ...line, quantity: line.quantity + quantity } : line);
  const added = { productId, quantity, unitPriceMinor: prices[productId] };
  model.changeCart(isThere ? model.desk.cart.map(more) : [...model.desk.cart, added]);
}
