import fc from 'fast-check';
import { pins } from '../../till/staff.ts';
import type { Line } from '../model-words.ts';
import { anyOf, type CommandKind } from '../session-command.ts';
import { codeOf, expectCode } from './wishes.ts';

const prices = { beer: 600, 'cup-back': -200 } as const;

const addProduct: CommandKind<{ productId: keyof typeof prices; quantity: number }> = {
  name: 'add product',
  weight: 6,
  details: fc.record({
    productId: fc.constantFrom('beer' as const, 'beer' as const, 'cup-back' as const),
    quantity: fc.integer({ min: 1, max: 4 }),
  }),
  isPossible: ({ work }) => !work,
  run: async (model, real, { productId, quantity }) => {
    expectCode(null, await codeOf(real, (till) => till.addToCart({ productId, quantity })));
    const isThere = model.cart.some((line) => line.productId === productId);
    const more = (line: Line) =>
      line.productId === productId ? { ...line, quantity: line.quantity + quantity } : line;
    const added = { productId, quantity, unitPriceMinor: prices[productId] };
    model.changeCart(isThere ? model.cart.map(more) : [...model.cart, added]);
  },
};

const addAmount: CommandKind<number> = {
  name: 'add amount',
  weight: 6,
  details: fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.constantFrom(200, 600, 15_000)),
  isPossible: ({ work }) => !work,
  run: async (model, real, amountMinor) => {
    expectCode(null, await codeOf(real, (till) => till.addAmountToCart({ amountMinor })));
    model.changeCart([...model.cart, { productId: null, quantity: 1, unitPriceMinor: amountMinor }]);
  },
};

const clearCart: CommandKind<null> = {
  name: 'clear cart',
  weight: 1,
  details: fc.constant(null),
  isPossible: ({ work }) => !work,
  run: async (model, real) => {
    expectCode(null, await codeOf(real, (till) => till.clearCart({})));
    model.changeCart([]);
  },
};

const cancel: CommandKind<null> = {
  name: 'cancel',
  weight: 2,
  details: fc.constant(null),
  run: async (model, real) => {
    const wanted = model.cancel();
    expectCode(wanted, await codeOf(real, (till) => till.cancel({})));
  },
};

const dismiss: CommandKind<null> = {
  name: 'dismiss',
  weight: 2,
  details: fc.constant(null),
  run: async (model, real) => {
    const wanted = model.dismiss();
    expectCode(wanted, await codeOf(real, (till) => till.dismiss({})));
  },
};

const wait: CommandKind<null> = {
  name: 'wait',
  weight: 3,
  details: fc.constant(null),
  run: async (model, real) => {
    const delayMs = 61_000;
    model.wait(delayMs);
    await real.wait(delayMs);
  },
};

const login: CommandKind<'sue' | 'anna'> = {
  name: 'login',
  weight: 2,
  details: fc.constantFrom('sue', 'sue', 'anna'),
  isPossible: ({ work }) => !work,
  run: async (model, real, who) => {
    expectCode(null, await codeOf(real, (till) => till.login({ pin: pins[who] })));
    model.logIn(who);
  },
};

const logout: CommandKind<null> = {
  name: 'logout',
  weight: 1,
  details: fc.constant(null),
  isPossible: ({ work }) => !work,
  run: async (model, real) => {
    expectCode(null, await codeOf(real, (till) => till.logout({})));
    model.logOut();
  },
};

const approve: CommandKind<'sue' | 'anna'> = {
  name: 'approve',
  weight: 2,
  details: fc.constantFrom('sue', 'sue', 'anna'),
  isPossible: ({ cashier }) => cashier === 'anna',
  run: async (model, real, who) => {
    const found = await codeOf(real, (till) => till.approve({ pin: pins[who] }));
    expectCode(who === 'sue' ? null : 'SUPERVISOR_NEEDED', found);
    if (who === 'sue') model.isApproved = true;
  },
};

const openShift: CommandKind<number> = {
  name: 'open shift',
  weight: 2,
  details: fc.integer({ min: 0, max: 10_000 }),
  isPossible: ({ work }) => !work,
  run: async (model, real, floatMinor) => {
    const wanted = model.cashier === null ? 'LOGIN_NEEDED' : model.shift === null ? null : 'SHIFT_OPEN';
    expectCode(wanted, await codeOf(real, (till) => till.openShift({ floatMinor })));
    if (wanted === null) model.openShift(floatMinor);
  },
};

const closeShift: CommandKind<number> = {
  name: 'close shift',
  weight: 1,
  details: fc.integer({ min: 0, max: 30_000 }),
  isPossible: ({ work }) => !work,
  run: async (model, real, countedCashMinor) => {
    const wanted = model.cashier === null ? 'LOGIN_NEEDED' : model.shift === null ? 'SHIFT_NOT_OPEN' : null;
    const closed = await real.till.till.operations.closeShift({ countedCashMinor });
    expectCode(wanted, closed.ok ? null : closed.fault.code);
    if (!closed.ok) return;
    const { expectedMinor, unknownMinor } = model.drawer();
    const { cash, differenceMinor, zNumber } = closed.value;
    const found = JSON.stringify([cash.expectedMinor, cash.unknownMinor, differenceMinor, zNumber]);
    const figures = [expectedMinor, unknownMinor, countedCashMinor - expectedMinor, model.shiftCount];
    if (found !== JSON.stringify(figures))
      throw new Error(`the Z report says ${found} and not ${JSON.stringify(figures)}`);
    model.shift = null;
  },
};

/** While a tag is waited for, nothing else begins, and nothing is changed that the work depends on. */
const disturb: CommandKind<null> = {
  name: 'disturb',
  weight: 2,
  details: fc.constant(null),
  isPossible: ({ work }) => work !== null,
  run: async (_, real) => {
    const { operations } = real.till.till;
    const answers = [
      await operations.topUp({ firstTagOnly: true, amountMinor: 2_000, method: 'cash' }),
      await operations.balance({ firstTagOnly: true }),
      await operations.addAmountToCart({ amountMinor: 100 }),
      await operations.clearCart({}),
      await operations.login({ pin: pins.anna }),
      await operations.logout({}),
      await operations.openShift({ floatMinor: 1 }),
      await operations.closeShift({ countedCashMinor: 1 }),
      await operations.cleanup({ timeoutMs: 0 }),
    ];
    for (const answer of answers) expectCode('BUSY', answer.ok ? null : answer.fault.code);
  },
};

export const deskCommands = [
  anyOf(addProduct),
  anyOf(addAmount),
  anyOf(clearCart),
  anyOf(cancel),
  anyOf(dismiss),
  anyOf(wait),
  anyOf(login),
  anyOf(logout),
  anyOf(approve),
  anyOf(openShift),
  anyOf(closeShift),
  anyOf(disturb),
];
export const deskKinds = {
  addProduct,
  addAmount,
  clearCart,
  cancel,
  dismiss,
  wait,
  login,
  logout,
  approve,
  openShift,
  closeShift,
};
