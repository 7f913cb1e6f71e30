/**
 * Goal: the till of a canteen: one tap pays for meals and for the rest, each for itself; credit is shown and taken on catering
 * tills alone; a day has its limit and its sessions; nobody is served what they are allergic to unless somebody says that it
 * is known; goods come back only within their session; all of it also without a network.
 * Method: a whole till in this process with emulated tags, against a server on a real socket that keeps accounts and credits.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { MemberLookup } from '../../contract/wire/member-lookup.ts';
import { transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import { accountLimits, assignment, pupil, schoolConfiguration } from '../../testing/till/canteen.ts';
import { CanteenBackend } from '../../testing/till/canteen-backend.ts';
import { lookAtBalance, patient, sell, states, tillsOfTest, topUp, withTag } from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';
import { ManualTime, settled } from '../../testing/till/manual-time.ts';

const tills = tillsOfTest();
const backends: CanteenBackend[] = [];
afterEach(async () => {
  for (const { server } of backends.splice(0)) await server.close();
});

/** Noon on the wall of Zurich: lunch. */
const noon = Date.parse('2026-07-03T10:00:00.000Z');
const minutes = 60_000;

async function school(member: MemberLookup | null = pupil(), cashMinor = 0) {
  const backend = await CanteenBackend.start();
  backends.push(backend);
  const till = tills.open({
    time: new ManualTime(noon),
    assignment: { ...assignment, backendUrl: backend.server.url },
    configuration: { ...schoolConfiguration, accountLimits: { ...accountLimits, offlinePerTagMinor: 2_000 } },
  });
  backend.begin(till.journal.ownSeal());
  const uid = till.uid(0);
  if (member) backend.members.set(uid, member);
  backend.booked.set(uid, cashMinor);
  return { backend, till, uid };
}

async function fill(till: InProcessTill, ...productIds: string[]): Promise<void> {
  await till.till.operations.clearCart({});
  for (const productId of productIds) await till.till.operations.addToCart({ productId, quantity: 1 });
}

/** The cart is paid at one tap of the first tag; as in a window. */
async function serve(till: InProcessTill, ...productIds: string[]) {
  await fill(till, ...productIds);
  return withTag(till, 0, till.till.operations.sell({ firstTagOnly: true }));
}

function payloads(till: InProcessTill) {
  return [...till.journal.lines()]
    .map((line) => JSON.parse(line))
    .filter(({ kind }) => kind === 'transaction')
    .map(({ payload }) => transactionPayloadSchema.parse(payload));
}

async function until(till: InProcessTill, isSo: () => boolean): Promise<void> {
  while (!isSo()) await till.changed();
}

const replicate = (till: InProcessTill) => till.till.operations.replicate({ untilEmpty: false, timeoutMs: 60_000 });
const committed = { ok: true, value: { result: 'committed' } };
const refusal = (result: 'aborted' | 'refused', code: string) => ({ value: { result, step: { error: { code } } } });

describe('R109, Q50: meals and the rest', () => {
  test('one tap, two transactions of one group: credit pays the meal, cash the juice', async () => {
    const { backend, till, uid } = await school(pupil(), 100);
    expect(await serve(till, 'meal', 'juice')).toMatchObject(committed);
    const [meal, rest, ...more] = payloads(till);
    expect(more).toEqual([]);
    expect(meal).toMatchObject({ amountMinor: 250, meal: true, session: 'lunch', state: 'Committed' });
    expect(rest).toMatchObject({ amountMinor: 80, session: 'lunch', state: 'Committed', groupId: meal?.groupId });
    expect(rest?.meal).toBeUndefined();
    expect(meal?.groupId).toMatch(/^[0-9a-f]{32}$/);
    expect(till.screen).toMatchObject({
      ...{ screen: 'done', terminalTransactionNumber: 1, balanceBeforeMinor: 350, tag: { balanceMinor: 20 } },
      account: { cashMinor: 20, creditMinor: 0, toSpendMinor: 20, member: { displayName: 'Mia Keller' } },
      saleParts: [
        { terminalTransactionNumber: 1, isMeal: true, amountMinor: 250, creditMinor: 250 },
        { terminalTransactionNumber: 2, isMeal: false, amountMinor: 80, creditMinor: 0 },
      ],
    });
    await replicate(till);
    expect(backend.account(uid)).toMatchObject({ balanceMinor: 20, creditMinor: 0 });
  });

  test('the receipt is one, whichever of the two it is asked for', async () => {
    const { till } = await school(pupil(), 100);
    await serve(till, 'meal', 'juice');
    for (const terminalTransactionNumber of [1, 2]) {
      const answer = await till.till.operations.receipt({ terminalTransactionNumber, language: 'en', copy: false });
      expect(answer).toMatchObject({
        value: {
          receipt: { terminalTransactionNumber: 1, furtherNumbers: [2], totalMinor: 330 },
          document: { identity: '41-1' },
        },
      });
      const text = JSON.stringify(answer);
      for (const words of ['Meal of the day', 'Juice', '41-1, 41-2']) expect(text).toContain(words);
      expect(answer).toMatchObject({
        value: { receipt: { tag: { balanceBeforeMinor: 350, balanceAfterMinor: 20 } } },
      });
    }
  });

  test('each is held for itself; credit that is left buys no juice, online and offline', async () => {
    const { backend, till, uid } = await school(pupil(), 79);
    expect(await serve(till, 'meal', 'juice')).toMatchObject({
      value: { result: 'aborted', step: { error: { code: 'INSUFFICIENT_FUNDS', details: { missingMinor: 1 } } } },
    });
    expect(states(till)).toEqual(['Aborted', 'Aborted']);
    expect(till.screen).toMatchObject({ screen: 'refused', account: { cashMinor: 79, creditMinor: 250 } });
    await replicate(till);
    await lookAtBalance(till);
    backend.interrupt = () => 'cut';
    expect(await serve(till, 'juice')).toMatchObject(refusal('aborted', 'INSUFFICIENT_FUNDS'));
    expect(await serve(till, 'salad')).toMatchObject(committed);
    expect(till.accounts.known(uid)?.member?.own).toMatchObject([{ isMeal: true, balanceDeltaMinor: -200 }]);
    expect(await serve(till, 'salad')).toMatchObject({
      value: { result: 'aborted', step: { error: { code: 'INSUFFICIENT_FUNDS', details: { missingMinor: 71 } } } },
    });
  });

  test('R108: more than the credit only where the free cash balance is positive', async () => {
    const { till } = await school(pupil(), 200);
    expect(await serve(till, 'meal', 'salad')).toMatchObject(committed);
    expect(payloads(till)).toMatchObject([{ amountMinor: 450, meal: true }]);
    expect(till.view.screen).toMatchObject({ tag: { balanceMinor: 0 } });
  });

  test('a discount is taken off both, to the last minor unit', async () => {
    const { till } = await school(pupil(), 500);
    await fill(till, 'meal', 'juice');
    expect(await till.till.operations.setDiscount({ rateBasisPoints: 1_000 })).toMatchObject({ ok: true });
    expect(till.view.cart).toMatchObject({ toPayMinor: 297, kinds: { mealMinor: 225, otherMinor: 72 } });
    await withTag(till, 0, till.till.operations.sell({ firstTagOnly: true }));
    expect(payloads(till)).toMatchObject([{ amountMinor: 225, meal: true }, { amountMinor: 72 }]);
  });

  test('an anonymous tag pays with cash as everywhere', async () => {
    const { till } = await school(null, 1_000);
    expect(await serve(till, 'meal', 'juice')).toMatchObject(committed);
    expect(till.screen).toMatchObject({ account: { member: null, cashMinor: 670 } });
  });

  test.each([1, 2, 3, 4, 5, 6])('INV-16: cut off at step %i, both are there or none is', async (atStep) => {
    const { till } = await school(pupil(), 100);
    let step = 0;
    till.onStep = ({ event }) => {
      if (!['transactionOpened', 'checkoutStarted', 'transactionCommitted'].includes(event)) return;
      step += 1;
      if (step === atStep) throw new Error('killed here');
    };
    await expect(serve(till, 'meal', 'juice')).rejects.toThrow('killed here');
    const next = tills.reopen(till);
    expect(states(next)).toEqual(atStep > 4 ? ['Committed', 'Committed'] : ['Aborted', 'Aborted']);
  });
});

describe('R110–R113: the balance', () => {
  test('R112: a catering till includes the credit; R113: another one does not, and takes none', async () => {
    const { backend, till, uid } = await school(pupil(), 300);
    expect(await lookAtBalance(till)).toMatchObject({ value: { step: { tag: { balanceMinor: 550 } } } });
    expect(till.view.till).toMatchObject({ isCatering: true });
    expect(till.screen).toMatchObject({
      account: { cashMinor: 300, creditMinor: 250, toSpendMinor: 550, isFresh: true },
    });

    await till.till.operations.dismiss({});
    expect(await till.till.operations.setCatering({ catering: false })).toMatchObject({ ok: true });
    expect(till.view.till).toMatchObject({ isCatering: false });
    expect(await lookAtBalance(till)).toMatchObject({ value: { step: { tag: { balanceMinor: 300 } } } });
    expect(till.screen).toMatchObject({ account: { cashMinor: 300, creditMinor: null, toSpendMinor: 300 } });
    expect(await serve(till, 'meal', 'juice')).toMatchObject(refusal('aborted', 'INSUFFICIENT_FUNDS'));
    expect(await serve(till, 'meal')).toMatchObject(committed);
    const [sold] = payloads(till).filter(({ state }) => state === 'Committed');
    expect(sold?.meal).toBeUndefined();
    await replicate(till);
    expect(backend.account(uid)).toMatchObject({ balanceMinor: 50, creditMinor: 250 });
  });

  test('offline it is what was last heard of, and is said to be', async () => {
    const { backend, till } = await school(pupil(), 300);
    await lookAtBalance(till);
    await till.pass(5 * minutes);
    backend.interrupt = () => 'cut';
    await replicate(till);
    expect(await lookAtBalance(till)).toMatchObject({ value: { step: { tag: { balanceMinor: 550 } } } });
    expect(till.screen).toMatchObject({ account: { isFresh: false, asOf: '2026-07-03T10:00:00.000Z' } });
  });

  test('R107: offline, a credit is gone at the moment it expires', async () => {
    const [meal] = pupil().credits;
    if (!meal) throw new Error('a pupil has a credit');
    const { backend, till } = await school(
      pupil({ credits: [{ ...meal, expiresAt: '2026-07-03T22:00:00.000Z' }] }),
      300,
    );
    await lookAtBalance(till);
    backend.interrupt = () => 'cut';
    await till.pass(12 * 60 * minutes - 1);
    expect(await lookAtBalance(till)).toMatchObject({ value: { step: { tag: { balanceMinor: 550 } } } });
    await till.pass(1);
    expect(await lookAtBalance(till)).toMatchObject({ value: { step: { tag: { balanceMinor: 300 } } } });
  });

  test('R137: a top-up in cash is cash, and buys what is no meal', async () => {
    const { backend, till, uid } = await school();
    expect(await topUp(till, 500)).toMatchObject(committed);
    expect(payloads(till)).toMatchObject([
      { type: 'TopUp', paymentMethod: 'cash', items: [{ credit: 'top-up:cash' }] },
    ]);
    expect(await serve(till, 'juice')).toMatchObject(committed);
    await replicate(till);
    expect(backend.account(uid)).toMatchObject({ balanceMinor: 420, creditMinor: 250 });
  });
});

describe('the limit of a day', () => {
  const limited = pupil({ dailyLimit: { limitMinor: 400, spentMinor: 0, day: '2026-07-03' } });

  test('R106: more than that is refused, online and offline, and counts what was sold offline', async () => {
    const { backend, till } = await school(limited, 2_000);
    expect(await serve(till, 'meal', 'juice')).toMatchObject(committed);
    expect(till.screen).toMatchObject({ account: { toSpendMinor: 70, member: { dailyLimit: { leftMinor: 70 } } } });
    expect(await serve(till, 'juice')).toMatchObject(refusal('aborted', 'DAILY_LIMIT'));
    backend.interrupt = () => 'cut';
    expect(await serve(till, 'bar')).toMatchObject(refusal('aborted', 'DAILY_LIMIT'));
    expect(await sell(till, 70)).toMatchObject(committed);
    expect(await sell(till, 1)).toMatchObject({
      value: { step: { error: { code: 'DAILY_LIMIT', details: { limitMinor: 400, leftMinor: 0 } } } },
    });
  });

  test('what another till has sold meanwhile only the backend knows: its word counts', async () => {
    const { backend, till, uid } = await school(limited, 2_000);
    backend.interrupt = ({ resource }) => {
      if (resource.endsWith('/reservation')) backend.holds.set(99, { uid, amountMinor: 200 });
      return null;
    };
    expect(await serve(till, 'meal')).toMatchObject(refusal('aborted', 'DAILY_LIMIT'));
  });

  test('the next day it begins anew, also for a till that was told yesterday', async () => {
    const { backend, till } = await school(limited, 2_000);
    expect(await sell(till, 400)).toMatchObject(committed);
    backend.interrupt = () => 'cut';
    await till.pass(24 * 60 * minutes);
    expect(await sell(till, 400)).toMatchObject(committed);
  });
});

describe('an allergy', () => {
  const allergic = pupil({ allergens: ['milk', 'nuts', 'fish'] });

  async function warned(...productIds: string[]) {
    const world = await school(allergic, 1_000);
    const { till } = world;
    await fill(till, ...productIds);
    const ended = till.till.operations.sell(patient);
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    await until(till, () => till.screen.screen !== 'tap');
    await till.hand({ kind: 'remove' });
    return { ...world, ended };
  }

  test('is shown before anything is booked, and what it is in; confirmed, it is sold and kept on record', async () => {
    const { till, ended } = await warned('meal', 'juice', 'bar');
    expect(till.screen).toMatchObject({
      ...{ screen: 'allergens', account: { member: { displayName: 'Mia Keller', className: '4B' } } },
      conflicts: [
        { allergen: 'milk', productNames: ['Meal of the day'] },
        { allergen: 'nuts', productNames: ['Nut bar'] },
      ],
    });
    expect(states(till)).toEqual([]);
    expect(await till.till.operations.acknowledgeAllergens({})).toMatchObject({ ok: true });
    expect(await ended).toMatchObject(committed);
    for (const { acknowledgedAllergens } of payloads(till)) expect(acknowledgedAllergens).toEqual(['milk', 'nuts']);
    const found = till.store.find(1);
    expect(found?.serving).toEqual({ session: 'lunch', isMeal: true, acknowledgedAllergens: ['milk', 'nuts'] });
  });

  test('thought better of, nothing was ever there, and the cart waits', async () => {
    const { till, ended } = await warned('meal');
    await till.till.operations.cancel({});
    expect(await ended).toMatchObject({ value: { result: 'refused', step: { error: { code: 'CANCELLED' } } } });
    expect(states(till)).toEqual([]);
    expect(till.view).toMatchObject({ screen: { screen: 'sale' }, cart: { totalMinor: 250 } });
  });

  test('left alone, it is not served', async () => {
    const { till, ended } = await warned('meal');
    await till.pass(60_000);
    expect(await ended).toMatchObject(refusal('refused', 'ALLERGENS_UNCONFIRMED'));
    expect(till.screen).toMatchObject({ screen: 'refused', fault: { details: { allergens: 'milk' } } });
  });

  test('the till is stopped meanwhile: nothing was there', async () => {
    const { till, ended } = await warned('meal');
    await till.till.stop();
    expect(await ended).toMatchObject({ value: { result: 'refused' } });
    expect(states(till)).toEqual([]);
  });

  test('also offline, from what was last heard', async () => {
    const { backend, till } = await school(allergic, 1_000);
    await lookAtBalance(till);
    backend.interrupt = () => 'cut';
    expect(await serve(till, 'meal')).toMatchObject(refusal('refused', 'ALLERGENS_UNCONFIRMED'));
  });

  test('on the command line whoever sells has to know beforehand', async () => {
    const { till } = await school(allergic, 1_000);
    expect(await serve(till, 'meal')).toMatchObject({
      value: { result: 'refused', step: { error: { code: 'ALLERGENS_UNCONFIRMED', details: { allergens: 'milk' } } } },
    });
    await fill(till, 'meal');
    const known = till.till.operations.sell({ firstTagOnly: true, allergensKnown: true });
    expect(await withTag(till, 0, known)).toMatchObject(committed);
    expect(payloads(till)).toMatchObject([{ acknowledgedAllergens: ['milk'] }]);
  });

  test('asks for nothing where nothing of it is in the cart, and there is nothing to confirm then', async () => {
    const { till } = await school(allergic, 1_000);
    expect(await serve(till, 'salad', 'juice')).toMatchObject(committed);
    expect(await till.till.operations.acknowledgeAllergens({})).toMatchObject({ ok: false, fault: { code: 'USAGE' } });
  });
});

describe('R114, the session', () => {
  test('is on the screen by itself when it begins and ends, and in the books', async () => {
    const { till } = await school(pupil(), 1_000);
    expect(till.view.session).toEqual({ session: 'lunch', until: '13:30' });
    await serve(till, 'juice');
    await till.pass(90 * minutes - 1);
    expect(till.view.session).toEqual({ session: 'lunch', until: '13:30' });
    await till.pass(1);
    expect(till.view.session).toBeNull();
    await serve(till, 'juice');
    await till.pass(18 * 60 * minutes);
    expect(till.view.session).toEqual({ session: 'breakfast', until: '09:00' });
    expect(payloads(till).map(({ session }) => session)).toEqual(['lunch', null]);
  });
});

describe('R89: goods come back', () => {
  const undo = (till: InProcessTill, terminalTransactionNumber: number) =>
    withTag(till, 0, till.till.operations.undoSale({ firstTagOnly: true, terminalTransactionNumber }));
  const chargeback = (till: InProcessTill) =>
    withTag(
      till,
      0,
      till.till.operations.chargeback({ firstTagOnly: true, terminalTransactionNumber: null, lines: null }),
    );

  test('in the same session one tap takes back all that one tap has paid for, once', async () => {
    const { till } = await school(pupil(), 100);
    await serve(till, 'meal', 'juice');
    expect(await undo(till, 2)).toMatchObject(committed);
    expect(payloads(till).slice(2)).toMatchObject([
      {
        type: 'Chargeback',
        amountMinor: 250,
        meal: true,
        session: 'lunch',
        reference: { terminalTransactionNumber: 1 },
      },
      { type: 'Chargeback', amountMinor: 80, session: 'lunch', reference: { terminalTransactionNumber: 2 } },
    ]);
    expect(await till.till.operations.lastSale({})).toMatchObject({
      value: { parts: [{ undo: 'returned' }, { undo: 'returned' }] },
    });
    expect(await undo(till, 1)).toMatchObject(refusal('refused', 'ALREADY_RETURNED'));
  });

  test('only what is still there: the meal came back before', async () => {
    const { till } = await school(pupil(), 100);
    await serve(till, 'juice');
    await serve(till, 'salad');
    expect(await chargeback(till)).toMatchObject(committed);
    expect(payloads(till).at(-1)).toMatchObject({ type: 'Chargeback', amountMinor: 200, meal: true });
  });

  test('not after the session, not on the next day at the same time', async () => {
    const { till } = await school(pupil(), 1_000);
    await serve(till, 'meal', 'juice');
    await till.pass(90 * minutes);
    // Said at once: no tag is asked for that could not take it back anyway.
    const over = { ok: false, fault: { code: 'SESSION_OVER' } };
    expect(await till.till.operations.undoSale({ firstTagOnly: true, terminalTransactionNumber: 1 })).toMatchObject(
      over,
    );
    const named = { firstTagOnly: true, terminalTransactionNumber: 1, lines: null };
    expect(await till.till.operations.chargeback(named)).toMatchObject(over);
    expect(await chargeback(till)).toMatchObject(refusal('refused', 'SESSION_OVER'));
    await till.pass(22.5 * 60 * minutes);
    expect(till.view.session).toMatchObject({ session: 'lunch' });
    expect(await till.till.operations.undoSale({ firstTagOnly: true, terminalTransactionNumber: 1 })).toMatchObject(
      over,
    );
    expect(states(till)).toEqual(['Committed', 'Committed']);
  });

  test('at a festival there is no such limit', async () => {
    const till = await tills.charged();
    await sell(till, 600);
    await till.pass(48 * 60 * minutes);
    expect(await undo(till, 2)).toMatchObject(committed);
  });
});

test('what is bought in parts by several accounts is no meal, and whoever takes the goods is asked about allergies', async () => {
  const { backend, till, uid } = await school(pupil({ allergens: ['milk'] }), 100);
  backend.booked.set(till.uid(1), 1_000);
  await fill(till, 'meal');
  const ended = till.till.operations.sell({ ...patient, partMinor: 150 });
  await till.hand({ kind: 'hold', tagId: till.tagId(1) });
  await until(till, () => till.screen.screen === 'tap' && till.screen.charge.purpose === 'sale');
  await till.hand({ kind: 'remove' });
  await till.hand({ kind: 'hold', tagId: till.tagId(0) });
  await until(till, () => till.screen.screen === 'allergens');
  await till.till.operations.acknowledgeAllergens({});
  expect(await ended).toMatchObject(committed);
  await settled();
  await replicate(till);
  expect([backend.booked.get(uid), backend.account(uid).creditMinor]).toEqual([0, 250]);
});
