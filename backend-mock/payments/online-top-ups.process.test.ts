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
    const of = await desk.customer();
    const { topUp: first } = await desk.open(of, 50_00);
    expect(first).toMatchObject({ state: 'Open', paymentStatus: 'pending', feeMinor: 5_00, currency: 'CHF' });
    expect(await desk.checkAfter(0)).toBe(1);
    expect(await desk.look(of, first?.backendTransactionId)).toMatchObject({
      state: 'Committed',
      paymentStatus: 'approved',
    });
    expect(await desk.historyOf(of, first?.backendTransactionId)).toEqual({
      states: [...openedOnline, 'ExternalPending → Committed WH'],
      postings: ['topup 5000', 'topup-fee 500'],
    });
    expect(await desk.tagOf(of)).toEqual({ balanceMinor: 55_00, pending: [45_00] });
    expect((await (await desk.operator()).coherence(of.till.editionId)).findings).toBe(0);
  });

  test('the same request with the same key is one top-up; another with it is a conflict', async () => {
    const of = await desk.customer();
    const first = await desk.open(of, 50_00, `the-same-key-${of.uid}`);
    expect(await desk.open(of, 50_00, `the-same-key-${of.uid}`)).toEqual(first);
    expect(await desk.open(of, 60_00, `the-same-key-${of.uid}`)).toMatchObject({
      status: 422,
      code: 'IDEMPOTENCY_CONFLICT',
    });
    expect(await desk.checkAfter(0)).toBe(1);
  });

  test('what would exceed a limit is refused before anything is charged, top-ups under way counted', async () => {
    const of = await desk.customer();
    expect(await desk.open(of, 5_000_00)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect(await desk.open(of, 5_00)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    // 10.00, and 245.00 on its way, of at most 500.00.
    expect(await desk.open(of, 250_00, `first-key-${of.uid}`)).toMatchObject({ status: 200 });
    expect(await desk.open(of, 260_00, `second-key-${of.uid}`)).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    expect(await desk.open({ ...of, customerId: 999_999 }, 20_00, `third-key-${of.uid}`)).toMatchObject({
      status: 404,
      code: 'NOT_FOUND',
    });
  });

  test('01: declined ends Aborted and books nothing', async () => {
    const of = await desk.customer();
    const { topUp: it } = await desk.open(of, 50_01);
    await desk.checkAfter(0);
    expect(await desk.historyOf(of, it?.backendTransactionId)).toEqual({
      states: [...openedOnline, 'ExternalPending → Aborted WH'],
      postings: [],
    });
  });

  test('04: approved twice is booked once', async () => {
    const of = await desk.customer();
    await desk.open(of, 50_04);
    await desk.checkAfter(0);
    expect(await desk.tellNotices()).toBe(2);
    expect(await desk.tellNotices()).toBe(0);
    expect(await desk.tagOf(of)).toEqual({ balanceMinor: 55_04, pending: [45_04] });
    expect(await desk.alertsOf(of)).toEqual([]);
  });

  test('Q12: 02 is ExternalUnknown after a day; what the provider says late books it once', async () => {
    const of = await desk.customer();
    const { topUp: it } = await desk.open(of, 50_02);
    await desk.checkAfter(0);
    await desk.checkAfter(limits.paymentCheckForMs);
    expect(await desk.look(of, it?.backendTransactionId)).toMatchObject({
      state: 'ExternalUnknown',
      paymentStatus: 'unknown',
    });
    expect(await desk.tagOf(of)).toEqual({ balanceMinor: 10_00, pending: [] });
    for (let times = 0; times < 3; times += 1)
      expect(await desk.tell(await desk.noticeAbout(it?.backendTransactionId))).toBe(204);
    expect((await desk.historyOf(of, it?.backendTransactionId)).states).toEqual([
      ...openedOnline,
      'ExternalPending → ExternalUnknown TM',
      'ExternalUnknown → Committed WH',
    ]);
    expect(await desk.tagOf(of)).toEqual({ balanceMinor: 55_02, pending: [45_02] });
  });

  test('3.4, TM: a session that expired unpaid is Aborted by time, whether the provider is asked or tells; nothing is charged again', async () => {
    const of = await desk.customer();
    const asked = (await desk.open(of, 50_02, `asked-key-${of.uid}`)).topUp?.backendTransactionId;
    const told = (await desk.open(of, 50_02, `told-key-${of.uid}`)).topUp?.backendTransactionId;
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
      expect(await desk.historyOf(of, id)).toEqual({
        states: [...openedOnline, 'ExternalPending → Aborted TM'],
        postings: [],
      });
      expect(await desk.look(of, id)).toMatchObject({ state: 'Aborted', paymentStatus: 'declined' });
    }
    expect(await desk.checkAfter(limits.paymentCheckForMs)).toBe(0);
    expect(charges).toBe(0);
    expect(await desk.tagOf(of)).toEqual({ balanceMinor: 10_00, pending: [] });
  });

  test('3.4: expired is late once nobody asks any more, a step of what was not started yet, and nothing to what was paid', async () => {
    const of = await desk.customer();
    const silent = (await desk.open(of, 50_02)).topUp?.backendTransactionId;
    await desk.checkAfter(0);
    await desk.checkAfter(limits.paymentCheckForMs);
    const [paid, fresh] = [await desk.open(of, 30_00), await desk.open(of, 40_02)].map(
      ({ topUp }) => topUp?.backendTransactionId,
    );
    const expire = async (id: number | undefined) =>
      desk.tell(await desk.noticeAbout(id, { status: 'expired', reference: null }));
    expect(await expire(silent)).toBe(204);
    expect((await desk.historyOf(of, silent)).states.at(-1)).toBe('ExternalUnknown → Aborted WH');
    expect(await expire(fresh)).toBe(204);
    expect((await desk.historyOf(of, fresh)).states).toEqual([...openedOnline, 'ExternalPending → Aborted TM']);
    await desk.checkAfter(0);
    expect(await expire(paid)).toBe(204);
    expect((await desk.historyOf(of, paid)).states.at(-1)).toBe('ExternalPending → Committed WH');
    expect(await desk.alertsOf(of)).toContain('PAYMENT_CONTRADICTION');
  });

  test('account mode: booked, and nothing is put in line for a tag', async () => {
    const of = await desk.customer('DEMO-CANTEEN');
    await desk.open(of, 20_00);
    await desk.checkAfter(0);
    expect((await desk.tagOf(of)).pending).toEqual([]);
    expect((await desk.tagOf(of)).balanceMinor).toBeGreaterThan(10_00);
  });
});

describe('a customer who changes their mind (3.4: Open → Aborted by CU)', () => {
  test('before the payment is started: nothing is charged, and the same again is answered the same', async () => {
    const of = await desk.customer();
    const { topUp: opened } = await desk.open(of, 50_00);
    expect(await desk.cancel(of, opened?.backendTransactionId)).toEqual({ status: 200, said: 'Aborted' });
    expect(await desk.cancel(of, opened?.backendTransactionId)).toEqual({ status: 200, said: 'Aborted' });
    for (let round = 0; round < 3; round += 1) await desk.checkAfter(limits.paymentCheckLongestMs);
    const { states, postings } = await desk.historyOf(of, opened?.backendTransactionId);
    expect({ states, postings }).toEqual({ states: ['null → Open CU', 'Open → Aborted CU'], postings: [] });
    expect(await desk.look(of, opened?.backendTransactionId)).toMatchObject({
      state: 'Aborted',
      paymentStatus: 'voided',
    });
    const { payment_key: key } = await desk.paymentOf(opened?.backendTransactionId);
    const charges = await desk.database.pool.query('SELECT times_charged FROM simulated_charge WHERE charge_key = $1', [
      key,
    ]);
    expect(charges.rows).toEqual([{ times_charged: 0 }]);
    expect(await desk.alertsOf(of)).toEqual([]);
    expect(await desk.tagOf(of)).toMatchObject({ balanceMinor: 10_00, pending: [] });
  });

  test('in the very moment in which the payment is started: one of them wins, and nothing that was taken is kept unbooked', async () => {
    for (let attempt = 0; attempt < 12; attempt += 1) {
      const of = await desk.customer();
      const { topUp: opened } = await desk.open(of, 50_00);
      const [{ said }] = await Promise.all([desk.cancel(of, opened?.backendTransactionId), desk.checkAfter(0)]);
      for (let round = 0; round < 3; round += 1) await desk.checkAfter(limits.paymentCheckLongestMs);
      const { state, paymentStatus } = await desk.look(of, opened?.backendTransactionId);
      expect([said, state, paymentStatus]).toEqual(
        said === 'Aborted' ? ['Aborted', 'Aborted', 'voided'] : ['BAD_REQUEST', 'Committed', 'approved'],
      );
    }
  });

  test('afterwards it is refused: what is under way or booked is not a customer’s to stop', async () => {
    const of = await desk.customer();
    const { topUp: opened } = await desk.open(of, 50_00);
    await desk.checkAfter(0);
    expect(await desk.cancel(of, opened?.backendTransactionId)).toEqual({ status: 400, said: 'BAD_REQUEST' });
    expect(await desk.look(of, opened?.backendTransactionId)).toMatchObject({ state: 'Committed' });
    const silent = await desk.open(of, 20_02);
    await desk.checkAfter(0);
    expect(await desk.cancel(of, silent.topUp?.backendTransactionId)).toEqual({ status: 400, said: 'BAD_REQUEST' });
    expect(await desk.look(of, silent.topUp?.backendTransactionId)).toMatchObject({ state: 'ExternalPending' });
    expect(await desk.cancel(await desk.customer(), opened?.backendTransactionId)).toEqual({
      status: 404,
      said: 'NOT_FOUND',
    });
  });
});
