import { Command, Option } from 'commander';
import { z } from 'zod';
import type { Outcome } from '../../contract/ipc/operations.ts';
import { parseAmount } from '../amount.ts';
import { type Answer, answered, faulted } from '../answer.ts';
import type { Till } from '../composer.ts';
import { amountTextOf, discountOf, type ItemRequest, itemOf } from '../flag-values.ts';
import { tillFlagsSchema, withReaderFlags } from '../flags.ts';
import type { RunCommand } from '../run-command.ts';
import { failedWith, tapRequest, withTap } from '../till-work.ts';

const sellFlagsSchema = tillFlagsSchema.extend({
  amount: z.string().optional(),
  twoTaps: z.boolean().default(false),
  allergensKnown: z.boolean().default(false),
  openLoop: z.union([z.enum(['shortfall', 'full-price']), z.literal(true)]).optional(),
  discount: z.union([z.object({ rateBasisPoints: z.int() }), z.object({ amountText: z.string() })]).optional(),
  item: z.array(z.object({ productId: z.string(), quantity: z.int() })).default([]),
});
type SellFlags = z.infer<typeof sellFlagsSchema>;

/** `klink sell`: one purchase with one tap, cart first (R11, Q51). */
export function sellCommand(run: RunCommand): Command {
  return withReaderFlags(new Command('sell'))
    .description('sell products, or a free amount, for one tap of a tag')
    .option('--item <code:quantity>', 'a product of the catalogue, e.g. beer:2; may be repeated', itemOf)
    .option('--amount <amount>', 'a free amount instead of products, for example 55.00', amountTextOf)
    .addOption(
      new Option('--open-loop [part]', 'a card pays what is missing on the tag, or the full price').choices([
        'shortfall',
        'full-price',
      ]),
    )
    .option('--discount <rate or amount>', 'taken off the price of the goods, e.g. 10% or 2.50', discountOf)
    .option('--two-taps', 'the customer confirms by showing the same tag a second time')
    .option('--allergens-known', 'canteens: it is known that the member may be allergic to something in it')
    .action((options: unknown) =>
      run(async (report) => {
        const flags = sellFlagsSchema.parse(options);
        const contradiction = contradictionIn(flags);
        if (contradiction !== null) return failedWith({ code: 'USAGE', message: contradiction }, report);
        return await withTap(flags, report, (till, currency) => sell(till, flags, currency));
      }),
    );
}

function contradictionIn(flags: SellFlags): string | null {
  if (flags.item.length === 0 && flags.amount === undefined) return 'say what is sold: --item beer:2 or --amount 55.00';
  if (flags.item.length > 0 && flags.amount !== undefined) return 'give either --item or --amount, not both';
  return null;
}

async function sell(till: Till, flags: SellFlags, currency: string): Promise<Answer<Outcome>> {
  const filled =
    flags.amount === undefined ? await addItems(till, flags.item) : await addAmount(till, flags.amount, currency);
  if (!filled.ok) return filled;
  const discounted = flags.discount === undefined ? answered(null) : await giveDiscount(till, flags.discount, currency);
  if (!discounted.ok) return discounted;
  const openLoop = flags.openLoop === true ? 'shortfall' : flags.openLoop;
  const { allergensKnown } = flags;
  const request = { taps: flags.twoTaps ? 2 : 1, allergensKnown, ...tapRequest(flags) } as const;
  return await till.call('sell', openLoop === undefined ? request : { ...request, openLoop });
}

async function giveDiscount(
  till: Till,
  discount: NonNullable<SellFlags['discount']>,
  currency: string,
): Promise<Answer<null>> {
  if ('rateBasisPoints' in discount) return withoutResult(await till.call('setDiscount', discount));
  const amount = parseAmount(discount.amountText, currency);
  if (!amount.ok) return faulted(amount.fault.code, amount.fault.message);
  return withoutResult(await till.call('setDiscount', { amountMinor: amount.result }));
}

function withoutResult(answer: Answer<unknown>): Answer<null> {
  return answer.ok ? answered(null) : answer;
}

async function addItems(till: Till, items: readonly ItemRequest[]): Promise<Answer<null>> {
  for (const item of items) {
    const added = await till.call('addToCart', item);
    if (!added.ok) return added;
  }
  return answered(null);
}

async function addAmount(till: Till, amountText: string, currency: string): Promise<Answer<null>> {
  const amount = parseAmount(amountText, currency);
  if (!amount.ok) return faulted(amount.fault.code, amount.fault.message);
  const added = await till.call('addAmountToCart', { amountMinor: amount.result });
  return added.ok ? answered(null) : added;
}
