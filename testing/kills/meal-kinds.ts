import type { Counter, Operation } from './counter.ts';
import type { Kind } from './kind.ts';
import { chargeAccount, enterPupil, numberOf, sendAll } from './preparing.ts';

const canteen = { code: 'DEMO-CANTEEN', model: 'ntag213', taps: 1 } as const;
const creditMinor = 250;

/** A tap that pays for meals of 4.60 and, apart from them, a juice of 0.80: two transactions of one group (R109, INV-16). */
const serve: Operation = async (till, patience) => {
  await till.ask('clearCart', {});
  for (const productId of ['vegetarian-meal', 'jacket-potato', 'juice'])
    await till.ask('addToCart', { productId, quantity: 1 });
  return await till.call('sell', { taps: 1, ...patience });
};

/** A pupil with 2.50 of credit and 20.00 of cash, both of which the till knows of. */
async function chargePupil(counter: Counter): Promise<void> {
  await enterPupil(counter, creditMinor);
  await chargeAccount(counter);
  await counter.tapped((till, patience) => till.call('balance', patience));
}

/** Sales of a canteen that sells meals and other goods at one tap. */
export const mealKinds: readonly Kind[] = [
  {
    ...canteen,
    name: 'meals and a juice, which credit and cash pay',
    commitCount: 4,
    deltasMinor: [-460, -80],
    creditMinor,
    async prepare(counter) {
      await chargePupil(counter);
      return serve;
    },
    refusedAgain: null,
  },
  {
    ...canteen,
    name: 'meals and a juice of somebody without credit',
    commitCount: 4,
    deltasMinor: [-460, -80],
    async prepare(counter) {
      await chargeAccount(counter);
      return serve;
    },
    refusedAgain: null,
  },
  {
    ...canteen,
    name: 'meals and a juice while the backend is away',
    commitCount: 3,
    deltasMinor: [-460, -80],
    creditMinor,
    isAway: true,
    async prepare(counter) {
      await chargePupil(counter);
      counter.line.cut();
      return serve;
    },
    refusedAgain: null,
  },
  {
    ...canteen,
    name: 'meals and a juice taken back',
    commitCount: 4,
    deltasMinor: [460, 80],
    creditMinor,
    async prepare(counter) {
      await chargePupil(counter);
      const terminalTransactionNumber = await numberOf(counter.tapped(serve));
      await sendAll(counter);
      return (till, patience) => till.call('undoSale', { terminalTransactionNumber, ...patience });
    },
    refusedAgain: 'ALREADY_RETURNED',
  },
];
