/**
 * Goal: in account mode (Q52) a tag only says who it is; online the backend decides, offline the cached balance and the
 * limits; nothing is written, nothing is unknown, and no money is spent twice.
 * Method: a whole till in this process with emulated tags, against a server on a real socket that keeps accounts.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { tillStatusSchema } from '../../contract/ipc/operations.ts';
import type { AccountLimits } from '../../contract/wire/configuration.ts';
import { accountLimits, assignment, configuration } from '../../testing/till/canteen.ts';
import { CanteenBackend } from '../../testing/till/canteen-backend.ts';
import {
  journalKinds,
  lookAtBalance,
  patient,
  sell,
  states,
  tillsOfTest,
  topUp,
  withTag,
} from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';

const tills = tillsOfTest();
const backends: CanteenBackend[] = [];
afterEach(async () => {
  for (const { server } of backends.splice(0)) await server.close();
});

/** A till whose backend nobody reaches. */
function offlineTill(limits: AccountLimits | null = null): InProcessTill {
  const { accountLimits: _, ...open } = configuration;
  return tills.open({ assignment, configuration: limits ? { ...open, accountLimits: limits } : open });
}

async function onlineTill(limits: AccountLimits = accountLimits) {
  const backend = await CanteenBackend.start();
  backends.push(backend);
  const till = tills.open({
    assignment: { ...assignment, backendUrl: backend.server.url },
    configuration: { ...configuration, accountLimits: limits },
  });
  backend.begin(till.journal.ownSeal());
  return { backend, till };
}

const replicate = (till: InProcessTill) => till.till.operations.replicate({ untilEmpty: false, timeoutMs: 60_000 });
const lastPayload = (till: InProcessTill) => [...till.journal.lines()].map((line) => JSON.parse(line)).at(-1)?.payload;
const committed = { ok: true, value: { result: 'committed' } };
const refusal = (result: 'aborted' | 'refused', code: string) => ({ value: { result, step: { error: { code } } } });

async function exposureOf(till: InProcessTill): Promise<number> {
  const status = await till.till.operations.status({});
  if (!status.ok) throw new Error(status.fault.code);
  return tillStatusSchema.parse(status.value).exposureMinor;
}

describe('a tag', () => {
  test('Q51: pays at one tap, whatever the till’s settings say: there is nothing to write at a second one', async () => {
    const till = offlineTill();
    expect(await till.till.operations.setCheckout({ taps: 2 })).toMatchObject({ ok: true });
    expect(till.view.checkoutTaps).toBe(1);
  });

  test('blank, it pays all the same, and not a byte of it is written', async () => {
    const till = offlineTill();
    const before = till.memoryOf(0);
    expect(await topUp(till, 2_000)).toMatchObject(committed);
    expect(await sell(till, 500)).toMatchObject(committed);
    expect(till.memoryOf(0)).toBe(before);
    expect(states(till)).toEqual(['Committed', 'Committed']);
    expect(journalKinds(till)).toEqual(['transaction', 'transaction']);
    expect(lastPayload(till)).toMatchObject({
      state: 'Committed',
      stateVersion: 3,
      tag: {
        uid: till.uid(0),
        generation: 1,
        transactionNumber: null,
        balanceBeforeMinor: 2_000,
        balanceAfterMinor: 1_500,
      },
    });
    expect(till.screen).toMatchObject({ screen: 'done', balanceBeforeMinor: 2_000, tag: { balanceMinor: 1_500 } });
  });

  test.each([
    ['type2', 7],
    ['type2', 10],
    ['classic1k', 4],
    ['classic1k', 7],
  ] as const)('%s with a UID of %i bytes identifies', async (technology, uidLength) => {
    const till = offlineTill();
    await till.hand({ kind: 'create', label: 'another', technology, uidLength });
    expect(await topUp(till, 2_000, 3)).toMatchObject(committed);
    expect(lastPayload(till).tag.uid).toBe(till.uid(3));
  });

  test('with damaged contents identifies: they are nobody’s business', async () => {
    const till = offlineTill();
    await till.hand({ kind: 'corrupt', tagId: till.tagId(0) });
    expect(await topUp(till, 2_000)).toMatchObject(committed);
  });

  test('is not issued, blocked or adjusted at the till', async () => {
    const { operations } = offlineTill().till;
    const refused = { ok: false, fault: { code: 'MODE_UNSUPPORTED' } };
    expect(await operations.issue(patient)).toMatchObject(refused);
    expect(await operations.block({ ...patient, blocked: true })).toMatchObject(refused);
    expect(await operations.collectAdjustment(patient)).toMatchObject(refused);
  });
});

describe('online', () => {
  test('R110: the balance is the backend’s, and a sale is held there before it is committed', async () => {
    const { backend, till } = await onlineTill();
    backend.booked.set(till.uid(0), 950);
    expect(await lookAtBalance(till)).toMatchObject({
      value: { step: { tag: { balanceMinor: 950, transactionNumber: null } } },
    });
    expect(await sell(till, 600)).toMatchObject(committed);
    expect(backend.server.resources.slice(-2)).toEqual([`tags/${till.uid(0)}`, 'transactions/1/reservation']);
    expect(backend.holds.get(1)).toEqual({ uid: till.uid(0), amountMinor: 600 });
    await replicate(till);
    expect(backend.account(till.uid(0))).toMatchObject({ balanceMinor: 350, availableMinor: 350 });
  });

  test('409 INSUFFICIENT_FUNDS: Open → Aborted, whatever the till itself believes', async () => {
    const { backend, till } = await onlineTill({ ...accountLimits, overdraftMinor: 10_000 });
    backend.booked.set(till.uid(0), 500);
    expect(await sell(till, 600)).toMatchObject(refusal('aborted', 'INSUFFICIENT_FUNDS'));
    expect(states(till)).toEqual(['Aborted']);
    expect(lastPayload(till)).toMatchObject({
      state: 'Aborted',
      tag: { balanceBeforeMinor: 500, balanceAfterMinor: 500 },
    });
  });

  test('a sale that is held is no exposure, and counts for no offline limit', async () => {
    const { backend, till } = await onlineTill({ ...accountLimits, offlinePerTagMinor: 0, offlinePerTillMinor: 0 });
    backend.booked.set(till.uid(0), 5_000);
    expect(await sell(till, 2_000)).toMatchObject(committed);
    expect(await exposureOf(till)).toBe(0);
  });

  test('a blocked tag is refused before a number is drawn', async () => {
    const { backend, till } = await onlineTill();
    backend.booked.set(till.uid(0), 5_000);
    backend.blocked.add(till.uid(0));
    expect(await sell(till, 600)).toMatchObject(refusal('refused', 'TAG_BLOCKED'));
    expect(states(till)).toEqual([]);
  });

  test('what is unsent is sent before the balance is asked for: a top-up of a moment ago pays', async () => {
    const { backend, till } = await onlineTill();
    expect(await topUp(till, 2_000)).toMatchObject(committed);
    expect(await sell(till, 1_500)).toMatchObject(committed);
    expect(backend.booked.get(till.uid(0))).toBe(2_000);
    expect(lastPayload(till)).toMatchObject({ tag: { balanceBeforeMinor: 2_000, balanceAfterMinor: 500 } });
  });

  test('the till learns meanwhile that it may sell no more: refused, and no number is drawn', async () => {
    const { backend, till } = await onlineTill();
    backend.interrupt = ({ resource }) =>
      resource === 'seal' ? { status: 200, json: { seq: 7, hash: 'a'.repeat(64) } } : null;
    expect(await sell(till, 600)).toMatchObject(refusal('refused', 'JOURNAL_BEHIND'));
    expect(states(till)).toEqual([]);
    expect(till.screen).toMatchObject({ screen: 'refused' });
  });
});

describe('offline', () => {
  test('Q52: sold from the cached balance and this till’s own sales since, and not a penny more', async () => {
    const { backend, till } = await onlineTill({
      ...accountLimits,
      offlinePerTagMinor: 9_000,
      offlinePerTillMinor: 9_000,
    });
    backend.booked.set(till.uid(0), 1_000);
    await lookAtBalance(till);
    backend.interrupt = () => 'cut';
    expect(await sell(till, 600)).toMatchObject(committed);
    expect(await sell(till, 401)).toMatchObject({
      value: { result: 'aborted', step: { error: { code: 'INSUFFICIENT_FUNDS', details: { missingMinor: 1 } } } },
    });
    expect(await sell(till, 400)).toMatchObject(committed);
    expect(await exposureOf(till)).toBe(1_000);
    expect(till.screen).toMatchObject({ tag: { balanceMinor: 0 } });
  });

  test('Q52: the overdraft is what an account may go below zero', async () => {
    const { backend, till } = await onlineTill({ ...accountLimits, overdraftMinor: 200 });
    backend.booked.set(till.uid(0), 100);
    await lookAtBalance(till);
    backend.interrupt = () => 'cut';
    expect(await sell(till, 301)).toMatchObject(refusal('aborted', 'INSUFFICIENT_FUNDS'));
    expect(await sell(till, 300)).toMatchObject(committed);
    expect(lastPayload(till)).toMatchObject({ tag: { balanceAfterMinor: -200 } });
  });

  test('Q52: no more than the limit of a tag, nor the till’s share of the edition; sent sales free both', async () => {
    const { backend, till } = await onlineTill();
    for (const tag of [0, 1]) {
      backend.booked.set(till.uid(tag), 9_000);
      await lookAtBalance(till, tag);
    }
    backend.interrupt = () => 'cut';
    expect(await sell(till, 1_001)).toMatchObject(refusal('aborted', 'OFFLINE_TAG_LIMIT'));
    expect(await sell(till, 1_000)).toMatchObject(committed);
    expect(await sell(till, 1)).toMatchObject(refusal('aborted', 'OFFLINE_TAG_LIMIT'));
    expect(await sell(till, 501, 1)).toMatchObject(refusal('aborted', 'OFFLINE_TILL_LIMIT'));
    expect(await sell(till, 500, 1)).toMatchObject(committed);
    expect(await exposureOf(till)).toBe(1_500);
    backend.interrupt = () => null;
    await replicate(till);
    expect(await exposureOf(till)).toBe(0);
    expect(backend.account(till.uid(0)).balanceMinor).toBe(8_000);
  });

  test('Q52: the till’s share of the edition is what the backend said last; status shows it beside what is at risk', async () => {
    const { backend, till } = await onlineTill();
    backend.booked.set(till.uid(0), 9_000);
    await lookAtBalance(till);
    const share = { ...configuration, accountLimits: { ...accountLimits, offlinePerTillMinor: 600 } };
    till.assignments.saveConfiguration('"2"', share, '2026-07-04T20:15:00.000Z');
    backend.interrupt = () => 'cut';
    expect(await sell(till, 601)).toMatchObject(refusal('aborted', 'OFFLINE_TILL_LIMIT'));
    expect(await sell(till, 600)).toMatchObject(committed);
    expect(await till.till.operations.status({})).toMatchObject({
      value: { exposureMinor: 600, exposureLimitMinor: 600, currency: 'CHF' },
    });
  });

  test('a tag nobody has told the till of: its balance is unknown, and it pays nothing', async () => {
    const till = offlineTill();
    expect(await lookAtBalance(till)).toMatchObject(refusal('refused', 'BALANCE_UNKNOWN'));
    expect(await sell(till, 100)).toMatchObject(refusal('aborted', 'BALANCE_UNKNOWN'));
  });

  test('the highest balance of the edition refuses a top-up', async () => {
    const till = offlineTill();
    await topUp(till, 20_000);
    expect(await topUp(till, 20_000)).toMatchObject(refusal('aborted', 'BALANCE_LIMIT'));
  });

  test('what the till itself holds is taken off once: held, looked at, then offline', async () => {
    const { backend, till } = await onlineTill();
    backend.booked.set(till.uid(0), 1_000);
    expect(await sell(till, 400)).toMatchObject(committed);
    // The sale is still on its way when the balance is asked for: the hold is in the answer, the booking is not.
    const uid = till.uid(0);
    till.accounts.remember(backend.account(uid), till.journal.acknowledgedSeq(), '2026-07-04T20:15:00.000Z');
    expect(till.accounts.known(uid)).toMatchObject({ balanceMinor: 600, freeMinor: 600 });
  });

  test('what others hold is not free, and a top-up that may be in the answer counts once', async () => {
    const { backend, till } = await onlineTill();
    const uid = till.uid(0);
    backend.booked.set(uid, 1_000);
    backend.holds.set(99, { uid, amountMinor: 300 });
    await topUp(till, 2_000);
    till.accounts.remember(backend.account(uid), till.journal.acknowledgedSeq(), '2026-07-04T20:15:00.000Z');
    expect(till.accounts.known(uid)).toMatchObject({ balanceMinor: 1_000, freeMinor: 700 });
  });
});

describe('back again', () => {
  test('R6, R5: a refund pays out what is left, a chargeback goes back on the last sale', async () => {
    const { backend, till } = await onlineTill();
    await topUp(till, 2_000);
    await sell(till, 700);
    const { operations } = till.till;
    const back = operations.chargeback({ firstTagOnly: true, terminalTransactionNumber: null, lines: null });
    expect(await withTag(till, 0, back)).toMatchObject(committed);
    expect(await withTag(till, 0, operations.refund({ firstTagOnly: true, amountMinor: null }))).toMatchObject({
      value: { result: 'committed', step: { transaction: { type: 'Refund', amountMinor: 2_000 } } },
    });
    await replicate(till);
    expect(backend.account(till.uid(0))).toMatchObject({ balanceMinor: 0, availableMinor: 0 });
  });
});

describe('3.2: what a crash leaves', () => {
  test.each(['Open', 'TerminalConfirmStarted'] as const)(
    '%s is Aborted at the next start: nothing was written',
    async (state) => {
      const till = offlineTill();
      await topUp(till, 2_000);
      till.onStep = ({ event, transaction }) => {
        const isThere = event === (state === 'Open' ? 'transactionOpened' : 'checkoutStarted');
        if (isThere && transaction?.terminalTransactionNumber === 2) throw new Error('killed here');
      };
      await expect(sell(till, 500)).rejects.toThrow('killed here');
      const next = tills.reopen(till);
      expect(states(next)).toEqual(['Committed', 'Aborted']);
      expect(lastPayload(next)).toMatchObject({ state: 'Aborted', abortReason: 'INTERRUPTED' });
      expect(await sell(next, 2_000)).toMatchObject(committed);
    },
  );
});

describe('screens.md, Not enough, in account mode', () => {
  test('another account pays what is missing, then the first the rest; the sale is taken back from both', async () => {
    const { backend, till } = await onlineTill();
    const { operations } = till.till;
    backend.booked.set(till.uid(0), 400);
    backend.booked.set(till.uid(1), 2_000);
    await operations.addAmountToCart({ amountMinor: 1_000 });
    expect(await withTag(till, 0, operations.sell({ firstTagOnly: true }))).toMatchObject(
      refusal('aborted', 'INSUFFICIENT_FUNDS'),
    );
    const ended = operations.sell({ ...patient, partMinor: 600 });
    await till.hand({ kind: 'hold', tagId: till.tagId(1) });
    while (till.screen.screen !== 'tap' || till.screen.charge.purpose !== 'sale') await till.changed();
    await till.hand({ kind: 'remove' });
    expect(till.view).toMatchObject({ checkoutTaps: 1, cart: { toPayMinor: 400, parts: [{ uid: till.uid(1) }] } });
    // Seen once more, it does not pay the rest as well.
    await till.hand({ kind: 'hold', tagId: till.tagId(1) });
    while (till.screen.screen !== 'tap' || till.screen.fault === null) await till.changed();
    expect(till.screen).toMatchObject({ screen: 'tap', fault: { code: 'TAG_PAID_PART' } });
    await till.hand({ kind: 'remove' });
    expect(await withTag(till, 0, ended)).toMatchObject(committed);
    await replicate(till);
    expect([backend.booked.get(till.uid(0)), backend.booked.get(till.uid(1))]).toEqual([0, 1_400]);

    const undo = (terminalTransactionNumber: number, tag: number) =>
      withTag(till, tag, operations.undoSale({ firstTagOnly: true, terminalTransactionNumber }));
    expect(await undo(3, 0)).toMatchObject(committed);
    // Half taken back is for somebody to look at, until the other one has its part too.
    expect(till.view.attentionCount).toBe(1);
    expect(await undo(3, 1)).toMatchObject(committed);
    expect(till.view.attentionCount).toBe(0);
    await replicate(till);
    expect([backend.booked.get(till.uid(0)), backend.booked.get(till.uid(1))]).toEqual([400, 2_000]);
  });
});
