import { afterEach } from 'vitest';
import { z } from 'zod';
import type { Configuration } from '../../contract/wire/configuration.ts';
import { assignment } from './festival.ts';
import { type Ended, type TillsOfTest, tillsOfTest } from './flows.ts';
import type { InProcessTill } from './in-process-till.ts';
import { PaymentBackend } from './payment-backend.ts';

/** Tills whose cards are paid by a backend on a real socket; closed after each test. */
export interface CardTillsOfTest {
  readonly tills: TillsOfTest;
  /** A till with 95.00 on its first tag, and its backend. */
  charged(configuration?: Configuration): Promise<{ readonly till: InProcessTill; readonly backend: PaymentBackend }>;
}

export function cardTillsOfTest(): CardTillsOfTest {
  const tills = tillsOfTest();
  const backends: PaymentBackend[] = [];
  afterEach(async () => {
    for (const backend of backends.splice(0)) await backend.server.close();
  });
  return {
    tills,
    charged: async (configuration) => {
      const backend = await PaymentBackend.start();
      backends.push(backend);
      const ofBackend = { ...assignment, backendUrl: backend.server.url };
      const till = await tills.charged({ assignment: ofBackend, ...(configuration ? { configuration } : {}) });
      const hash = till.journal.hashAt(0);
      if (hash === null) throw new Error('a journal begins with a hash');
      backend.begin({ seq: 0, hash });
      return { till, backend };
    },
  };
}

export function payByCard(till: InProcessTill, amountMinor: number): Ended {
  return till.till.operations.topUp({ firstTagOnly: false, amountMinor, method: 'card' });
}

/** Longer than any pause between two questions, and shorter than the patience with a tag. */
const pauseMsMax = 15_000;

/** Lets every pause between two questions pass until something has happened, without waiting for any of them. */
export async function whilePausing<Value>(till: InProcessTill, work: Promise<Value>): Promise<Value> {
  let isOver = false;
  const over = work.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    const [shortestMs] = till.time.pendingMs;
    if (shortestMs !== undefined && shortestMs <= pauseMsMax) till.time.advance(shortestMs);
    // The question that follows is on a real socket.
    await Promise.race([till.time.alarmSet(), over]);
  }
  return await over;
}

/** Until something is so, looked at whenever the till shows or reports anything. */
export async function until(till: InProcessTill, isSo: () => boolean): Promise<void> {
  while (!isSo()) await till.changed();
}

export function untilScreen(till: InProcessTill, screen: string): Promise<void> {
  return until(till, () => till.screen.screen === screen);
}

const paymentRowSchema = z.object({ state: z.string(), status: z.string().nullable(), reason: z.string().nullable() });

/** How a transaction and its payment stand on the disk. */
export function paymentRow(till: InProcessTill, number: number) {
  return paymentRowSchema.parse(
    till.database
      .prepare(
        `SELECT state, payment_status AS status, abort_reason AS reason FROM txn WHERE terminal_transaction_number = ?`,
      )
      .get(number),
  );
}

/** Every change of a payment, as `from → to`. */
export function paymentChangesOf(till: InProcessTill, number: number): readonly unknown[] {
  return till.database
    .prepare(
      `SELECT coalesce(from_status, 'none') || ' → ' || to_status FROM txn_payment_log
       WHERE terminal_transaction_number = ? ORDER BY line`,
    )
    .pluck()
    .all(number);
}

/** The card has paid 100.00, and the customer has gone on to another till. */
export async function paidAndGone(
  tills: TillsOfTest,
  till: InProcessTill,
): Promise<{ readonly ended: Ended; readonly other: InProcessTill }> {
  const ended = payByCard(till, 10_000);
  till.onStep = ({ details }) => {
    if (details?.['paymentStatus'] === 'pending') void till.hand({ kind: 'remove' });
  };
  await till.hand({ kind: 'hold', tagId: till.tagId(0) });
  await until(till, () => till.screen.screen === 'tap' && till.screen.charge.purpose === 'paid-top-up');
  const other = tills.open();
  till.copyTagsTo(other);
  return { ended, other };
}
