import type { Counter, Operation } from './counter.ts';
import type { Kind } from './kind.ts';
import { mealKinds } from './meal-kinds.ts';
import { chargeAccount, numberOf, sendAll, topUp } from './preparing.ts';

const festival = { code: 'DEMO-FEST', model: 'ntag213', taps: 1 } as const;
const canteen = { code: 'DEMO-CANTEEN', model: 'ntag213', taps: 1 } as const;

const issue: Operation = (till, patience) => till.call('issue', patience);
const lift: Operation = (till, patience) => till.call('block', { blocked: false, ...patience });
const block: Operation = (till, patience) => till.call('block', { blocked: true, ...patience });
const adjust: Operation = (till, patience) => till.call('collectAdjustment', patience);

function refund(amountMinor: number): Operation {
  return (till, patience) => till.call('refund', { amountMinor, ...patience });
}

function sell(amountMinor: number, taps: 1 | 2 = 1): Operation {
  return async (till, patience) => {
    await till.ask('clearCart', {});
    await till.ask('addAmountToCart', { amountMinor });
    return await till.call('sell', { taps, ...patience });
  };
}

function sellByCard(amountMinor: number): Operation {
  return async (till, patience) => {
    await till.ask('clearCart', {});
    await till.ask('addAmountToCart', { amountMinor });
    return await till.call('sell', { openLoop: 'shortfall', ...patience });
  };
}

function topUpByCard(amountMinor: number): Operation {
  return (till, patience) => till.call('topUp', { amountMinor, method: 'card', ...patience });
}

function sellProduct(productId: string, quantity: number): Operation {
  return async (till, patience) => {
    await till.ask('clearCart', {});
    await till.ask('addToCart', { productId, quantity });
    return await till.call('sell', { taps: 1, ...patience });
  };
}

/** A tag of the festival with 95.00 on it: number 1. */
async function charge(counter: Counter): Promise<void> {
  await counter.tapped(issue);
  await counter.tapped(topUp(10_000));
}

function afterCharging(operation: Operation): Kind['prepare'] {
  return async (counter) => {
    await charge(counter);
    return operation;
  };
}

function afterChargingAccount(operation: Operation): Kind['prepare'] {
  return async (counter) => {
    await chargeAccount(counter);
    return operation;
  };
}

/** Two beers and a water, of which something is to come back. */
async function sellDrinks(counter: Counter): Promise<number> {
  await charge(counter);
  return numberOf(
    counter.tapped(async (till, patience) => {
      await till.ask('addToCart', { productId: 'beer', quantity: 2 });
      await till.ask('addToCart', { productId: 'water', quantity: 1 });
      return await till.call('sell', { taps: 1, ...patience });
    }),
  );
}

/** One wrong bit in what each slot says of the balance (tag.md, "Slot"): the tag is corrupt. */
async function damage({ reader, tag }: Counter): Promise<void> {
  const memory = (await reader.memory(tag)).slice();
  for (const slot of [16, 80]) memory[slot + 7] = (memory[slot + 7] ?? 0) ^ 1;
  await reader.setMemory(tag, memory);
}

async function giveMoney({ world, setting, uid }: Counter): Promise<void> {
  const given = await world.operator.request('/admin-top-ups', {
    method: 'POST',
    headers: { 'Idempotency-Key': `for-${uid}` },
    body: JSON.stringify({
      uid,
      amountMinor: 1_350,
      reason: 'a broken glass',
      editionId: world.editionId(setting.code),
    }),
  });
  if (given.status !== 200) throw new Error(`admin top-up: ${given.status} ${await given.text()}`);
}

/** Every kind of transaction a till makes. */
export const kinds: readonly Kind[] = [
  {
    ...festival,
    name: 'purchase',
    commitCount: 3,
    deltasMinor: [-4_000],
    prepare: afterCharging(sell(4_000)),
    refusedAgain: null,
  },
  {
    ...festival,
    name: 'purchase with two taps',
    taps: 2,
    commitCount: 4,
    deltasMinor: [-4_000],
    prepare: afterCharging(sell(4_000, 2)),
    refusedAgain: null,
  },
  {
    ...festival,
    name: 'purchase on a MIFARE Classic',
    model: 'classic1k',
    commitCount: 3,
    deltasMinor: [-4_000],
    prepare: afterCharging(sell(4_000)),
    refusedAgain: null,
  },
  {
    ...festival,
    name: 'deposit paid back',
    commitCount: 3,
    deltasMinor: [400],
    prepare: afterCharging(sellProduct('deposit-return', 2)),
    refusedAgain: null,
  },
  {
    ...festival,
    name: 'cash top-up',
    commitCount: 3,
    deltasMinor: [4_500],
    prepare: afterCharging(topUp(5_000)),
    refusedAgain: null,
  },
  {
    ...festival,
    name: 'cash refund',
    commitCount: 3,
    deltasMinor: [-4_000],
    prepare: afterCharging(refund(4_000)),
    refusedAgain: null,
  },
  {
    ...festival,
    name: 'refund reversal',
    commitCount: 3,
    deltasMinor: [4_000],
    async prepare(counter) {
      await charge(counter);
      const terminalTransactionNumber = await numberOf(counter.tapped(refund(4_000)));
      return (till, patience) => till.call('reverseRefund', { terminalTransactionNumber, ...patience });
    },
    refusedAgain: 'ALREADY_RETURNED',
  },
  {
    ...festival,
    name: 'chargeback of a whole sale',
    commitCount: 3,
    deltasMinor: [1_400],
    async prepare(counter) {
      const terminalTransactionNumber = await sellDrinks(counter);
      return (till, patience) => till.call('chargeback', { terminalTransactionNumber, lines: null, ...patience });
    },
    refusedAgain: 'ALREADY_RETURNED',
  },
  {
    ...festival,
    name: 'chargeback by lines',
    commitCount: 3,
    deltasMinor: [550],
    async prepare(counter) {
      const terminalTransactionNumber = await sellDrinks(counter);
      const lines = [{ line: 1, quantity: 1 }];
      return (till, patience) => till.call('chargeback', { terminalTransactionNumber, lines, ...patience });
    },
    refusedAgain: null,
  },
  {
    ...festival,
    name: 'whole sale undone, with deposit and discount',
    commitCount: 3,
    deltasMinor: [790],
    async prepare(counter) {
      await charge(counter);
      const terminalTransactionNumber = await numberOf(
        counter.tapped(async (till, patience) => {
          await till.ask('addToCart', { productId: 'beer', quantity: 2 });
          await till.ask('addToCart', { productId: 'deposit-return', quantity: 1 });
          await till.ask('setDiscount', { rateBasisPoints: 1_000 });
          return await till.call('sell', { taps: 1, ...patience });
        }),
      );
      return (till, patience) => till.call('undoSale', { terminalTransactionNumber, ...patience });
    },
    refusedAgain: 'ALREADY_RETURNED',
  },
  {
    ...festival,
    name: 'tag adjustment',
    commitCount: 3,
    deltasMinor: [1_350],
    async prepare(counter) {
      await charge(counter);
      await sendAll(counter);
      await giveMoney(counter);
      return adjust;
    },
    refusedAgain: 'NO_ADJUSTMENT',
  },
  {
    ...festival,
    name: 'block',
    commitCount: 3,
    deltasMinor: [0],
    prepare: afterCharging(block),
    refusedAgain: 'TAG_BLOCKED',
  },
  {
    ...festival,
    name: 'lift of a block',
    commitCount: 3,
    deltasMinor: [0],
    async prepare(counter) {
      await charge(counter);
      await counter.tapped(block);
      return lift;
    },
    refusedAgain: 'TAG_NOT_BLOCKED',
  },
  {
    ...festival,
    name: 'issue',
    commitCount: 1,
    deltasMinor: [],
    made: { balanceMinor: 0, generations: [1] },
    prepare: () => Promise.resolve(issue),
    refusedAgain: 'TAG_ALREADY_ISSUED',
    use: topUp(5_000),
  },
  {
    ...festival,
    name: 'card top-up',
    commitCount: 5,
    deltasMinor: [4_500],
    prepare: afterCharging(topUpByCard(5_000)),
    refusedAgain: null,
  },
  {
    ...festival,
    name: 'open loop purchase',
    commitCount: 8,
    deltasMinor: [5_500, -15_000],
    prepare: afterCharging(sellByCard(15_000)),
    refusedAgain: null,
  },
  {
    ...festival,
    name: 'repair',
    commitCount: 4,
    deltasMinor: [],
    // A repair that was torn off goes on with the generation after its own.
    made: { balanceMinor: 9_500, generations: [2, 3] },
    async prepare(counter) {
      await charge(counter);
      await damage(counter);
      return (till, patience) => till.call('repair', patience);
    },
    refusedAgain: 'TAG_NOT_CORRUPT',
    use: topUp(5_000),
  },
  {
    ...festival,
    name: 'replacement',
    commitCount: 4,
    deltasMinor: [],
    made: { balanceMinor: 9_500, generations: [1] },
    async prepare(counter) {
      await charge(counter);
      const lostUid = counter.uid;
      await counter.takeBlankTag();
      return (till, patience) => till.call('replace', { lostUid, ...patience });
    },
    refusedAgain: null,
    use: topUp(5_000),
  },
  {
    ...canteen,
    name: 'sale in account mode',
    commitCount: 4,
    deltasMinor: [-450],
    prepare: afterChargingAccount(sell(450)),
    refusedAgain: null,
  },
  {
    ...canteen,
    name: 'cash top-up in account mode',
    commitCount: 4,
    deltasMinor: [500],
    prepare: afterChargingAccount(topUp(500)),
    refusedAgain: null,
  },
  {
    ...canteen,
    name: 'cash refund in account mode',
    commitCount: 4,
    deltasMinor: [-500],
    prepare: afterChargingAccount(refund(500)),
    refusedAgain: null,
  },
  ...mealKinds,
];
