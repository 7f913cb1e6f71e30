// Goal: an online top-up is charged once and booked once, whatever its provider says, how often and in what order, and reaches the tag
// by one adjustment (R14, Q12, Q20; requirements.md 3.4, "Online top-up"); until it is begun its customer may give it up.
// Method: a backend on one real PostgreSQL with a clock of the test's own, whose jobs the test runs round by round; the simulated
// provider, and words of the test's own making.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { OutsideDesk, openedOnline } from '../../testing/backend/outside-desk.ts';
import { limits } from '../limits.ts';

let desk: OutsideDesk;
beforeAll(async () => {
  desk = await OutsideDesk.start();
});
afterAll(() => desk.close());
beforeEach(() => desk.clear());

describe('online top-up', () => {
  test('3.4, R9, R10, Q20: opened, started by the job, approved, booked with its fee, and put in line for the tag', async () => {
    const customer = await desk.customer();
    const { topUp: first } = await desk.open(customer, 50_00);
    expect(first).toMatchObject({ state: 'Open', paymentStatus: 'pending', feeMinor: 5_00, currency: 'CHF' });
    expect(await desk.checkAfter(0)).toBe(1);
    expect(await desk.look(customer, first?.backendTransactionId)).toMatchObject({
      state: 'Committed',
      paymentStatus: 'approved',
    });
    expect(await desk.historyOf(customer, first?.backendTransactionId)).toEqual({
      states: [...openedOnline, 'ExternalPending → Committed WH'],
      postings: ['topup 5000', 'topup-fee 500'],
    });
    expect(await desk.tagOf(customer)).toEqual({ balanceMinor: 55_00, pending: [45_00] });
    expect((await (await desk.operator()).coherence(customer.till.editionId)).findings).toBe(0);
  });

  test('the same request with the same key is one top-up; another with it is a conflict', async () => {
    const customer = await desk.customer();
    const first = await desk.open(customer, 50_00, `the-same-key-${customer.uid}`);
    expect(await desk.open(customer, 50_00, `the-same-key-${customer.uid}`)).toEqual(first);
    expect(await desk.open(customer, 60_00, `the-same-key-${customer.uid}`)).toMatchObject({
      status: 422,
      code: 'IDEMPOTENCY_CONFLICT',
    });
    expect(await desk.checkAfter(0)).toBe(1);
  });

  test('what would exceed a limit is refused before anything is charged, top-ups under way counted', async () => {
    const customer = await desk.customer();
    expect(await desk.open(customer, 5_000_00)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect(await desk.open(customer, 5_00)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    // 10.00, and 245.00 on its way, of at most 500.00.
    expect(await desk.open(customer, 250_00, `first-key-${customer.uid}`)).toMatchObject({ status: 200 });
    expect(await desk.open(customer, 260_00, `second-key-${customer.uid}`)).toMatchObject({
      status: 400,
      code: 'BAD_REQUEST',
    });
    expect(await desk.open({ ...customer, customerId: 999_999 }, 20_00, `third-key-${customer.uid}`)).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
    });
  });

  test('01: declined ends Aborted and books nothing', async () => {
    const customer = await desk.customer();
    const { topUp: opened } = await desk.open(customer, 50_01);
    await desk.checkAfter(0);
    expect(await desk.historyOf(customer, opened?.backendTransactionId)).toEqual({
      states: [...openedOnline, 'ExternalPending → Aborted WH'],
      postings: [],
    });
  });

  test('04: approved twice is booked once', async () => {
    const customer = await desk.customer();
    await desk.open(customer, 50_04);
    await desk.checkAfter(0);
    expect(await desk.tellNotices()).toBe(2);
    expect(await desk.tellNotices()).toBe(0);
    expect(await desk.tagOf(customer)).toEqual({ balanceMinor: 55_04, pending: [45_04] });
    expect(await desk.alertsOf(customer)).toEqual([]);
  });

  test('Q12: 02 is ExternalUnknown after a day; what the provider says late books it once', async () => {
    const customer = await desk.customer();
    const { topUp: opened } = await desk.open(customer, 50_02);
    await desk.checkAfter(0);
    await desk.checkAfter(limits.paymentCheckForMs);
    expect(await desk.look(customer, opened?.backendTransactionId)).toMatchObject({
      state: 'ExternalUnknown',
      paymentStatus: 'unknown',
    });
    expect(await desk.tagOf(customer)).toEqual({ balanceMinor: 10_00, pending: [] });
    for (let times = 0; times < 3; times += 1)
      expect(await desk.tell(await desk.noticeAbout(opened?.backendTransactionId))).toBe(204);
    expect((await desk.historyOf(customer, opened?.backendTransactionId)).states).toEqual([
      ...openedOnline,
      'ExternalPending → ExternalUnknown TM',
      'ExternalUnknown → Committed WH',
    ]);
    expect(await desk.tagOf(customer)).toEqual({ balanceMinor: 55_02, pending: [45_02] });
  });

  test('3.4, TM: a session that expired unpaid is Aborted by time, whether the provider is asked or tells; nothing is charged again', async () => {
    const customer = await desk.customer();
    const asked = (await desk.open(customer, 50_02, `asked-key-${customer.uid}`)).topUp?.backendTransactionId;
    const told = (await desk.open(customer, 50_02, `told-key-${customer.uid}`)).topUp?.backendTransactionId;
    await desk.checkAfter(0);
    let charges = 0;
    const expired = { status: 'expired', reference: null } as const;
    const charge = async () => {
      charges += 1;
      return expired;
    };
    expect(await desk.tell(await desk.noticeAbout(told, { status: 'expired', reference: null }))).toBe(204);
    await desk.checkAfter(limits.paymentCheckLongestMs, { look: async () => expired, charge, void: charge });
    for (const id of [asked, told]) {
      expect(await desk.historyOf(customer, id)).toEqual({
        states: [...openedOnline, 'ExternalPending → Aborted TM'],
        postings: [],
      });
      expect(await desk.look(customer, id)).toMatchObject({ state: 'Aborted', paymentStatus: 'declined' });
    }
    expect(await desk.checkAfter(limits.paymentCheckForMs)).toBe(0);
    expect(charges).toBe(0);
    expect(await desk.tagOf(customer)).toEqual({ balanceMinor: 10_00, pending: [] });
  });

  test('3.4: expired is late once nobody asks any more, a step of what was not started yet, and nothing to what was paid', async () => {
    const customer = await desk.customer();
    const silent = (await desk.open(customer, 50_02)).topUp?.backendTransactionId;
    await desk.checkAfter(0);
    await desk.checkAfter(limits.paymentCheckForMs);
    const [paid, fresh] = [await desk.open(customer, 30_00), await desk.open(customer, 40_02)].map(
      ({ topUp }) => topUp?.backendTransactionId,
    );
    const expire = async (id: number | undefined) =>
      desk.tell(await desk.noticeAbout(id, { status: 'expired', reference: null }));
    expect(await expire(silent)).toBe(204);
    expect((await desk.historyOf(customer, silent)).states.at(-1)).toBe('ExternalUnknown → Aborted WH');
    expect(await expire(fresh)).toBe(204);
    expect((await desk.historyOf(customer, fresh)).states).toEqual([...openedOnline, 'ExternalPending → Aborted TM']);
    await desk.checkAfter(0);
    expect(await expire(paid)).toBe(204);
    expect((await desk.historyOf(customer, paid)).states.at(-1)).toBe('ExternalPending → Committed WH');
    expect(await desk.alertsOf(customer)).toContain('PAYMENT_CONTRADICTION');
  });

  test('account mode: booked, and nothing is put in line for a tag', async () => {
    const customer = await desk.customer('DEMO-CANTEEN');
    await desk.open(customer, 20_00);
    await desk.checkAfter(0);
    expect((await desk.tagOf(customer)).pending).toEqual([]);
    expect((await desk.tagOf(customer)).balanceMinor).toBeGreaterThan(10_00);
  });
});

describe('a customer who changes their mind (3.4: Open → Aborted by CU)', () => {
  test('before the payment is started: nothing is charged, and the same again is answered the same', async () => {
    const customer = await desk.customer();
    const { topUp: opened } = await desk.open(customer, 50_00);
    expect(await desk.cancel(customer, opened?.backendTransactionId)).toEqual({ status: 200, said: 'Aborted' });
    expect(await desk.cancel(customer, opened?.backendTransactionId)).toEqual({ status: 200, said: 'Aborted' });
    for (let round = 0; round < 3; round += 1) await desk.checkAfter(limits.paymentCheckLongestMs);
    const { states, postings } = await desk.historyOf(customer, opened?.backendTransactionId);
    expect({ states, postings }).toEqual({ states: ['null → Open CU', 'Open → Aborted CU'], postings: [] });
    expect(await desk.look(customer, opened?.backendTransactionId)).toMatchObject({
      state: 'Aborted',
      paymentStatus: 'voided',
    });
    const { payment_key: key } = await desk.paymentOf(opened?.backendTransactionId);
    const charges = await desk.database.pool.query('SELECT times_charged FROM simulated_charge WHERE charge_key = $1', [
      key,
    ]);
    expect(charges.rows).toEqual([{ times_charged: 0 }]);
    expect(await desk.alertsOf(customer)).toEqual([]);
    expect(await desk.tagOf(customer)).toMatchObject({ balanceMinor: 10_00, pending: [] });
  });

  test('in the very moment in which the payment is started: one of them wins, and nothing that was taken is kept unbooked', async () => {
    for (let attempt = 0; attempt < 12; attempt += 1) {
      const customer = await desk.customer();
      const { topUp: opened } = await desk.open(customer, 50_00);
      const [{ said }] = await Promise.all([desk.cancel(customer, opened?.backendTransactionId), desk.checkAfter(0)]);
      for (let round = 0; round < 3; round += 1) await desk.checkAfter(limits.paymentCheckLongestMs);
      const { state, paymentStatus } = await desk.look(customer, opened?.backendTransactionId);
      expect([said, state, paymentStatus]).toEqual(
        said === 'Aborted' ? ['Aborted', 'Aborted', 'voided'] : ['BAD_REQUEST', 'Committed', 'approved'],
      );
    }
  });

  test('afterwards it is refused: what is under way or booked is not a customer’s to stop', async () => {
    const customer = await desk.customer();
    const { topUp: opened } = await desk.open(customer, 50_00);
    await desk.checkAfter(0);
    expect(await desk.cancel(customer, opened?.backendTransactionId)).toEqual({ status: 400, said: 'BAD_REQUEST' });
    expect(await desk.look(customer, opened?.backendTransactionId)).toMatchObject({ state: 'Committed' });
    const silent = await desk.open(customer, 20_02);
    await desk.checkAfter(0);
    expect(await desk.cancel(customer, silent.topUp?.backendTransactionId)).toEqual({
      status: 400,
      said: 'BAD_REQUEST',
    });
    expect(await desk.look(customer, silent.topUp?.backendTransactionId)).toMatchObject({ state: 'ExternalPending' });
    expect(await desk.cancel(await desk.customer(), opened?.backendTransactionId)).toEqual({
      status: 404,
      said: 'NOT_FOUND',
    });
  });
});
