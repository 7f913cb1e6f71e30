/**
 * Goal: whatever needs a person's attention is listed with what to do, and leaves the list when it is done; an unknown
 * transaction is found out by whoever knows first; the cash of an aborted top-up is given back once (Q9, ingest rule 4,
 * money rule 4).
 * Method: a whole till in this process against a server on a real socket; sales and top-ups are torn off, entries rejected.
 */
import { afterEach, describe, expect, test } from 'vitest';
import type { AttentionItem } from '../../contract/ipc/attention.ts';
import { patient, sell, startSale, states, tillsOfTest, topUp, withTag, witnessed } from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';
import { settled } from '../../testing/till/manual-time.ts';
import type { OutcomeBackend } from '../../testing/till/outcome-backend.ts';
import {
  chargedTill,
  replicate,
  startTopUp,
  unknownSale,
  unknownTopUp,
} from '../../testing/till/unknown-transactions.ts';

const tills = tillsOfTest();
const backends: OutcomeBackend[] = [];
afterEach(async () => {
  for (const backend of backends.splice(0)) await backend.server.close();
});

async function attentionOf(till: InProcessTill): Promise<readonly AttentionItem[]> {
  const answer = await till.till.operations.attention({});
  return answer.ok ? answer.value.items : [];
}

const todosOf = async (till: InProcessTill) => (await attentionOf(till)).map(({ todo }) => todo);
const resolve = (till: InProcessTill, terminalTransactionNumber = 2, timeoutMs = 60_000) =>
  till.till.operations.resolve({ firstTagOnly: true, timeoutMs, terminalTransactionNumber });
const cashBack = (till: InProcessTill, terminalTransactionNumber: number) =>
  till.till.operations.confirmCashReturned({ terminalTransactionNumber });
const resolvedAs = (state: string) => ({
  value: { result: 'done', step: { event: 'resolved', transaction: { terminalTransactionNumber: 2, state } } },
});

describe('the list', () => {
  test('an unknown sale: its tag is to be shown, and whether the backend has been told', async () => {
    const { till } = await unknownSale(tills, backends, true);
    const item = {
      todo: 'show-tag',
      code: 'OUTCOME_UNKNOWN',
      terminalTransactionNumber: 2,
      type: 'Purchase',
      amountMinor: 5_500,
      uid: till.uid(0),
    };
    expect(await attentionOf(till)).toMatchObject([{ ...item, sent: false }]);
    await replicate(till);
    expect(await attentionOf(till)).toMatchObject([{ ...item, sent: true }]);
    expect(till.view.attentionCount).toBe(1);
  });

  test('ingest rule 4: a rejected entry, until an operator has resolved it; the till learns that by itself', async () => {
    const { backend, till } = await chargedTill(tills, backends);
    backend.rejects.set(3, 'CONTENT_CONFLICT');
    await replicate(till);
    expect(await attentionOf(till)).toMatchObject([
      {
        todo: 'ask-operator',
        code: 'CONTENT_CONFLICT',
        terminalTransactionNumber: 1,
        type: 'TopUp',
        amountMinor: 10_000,
      },
    ]);
    await replicate(till);
    expect(await todosOf(till)).toEqual(['ask-operator']);
    backend.resolved.add(3);
    await replicate(till);
    expect(await attentionOf(till)).toEqual([]);
    expect(till.view.attentionCount).toBe(0);
  });

  test('ingest rule 4: what cannot be read is listed too', async () => {
    const { backend, till } = await chargedTill(tills, backends);
    backend.rejects.set(1, 'SCHEMA_INVALID');
    await replicate(till);
    expect(await attentionOf(till)).toMatchObject([
      { todo: 'ask-operator', code: 'SCHEMA_INVALID', detail: 'not so', terminalTransactionNumber: null, uid: null },
    ]);
  });
});

describe('resolve', () => {
  test.each([true, false])('written: %s. Its tag tells, whatever other tags are shown before', async (isWritten) => {
    const { till } = await unknownSale(tills, backends, isWritten);
    const resolving = resolve(till);
    await till.hand({ kind: 'hold', tagId: till.tagId(1) });
    await till.hand({ kind: 'remove' });
    expect(till.eventsOf('tagRefused').at(-1)).toMatchObject({ error: { code: 'TAG_OTHER' } });
    await till.hand({ kind: 'hold', tagId: till.tagId(0) });
    expect(await resolving).toMatchObject(resolvedAs(isWritten ? 'Committed' : 'Aborted'));
    expect(await attentionOf(till)).toEqual([]);
    // Said again it is the same.
    expect(await resolve(till)).toMatchObject(resolvedAs(isWritten ? 'Committed' : 'Aborted'));
    expect(states(till)).toEqual(['Committed', isWritten ? 'Committed' : 'Aborted']);
    // The backend was asked at the same time; its answer comes too late, and changes nothing.
    await replicate(till);
    expect(states(till)).toEqual(['Committed', isWritten ? 'Committed' : 'Aborted']);
  });

  test('Q9: without its tag the backend tells, at once, and nobody goes on looking for the tag', async () => {
    const { backend, till } = await unknownSale(tills, backends, true);
    backend.settled.set(2, { state: 'Reserve', cause: 'TD' });
    expect(await resolve(till)).toMatchObject(resolvedAs('Committed'));
    await replicate(till);
    expect(backend.toldOf(2)).toEqual(['3 TerminalConfirmUnknown', '4 Committed']);
  });

  test('nobody knows: it stays unknown, and every tag that was shown is evidence for the others', async () => {
    const { backend, till } = await unknownSale(tills, backends, true);
    const resolving = resolve(till, 2, 5_000);
    await backend.server.received(3);
    await till.pass(5_000);
    expect(await resolving).toMatchObject({
      value: { result: 'unknown', step: { event: 'transactionUnknown', error: { code: 'OUTCOME_UNKNOWN' } } },
    });
    expect(states(till)).toEqual(['Committed', 'TerminalConfirmUnknown']);
  });

  test('with no time for a tag only the backend is asked; out of reach, that is said', async () => {
    const { backend, till } = await unknownSale(tills, backends, true);
    backend.interrupt = () => 'cut';
    expect(await resolve(till, 2, 0)).toMatchObject({ value: { result: 'unknown' } });
    expect(till.eventsOf('fault').at(-1)).toMatchObject({ error: { code: 'BACKEND_UNREACHABLE' } });
    expect(till.eventsOf('waitingForTag').at(-1)?.transaction).toBeUndefined();
  });

  test('it is taken back like a tap, and leaves everything as it was', async () => {
    const { till } = await unknownSale(tills, backends, true);
    const resolving = resolve(till);
    await settled();
    expect(await till.till.operations.cancel({})).toMatchObject({ ok: true });
    expect(await resolving).toMatchObject({ value: { result: 'unknown' } });
    expect(states(till)).toEqual(['Committed', 'TerminalConfirmUnknown']);
    await replicate(till);
  });

  test('a number this till never drew, and a till that is busy', async () => {
    const { till } = await unknownSale(tills, backends, true);
    expect(await resolve(till, 3)).toMatchObject({ fault: { code: 'NO_SUCH_TRANSACTION' } });
    const { ended } = await startSale(till, 100);
    expect(await resolve(till)).toMatchObject({ fault: { code: 'BUSY' } });
    await till.till.operations.cancel({});
    await ended;
  });
});

describe('money rule 4: the cash of an aborted top-up', () => {
  /** Number 3, a top-up beyond what a tag may hold, is aborted at its tag. */
  async function abortedTopUp() {
    const { backend, till } = await chargedTill(tills, backends);
    await topUp(till, 10_000);
    const ended = till.till.operations.topUp({ ...patient, amountMinor: 20_000, method: 'cash' });
    expect(await withTag(till, 0, ended)).toMatchObject({
      value: { result: 'aborted', step: { details: { cashToReturnMinor: 20_000 } } },
    });
    return { backend, till };
  }

  test('the screen says how much to give back, and the list keeps it until the cashier has confirmed it', async () => {
    const { backend, till } = await abortedTopUp();
    expect(till.screen).toMatchObject({ screen: 'refused', terminalTransactionNumber: 3, cashToReturnMinor: 20_000 });
    expect(await attentionOf(till)).toMatchObject([
      { todo: 'give-cash-back', code: 'BALANCE_LIMIT', terminalTransactionNumber: 3, amountMinor: 20_000 },
    ]);
    expect(till.view.attentionCount).toBe(1);
    expect(await cashBack(till, 3)).toEqual({ ok: true, value: {} });
    expect(await attentionOf(till)).toEqual([]);
    expect(till.view.attentionCount).toBe(0);
    await replicate(till);
    expect(backend.toldOf(3)).toEqual(['2 Aborted', '3 Aborted cash']);
  });

  test('said twice it is journalled once, also after a restart', async () => {
    const { till } = await abortedTopUp();
    await cashBack(till, 3);
    const { seq } = till.journal.ownSeal();
    const next = tills.reopen(till);
    expect(await cashBack(next, 3)).toEqual({ ok: true, value: {} });
    expect(next.journal.ownSeal().seq).toBe(seq);
  });

  test('only of an aborted cash top-up, and of one there is', async () => {
    const { till } = await abortedTopUp();
    expect(await cashBack(till, 1)).toMatchObject({ fault: { code: 'NO_CASH_TO_RETURN' } });
    expect(await cashBack(till, 4)).toMatchObject({ fault: { code: 'NO_SUCH_TRANSACTION' } });
    await sell(till, 10_000);
    expect(await sell(till, 15_000)).toMatchObject({ value: { result: 'aborted' } });
    expect(await cashBack(till, 5)).toMatchObject({ fault: { code: 'NO_CASH_TO_RETURN' } });
    expect(await attentionOf(till)).toHaveLength(1);
  });

  test('a top-up that turns out not to be on the tag: from unknown to cash back', async () => {
    const { backend, till } = await unknownTopUp(tills, backends, false);
    expect(await todosOf(till)).toEqual(['show-tag']);
    backend.settled.set(2, { state: 'Aborted', cause: 'TD' });
    await replicate(till);
    expect(till.screen).toMatchObject({ screen: 'refused', cashToReturnMinor: 2_000 });
    expect(await todosOf(till)).toEqual(['give-cash-back']);
    await cashBack(till, 2);
    await replicate(till);
    expect(backend.toldOf(2)).toEqual(['3 TerminalConfirmUnknown', '4 Aborted', '5 Aborted cash']);
  });

  test.each([true, false])(
    'written: %s. Repeating the top-up resolves the unknown one of that tag first',
    async (isWritten) => {
      const { till } = await unknownTopUp(tills, backends, isWritten);
      await till.till.operations.dismiss({});
      const again = await withTag(till, 0, startTopUp(till));
      if (isWritten) {
        // It went through: the same cash does not buy it twice.
        expect(again).toMatchObject({ value: { result: 'refused', step: { error: { code: 'EARLIER_COMMITTED' } } } });
        expect(states(till)).toEqual(['Committed', 'Committed']);
      } else {
        expect(again).toMatchObject({ value: { result: 'committed' } });
        expect(states(till)).toEqual(['Committed', 'Aborted', 'Committed']);
        expect(await todosOf(till)).toEqual(['give-cash-back']);
      }
      expect(witnessed(till)?.balanceMinor).toBe(11_000);
    },
  );

  test('the same where the backend knew before the tag came back', async () => {
    const { backend, till } = await unknownTopUp(tills, backends, true);
    await till.till.operations.dismiss({});
    backend.settled.set(2, { state: 'Committed', cause: 'TD' });
    await replicate(till);
    expect(await withTag(till, 0, startTopUp(till))).toMatchObject({
      value: { result: 'refused', step: { error: { code: 'EARLIER_COMMITTED' } } },
    });
    // Told once: the same cash a second time is wanted so.
    expect(await withTag(till, 0, startTopUp(till))).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)?.balanceMinor).toBe(12_500);
  });

  test('and where the cashier saw on the screen that it had gone through', async () => {
    const { backend, till } = await unknownTopUp(tills, backends, true);
    backend.settled.set(2, { state: 'Committed', cause: 'TD' });
    await replicate(till);
    expect(till.screen).toMatchObject({ screen: 'done', terminalTransactionNumber: 2 });
    expect(await withTag(till, 0, startTopUp(till))).toMatchObject({ value: { result: 'committed' } });
    expect(witnessed(till)?.balanceMinor).toBe(12_500);
  });
});
