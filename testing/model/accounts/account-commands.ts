import fc from 'fast-check';
import { type BatchFate, batchFates } from '../model-backend.ts';
import { judged, type KindOf } from '../session-command.ts';
import type { Call, World } from '../world.ts';
import { accountDisagreements } from './account-agreement.ts';
import { type AccountCharge, type AccountModel, type AccountWish, cake, canteenRules } from './account-model.ts';
import { CanteenLedger } from './canteen-ledger.ts';

export type AccountCommand = fc.AsyncCommand<AccountModel, World>;

/** Beyond the limits offline, within them, and around them. */
const amounts = fc.oneof(
  { weight: 4, arbitrary: fc.integer({ min: 1, max: 1_500 }) },
  { weight: 1, arbitrary: fc.constantFrom(1, 300, 301, 2_500, 2_501, 4_000, 15_000) },
);
const topUps = fc.oneof(fc.integer({ min: 1, max: 5_000 }), fc.constantFrom(20_000, 15_000));
const tags = fc.constantFrom(0, 0, 1);

const wishes: fc.Arbitrary<AccountWish> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ kind: fc.constant('sale' as const), amountMinor: amounts }) },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('top-up' as const), amountMinor: topUps }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('refund' as const), amountMinor: fc.option(amounts, { freq: 1 }) }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'chargeback' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'balance' as const }) },
);

const warningEnds = ['acknowledge', 'cancel', 'wait', 'stop'] as const;
type WarningEnd = (typeof warningEnds)[number];

/** A sale of exactly what a rule allows, one unit less, or one more. */
interface EdgeSale {
  readonly rule: 'funds' | 'tag limit' | 'till limit';
  readonly more: -1 | 0 | 1;
}
const edgeSales: fc.Arbitrary<EdgeSale> = fc.record({
  rule: fc.constantFrom('funds' as const, 'funds' as const, 'tag limit' as const, 'till limit' as const),
  more: fc.constantFrom(-1 as const, 0 as const, 1 as const),
});

/** As the till knows the account now; what it learns when the tag is shown may be something else. */
function edgeAmountMinor(model: AccountModel, tag: number, { rule, more }: EdgeSale): number {
  const { overdraftMinor, offlinePerTagMinor, offlinePerTillMinor } = canteenRules;
  const allowedMinor = {
    funds: (model.known(tag)?.freeMinor ?? 0) + overdraftMinor,
    'tag limit': offlinePerTagMinor - model.exposureMinor(tag),
    'till limit': offlinePerTillMinor - model.exposureMinor(null),
  }[rule];
  return Math.min(15_000, Math.max(1, allowedMinor + more));
}

function callOf(wish: AccountWish): Call {
  const request = { firstTagOnly: true };
  switch (wish.kind) {
    case 'sale':
      return async (till) => {
        await till.clearCart({});
        await till.addAmountToCart({ amountMinor: wish.amountMinor });
        return till.sell(request);
      };
    case 'top-up':
      return (till) => till.topUp({ ...request, amountMinor: wish.amountMinor, method: 'cash' });
    case 'refund':
      return (till) => till.refund({ ...request, amountMinor: wish.amountMinor });
    case 'chargeback':
      return (till) => till.chargeback({ ...request, terminalTransactionNumber: null, lines: null });
    case 'balance':
      return (till) => till.balance(request);
  }
}

/** Brings what the till knows up to date, as far as the network allows. */
function refresh(model: AccountModel, tag: number): void {
  if (model.isOnline === false) return;
  if (!model.isBackendUp) {
    const isSomethingToSend = model.rows.some(({ isAcknowledged }) => !isAcknowledged);
    if (model.isOnline === null || isSomethingToSend) model.isOnline = false;
    return;
  }
  model.isOnline = true;
  model.acknowledge();
  const balanceMinor = model.trueMinor[tag] ?? 0;
  model.tell(tag, balanceMinor, balanceMinor - (model.heldByOthersMinor[tag] ?? 0));
}

/** A tag is shown, and nothing goes wrong. */
function serveModel(model: AccountModel, wish: AccountWish, tag: number): void {
  refresh(model, tag);
  if (wish.kind === 'balance') {
    if (model.known(tag)) model.end('done', null);
    else model.end('refused', 'BALANCE_UNKNOWN');
    return;
  }
  const charge = model.chargeOf(wish, tag);
  if (typeof charge === 'string') {
    model.end('refused', charge);
    return;
  }
  bookModel(model, charge, tag, wish.kind === 'sale' || wish.kind === 'refund');
}

/** A number is drawn, and the backend or the till itself decides. */
function bookModel(model: AccountModel, charge: AccountCharge, tag: number, isHeldFirst: boolean): void {
  const row = model.open(tag, charge);
  const isAnswered = isHeldFirst && model.isOnline === true && model.isBackendUp && model.reservation !== 'no-answer';
  const freeMinor = model.known(tag)?.freeMinor ?? 0;
  const refusedByBackend = -charge.deltaMinor > freeMinor ? 'INSUFFICIENT_FUNDS' : null;
  const denied = isAnswered ? refusedByBackend : model.deniedOnOwnWord(tag, charge.deltaMinor);
  row.isReserved = isAnswered && !denied;
  if (denied) {
    row.state = 'Aborted';
    model.end('aborted', denied);
  } else {
    model.commit(row);
    model.end('committed', null);
  }
}

const serve: KindOf<AccountModel, { wish: AccountWish; tag: number }> = {
  name: 'serve',
  weight: 20,
  details: fc.record({ wish: wishes, tag: tags }),
  run: async (model, real, { wish, tag }) => {
    await real.start(callOf(wish));
    await real.hand({ kind: 'hold', tagId: real.tagId(tag) });
    await real.hand({ kind: 'remove' });
    serveModel(model, wish, tag);
  },
};

const serveAtEdge: KindOf<AccountModel, { edge: EdgeSale; tag: number }> = {
  name: 'serve at the edge',
  weight: 8,
  details: fc.record({ edge: edgeSales, tag: tags }),
  run: (model, real, { edge, tag }) =>
    serve.run(model, real, { wish: { kind: 'sale', amountMinor: edgeAmountMinor(model, tag, edge) }, tag }),
};

/** Killed right after a commit: nothing was written to a tag, so that whatever had begun is aborted (3.2). */
const killAfterCommit: KindOf<AccountModel, { wish: AccountWish; tag: number; atStep: number }> = {
  name: 'killed after a commit',
  weight: 4,
  details: fc.record({
    wish: wishes.filter(({ kind }) => kind !== 'balance'),
    tag: tags,
    atStep: fc.integer({ min: 1, max: 4 }),
  }),
  run: async (model, real, { wish, tag, atStep }) => {
    if (wish.kind === 'balance') throw new Error('a look commits nothing');
    await real.start(callOf(wish));
    const { rows } = await real.killAtStep(tag, atStep);
    refresh(model, tag);
    if (rows.length > model.rows.length) {
      const charge = model.chargeOf(wish, tag);
      if (typeof charge === 'string') throw new Error(`a number was drawn although ${charge}`);
      const row = model.open(tag, charge);
      const found = rows.at(-1)?.state;
      if (found === 'Committed') {
        row.isReserved = isReservedInDatabase(real, row.number);
        model.commit(row);
      } else row.state = 'Aborted';
    }
    model.restart();
  },
};

function isReservedInDatabase({ till }: World, number: number): boolean {
  const row = till.database.prepare('SELECT is_reserved FROM txn WHERE terminal_transaction_number = ?');
  return row.pluck().get(number) === 1;
}

/** A tag is waited for, and does not come. */
const nobody: KindOf<AccountModel, { wish: AccountWish; by: 'cancel' | 'wait' | 'stop' }> = {
  name: 'nobody comes',
  weight: 3,
  details: fc.record({
    wish: wishes,
    by: fc.constantFrom('cancel' as const, 'wait' as const, 'stop' as const),
  }),
  run: async (model, real, { wish, by }) => {
    await real.start(callOf(wish));
    if (by === 'stop') {
      await real.restart();
      model.restart();
    } else if (by === 'wait') {
      await real.wait(61_000);
      model.end('refused', 'TAG_NOT_SHOWN');
    } else {
      await real.till.till.operations.cancel({});
      model.end('refused', 'CANCELLED');
    }
  },
};

/** The member of the second tag may not have what is in the cake: nothing is booked before somebody knows. */
const warn: KindOf<AccountModel, WarningEnd> = {
  name: 'an allergy',
  weight: 3,
  details: fc.constantFrom(...warningEnds),
  isPossible: ({ isOnline, isBackendUp }) => isOnline === true && isBackendUp,
  run: async (model, real, by) => {
    const tag = 1;
    await real.start(async (till) => {
      await till.clearCart({});
      await till.addToCart({ productId: cake.productId, quantity: 1 });
      return till.sell({ firstTagOnly: false });
    });
    await real.hand({ kind: 'hold', tagId: real.tagId(tag) });
    refresh(model, tag);
    await real.hand({ kind: 'remove' });
    if (real.till.screen.screen !== 'allergens') throw new Error(`nobody was warned: ${real.till.screen.screen}`);
    switch (by) {
      case 'acknowledge':
        await real.till.till.operations.acknowledgeAllergens({});
        await real.quiet();
        return bookModel(model, { type: 'Purchase', deltaMinor: -cake.priceMinor, reference: null }, tag, true);
      case 'cancel':
        await real.till.till.operations.cancel({});
        return model.end('refused', 'CANCELLED');
      case 'wait':
        await real.wait(61_000);
        return model.end('refused', 'ALLERGENS_UNCONFIRMED');
      case 'stop':
        await real.restart();
        return model.restart();
    }
  },
};

/** While the backend is asked to hold the amount, it is taken back (Q51). */
const takeBack: KindOf<AccountModel, { amountMinor: number; tag: number; by: 'cancel' | 'stop' }> = {
  name: 'taken back while the backend is asked',
  weight: 3,
  details: fc.record({ amountMinor: amounts, tag: tags, by: fc.constantFrom('cancel' as const, 'stop' as const) }),
  isPossible: ({ isOnline, isBackendUp }) => isOnline === true && isBackendUp,
  run: async (model, real, { amountMinor, tag, by }) => {
    const { backend } = real;
    backend.reservation = 'waits';
    await real.start(callOf({ kind: 'sale', amountMinor }));
    await real.hand({ kind: 'hold', tagId: real.tagId(tag) });
    if (!backend.isWaitedFor) throw new Error('the backend was not asked to hold the amount');
    backend.reservation = model.reservation;
    refresh(model, tag);
    const row = model.open(tag, { type: 'Purchase', deltaMinor: -amountMinor, reference: null });
    row.state = 'Aborted';
    const done = by === 'cancel' ? real.till.till.operations.cancel({}) : real.till.till.stop();
    backend.letGo();
    await done;
    await real.hand({ kind: 'remove' });
    if (by === 'cancel') model.end('aborted', 'CANCELLED');
    else {
      await real.restart();
      model.restart();
    }
  },
};

const replicate: KindOf<AccountModel, BatchFate> = {
  name: 'replicate',
  weight: 5,
  details: fc
    .oneof({ weight: 3, arbitrary: fc.constant('accepted' as const) }, fc.constantFrom(...batchFates))
    .filter((fate) => fate !== 'rejected'),
  run: async (model, real, fate) => {
    const { backend, till } = real;
    backend.fate = fate;
    const answer = await till.till.operations.replicate({ untilEmpty: false, timeoutMs: 60_000 });
    backend.fate = 'accepted';
    if (!answer.ok) throw new Error(answer.fault.code);
    const { state } = till.view.uplink;
    model.isOnline = state === 'unknown' ? null : state === 'online';
    if (answer.value.unsentCount === 0) model.acknowledge();
    else if (model.isBackendUp && fate === 'accepted') throw new Error(`${answer.value.unsentCount} are unsent`);
  },
};

const goDown: KindOf<AccountModel, boolean> = {
  name: 'backend is up',
  weight: 4,
  details: fc.boolean(),
  run: async (model, real, isUp) => {
    real.backend.isUp = isUp;
    model.isBackendUp = isUp;
  },
};

const answerReservations: KindOf<AccountModel, 'held' | 'no-answer'> = {
  name: 'reservations are',
  weight: 1,
  details: fc.constantFrom('held' as const, 'held' as const, 'no-answer' as const),
  run: async (model, real, reservation) => {
    real.backend.reservation = reservation;
    model.reservation = reservation;
  },
};

/** Somebody else pays with the account, pays into it, or holds a part of it. */
const elsewhere: KindOf<AccountModel, { tag: number; deltaMinor: number; heldMinor: number }> = {
  name: 'elsewhere',
  weight: 4,
  details: fc.record({
    tag: tags,
    deltaMinor: fc.integer({ min: -1_000, max: 4_000 }),
    heldMinor: fc.integer({ min: 0, max: 500 }),
  }),
  run: async (model, real, { tag, deltaMinor, heldMinor }) => {
    const { ledger } = real.backend;
    if (!(ledger instanceof CanteenLedger)) throw new Error('this backend keeps no accounts');
    ledger.add(real.uid(tag), deltaMinor);
    ledger.holds.set(-1 - tag, { uid: real.uid(tag), amountMinor: heldMinor });
    model.trueMinor[tag] = (model.trueMinor[tag] ?? 0) + deltaMinor;
    model.heldByOthersMinor[tag] = heldMinor;
  },
};

const kill: KindOf<AccountModel, null> = {
  name: 'kill',
  weight: 1,
  details: fc.constant(null),
  run: async (model, real) => {
    await real.kill(null);
    model.restart();
  },
};

const anyOf = <Details>(kind: KindOf<AccountModel, Details>) => ({
  name: kind.name,
  weight: kind.weight,
  arbitrary: kind.details.map((details) => accountCommandOf(kind, details)),
});

function accountCommandOf<Details>(kind: KindOf<AccountModel, Details>, details: Details): AccountCommand {
  return judged(accountDisagreements, kind, details);
}

export const accountCommand: fc.Arbitrary<AccountCommand> = fc.oneof(
  anyOf(serve),
  anyOf(serveAtEdge),
  anyOf(killAfterCommit),
  anyOf(nobody),
  anyOf(warn),
  anyOf(takeBack),
  anyOf(replicate),
  anyOf(goDown),
  anyOf(answerReservations),
  anyOf(elsewhere),
  anyOf(kill),
);

const online = accountCommandOf(replicate, 'accepted');
const topUp = accountCommandOf(serve, { wish: { kind: 'top-up', amountMinor: 5_000 }, tag: 0 });
const sale = (amountMinor: number) => accountCommandOf(serve, { wish: { kind: 'sale', amountMinor }, tag: 0 });
const waiting = (by: 'cancel' | 'wait' | 'stop') =>
  accountCommandOf(nobody, { wish: { kind: 'sale', amountMinor: 100 }, by });
const takenBack = (by: 'cancel' | 'stop') => accountCommandOf(takeBack, { amountMinor: 100, tag: 0, by });
const down = accountCommandOf(goDown, false);
const warnings = warningEnds.map((by) => accountCommandOf(warn, by));

/** One session with every step of the chart, so that none depends on chance. */
export const wholeAccountSession: readonly AccountCommand[] = [
  ...[online, topUp, sale(600), sale(20_000 - 6_000), waiting('cancel'), waiting('wait'), takenBack('cancel')],
  ...[down, sale(500), sale(500), sale(2_600), sale(9_000), waiting('stop')],
  ...[accountCommandOf(goDown, true), online],
  ...warnings.flatMap((warning) => [online, warning]),
  ...[online, takenBack('stop')],
];
