// Goal: what the provider tells by itself counts if it is signed, new and of now, in whatever order and however often it comes, and one
// payment never confirms two top-ups (protocol.md, "Operator API"; Q13, INV-63).
// Method: a backend on one real PostgreSQL with a clock of the test's own, and notices of the test's own making; a backend in a process
// of its own where one is killed.
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { noticeSkewMsMax } from '../../contract/wire/outside-top-up.ts';
import { silentLog } from '../../testing/backend/backend.ts';
import { cardWish, putPayment } from '../../testing/backend/card-payments.ts';
import { logIn } from '../../testing/backend/operator-client.ts';
import { OutsideDesk, openedOnline } from '../../testing/backend/outside-desk.ts';
import { spawnBackend } from '../../testing/backend/spawn-backend.ts';
import { untilRows, waitingForLock } from '../../testing/backend/until-rows.ts';
import { systemRandom } from '../ports.ts';
import { openDatabase } from '../store/database.ts';
import { signNotice } from './notice-secret.ts';

let desk: OutsideDesk;
beforeAll(async () => {
  desk = await OutsideDesk.start();
});
afterAll(() => desk.close());
beforeEach(() => desk.clear());

describe('webhook', () => {
  test('only what is signed, new and of now is taken', async () => {
    const customer = await desk.customer();
    const { topUp: opened } = await desk.open(customer, 50_02);
    await desk.checkAfter(0);
    const notice = await desk.noticeAbout(opened?.backendTransactionId);
    const other = signNotice(Buffer.alloc(32), Buffer.from(JSON.stringify(notice)));
    for (const forged of ['', 'x', other, other.toUpperCase()]) expect(await desk.tell(notice, forged)).toBe(401);
    expect(
      await desk.tell({ ...notice, sentAt: new Date(desk.clock.now().getTime() - noticeSkewMsMax - 1).toISOString() }),
    ).toBe(409);
    expect(
      await desk.tell({ ...notice, sentAt: new Date(desk.clock.now().getTime() + noticeSkewMsMax + 1).toISOString() }),
    ).toBe(409);
    expect(await desk.tell({ ...notice, status: 'paid' })).toBe(400);
    expect(await desk.tell({ ...notice, reference: null })).toBe(400);
    expect(await desk.tell({ ...notice, paymentKey: `${notice.paymentKey}0` })).toBe(404);
    expect(await desk.look(customer, opened?.backendTransactionId)).toMatchObject({ paymentStatus: 'pending' });
    expect(await desk.tell(notice)).toBe(204);
    expect(await desk.tell(notice)).toBe(409);
    expect(await desk.look(customer, opened?.backendTransactionId)).toMatchObject({ state: 'Committed' });
  });

  test('Q13: out of order, the first result stands, and the other is told to the operator', async () => {
    const customer = await desk.customer();
    const { topUp: opened } = await desk.open(customer, 50_02);
    await desk.checkAfter(0);
    const id = opened?.backendTransactionId;
    for (const status of ['approved', 'pending', 'declined', 'voided', 'approved'] as const)
      expect(await desk.tell(await desk.noticeAbout(id, { status }))).toBe(204);
    expect(await desk.historyOf(customer, id)).toMatchObject({ postings: ['topup 5002', 'topup-fee 500'] });
    expect(await desk.alertsOf(customer)).toEqual(['PAYMENT_CONTRADICTION']);
  });

  test('3.4: the provider knows a payment that this backend, put back to an older state, has not started: its word counts', async () => {
    const customer = await desk.customer();
    const paid = (await desk.open(customer, 50_02, `first-key-${customer.uid}`)).topUp?.backendTransactionId;
    const unpaid = (await desk.open(customer, 50_02, `second-key-${customer.uid}`)).topUp?.backendTransactionId;
    expect(await desk.tell(await desk.noticeAbout(paid))).toBe(204);
    expect(await desk.tell(await desk.noticeAbout(unpaid, { status: 'declined' }))).toBe(204);
    expect((await desk.historyOf(customer, paid)).states).toEqual([...openedOnline, 'ExternalPending → Committed WH']);
    expect((await desk.historyOf(customer, unpaid)).states).toEqual([...openedOnline, 'ExternalPending → Aborted WH']);
    expect(await desk.tagOf(customer)).toEqual({ balanceMinor: 55_02, pending: [45_02] });
  });

  test('INV-63: one payment never confirms two top-ups, nor one of another amount', async () => {
    const customer = await desk.customer();
    const one = (await desk.open(customer, 50_02, `first-key-${customer.uid}`)).topUp?.backendTransactionId;
    const two = (await desk.open(customer, 50_02, `second-key-${customer.uid}`)).topUp?.backendTransactionId;
    await desk.checkAfter(0);
    expect(await desk.tell(await desk.noticeAbout(one, { reference: `the same ${customer.uid}` }))).toBe(204);
    expect(await desk.tell(await desk.noticeAbout(two, { reference: `the same ${customer.uid}` }))).toBe(204);
    expect(await desk.tell(await desk.noticeAbout(two, { amountMinor: 50_03 }))).toBe(204);
    expect([(await desk.look(customer, one)).state, (await desk.look(customer, two)).state]).toEqual([
      'Committed',
      'ExternalPending',
    ]);
    expect(await desk.tagOf(customer)).toEqual({ balanceMinor: 55_02, pending: [45_02] });
    expect(await desk.alertsOf(customer)).toEqual(['PAYMENT_CONTRADICTION']);
  });

  test('3.3: for a till’s top-up a notice moves the payment alone', async () => {
    const customer = await desk.customer();
    const { payment } = await putPayment(customer.till, 2, cardWish(20_03));
    expect(
      await desk.tell(await desk.noticeAbout(payment?.backendTransactionId, { reference: payment?.reference ?? 'x' })),
    ).toBe(204);
    const { states } = await desk.historyOf(customer, payment?.backendTransactionId);
    expect(states).toEqual(['null → Open TO', 'Open → ExternalPending TO']);
  });

  test('killed in the middle of a notice: told again, it is booked once', async () => {
    const url = await desk.backend.server.newDatabase();
    const options = { dataFolder: join(tmpdir(), 'klink-test-unused'), databaseUrl: url };
    const there = openDatabase({ connectionString: url }, systemRandom, silentLog);
    const holder = new pg.Client(url);
    await holder.connect();
    const backends = [await spawnBackend(options)];
    try {
      const [first] = backends;
      if (first === undefined) throw new Error('a backend was started');
      const customer = await desk.customer('DEMO-FEST', first.address, there);
      const { topUp: opened } = await desk.open(customer, 50_02, 'the-only-key', await logIn(first.address));
      await untilRows(holder, `SELECT 1 FROM transactions WHERE state = 'ExternalPending'`);
      const sentAt = new Date().toISOString();
      const notice = await desk.noticeAbout(opened?.backendTransactionId, { sentAt }, there);
      // The notice is taken up to its booking, which waits for an account that somebody holds.
      await holder.query(`BEGIN; SELECT 1 FROM account WHERE name = 'top-up:online' FOR UPDATE`);
      const lost = desk.tell(notice, undefined, first.address, there).catch(() => 'lost');
      await untilRows(there.pool, waitingForLock);
      await first.kill();
      expect(await lost).toBe('lost');
      await holder.query('ROLLBACK');
      const second = await spawnBackend(options);
      backends.push(second);
      expect(await desk.tell(notice, undefined, second.address, there)).toBe(204);
      const booked = await holder.query('SELECT kind FROM posting WHERE backend_transaction_id = $1 ORDER BY line', [
        opened?.backendTransactionId,
      ]);
      expect(booked.rows).toEqual([{ kind: 'topup' }, { kind: 'topup-fee' }]);
    } finally {
      await Promise.all(backends.map((process) => process.stop()));
      await holder.end();
      await there.close();
    }
  });
});
