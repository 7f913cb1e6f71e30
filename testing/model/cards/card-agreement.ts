import { z } from 'zod';
import { terminalStates } from '../../../contract/wire/words.ts';
import { faultsOfBooks } from '../../till/books.ts';
import type { PaymentBackend } from '../../till/payment-backend.ts';
import type { World } from '../world.ts';

/** What a day with card payments has to come to, apart from what the till says: the provider's books and the tags. */
export class CardDay {
  readonly provider: PaymentBackend;
  /** What other tills have booked on each tag, and how often, with what the day began with. */
  readonly elsewhere: { balanceMinor: number; count: number }[];

  constructor(provider: PaymentBackend, tagCount: number) {
    this.provider = provider;
    this.elsewhere = Array.from({ length: tagCount }, () => ({ balanceMinor: 0, count: 0 }));
  }

  bookElsewhere(tag: number, deltaMinor: number): void {
    const booked = this.elsewhere[tag];
    if (!booked) throw new Error(`there is no tag ${tag}`);
    booked.balanceMinor += deltaMinor;
    booked.count += 1;
  }
}

const rowSchema = z.object({
  number: z.int(),
  state: z.enum(terminalStates),
  isCard: z.int(),
  uid: z.string(),
  deltaMinor: z.int(),
  status: z.string().nullable(),
  isWriteStarted: z.int(),
});
type Row = z.infer<typeof rowSchema>;

/** Q13: the cards have paid for what is on the tags, or will be given it back; nothing else is anywhere. */
export async function cardDisagreements(day: CardDay, real: World): Promise<readonly string[]> {
  real.assertWhole();
  const rows = rowsOf(real);
  return [
    ...faultsOfBooks(real.till.database),
    ...real.backend.faults,
    ...rows.filter(({ isCard }) => isCard === 1).flatMap((row) => cardFaults(row, day)),
    ...openFaults(rows, real),
    ...tagFaults(rows, day, real),
  ];
}

function rowsOf({ till }: World): readonly Row[] {
  return z.array(rowSchema).parse(
    till.database
      .prepare(
        `SELECT terminal_transaction_number AS number, state, payment_method = 'card' AS isCard, tag_uid AS uid,
           balance_delta_minor AS deltaMinor, payment_status AS status, write_started_at IS NOT NULL AS isWriteStarted
         FROM txn ORDER BY terminal_transaction_number`,
      )
      .all(),
  );
}

/** What the till has made of a payment, against what the provider has. */
function cardFaults({ number, state, status, isWriteStarted }: Row, { provider }: CardDay): readonly string[] {
  const card = provider.cards.get(number)?.status ?? 'none';
  const fault = [`${number} is ${state} with ${status}, and its card ${card}`];
  switch (state) {
    case 'Committed':
    case 'TerminalConfirmStarted':
    case 'TerminalConfirmUnknown':
      return isWriteStarted === 1 && card === 'approved' ? [] : givenUp(status, card) ? [] : fault;
    case 'Aborted':
      // What was on its way to the tag and is not there the backend gives back, when it hears of it.
      return ['none', 'declined', 'voided'].includes(card) || isWriteStarted === 1 ? [] : fault;
    case 'Open':
      // What is on the disk as paid may be written at any time, also where nobody can be asked.
      return card === 'approved' || status !== 'approved' ? [] : fault;
  }
}

/** Checked out, not written, and being given back. */
function givenUp(status: string | null, card: string): boolean {
  return status === 'approved' && card !== 'declined';
}

/** One open attempt a till, which the window shows, and no seal while there is one. */
function openFaults(rows: readonly Row[], { till }: World): readonly string[] {
  const open = rows.filter(({ isCard, state, status }) => isCard === 1 && state === 'Open' && status !== null);
  const { openPayment, seal } = till.view;
  const shown = openPayment ? [openPayment.terminalTransactionNumber] : [];
  const wanted = open.map(({ number }) => number);
  return [
    ...(open.length <= 1 ? [] : [`${open.length} payments are open`]),
    ...(JSON.stringify(shown) === JSON.stringify(wanted) ? [] : [`shows payment ${shown} of ${wanted}`]),
    ...(seal === 'sealed' && open.length > 0 ? ['safe to pack with an open payment'] : []),
  ];
}

/** A tag holds what was committed on it, and of what is undecided some part. */
function tagFaults(rows: readonly Row[], { elsewhere }: CardDay, real: World): readonly string[] {
  return real.tags().flatMap((shown, tag) => {
    if (!shown) return [];
    const own = rows.filter(({ uid }) => uid === real.uid(tag));
    const committed = own.filter(({ state }) => state === 'Committed');
    const undecided = own.filter(({ state, isWriteStarted }) => state.startsWith('Terminal') && isWriteStarted === 1);
    const { balanceMinor = 0, count = 0 } = elsewhere[tag] ?? {};
    const sumOf = (some: readonly Row[]) => some.reduce((sum, { deltaMinor }) => sum + deltaMinor, 0);
    const isExplained = subsets(undecided).some(
      (some) =>
        balanceMinor + sumOf(committed) + sumOf(some) === shown.balanceMinor &&
        count + committed.length + some.length === shown.transactionNumber,
    );
    return isExplained ? [] : [`tag ${tag} holds ${shown.balanceMinor} after ${shown.transactionNumber}`];
  });
}

function subsets<Value>(values: readonly Value[]): readonly (readonly Value[])[] {
  const [first, ...rest] = values;
  if (first === undefined) return [[]];
  const without = subsets(rest);
  return [...without, ...without.map((some) => [first, ...some])];
}
