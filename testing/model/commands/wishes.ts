import fc from 'fast-check';
import type { Wish } from '../model-words.ts';
import type { Call, World } from '../world.ts';

/** Amounts around every limit and fee of the event, and in between. */
export const amounts = fc.oneof(
  { weight: 5, arbitrary: fc.integer({ min: 1, max: 6_000 }) },
  { weight: 1, arbitrary: fc.constantFrom(1, 499, 500, 501, 9_500, 9_501, 15_000, 15_001, 20_000, 20_001) },
);

const numbers = fc.integer({ min: 1, max: 12 });
const pieces = fc.uniqueArray(
  fc.record({ line: fc.integer({ min: 1, max: 3 }), quantity: fc.integer({ min: 1, max: 3 }) }),
  { minLength: 1, maxLength: 2 },
);

export const wishes: fc.Arbitrary<Wish> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('sale' as const), taps: fc.constantFrom(1 as const, 2 as const) }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('top-up' as const), amountMinor: amounts }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('refund' as const), amountMinor: fc.option(amounts, { freq: 2 }) }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('reversal' as const), number: numbers }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('chargeback' as const),
      number: fc.option(numbers, { freq: 1 }),
      lines: fc.option(pieces, { freq: 1 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('block' as const), blocked: fc.boolean() }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'adjustment' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'issue' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'balance' as const }) },
);

/** How a wish is put to the till. */
export function callOf(wish: Wish, firstTagOnly: boolean): Call {
  const request = { firstTagOnly };
  switch (wish.kind) {
    case 'sale':
      return (till) => till.sell({ ...request, taps: wish.taps });
    case 'top-up':
      return (till) => till.topUp({ ...request, amountMinor: wish.amountMinor, method: 'cash' });
    case 'refund':
      return (till) => till.refund({ ...request, amountMinor: wish.amountMinor });
    case 'reversal':
      return (till) => till.reverseRefund({ ...request, terminalTransactionNumber: wish.number });
    case 'chargeback':
      return (till) =>
        till.chargeback({
          ...request,
          terminalTransactionNumber: wish.number,
          lines: wish.lines?.map((line) => ({ ...line })) ?? null,
        });
    case 'block':
      return (till) => till.block({ ...request, blocked: wish.blocked });
    case 'adjustment':
      return (till) => till.collectAdjustment(request);
    case 'issue':
      return (till) => till.issue(request);
    case 'balance':
      return (till) => till.balance(request);
  }
}

/** Answers of the till to what is not a piece of work: the code, or null where it was done. */
export async function codeOf(
  real: World,
  call: (till: Parameters<Call>[0]) => Promise<{ readonly ok: boolean; readonly fault?: { readonly code: string } }>,
): Promise<string | null> {
  const answer = await call(real.till.till.operations);
  return answer.fault?.code ?? null;
}

export function expectCode(wanted: string | null, found: string | null): void {
  if (wanted !== found) throw new Error(`answered ${found} and not ${wanted}`);
}
