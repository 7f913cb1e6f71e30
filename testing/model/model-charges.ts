import type { Charge, Line, ModelRow, ModelTag, ReturnedPieces, Wish } from './model-words.ts';

/** The rules of the event that the sessions are played in, in minor units. */
export const rules = {
  maximumBalanceMinor: 30_000,
  maximumTopUpMinor: 20_000,
  maximumPurchaseMinor: 15_000,
  topUpFee: { fixedMinor: 500, rateBasisPoints: 0 },
  refundFee: { fixedMinor: 50, rateBasisPoints: 250 },
  writeAttemptsMax: 5,
  historyLength: 3,
  idleLockMs: 300_000,
  approvalMs: 60_000,
} as const;

type Fee = typeof rules.topUpFee | typeof rules.refundFee;
export const feeOf = (fee: Fee, amountMinor: number): number =>
  fee.fixedMinor + Math.round((amountMinor * fee.rateBasisPoints) / 10_000);

export const totalOf = (lines: readonly Line[]): number =>
  lines.reduce((sum, { quantity, unitPriceMinor }) => sum + quantity * unitPriceMinor, 0);

const plain = {
  cashMinor: 0,
  lines: [],
  reference: null,
  setBlocked: null,
  adjustmentNumber: null,
  reserves: false,
} as const;

/** Why a wish is refused before any tag is shown; null where it is not. */
export function refusedAtOnce(wish: Wish, cart: readonly Line[]): string | null {
  if (wish.kind === 'top-up') {
    if (wish.amountMinor > rules.maximumTopUpMinor) return 'AMOUNT_LIMIT';
    return wish.amountMinor <= feeOf(rules.topUpFee, wish.amountMinor) ? 'AMOUNT_BELOW_FEE' : null;
  }
  if (wish.kind !== 'sale') return null;
  if (cart.length === 0) return 'CART_EMPTY';
  if (totalOf(cart) === 0) return 'AMOUNT_INVALID';
  return Math.abs(totalOf(cart)) > rules.maximumPurchaseMinor ? 'AMOUNT_LIMIT' : null;
}

/** What is known when a charge is fixed. */
export interface Shown {
  readonly cart: readonly Line[];
  readonly rows: readonly ModelRow[];
  readonly tagIndex: number;
  readonly tag: ModelTag;
  /** Booked in the backend for this tag, by number; null where the backend cannot be asked. */
  readonly adjustments: readonly { readonly amountMinor: number; readonly setBlocked: boolean | null }[] | null;
}

/** What a wish comes to on the tag that is shown, or the code it is refused with. */
export function chargeOf(wish: Exclude<Wish, { kind: 'issue' | 'balance' }>, shown: Shown): Charge | string {
  switch (wish.kind) {
    case 'sale': {
      const total = totalOf(shown.cart);
      const lines = [...shown.cart];
      return {
        ...plain,
        type: 'Purchase',
        amountMinor: Math.abs(total),
        deltaMinor: -total,
        lines,
        reserves: total > 0,
      };
    }
    case 'top-up': {
      const { amountMinor } = wish;
      const deltaMinor = amountMinor - feeOf(rules.topUpFee, amountMinor);
      return { ...plain, type: 'TopUp', amountMinor, deltaMinor, cashMinor: amountMinor };
    }
    case 'refund':
      return refundOf(wish.amountMinor, shown.tag);
    case 'reversal':
      return reversalOf(wish.number, shown);
    case 'chargeback':
      return chargebackOf(wish.number, wish.lines, shown);
    case 'block':
      if (shown.tag.blocked === wish.blocked) return wish.blocked ? 'TAG_BLOCKED' : 'TAG_NOT_BLOCKED';
      return { ...plain, type: 'TagAdjustment', amountMinor: 0, deltaMinor: 0, setBlocked: wish.blocked };
    case 'adjustment':
      return adjustmentOf(shown);
  }
}

function refundOf(wanted: number | null, { balanceMinor }: ModelTag): Charge | string {
  let amountMinor = wanted ?? balanceMinor;
  // "Refund all" pays what leaves nothing behind once its own fee is off as well.
  while (wanted === null && amountMinor > 0 && amountMinor + feeOf(rules.refundFee, amountMinor) > balanceMinor)
    amountMinor -= 1;
  if (amountMinor <= 0) return 'NOTHING_TO_REFUND';
  const deltaMinor = -(amountMinor + feeOf(rules.refundFee, amountMinor));
  return { ...plain, type: 'Refund', amountMinor, deltaMinor, cashMinor: -amountMinor, reserves: true };
}

function reversalOf(number: number, { rows, tagIndex }: Shown): Charge | string {
  const refund = rows.find((row) => row.number === number);
  const isRefund = refund?.type === 'Refund' && refund.reference === null && refund.state === 'Committed';
  if (!isRefund || refund.tag !== tagIndex) return 'SALE_NOT_FOUND';
  if (rows.some(({ reference, state }) => reference === number && state !== 'Aborted')) return 'ALREADY_RETURNED';
  const { amountMinor } = refund;
  return { ...plain, type: 'Refund', amountMinor, deltaMinor: amountMinor, cashMinor: amountMinor, reference: number };
}

function chargebackOf(
  number: number | null,
  wanted: readonly ReturnedPieces[] | null,
  { rows, tagIndex }: Shown,
): Charge | string {
  const isSale = (row: ModelRow) => row.type === 'Purchase' && row.state === 'Committed' && row.tag === tagIndex;
  const sale =
    number === null
      ? rows.findLast(isSale)
      : rows.find((candidate) => candidate.number === number && isSale(candidate));
  if (!sale) return 'SALE_NOT_FOUND';
  const back = rows
    .filter(({ reference, state }) => reference === sale.number && state !== 'Aborted')
    .flatMap(({ lines }) => lines);
  const pieces = wanted ?? wholeSale(sale.lines, back);
  const lines = pieces.flatMap(({ line, quantity }) => {
    const sold = sale.lines[line - 1];
    return sold && sold.unitPriceMinor > 0 && quantity <= sold.quantity ? [{ ...sold, quantity }] : [];
  });
  const isTooMuch = lines.some((line) => piecesOf(line, [...lines, ...back]) > piecesOf(line, sale.lines));
  if (lines.length === 0 || lines.length < pieces.length || isTooMuch) return 'ALREADY_RETURNED';
  const amountMinor = totalOf(lines);
  return { ...plain, type: 'Chargeback', amountMinor, deltaMinor: amountMinor, lines, reference: sale.number };
}

/** Goods of the same price and name are the same, on whichever line of the sale they stand. */
function piecesOf({ productId, unitPriceMinor }: Line, lines: readonly Line[]): number {
  return lines
    .filter((line) => line.productId === productId && line.unitPriceMinor === unitPriceMinor)
    .reduce((sum, { quantity }) => sum + quantity, 0);
}

/** All that has not come back yet; a deposit paid back is nothing that could come back once more. */
function wholeSale(sold: readonly Line[], back: readonly Line[]): readonly ReturnedPieces[] {
  return sold.flatMap((line, index) => {
    const isFirst = sold.findIndex((other) => piecesOf(line, [other]) > 0) === index;
    const quantity = isFirst && line.unitPriceMinor > 0 ? piecesOf(line, sold) - piecesOf(line, back) : 0;
    return spread(sold, line, quantity);
  });
}

/** Pieces of the same goods over the lines they were sold on. */
function spread(sold: readonly Line[], goods: Line, quantity: number): readonly ReturnedPieces[] {
  let left = quantity;
  return sold.flatMap((line, index) => {
    const taken = piecesOf(goods, [line]) > 0 ? Math.min(left, line.quantity) : 0;
    left -= taken;
    return taken > 0 ? [{ line: index + 1, quantity: taken }] : [];
  });
}

function adjustmentOf({ tag, adjustments }: Shown): Charge | string {
  if (adjustments === null) return 'BACKEND_UNREACHABLE';
  const next = adjustments[tag.adjustmentNumber];
  if (!next) return 'NO_ADJUSTMENT';
  const { amountMinor: deltaMinor, setBlocked } = next;
  const adjustmentNumber = tag.adjustmentNumber + 1;
  return {
    ...plain,
    type: 'TagAdjustment',
    amountMinor: Math.abs(deltaMinor),
    deltaMinor,
    setBlocked,
    adjustmentNumber,
  };
}
