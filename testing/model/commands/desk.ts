import fc from 'fast-check';
import { pins } from '../../till/staff.ts';
import { anyOf, type CommandKind } from '../session-command.ts';
import { type Goods, putIntoCart, someGoods } from './goods.ts';
import { codeOf, expectCode } from './wishes.ts';

const addGoods: CommandKind<Goods> = {
  name: 'into the cart',
  weight: 6,
  details: someGoods,
  isPossible: ({ work }) => !work,
  run: putIntoCart,
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
  details: fc.constantFrom('sue', 'anna'),
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
  weight: 6,
  details: fc.constantFrom('sue', 'sue', 'anna'),
  isPossible: ({ desk }) => desk.cashier === 'anna',
  run: async (model, real, who) => {
    const found = await codeOf(real, (till) => till.approve({ pin: pins[who] }));
    expectCode(who === 'sue' ? null : 'SUPERVISOR_NEEDED', found);
    if (who === 'sue') model.desk.approve(model.nowMs);
  },
};

const openShift: CommandKind<number> = {
  name: 'open shift',
  weight: 2,
  details: fc.integer({ min: 0, max: 10_000 }),
  isPossible: ({ work }) => !work,
  run: async (model, real, floatMinor) => {
    const wanted = model.desk.cashier === null ? 'LOGIN_NEEDED' : model.desk.shift === null ? null : 'SHIFT_OPEN';
    expectCode(wanted, await codeOf(real, (till) => till.openShift({ floatMinor })));
    if (wanted === null) model.desk.openShift(floatMinor);
  },
};

const closeShift: CommandKind<number> = {
  name: 'close shift',
  weight: 1,
  details: fc.integer({ min: 0, max: 30_000 }),
  isPossible: ({ work }) => !work,
  run: async (model, real, countedCashMinor) => {
    const wanted = model.desk.cashier === null ? 'LOGIN_NEEDED' : model.desk.shift === null ? 'SHIFT_NOT_OPEN' : null;
    const closed = await real.till.till.operations.closeShift({ countedCashMinor });
    expectCode(wanted, closed.ok ? null : closed.fault.code);
    if (!closed.ok) return;
    const { expectedMinor, unknownMinor } = model.desk.drawer(model.rows);
    const { cash, differenceMinor, zNumber } = closed.value;
    const found = JSON.stringify([cash.expectedMinor, cash.unknownMinor, differenceMinor, zNumber]);
    const figures = [expectedMinor, unknownMinor, countedCashMinor - expectedMinor, model.desk.shiftCount];
    if (found !== JSON.stringify(figures))
      throw new Error(`the Z report says ${found} and not ${JSON.stringify(figures)}`);
    model.desk.shift = null;
  },
};

/** The customer of a top-up that was not booked has the cash back (money rule 4). */
const giveCashBack: CommandKind<number> = {
  name: 'cash given back',
  weight: 2,
  details: fc.integer({ min: 1, max: 12 }),
  run: async (model, real, number) => {
    const row = model.rows[number - 1];
    const isAborted = row?.type === 'TopUp' && row.state === 'Aborted';
    const refused = row ? (isAborted ? null : 'NO_CASH_TO_RETURN') : 'NO_SUCH_TRANSACTION';
    const wanted = model.desk.cashier === null ? 'LOGIN_NEEDED' : refused;
    const request = { terminalTransactionNumber: number };
    expectCode(wanted, await codeOf(real, (till) => till.confirmCashReturned(request)));
    if (wanted === null) model.cashReturned.add(number);
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
  anyOf(addGoods),
  anyOf(clearCart),
  anyOf(cancel),
  anyOf(dismiss),
  anyOf(wait),
  anyOf(login),
  anyOf(logout),
  anyOf(approve),
  anyOf(openShift),
  anyOf(closeShift),
  anyOf(giveCashBack),
  anyOf(disturb),
];
export const deskKinds = {
  cancel,
  dismiss,
  wait,
  login,
  logout,
  approve,
  openShift,
  closeShift,
  giveCashBack,
  disturb,
};
