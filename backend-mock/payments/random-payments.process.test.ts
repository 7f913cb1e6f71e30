// Goal: whatever tills, the provider and time do to payments, in whatever order and however often, money is charged once, booked once
// and never lost: what the provider kept is booked, waits for its till, or is named by an alert (INV-63, INV-64).
// Method: fast-check plays random days of four tills against one backend: payments started, taken back and asked for, replicated as
// Committed, Aborted or unknown whether that fits or not, notices of any content, job rounds by two processes, time passing. At the
// end the provider's own memory is held against the books. KLINK_PAYMENT_DAYS sets how many days.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { paymentStatuses } from '../../contract/wire/payment.ts';
import { silentLog } from '../../testing/backend/backend.ts';
import { cardTopUp, cardWish, deletePayment, getPayment, putPayment } from '../../testing/backend/card-payments.ts';
import { operatorAt } from '../../testing/backend/operator-client.ts';
import { jobsByHand, type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import { TestClock } from '../../testing/backend/test-clock.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';
import { checkDuePayments } from '../jobs/check-payments.ts';
import { limits } from '../limits.ts';
import type { Database } from '../store/database.ts';
import { boundedProvider } from './bounded-provider.ts';
import { receiveNotice } from './receive-notice.ts';
import { simulatedProvider } from './simulated-provider.ts';

const days = Number(process.env['KLINK_PAYMENT_DAYS'] ?? 12);
const providerTimeoutMs = 60;

let backend: OwnBackend;
let database: Database;
const clock = new TestClock('2026-07-04T10:00:00Z');

beforeAll(async () => {
  backend = await startOwnBackend({ clock, ...jobsByHand, providerTimeoutMs });
  ({ database } = backend);
});
afterAll(() => backend.close());

const checkOnce = (timeoutMs = providerTimeoutMs) => {
  const provider = boundedProvider(simulatedProvider(database, clock), timeoutMs, silentLog);
  return checkDuePayments({ database, clock, provider });
};

const tillsMax = 4;
const numbersMax = 3;
const place = { till: fc.nat(tillsMax - 1), number: fc.integer({ min: 1, max: numbersMax }) };
/** Each number has its amount, so that most of what is said about it fits: 01 declined to 05 approved. */
const amountOf = (till: number, number: number): number => 20_00 + number * 10_00 + ((till * numbersMax + number) % 6);

const deed = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('put' as const), ...place, otherAmount: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('delete' as const), ...place }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('get' as const), ...place }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('replicate' as const),
      ...place,
      state: fc.constantFrom('Committed', 'Committed', 'Aborted', 'TerminalConfirmUnknown'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('notice' as const),
      ...place,
      status: fc.constantFrom('pending', 'approved', 'declined', 'voided'),
      reference: fc.constantFrom('own', 'shared'),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('check' as const), twice: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.constantFrom(1_000, 8_000, 900_000) }) },
);
type Deed = typeof deed extends fc.Arbitrary<infer Value> ? Value : never;

/** One day: four new tills, and the versions that each of their numbers has reached. */
class Day {
  readonly tills: readonly TillClient[];
  readonly #versions = new Map<string, number>();
  #notices = 0;

  constructor(tills: readonly TillClient[]) {
    this.tills = tills;
  }

  tillAt(index: number): TillClient {
    const till = this.tills[index];
    if (till === undefined) throw new Error('there are four tills');
    return till;
  }

  async play(step: Deed): Promise<void> {
    switch (step.do) {
      case 'put': {
        const amountMinor = amountOf(step.till, step.number) + (step.otherAmount ? 100 : 0);
        const { status } = await putPayment(this.tillAt(step.till), step.number, cardWish(amountMinor));
        expect([200, 422]).toContain(status);
        return;
      }
      case 'delete':
        expect([200, 404, 409]).toContain((await deletePayment(this.tillAt(step.till), step.number)).status);
        return;
      case 'get':
        expect([200, 404]).toContain((await getPayment(this.tillAt(step.till), step.number)).status);
        return;
      case 'replicate':
        return this.#replicate(step.till, step.number, step.state);
      case 'notice':
        return this.#notice(step);
      case 'check':
        await (step.twice ? Promise.all([checkOnce(), checkOnce()]) : checkOnce());
        return;
      case 'wait':
        clock.pass(step.ms);
    }
  }

  async #replicate(index: number, number: number, state: 'Committed' | 'Aborted' | 'TerminalConfirmUnknown') {
    const till = this.tillAt(index);
    const stateVersion = (this.#versions.get(`${index}/${number}`) ?? 1) + 1;
    this.#versions.set(`${index}/${number}`, stateVersion);
    const uid = `04D${index}${till.assignmentId.toString(16).toUpperCase().padStart(10, '0')}`;
    const plan = { number, uid, tagNumber: number };
    till.journal.append('transaction', cardTopUp(plan, amountOf(index, number), 5_00, { state, stateVersion }));
    const seq = till.journal.entries.length;
    const { answer } = await till.send(seq, seq);
    expect(['accepted', 'rejected']).toContain(answer?.results[0]?.outcome);
  }

  /** As the provider would have said it, or said wrongly: the signature is another test's. */
  async #notice({ till, number, status, reference }: Extract<Deed, { do: 'notice' }>): Promise<void> {
    const found = await database.pool.query(
      `SELECT p.payment_key, p.amount_minor FROM payment p JOIN transactions t USING (edition_id, backend_transaction_id)
        WHERE t.assignment_id = $1 AND t.terminal_transaction_number = $2`,
      [this.tillAt(till).assignmentId, number],
    );
    const [row] = z.object({ payment_key: z.string(), amount_minor: z.int() }).array().parse(found.rows);
    // What the provider never charged it does not speak of: only those whose fate it is to be silent are told here.
    if (row === undefined || row.amount_minor % 100 !== 2) return;
    this.#notices += 1;
    const outcome = await receiveNotice(database, clock, {
      noticeId: `day-${this.tillAt(0).assignmentId}-${this.#notices}`,
      sentAt: clock.now().toISOString(),
      paymentKey: row.payment_key,
      status,
      reference: reference === 'own' ? `own-${row.payment_key}` : `shared-${this.tillAt(0).assignmentId}`,
      amountMinor: row.amount_minor,
      currency: 'CHF',
    });
    expect(outcome).toEqual({ outcome: 'taken' });
  }
}

const rowSchema = z.object({
  status: z.enum(paymentStatuses),
  state: z.string(),
  voiding: z.boolean(),
  charged: z.int().nullable(),
  provider: z.string().nullable(),
  booked: z.int(),
  amount: z.int(),
});

/** Every payment of these tills beside what the provider remembers of it and what was booked for it. */
async function holdAgainstProvider(tills: readonly TillClient[]): Promise<void> {
  const found = await database.pool.query(
    `SELECT p.status, t.state, p.void_requested_at IS NOT NULL AS voiding, s.times_charged AS charged, s.status AS provider, p.amount_minor AS amount,
            (SELECT coalesce(sum(amount_minor), 0) FROM posting b
              WHERE b.edition_id = p.edition_id AND b.backend_transaction_id = p.backend_transaction_id AND b.kind = 'topup') AS booked
       FROM payment p JOIN transactions t USING (edition_id, backend_transaction_id)
       LEFT JOIN simulated_charge s ON s.charge_key = p.payment_key
      WHERE t.assignment_id = ANY($1)`,
    [tills.map((till) => till.assignmentId)],
  );
  for (const row of rowSchema.array().parse(found.rows)) {
    const told = JSON.stringify(row);
    expect(row.charged ?? 0, told).toBeLessThanOrEqual(1);
    expect(row.booked, told).toBe(row.state === 'Committed' ? row.amount : 0);
    if (row.state === 'Committed') expect(['approved', 'unknown'], told).toContain(row.status);
    if (row.state === 'Committed') expect(row.voiding, told).toBe(false);
    // What the provider keeps is known to have been paid, and it is booked, or still its till's to end.
    if (row.provider === 'approved') {
      expect(row.status, told).toBe('approved');
      expect(['Committed', 'ExternalPending', 'TerminalConfirmUnknown'], told).toContain(row.state);
    }
    if (row.provider === 'voided') expect(row.status, told).toBe('voided');
    if (row.provider === 'declined') expect(row.status, told).toBe('declined');
    if (row.state === 'Aborted') expect(row.status, told).not.toBe('approved');
  }
}

test('INV-63, INV-64: after any day the books and the provider agree, to the cent and payment by payment', async () => {
  let played = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { minLength: 8, maxLength: 30 }), async (steps) => {
      const tills = await Promise.all(Array.from({ length: tillsMax }, () => enrolTill(backend.address)));
      const day = new Day(tills);
      for (const step of steps) await day.play(step);
      // Long enough for every payment that has a result to get it, also on a busy machine; those that never have one are left alone.
      await database.pool.query('UPDATE payment SET next_check_at = NULL WHERE amount_minor % 100 = 2');
      for (let round = 0; round < 6; round += 1) {
        clock.pass(limits.paymentCheckLongestMs);
        await checkOnce(limits.providerTimeoutMs);
      }
      await holdAgainstProvider(tills);
      played += steps.length;
    }),
    { numRuns: days, endOnFailure: true },
  );
  expect(played).toBeGreaterThan(days * 8);
  const { sumMinor, balanceDifferences } = await (await operatorAt(backend.address, clock.ms)).coherence(1);
  expect({ sumMinor, balanceDifferences }).toEqual({ sumMinor: 0, balanceDifferences: [] });
});
