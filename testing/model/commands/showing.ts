import fc from 'fast-check';
import { tearPoints } from '../../../contract/ipc/simulator.ts';
import { pins } from '../../till/staff.ts';
import type { Wish } from '../model-words.ts';
import { anyOf, type CommandKind } from '../session-command.ts';
import type { TillModel } from '../till-model.ts';
import type { World } from '../world.ts';
import { callOf, wishes } from './wishes.ts';

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
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('tear' as const),
      writeNumber: fc.integer({ min: 1, max: 20 }),
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
export const showings = fc.oneof({ weight: 3, arbitrary: hold }, { weight: 1, arbitrary: mishap });

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
      return model.takeOver(tag, await real.tear(tag, how.writeNumber, how.point));
    case 'reader-dies':
      return model.takeOver(tag, await real.loseReader(tag, how.atQuestion));
    case 'till-dies':
      model.takeOverKilled(tag, await real.killAtQuestion(tag, { atCommand: how.atQuestion, point: how.point }));
      return logInAgain(model, real);
    case 'till-dies-after-commit':
      model.takeOverKilled(tag, await real.killAtStep(tag, how.atStep));
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

const serve: CommandKind<{ wish: Wish; firstTagOnly: boolean; tag: number; how: Showing }> = {
  name: 'serve',
  weight: 24,
  details: fc.record({ wish: wishes, firstTagOnly: fc.boolean(), tag: anyTag, how: showings }),
  isPossible: ({ work }) => !work,
  run: async (model, real, { wish, firstTagOnly, tag, how }) => {
    await takeAway(model, real);
    const refused = model.begin(wish, firstTagOnly);
    await real.start(callOf(wish, firstTagOnly));
    if (refused === null) await showTag(model, real, tag, how);
  },
};

const begin: CommandKind<{ wish: Wish; firstTagOnly: boolean }> = {
  name: 'begin',
  weight: 4,
  details: fc.record({ wish: wishes, firstTagOnly: fc.boolean() }),
  isPossible: ({ work }) => !work,
  run: async (model, real, { wish, firstTagOnly }) => {
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

export const showingCommands = [anyOf(serve), anyOf(begin), anyOf(show), anyOf(showAgain), anyOf(remove)];
export const showingKinds = { serve, begin, show, showAgain, remove };
