import fc from 'fast-check';
import { tearPoints } from '../../../contract/ipc/simulator.ts';
import { pins } from '../../till/staff.ts';
import { takeOver, takeOverKilled } from '../model-aftermath.ts';
import { rules } from '../model-charges.ts';
import type { Wish } from '../model-words.ts';
import { anyOf, type CommandKind } from '../session-command.ts';
import type { TillModel } from '../till-model.ts';
import type { World } from '../world.ts';
import { type Goods, putIntoCart, someGoods } from './goods.ts';
import { callOf, codeOf, expectCode, wishes } from './wishes.ts';

/** How a tag is shown: as it should be, or what goes wrong meanwhile. */
export type Showing =
  | { readonly kind: 'hold' }
  | { readonly kind: 'tear'; readonly writeNumber: number; readonly point: (typeof tearPoints)[number] }
  | { readonly kind: 'reader-dies'; readonly atQuestion: number }
  | { readonly kind: 'till-dies'; readonly atQuestion: number; readonly point: 'before' | 'after' }
  | { readonly kind: 'till-dies-after-commit'; readonly atStep: number };

const hold: fc.Arbitrary<Showing> = fc.constant({ kind: 'hold' });
const mishap: fc.Arbitrary<Showing> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('tear' as const),
      writeNumber: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 16 })),
      point: fc.constantFrom(...tearPoints),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('reader-dies' as const), atQuestion: fc.integer({ min: 1, max: 60 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('till-dies' as const),
      atQuestion: fc.integer({ min: 1, max: 60 }),
      point: fc.constantFrom('before' as const, 'after' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('till-dies-after-commit' as const),
      atStep: fc.integer({ min: 1, max: 6 }),
    }),
  },
);
export const showings = fc.oneof({ weight: 4, arbitrary: hold }, { weight: 3, arbitrary: mishap });

export const anyTag = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 4, arbitrary: fc.constant(1) },
  { weight: 1, arbitrary: fc.constant(2) },
);

/** A tag is laid on the reader; where it is wanted, everything follows that does. */
export async function showTag(model: TillModel, real: World, tag: number, how: Showing): Promise<void> {
  if (how.kind === 'hold' || !model.work) {
    await real.hand({ kind: 'hold', tagId: real.tagId(tag) });
    model.hold(tag);
    return;
  }
  switch (how.kind) {
    case 'tear':
      return takeOver(model, tag, await real.tear(tag, how.writeNumber, how.point));
    case 'reader-dies':
      return takeOver(model, tag, await real.loseReader(tag, how.atQuestion));
    case 'till-dies':
      takeOverKilled(model, tag, await real.killAtQuestion(tag, { atCommand: how.atQuestion, point: how.point }));
      return logInAgain(model, real);
    case 'till-dies-after-commit':
      takeOverKilled(model, tag, await real.killAtStep(tag, how.atStep));
      return logInAgain(model, real);
  }
}

export async function logInAgain(model: TillModel, real: World): Promise<void> {
  await real.till.till.operations.login({ pin: pins.sue });
  model.logIn('sue');
}

export async function takeAway(model: TillModel, real: World): Promise<void> {
  await real.hand({ kind: 'remove' });
  model.remove();
}

/** Somebody who wants to buy has something in the cart. */
async function fillCart(model: TillModel, real: World, wish: Wish, goods: readonly Goods[]): Promise<void> {
  if (wish.kind !== 'sale' || model.desk.cart.length > 0) return;
  for (const some of goods) await putIntoCart(model, real, some);
}

/** Everything a person does to be served: goods where the cart has none, the wish, and the tag. */
const serve: CommandKind<{ wish: Wish; goods: readonly Goods[]; firstTagOnly: boolean; tag: number; how: Showing }> = {
  name: 'serve',
  weight: 30,
  details: fc.record({
    wish: wishes,
    goods: fc.array(someGoods, { maxLength: 2 }),
    firstTagOnly: fc.boolean(),
    tag: anyTag,
    how: showings,
  }),
  isPossible: ({ work }) => !work,
  run: async (model, real, { wish, goods, firstTagOnly, tag, how }) => {
    await takeAway(model, real);
    await fillCart(model, real, wish, goods);
    const refused = model.begin(wish, firstTagOnly);
    await real.start(callOf(wish, firstTagOnly));
    if (refused === null) await showTag(model, real, tag, how);
  },
};

/** A sale, a refund or a top-up of exactly what a tag allows, one unit less, or one more. */
const serveAtEdge: CommandKind<{ kind: 'sale' | 'refund' | 'top-up'; more: -1 | 0 | 1; tag: number }> = {
  name: 'serve at the edge',
  weight: 5,
  details: fc.record({
    kind: fc.constantFrom('sale' as const, 'refund' as const, 'top-up' as const),
    more: fc.constantFrom(-1 as const, 0 as const, 1 as const),
    tag: fc.constantFrom(0, 1),
  }),
  isPossible: ({ work, desk }) => !work && desk.cart.length === 0,
  run: async (model, real, { kind, more, tag }) => {
    const { balanceMinor } = model.tag(tag);
    const rest = { firstTagOnly: true, tag, how: { kind: 'hold' } } as const;
    const roomMinor = rules.maximumBalanceMinor - balanceMinor + rules.topUpFee.fixedMinor;
    const amountMinor = Math.max(1, (kind === 'top-up' ? roomMinor : balanceMinor) + more);
    const goods = kind === 'sale' ? [{ productId: null, amountMinor }] : [];
    const wish: Wish = kind === 'sale' ? { kind, taps: 1 } : { kind, amountMinor };
    await serve.run(model, real, { wish, goods, ...rest });
  },
};

const begin: CommandKind<{ wish: Wish; goods: readonly Goods[]; firstTagOnly: boolean }> = {
  name: 'begin',
  weight: 4,
  details: fc.record({ wish: wishes, goods: fc.array(someGoods, { maxLength: 2 }), firstTagOnly: fc.boolean() }),
  isPossible: ({ work }) => !work,
  run: async (model, real, { wish, goods, firstTagOnly }) => {
    await fillCart(model, real, wish, goods);
    model.begin(wish, firstTagOnly);
    await real.start(callOf(wish, firstTagOnly));
  },
};

const show: CommandKind<{ tag: number; how: Showing }> = {
  name: 'show',
  weight: 4,
  details: fc.record({ tag: anyTag, how: showings }),
  run: (model, real, { tag, how }) => showTag(model, real, tag, how),
};

/** The tag that the till waits for, where it waits for one: the other commands seldom find it. */
const showAgain: CommandKind<Showing> = {
  name: 'show again',
  weight: 12,
  details: showings,
  isPossible: ({ work }) => work?.row !== undefined && work?.row !== null,
  run: (model, real, how) => showTag(model, real, model.work?.row?.tag ?? 0, how),
};

const remove: CommandKind<null> = {
  name: 'remove',
  weight: 2,
  details: fc.constant(null),
  isPossible: ({ present }) => present !== null,
  run: takeAway,
};

/** While the backend is asked to hold the amount, the cashier takes it back, or the till is stopped (Q51). */
const takeBack: CommandKind<{
  wish: Wish;
  goods: readonly Goods[];
  tag: number;
  by: 'cancel' | 'stop' | 'nobody';
}> = {
  name: 'take back while the backend is asked',
  weight: 3,
  details: fc.record({
    wish: wishes.filter(({ kind }) => kind === 'sale' || kind === 'refund'),
    goods: fc.array(someGoods, { minLength: 1, maxLength: 2 }),
    tag: anyTag,
    by: fc.constantFrom('cancel' as const, 'stop' as const, 'nobody' as const),
  }),
  isPossible: ({ work, isOnline, isBackendUp }) => !work && isOnline && isBackendUp,
  run: async (model, real, { wish, goods, tag, by }) => {
    const { reservation } = model;
    model.reservation = 'waits';
    real.backend.reservation = 'waits';
    await serve.run(model, real, {
      wish,
      goods,
      firstTagOnly: true,
      tag,
      how: { kind: 'hold' },
    });
    const isAsked = model.work?.phase === 'reserving';
    if (isAsked !== real.backend.isWaitedFor) throw new Error(`the backend is asked: ${real.backend.isWaitedFor}`);
    model.reservation = reservation;
    real.backend.reservation = reservation;
    if (isAsked) await answerAfter(model, real, by);
  },
};

async function answerAfter(model: TillModel, real: World, by: 'cancel' | 'stop' | 'nobody'): Promise<void> {
  const { till } = real.till;
  if (by === 'nobody') {
    model.goOnHeld();
    real.backend.letGo();
  } else if (by === 'cancel') {
    expectCode(model.cancel(), await codeOf(real, (operations) => operations.cancel({})));
    real.backend.letGo();
  } else {
    model.interrupt();
    const stopped = till.stop();
    real.backend.letGo();
    await stopped;
    model.restart();
    await real.restart();
    await logInAgain(model, real);
  }
}

export const showingCommands = [
  anyOf(serve),
  anyOf(serveAtEdge),
  anyOf(begin),
  anyOf(show),
  anyOf(showAgain),
  anyOf(remove),
  anyOf(takeBack),
];
export const showingKinds = { serve, begin, show, showAgain, takeBack };
