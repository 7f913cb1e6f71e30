/**
 * Goal: whatever a provider says in whatever order, wherever the line is cut and whenever the till is killed: in the end every
 * card has paid for exactly what is on a tag (Q13).
 * Method: random scripts of a provider behind a real socket, a random cut of the line, a kill at a random step; then the till
 * is asked to settle what is open, by tap or by voiding. The provider's own sum is compared with the till's and the tag's.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type PaymentStatus, paymentStatuses } from '../../contract/wire/payment.ts';
import { cardTillsOfTest, payByCard, paymentRow, until, whilePausing } from '../../testing/till/card-flows.ts';
import { patient, sell, withTag, witnessed } from '../../testing/till/flows.ts';
import type { InProcessTill } from '../../testing/till/in-process-till.ts';

const { tills, charged } = cardTillsOfTest();

interface Story {
  readonly script: readonly PaymentStatus[];
  /** Which request about a payment loses its answer, or itself. */
  readonly cut: { readonly at: number; readonly isHeard: boolean } | null;
  /** After which step of the top-up the till is killed. */
  readonly killAt: number | null;
  readonly settleBy: 'tap' | 'void';
}

const stories: fc.Arbitrary<Story> = fc.record({
  script: fc.array(fc.constantFrom(...paymentStatuses), { minLength: 1, maxLength: 4 }),
  cut: fc.option(fc.record({ at: fc.integer({ min: 2, max: 4 }), isHeard: fc.boolean() })),
  killAt: fc.option(fc.integer({ min: 1, max: 7 })),
  settleBy: fc.constantFrom('tap', 'void'),
});

test('Q13: a card pays for what is on the tag, no more and no less, whatever happens', async () => {
  await fc.assert(fc.asyncProperty(stories, tell), { numRuns: 25 });
}, 60_000);

async function tell({ script, cut, killAt, settleBy }: Story): Promise<void> {
  const { till: first, backend } = await charged();
  backend.script = [...script];
  let asked = 0;
  backend.interrupt = (request) => {
    if (!request.resource.endsWith('/payment')) return null;
    asked += 1;
    if (asked !== cut?.at) return null;
    if (cut.isHeard) backend.answer(request);
    return 'cut';
  };
  const till = await whilePausing(first, topUpAndKill(first, killAt));
  // From here on the provider decides, if it has not yet.
  backend.script = ['approved'];
  await whilePausing(till, settle(till, settleBy));
  expect(till.store.openPayment()).toBeNull();
  expect(await sell(till, 100)).toMatchObject({ value: { result: 'committed' } });
  const { state, status } = paymentRow(till, 2);
  const onTagMinor = state === 'Committed' ? 4_500 : 0;
  expect(witnessed(till)?.balanceMinor).toBe(9_500 - 100 + onTagMinor);
  // Killed while it was written, and the tag shows that it was not: the backend gives it back when it hears of the abort.
  const isForTheBackend = state === 'Aborted' && status === 'approved';
  expect(backend.paidMinor).toBe(state === 'Committed' || isForTheBackend ? 5_000 : 0);
}

async function topUpAndKill(till: InProcessTill, killAt: number | null): Promise<InProcessTill> {
  let steps = 0;
  let next: InProcessTill | null = null;
  till.onStep = ({ transaction }) => {
    if (transaction?.terminalTransactionNumber !== 2) return;
    steps += 1;
    if (steps === killAt && !next) next = tills.reopen(till);
  };
  const killed = until(till, () => next !== null);
  const ended = withTag(till, 0, payByCard(till, 5_000)).catch(() => undefined);
  await Promise.race([ended, killed]);
  till.onStep = () => undefined;
  return next ?? till;
}

/** What the cashier does until nothing is open any more. */
async function settle(till: InProcessTill, by: 'tap' | 'void'): Promise<void> {
  // A till that was told nothing because its line was cut is told the second time.
  for (let rounds = 0; rounds < 3; rounds += 1) {
    await till.till.operations.payments({});
    if (!till.store.openPayment()) return;
    if (by === 'void') await till.till.operations.voidPayment({});
    else await withTag(till, 0, till.till.operations.finishPayment(patient));
  }
}
