/**
 * Goal: what another till or an operator has told the backend of an unknown transaction ends it here as well, exactly as Q9
 * allows, whenever the answer comes; nothing is charged twice for it, and no work in progress is disturbed.
 * Method: a whole till in this process against a server on a real socket; a sale is torn off and its tag goes elsewhere. What
 * the backend knows is the test's to say; the witness says what the tag holds.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { StateCause } from '../../contract/wire/outcomes.ts';
import type { BackendState } from '../../contract/wire/words.ts';
import { bookedRows } from '../../testing/till/books.ts';
import {
  monitors,
  patient,
  sell,
  startSale,
  states,
  tillsOfTest,
  withTag,
  witnessed,
} from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';
import { settled } from '../../testing/till/manual-time.ts';
import type { OutcomeBackend } from '../../testing/till/outcome-backend.ts';
import { replicate, unknownSale } from '../../testing/till/unknown-transactions.ts';

const tills = tillsOfTest();
const backends: OutcomeBackend[] = [];
afterEach(async () => {
  for (const backend of backends.splice(0)) await backend.server.close();
});

const unknown = (isWritten: boolean) => unknownSale(tills, backends, isWritten);
const causesOf = (till: InProcessTill) =>
  till.database
    .prepare('SELECT cause FROM txn_state_log WHERE terminal_transaction_number = 2 ORDER BY state_version')
    .pluck()
    .all();

describe('Q9: proof of written', () => {
  test.each<[BackendState, StateCause]>([
    ['Reserve', 'TD'],
    ['Committed', 'TD'],
    ['Committed', 'AD'],
  ])('%s (%s) in the answer to the entry itself ends it Committed, which is sent', async (state, cause) => {
    const { backend, till } = await unknown(true);
    backend.settled.set(2, { state, cause });
    expect(await replicate(till)).toMatchObject({ value: { unsentCount: 0, sealed: true, fault: null } });
    expect(states(till)).toEqual(['Committed', 'Committed']);
    expect(causesOf(till)).toEqual(['checkout', 'checkout', 'checkout', 'backend']);
    expect(backend.toldOf(2)).toEqual(['3 TerminalConfirmUnknown', '4 Committed']);
    expect(backend.server.resources.some((resource) => resource.startsWith('outcomes'))).toBe(false);
    // The cashier who still looks at it sees it done, and the cart is paid for.
    expect(till.screen).toMatchObject({ screen: 'done', terminalTransactionNumber: 2, tag: { balanceMinor: 4_000 } });
    expect(till.view).toMatchObject({ attentionCount: 0, cart: { totalMinor: 0 } });
  });

  test('what the backend learns only later is asked for, and sent in the same breath', async () => {
    const { backend, till } = await unknown(true);
    expect(await replicate(till)).toMatchObject({ value: { unsentCount: 0 } });
    expect(states(till)).toEqual(['Committed', 'TerminalConfirmUnknown']);
    backend.settled.set(2, { state: 'Reserve', cause: 'TD' });
    expect(await replicate(till)).toMatchObject({ value: { sentCount: 1, unsentCount: 0, sealed: true } });
    expect(backend.toldOf(2)).toEqual(['3 TerminalConfirmUnknown', '4 Committed']);
    expect(backend.server.resources.filter((resource) => resource.startsWith('outcomes'))).toEqual([
      'outcomes?transactions=2',
      'outcomes?transactions=2',
    ]);
  });

  test('in the background an idle till asks in its own rhythm', async () => {
    const { backend, till } = await unknown(true);
    await till.till.operations.dismiss({});
    /** Lets so much time pass, and gives how long the next beat is away. */
    const beat = (afterMs: number): Promise<number> => {
      const next = till.time.alarmSet();
      till.time.advance(afterMs);
      return next;
    };
    till.replicator.start();
    expect([await beat(0), await beat(0)]).toEqual([0, 60_000]);
    expect(states(till)[1]).toBe('TerminalConfirmUnknown');
    backend.settled.set(2, { state: 'Reserve', cause: 'TD' });
    expect([await beat(60_000), await beat(0)]).toEqual([0, 0]);
    expect(backend.toldOf(2)).toEqual(['3 TerminalConfirmUnknown', '4 Committed']);
    till.replicator.stop();
  });
});

describe('Q9: proof of not written', () => {
  test('Aborted because a tag showed the number in other hands (TD) ends it Aborted, and an operator sees it', async () => {
    const { backend, till } = await unknown(false);
    backend.settled.set(2, { state: 'Aborted', cause: 'TD' });
    await replicate(till);
    expect(states(till)).toEqual(['Committed', 'Aborted']);
    expect(monitors(till)).toEqual(['2 number-reused']);
    expect(backend.toldOf(2)).toEqual(['3 TerminalConfirmUnknown', '4 Aborted']);
    // The tag that changed is not here: to this cashier the sale was broken off.
    expect(till.screen).toMatchObject({ screen: 'refused', fault: { code: 'INTERRUPTED' } });
    expect(till.view.cart.totalMinor).toBe(5_500);
  });

  test.each<[BackendState, StateCause]>([
    ['Aborted', 'AD'],
    ['Aborted', 'TR'],
    ['Committed', 'TR'],
    ['TerminalConfirmUnknown', 'TR'],
    ['ReservePending', 'TO'],
    ['ReserveExpired', 'TM'],
  ])('%s (%s) proves nothing: it stays unknown, and its tag decides', async (state, cause) => {
    const { backend, till } = await unknown(true);
    await replicate(till);
    backend.settled.set(2, { state, cause });
    await replicate(till);
    expect(states(till)).toEqual(['Committed', 'TerminalConfirmUnknown']);
    expect(till.screen.screen).toBe('unknown');
    expect(await sell(till, 1_000)).toMatchObject({ value: { result: 'committed' } });
    expect(states(till)).toEqual(['Committed', 'Committed', 'Committed']);
    expect(causesOf(till).at(-1)).toBe('cleanup');
  });
});

describe('nobody pays twice', () => {
  test('the same sale again, after the backend knew: the cashier is told once, and asked for twice it is charged twice', async () => {
    const { backend, till } = await unknown(true);
    await till.till.operations.dismiss({});
    backend.settled.set(2, { state: 'Reserve', cause: 'TD' });
    await replicate(till);
    expect(till.screen).toMatchObject({ screen: 'sale' });
    expect(till.view.cart.totalMinor).toBe(5_500);
    expect(await withTag(till, 0, till.till.operations.sell(patient))).toMatchObject({
      value: {
        result: 'refused',
        step: { error: { code: 'EARLIER_COMMITTED', details: { terminalTransactionNumber: 2 } } },
      },
    });
    expect(till.view.cart.totalMinor).toBe(0);
    await till.till.operations.addAmountToCart({ amountMinor: 3_000 });
    expect(await withTag(till, 0, till.till.operations.sell(patient))).toMatchObject({
      value: { result: 'committed' },
    });
    expect(witnessed(till)).toMatchObject({ transactionNumber: 3, balanceMinor: 1_000 });
  });

  test('also after a restart in between', async () => {
    const { backend, till } = await unknown(true);
    backend.settled.set(2, { state: 'Reserve', cause: 'TD' });
    await replicate(till);
    const next = tills.reopen(till);
    expect(await sellPatiently(next, 5_500)).toMatchObject({
      value: { result: 'refused', step: { error: { code: 'EARLIER_COMMITTED' } } },
    });
    expect(await sellPatiently(next, 3_500)).toMatchObject({ value: { result: 'committed' } });
    expect(await sellPatiently(next, 500)).toMatchObject({ value: { result: 'committed' } });
  });
});

async function sellPatiently(till: InProcessTill, amountMinor: number) {
  const { ended } = await startSale(till, amountMinor);
  return await withTag(till, 0, ended);
}

describe('work in progress is not disturbed', () => {
  test('the answer comes while the tag of the unknown sale is being looked at: the tag decides, once', async () => {
    const { backend, till } = await unknown(true);
    await replicate(till);
    backend.settled.set(2, { state: 'Reserve', cause: 'TD' });
    const { ended } = await startSale(till, 1_000, true);
    const replicating = { answer: replicate(till) };
    // The next questions to the reader are those of this look; the answer of the backend falls between them.
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await ended).toMatchObject({ value: { result: 'committed' } });
    await replicating.answer;
    await replicate(till);
    expect(bookedRows(till.database).map(({ state, version }) => `${state} ${version}`)).toEqual([
      'Committed 3',
      'Committed 4',
      'Committed 3',
    ]);
    expect(witnessed(till)).toMatchObject({ transactionNumber: 3, balanceMinor: 3_000 });
  });

  test('it comes while somebody else’s tag is waited for: ended after that sale, not during it', async () => {
    const { backend, till } = await unknown(true);
    await replicate(till);
    backend.settled.set(2, { state: 'Reserve', cause: 'TD' });
    const { ended } = await startSale(till, 1_000, true);
    await replicate(till);
    expect(states(till)).toEqual(['Committed', 'TerminalConfirmUnknown']);
    expect(till.screen.screen).toBe('tap');
    await till.till.operations.cancel({});
    await ended;
    await settled();
    expect(states(till)).toEqual(['Committed', 'Committed']);
    expect(causesOf(till).at(-1)).toBe('backend');
  });

  test('of a till that is stopping nothing is ended any more', async () => {
    const { backend, till } = await unknown(true);
    await replicate(till);
    backend.settled.set(2, { state: 'Reserve', cause: 'TD' });
    await till.till.stop();
    await till.replicator.askOutcomes(60_000);
    expect(states(till)).toEqual(['Committed', 'TerminalConfirmUnknown']);
  });
});
