import { backendKinds } from './commands/backend.ts';
import { deskKinds } from './commands/desk.ts';
import type { Goods } from './commands/goods.ts';
import { mishapKinds } from './commands/mishaps.ts';
import { type Showing, showingKinds } from './commands/showing.ts';
import type { Wish } from './model-words.ts';
import { commandOf, type SessionCommand, writtenDown } from './session-command.ts';

/** A session that is written down, because chance seldom plays it. */
export interface DirectedSession {
  readonly name: string;
  readonly commands: readonly SessionCommand[];
}

/** The MIFARE Classic tag of the sessions: its slots take four writes at most. */
const tag = 1;
const hold: Showing = { kind: 'hold' };
const tornEarly: Showing = { kind: 'tear', writeNumber: 1, point: 'before' };
const tornAfter = (writeNumber: number): Showing => ({ kind: 'tear', writeNumber, point: 'after' });

const { cancel, dismiss, wait, login, logout, approve, openShift, closeShift, giveCashBack, disturb } = deskKinds;
const { restart, elsewhere, corrupt } = mishapKinds;
const { replicate, evidence, answerReservations, restore, bookAdjustment } = backendKinds;

const beers = [{ productId: 'beer', quantity: 2 }] as const;
const twice = [
  { productId: null, amountMinor: 600 },
  { productId: null, amountMinor: 600 },
] as const;
const tooMuch = [{ productId: null, amountMinor: 12_000 }] as const;
const serve = (wish: Wish, how: Showing, goods: readonly Goods[] = beers) =>
  writtenDown(showingKinds.serve, { wish, goods, firstTagOnly: false, tag, how });
const showAgain = (how: Showing) => writtenDown(showingKinds.showAgain, how);
const begin = (wish: Wish) => writtenDown(showingKinds.begin, { wish, goods: beers, firstTagOnly: false });
const once = { cancel: writtenDown(cancel, null), dismiss: writtenDown(dismiss, null), wait: writtenDown(wait, null) };
const stop = writtenDown(restart, null);
const topUpElsewhere = writtenDown(elsewhere, { tag, amountMinor: 2_000, isSale: false });
const adjust = (amountMinor: number) => writtenDown(bookAdjustment, { tag, amountMinor, setBlocked: null });
const online = writtenDown(replicate, 'accepted');
const look: SessionCommand = serve({ kind: 'balance' }, hold);
const beer: SessionCommand = serve({ kind: 'sale', taps: 1 }, hold);
const collect: SessionCommand = serve({ kind: 'adjustment' }, hold);

/** A kind of booking, and what it takes to get there. */
interface Booked {
  readonly name: string;
  readonly wish: Wish;
  readonly before: readonly SessionCommand[];
}

const twoTaps: Wish = { kind: 'sale', taps: 2 };
const bookings: readonly Booked[] = [
  { name: 'sale', wish: { kind: 'sale', taps: 1 }, before: [] },
  { name: 'sale with two taps', wish: twoTaps, before: [] },
  { name: 'top-up', wish: { kind: 'top-up', amountMinor: 2_000 }, before: [] },
  { name: 'refund', wish: { kind: 'refund', amountMinor: 1_000 }, before: [] },
  { name: 'chargeback', wish: { kind: 'chargeback', number: null, lines: null }, before: [beer] },
  { name: 'adjustment', wish: { kind: 'adjustment' }, before: [adjust(700)] },
];

/** The wish is put to the till, and the write to the tag goes as it is said. */
function written(wish: Wish, how: Showing): readonly SessionCommand[] {
  return wish === twoTaps ? [serve(wish, hold), showAgain(how)] : [serve(wish, how)];
}

/** Whatever can become of a write that was cut off, for every kind of booking. */
function writeSessions({ name, wish, before }: Booked): readonly DirectedSession[] {
  const session = (what: string, ...commands: readonly SessionCommand[]): DirectedSession => ({
    name: `${name}: ${what}`,
    commands: [...before, ...commands],
  });
  const torn = written(wish, tornEarly);
  const four = Array.from({ length: 4 }, () => showAgain(tornEarly));
  return [
    session('torn, shown again, written', ...torn, showAgain(hold)),
    session('torn as often as it may be', ...torn, ...four, showAgain(hold)),
    session('torn, and another till writes', ...torn, topUpElsewhere, showAgain(hold)),
    session('torn, and damaged', ...torn, writtenDown(corrupt, tag), showAgain(hold)),
    session('torn, and not shown again', ...torn, once.wait, look),
    session('torn, and given up', ...torn, once.dismiss, look),
    ...[2, 3, 4].flatMap((writeNumber) => [
      session(`torn after write ${writeNumber}`, ...written(wish, tornAfter(writeNumber)), showAgain(hold)),
      session(`unknown after write ${writeNumber}`, ...written(wish, tornAfter(writeNumber)), stop, look),
    ]),
    session('taken back', begin(wish), once.cancel),
    session('no tag', begin(wish), once.wait),
    session('stopped', begin(wish), stop),
  ];
}

const reserving: readonly DirectedSession[] = bookings
  .filter(({ wish }) => wish.kind === 'sale' || wish.kind === 'refund')
  .flatMap(({ name, wish }) => [
    { name: `${name}: held by the backend`, commands: [online, serve(wish, hold)] },
    {
      name: `${name}: refused by the backend`,
      commands: [online, writtenDown(answerReservations, 'TAG_BLOCKED'), serve(wish, hold)],
    },
  ]);

/** Q51: it can all be taken back until the first write command. */
const whileAsked: readonly DirectedSession[] = bookings
  .filter(({ wish }) => wish.kind === 'sale' || wish.kind === 'refund')
  .flatMap(({ name, wish }) =>
    (['cancel', 'stop', 'nobody'] as const).map((by) => ({
      name: `${name}: taken back by ${by} while the backend is asked`,
      commands: [online, writtenDown(showingKinds.takeBack, { wish, goods: beers, tag, by })],
    })),
  );

const denied: readonly DirectedSession[] = [
  { name: 'sale beyond the balance', commands: [serve({ kind: 'sale', taps: 1 }, hold, tooMuch)] },
  { name: 'sale with two taps beyond the balance', commands: [serve(twoTaps, hold, tooMuch)] },
  { name: 'refund beyond the balance', commands: [serve({ kind: 'refund', amountMinor: 12_000 }, hold)] },
  {
    name: 'more than a tag may hold',
    commands: [
      beer,
      adjust(12_000),
      collect,
      adjust(12_000),
      collect,
      serve({ kind: 'top-up', amountMinor: 2_000 }, hold),
      serve({ kind: 'chargeback', number: null, lines: null }, hold),
    ],
  },
  { name: 'more than fits into 32 bits', commands: [adjust(2 ** 31 - 1), collect] },
];

const secondTap: readonly DirectedSession[] = [
  { name: 'second tap: taken back', commands: [serve(twoTaps, hold), once.cancel] },
  { name: 'second tap: not shown', commands: [serve(twoTaps, hold), once.wait] },
  { name: 'second tap: stopped', commands: [serve(twoTaps, hold), stop] },
  { name: 'second tap: used elsewhere', commands: [serve(twoTaps, hold), topUpElsewhere, showAgain(hold)] },
];

/** One line of a sale comes back twice, and goods of one price from different lines (Q15). */
const returns: readonly DirectedSession[] = [
  {
    name: 'two free amounts of one price come back one by one',
    commands: [
      writtenDown(showingKinds.serve, {
        wish: { kind: 'sale', taps: 1 },
        goods: [
          { productId: null, amountMinor: 600 },
          { productId: null, amountMinor: 600 },
        ],
        firstTagOnly: false,
        tag,
        how: hold,
      }),
      serve({ kind: 'chargeback', number: null, lines: [{ line: 1, quantity: 1 }] }, hold),
      serve({ kind: 'chargeback', number: null, lines: [{ line: 2, quantity: 1 }] }, hold),
      serve({ kind: 'chargeback', number: null, lines: null }, hold),
    ],
  },
  {
    name: 'two free amounts of one price come back together',
    commands: [
      serve({ kind: 'sale', taps: 1 }, hold, twice),
      serve({ kind: 'chargeback', number: null, lines: null }, hold),
    ],
  },
  {
    name: 'a line named twice comes back only as often as it was sold',
    commands: [
      beer,
      serve(
        {
          kind: 'chargeback',
          number: null,
          lines: [
            { line: 1, quantity: 2 },
            { line: 1, quantity: 1 },
          ],
        },
        hold,
      ),
      once.cancel,
      serve({ kind: 'chargeback', number: null, lines: null }, hold),
    ],
  },
];

/** Q9: the tag has left for good, and another till has seen what is on it. */
const seenElsewhere: readonly DirectedSession[] = [2, 3, 4].map((writeNumber) => ({
  name: `unknown after write ${writeNumber}, seen by another till`,
  commands: [
    serve({ kind: 'top-up', amountMinor: 2_000 }, tornAfter(writeNumber)),
    once.dismiss,
    commandOf(evidence, tag),
    serve({ kind: 'top-up', amountMinor: 2_000 }, hold),
    serve({ kind: 'top-up', amountMinor: 2_000 }, hold),
  ],
}));

const refund = serve({ kind: 'refund', amountMinor: 1_000 }, hold);
const anna = writtenDown(login, 'anna');
const sue = writtenDown(login, 'sue');

const staff: readonly DirectedSession[] = [
  {
    name: 'a supervisor confirms one refund of a cashier',
    commands: [anna, refund, writtenDown(approve, 'anna'), refund, writtenDown(approve, 'sue'), refund, refund],
  },
  {
    name: 'nothing is sold without somebody and a shift',
    commands: [
      ...[writtenDown(logout, null), beer, sue, writtenDown(closeShift, 20_000), beer],
      ...[writtenDown(openShift, 1_000), writtenDown(openShift, 1_000), beer, writtenDown(closeShift, 1_000)],
    ],
  },
  {
    name: 'nothing else begins while a tag is waited for',
    commands: [begin({ kind: 'top-up', amountMinor: 2_000 }), writtenDown(disturb, null), once.cancel],
  },
  {
    name: 'the cash of an aborted top-up is given back once',
    commands: [
      ...written({ kind: 'top-up', amountMinor: 2_000 }, tornEarly),
      ...[topUpElsewhere, showAgain(hold), writtenDown(giveCashBack, 3), writtenDown(giveCashBack, 3)],
    ],
  },
];

const restoredBackend: readonly DirectedSession[] = [true, false].map((isTillRestarted) => ({
  name: `the backend has lost entries, the till ${isTillRestarted ? 'starts' : 'goes on'}`,
  commands: [beer, online, writtenDown(restore, { lostCount: 3, isTillRestarted }), beer, online],
}));

const issuing: readonly DirectedSession[] = [
  { name: 'issue: stopped', commands: [begin({ kind: 'issue' }), stop] },
  { name: 'issue: taken back', commands: [begin({ kind: 'issue' }), once.cancel] },
  { name: 'issue: no tag', commands: [begin({ kind: 'issue' }), once.wait] },
  { name: 'repair: cut off', commands: [writtenDown(corrupt, tag), writtenDown(mishapKinds.repairCutOff, tag)] },
  ...[tornEarly, tornAfter(7), tornAfter(8), tornAfter(20)].map((how, index) => ({
    name: `issue: torn ${index}`,
    commands: [
      writtenDown(showingKinds.serve, {
        wish: { kind: 'issue' as const },
        goods: [],
        firstTagOnly: false,
        tag: 2,
        how,
      }),
      writtenDown(showingKinds.show, { tag: 2, how: hold }),
    ],
  })),
];

export const directedSessions: readonly DirectedSession[] = [
  ...bookings.flatMap(writeSessions),
  ...reserving,
  ...whileAsked,
  ...denied,
  ...secondTap,
  ...returns,
  ...seenElsewhere,
  ...staff,
  ...restoredBackend,
  ...issuing,
];
