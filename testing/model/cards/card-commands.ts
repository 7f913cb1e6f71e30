import fc from 'fast-check';
import { type PaymentStatus, paymentStatuses } from '../../../contract/wire/payment.ts';
import { type Showing, showings } from '../commands/showing.ts';
import { judged, type KindOf } from '../session-command.ts';
import type { Call, World } from '../world.ts';
import { type CardDay, cardDisagreements } from './card-agreement.ts';

export type CardCommand = fc.AsyncCommand<CardDay, World>;

const amounts = fc.oneof(fc.integer({ min: 501, max: 6_000 }), fc.constantFrom(500, 20_000, 19_000));
const tags = fc.constantFrom(0, 0, 1);

const topUpByCard = (amountMinor: number): Call => {
  return (till) => till.topUp({ firstTagOnly: false, amountMinor, method: 'card' });
};

/** A tag is laid on the reader, and perhaps something goes wrong meanwhile; it stays where it was not torn off. */
async function show(real: World, tag: number, how: Showing): Promise<void> {
  switch (how.kind) {
    case 'hold':
      return real.hand({ kind: 'hold', tagId: real.tagId(tag) });
    case 'tear':
      return void (await real.tear(tag, how.writeNumber, how.point));
    case 'reader-dies':
      return void (await real.loseReader(tag, how.atQuestion));
    case 'till-dies':
      return void (await real.killAtQuestion(tag, { atCommand: how.atQuestion, point: how.point }));
    case 'till-dies-after-commit':
      return void (await real.killAtStep(tag, how.atStep));
  }
}

const topUp: KindOf<CardDay, { amountMinor: number; tag: number; how: Showing | null }> = {
  name: 'card top-up',
  weight: 10,
  details: fc.record({ amountMinor: amounts, tag: tags, how: fc.option(showings, { freq: 8 }) }),
  run: async (_, real, { amountMinor, tag, how }) => {
    await real.hand({ kind: 'remove' });
    await real.begin(topUpByCard(amountMinor));
    if (how) await show(real, tag, how);
  },
};

const finish: KindOf<CardDay, { tag: number; how: Showing | null }> = {
  name: 'finish payment',
  weight: 5,
  details: fc.record({ tag: tags, how: fc.option(showings, { freq: 8 }) }),
  run: async (_, real, { tag, how }) => {
    await real.begin((till) => till.finishPayment({ firstTagOnly: false }));
    if (how) await show(real, tag, how);
  },
};

const showTag: KindOf<CardDay, { tag: number; how: Showing }> = {
  name: 'show',
  weight: 6,
  details: fc.record({ tag: tags, how: showings }),
  run: (_, real, { tag, how }) => show(real, tag, how),
};

const sale: KindOf<CardDay, { tag: number; amountMinor: number }> = {
  name: 'sale',
  weight: 2,
  details: fc.record({ tag: tags, amountMinor: fc.integer({ min: 1, max: 3_000 }) }),
  run: async (_, real, { tag, amountMinor }) => {
    await real.begin(async (till) => {
      await till.clearCart({});
      await till.addAmountToCart({ amountMinor });
      return till.sell({ firstTagOnly: true });
    });
    await show(real, tag, { kind: 'hold' });
  },
};

/** What the cashier and the world do that needs no more to be said. */
const deeds = ['void', 'payments', 'remove', 'cancel', 'dismiss', 'stop', 'kill', 'replicate'] as const;
const deed: KindOf<CardDay, (typeof deeds)[number]> = {
  name: 'deed',
  weight: 8,
  details: fc.constantFrom(...deeds),
  run: async (_, real, what) => {
    const { operations } = real.till.till;
    switch (what) {
      case 'void':
        return real.begin((till) => till.voidPayment({}));
      case 'payments':
        return void (await operations.payments({}));
      case 'remove':
        return real.hand({ kind: 'remove' });
      case 'cancel':
        return void (await operations.cancel({}));
      case 'dismiss':
        return void (await operations.dismiss({}));
      case 'stop':
        return real.restart();
      case 'kill':
        return void (await real.kill(null));
      case 'replicate':
        return void (await operations.replicate({ untilEmpty: false, timeoutMs: 60_000 }));
    }
  },
};

const wait: KindOf<CardDay, number> = {
  name: 'wait seconds',
  weight: 5,
  details: fc.constantFrom(3, 31, 61, 135),
  run: async (_, real, seconds) => {
    // The pauses between two questions end one by one, and each question is on a real socket.
    for (let left = seconds; left > 0; left -= 5) await real.wait(Math.min(left, 5) * 1_000);
  },
};

/** What the provider says from now on; the last word stays. */
const says: KindOf<CardDay, readonly PaymentStatus[]> = {
  name: 'the provider says',
  weight: 6,
  details: fc.array(fc.constantFrom(...paymentStatuses, 'approved' as const), { minLength: 1, maxLength: 3 }),
  run: async (day, _, script) => {
    day.provider.script = [...script];
  },
};

const voids: KindOf<CardDay, PaymentStatus | null> = {
  name: 'asked for the money back it says',
  weight: 2,
  details: fc.option(fc.constantFrom('approved' as const, 'pending' as const, 'unknown' as const), { freq: 1 }),
  run: async (day, _, status) => {
    day.provider.voidStatus = status;
  },
};

const line: KindOf<CardDay, boolean> = {
  name: 'backend is up',
  weight: 2,
  details: fc.boolean(),
  run: async (_, real, isUp) => {
    real.backend.isUp = isUp;
  },
};

const elsewhere: KindOf<CardDay, { tag: number; amountMinor: number }> = {
  name: 'elsewhere',
  weight: 2,
  details: fc.record({ tag: tags, amountMinor: fc.integer({ min: 501, max: 20_000 }) }),
  run: async (day, real, { tag, amountMinor }) => {
    const ending = await real.elsewhere(tag, (till) => till.topUp({ firstTagOnly: true, amountMinor, method: 'cash' }));
    if (ending.result === 'committed') day.bookElsewhere(tag, amountMinor - 500);
  },
};

const corrupt: KindOf<CardDay, number> = {
  name: 'corrupt',
  weight: 0,
  details: fc.constantFrom(0, 1),
  run: async (_, real, tag) => {
    await real.hand({ kind: 'corrupt', tagId: real.tagId(tag) });
  },
};

/** While the provider is asked for the first time, it is taken back. */
const takeBack: KindOf<CardDay, { tag: number; by: 'cancel' | 'stop' }> = {
  name: 'taken back while the provider is asked',
  weight: 2,
  details: fc.record({ tag: tags, by: fc.constantFrom('cancel' as const, 'stop' as const) }),
  run: async (_, real, { tag, by }) => {
    real.backend.isProviderSlow = true;
    await topUp.run(_, real, { amountMinor: 2_000, tag, how: { kind: 'hold' } });
    real.backend.isProviderSlow = false;
    const { till } = real.till;
    const done = by === 'cancel' ? till.operations.cancel({}) : till.stop();
    real.backend.letGo();
    await done;
    if (by === 'stop') await real.restart();
  },
};

function cardCommandOf<Details>(kind: KindOf<CardDay, Details>, details: Details): CardCommand {
  return judged(cardDisagreements, kind, details);
}

const anyOf = <Details>(kind: KindOf<CardDay, Details>) => ({
  name: kind.name,
  weight: kind.weight,
  arbitrary: kind.details.map((details) => cardCommandOf(kind, details)),
});

export const cardCommand: fc.Arbitrary<CardCommand> = fc.oneof(
  ...[anyOf(topUp), anyOf(finish), anyOf(showTag), anyOf(sale), anyOf(deed), anyOf(wait), anyOf(says), anyOf(voids)],
  ...[anyOf(line), anyOf(elsewhere), anyOf(takeBack)],
);

const tornEarly: Showing = { kind: 'tear', writeNumber: 1, point: 'before' };
const tornLate = (writeNumber: number): Showing => ({ kind: 'tear', writeNumber, point: 'after' });
const held: Showing = { kind: 'hold' };
/** The MIFARE Classic tag: its slots take four writes at most. */
const tag = 1;
const did = (what: (typeof deeds)[number]) => cardCommandOf(deed, what);
const passed = (seconds: number) => cardCommandOf(wait, seconds);
const said = (...script: readonly PaymentStatus[]) => cardCommandOf(says, script);
const pay = (how: Showing | null, amountMinor = 2_000) => cardCommandOf(topUp, { amountMinor, tag, how });
const again = (how: Showing) => cardCommandOf(showTag, { tag, how });
const finished = (how: Showing | null) => cardCommandOf(finish, { tag, how });
const givesBack = (status: PaymentStatus | null) => cardCommandOf(voids, status);
const away = cardCommandOf(elsewhere, { tag, amountMinor: 2_000 });
const full = cardCommandOf(elsewhere, { tag, amountMinor: 20_000 });
const back = (by: 'cancel' | 'stop') => cardCommandOf(takeBack, { tag, by });
/** Paid, and the tag has left meanwhile. */
const paidAndAway = [said('pending', 'approved'), pay(held), did('remove'), passed(3)];
const tornOften = Array.from({ length: 4 }, () => again(tornEarly));

/** Every step of the chart, so that none depends on chance. */
export const directedCardSessions: readonly { readonly name: string; readonly commands: readonly CardCommand[] }[] = [
  {
    name: 'no tag: taken back, waited for, stopped',
    commands: [pay(null), did('cancel'), pay(null), passed(61), pay(null), did('stop')],
  },
  { name: 'denied before the card is asked', commands: [full, pay(held, 20_000)] },
  { name: 'taken back before the card is asked', commands: [back('cancel'), back('stop')] },
  { name: 'approved', commands: [pay(held)] },
  { name: 'declined', commands: [said('declined'), pay(held)] },
  { name: 'voided by the provider', commands: [said('voided'), pay(held)] },
  {
    name: 'pending for too long, then approved',
    commands: [said('pending'), pay(held), passed(135), said('approved'), finished(held)],
  },
  {
    name: 'unknown for too long, then declined',
    commands: [said('unknown'), pay(held), passed(135), said('declined'), finished(held)],
  },
  { name: 'taken back while it is pending', commands: [said('pending'), pay(held), did('cancel')] },
  {
    name: 'stopped while it is pending, then voided',
    commands: [said('pending'), pay(held), did('stop'), did('void')],
  },
  {
    name: 'taken back, and declined meanwhile',
    commands: [said('pending', 'declined'), pay(held), did('remove'), did('cancel'), did('void')],
  },
  { name: 'paid, the tag away: taken back', commands: [...paidAndAway, did('cancel'), finished(held)] },
  { name: 'paid, the tag away: stopped', commands: [...paidAndAway, did('stop'), finished(held)] },
  { name: 'paid, the tag away: waited for', commands: [...paidAndAway, passed(61), finished(held)] },
  {
    name: 'paid, and the tag is full now',
    commands: [said('pending', 'approved'), pay(held, 19_000), full, passed(3), again(held)],
  },
  { name: 'given back too late', commands: [...paidAndAway, did('cancel'), givesBack('approved'), did('void')] },
  {
    name: 'given back, nobody knows',
    commands: [...paidAndAway, did('cancel'), givesBack('pending'), said('pending'), did('void'), passed(31)],
  },
  {
    name: 'given back, not known to anybody',
    commands: [...paidAndAway, did('cancel'), givesBack('unknown'), said('unknown'), did('void'), passed(31)],
  },
  {
    name: 'stopped while it is given back',
    commands: [...paidAndAway, did('cancel'), givesBack('pending'), did('void'), did('stop')],
  },
  {
    name: 'declined when it is given back',
    commands: [said('unknown'), pay(held), passed(135), said('declined'), givesBack('pending'), did('void'), passed(3)],
  },
  { name: 'torn, written again', commands: [pay(tornEarly), again(held)] },
  ...[2, 3, 4].flatMap((writeNumber) => [
    { name: `torn after write ${writeNumber}`, commands: [pay(tornLate(writeNumber)), again(held)] },
    {
      name: `unknown after write ${writeNumber}`,
      commands: [pay(tornLate(writeNumber)), did('stop'), cardCommandOf(sale, { tag, amountMinor: 100 })],
    },
  ]),
  {
    name: 'torn, not shown again',
    commands: [pay(tornEarly), passed(31), cardCommandOf(sale, { tag, amountMinor: 100 })],
  },
  { name: 'torn, damaged', commands: [pay(tornEarly), cardCommandOf(corrupt, tag), again(held)] },
  { name: 'torn too often, given back', commands: [pay(tornEarly), ...tornOften, again(held)] },
  { name: 'used elsewhere, given back', commands: [pay(tornEarly), away, again(held)] },
  { name: 'used elsewhere, given back too late', commands: [givesBack('approved'), pay(tornEarly), away, again(held)] },
  {
    name: 'used elsewhere, nobody knows',
    commands: [givesBack('pending'), pay(tornEarly), away, said('pending'), again(held), passed(31)],
  },
  {
    name: 'used elsewhere, nobody knows at all',
    commands: [givesBack('unknown'), pay(tornEarly), away, said('unknown'), again(held), passed(31)],
  },
  {
    name: 'used elsewhere, stopped meanwhile',
    commands: [givesBack('pending'), pay(tornEarly), away, again(held), did('stop')],
  },
];
