import { z } from 'zod';
import type { SimulatedBackend } from './backend.ts';
import type { BooksModel } from './books-model.ts';
import type { CardProvider } from './card-provider.ts';
import { demand, type MoneyModel } from './money-model.ts';

interface TopUp {
  readonly id: number;
  /** A tag of whoever pays. */
  readonly uid: string;
  readonly amountMinor: number;
  readonly feeMinor: number;
  state: string;
}

const rowSchema = z.object({
  id: z.int(),
  state: z.string(),
  cause: z.string(),
  key: z.string(),
  /** Nobody could find out its payment for a day, and nobody asks any more (Q12): an operator was told. */
  isGivenUp: z.boolean(),
  /** Of what it has brought onto a tag. */
  adjustmentNumber: z.int().nullable(),
});
const adjustmentSchema = z.object({ uid: z.string(), number: z.int(), amountMinor: z.int() });
const finals: readonly string[] = ['Committed', 'Aborted'];

/**
 * Top-ups that no till makes (requirements.md 3.4, "Online top-up"): told by whoever opened them, they are looked at whenever a
 * job, a notice or an operator may have ended one. Booked is what a card has paid, once, and all but the fee goes onto a tag (Q20).
 */
export class OnlineTopUps {
  readonly #backend: SimulatedBackend;
  readonly #books: BooksModel;
  readonly #model: MoneyModel;
  readonly #provider: CardProvider;
  readonly #topUps = new Map<number, TopUp>();

  constructor(backend: SimulatedBackend, books: BooksModel, model: MoneyModel, provider: CardProvider) {
    this.#backend = backend;
    this.#books = books;
    this.#model = model;
    this.#provider = provider;
  }

  opened(topUp: Omit<TopUp, 'state'>): void {
    this.#topUps.set(topUp.id, { ...topUp, state: 'Open' });
  }

  async look(): Promise<void> {
    const open = [...this.#topUps.values()].filter(({ state }) => !finals.includes(state));
    if (open.length === 0) return;
    const rows = await this.#rows(open.map(({ id }) => id));
    for (const { id, state, cause, key } of inOrderOfBooking(rows)) {
      const topUp = this.#topUps.get(id);
      if (!topUp || topUp.state === state) continue;
      topUp.state = state;
      if (state === 'Committed') await this.#booked(topUp, cause, key);
    }
  }

  /** Whether the backend still asks about one. */
  async isAskedAbout(): Promise<boolean> {
    const rows = await this.#rows([...this.#topUps.keys()]);
    return rows.some(({ state, isGivenUp }) => !finals.includes(state) && !isGivenUp);
  }

  /** At the end: what a card has paid is booked, and what is not booked was not paid or went back. */
  async agree(): Promise<void> {
    await this.look();
    const rows = await this.#rows([...this.#topUps.keys()]);
    demand(rows.length === this.#topUps.size, 'online top-up', `${rows.length} of ${this.#topUps.size} are there`);
    for (const { id, state, cause, key, isGivenUp } of rows) {
      const known = this.#topUps.get(id);
      demand(known?.state === state, 'online top-up', `${id} is ${state} and was ${known?.state}`);
      const isPaid = this.#provider.charges.get(key)?.status === 'approved';
      const isBookedByHand = state === 'Committed' && cause === 'AD';
      demand(
        isPaid === (state === 'Committed') || isBookedByHand || isGivenUp,
        'cards and books',
        `online top-up ${id} is ${state}, its card has ${isPaid ? '' : 'not '}paid`,
      );
    }
  }

  async #booked(topUp: TopUp, cause: string, key: string): Promise<void> {
    const { id, uid, amountMinor, feeMinor } = topUp;
    const paid = this.#provider.charges.get(key);
    const isPaid = paid?.status === 'approved' && paid.amountMinor === amountMinor;
    demand(
      isPaid || cause === 'AD',
      'INV-64 card',
      `online top-up ${id} is booked, and ${JSON.stringify(paid)} was paid`,
    );
    const found = await this.#backend.query(
      `SELECT uid, adjustment_number AS number, amount_minor AS "amountMinor" FROM tag_adjustment
        WHERE booked_by_transaction_id = $1`,
      [id],
    );
    const [adjustment, second] = z.array(adjustmentSchema).parse(found);
    demand(second === undefined, 'Q20 numbers', `online top-up ${id} goes onto a tag twice`);
    const netMinor = amountMinor - feeMinor;
    this.#books.booked(
      new Map([
        [`customer:${adjustment?.uid ?? uid}`, netMinor],
        ['fee', feeMinor],
        ['top-up:online', -amountMinor],
      ]),
    );
    if (!adjustment) return;
    demand(adjustment.amountMinor === netMinor, 'Q20 worth', `${id} brings ${adjustment.amountMinor}, not ${netMinor}`);
    this.#model.adjusted(adjustment.uid, adjustment.number, netMinor);
  }

  async #rows(ids: readonly number[]): Promise<readonly z.infer<typeof rowSchema>[]> {
    const rows = await this.#backend.query(
      `SELECT t.backend_transaction_id AS id, t.state, t.state_cause AS cause, p.payment_key AS key,
                p.status = 'unknown' AND p.next_check_at IS NULL AS "isGivenUp",
                (SELECT min(adjustment_number) FROM tag_adjustment a
                  WHERE a.booked_by_transaction_id = t.backend_transaction_id) AS "adjustmentNumber"
         FROM transactions t JOIN payment p USING (edition_id, backend_transaction_id)
        WHERE t.backend_transaction_id = ANY($1::bigint[]) ORDER BY 1`,
      [ids],
    );
    return z.array(rowSchema).parse(rows);
  }
}

/** One round of the job may end several, and not in the order in which they were opened: a tag's adjustments tell which came first. */
export function inOrderOfBooking<Row extends { readonly adjustmentNumber: number | null }>(
  rows: readonly Row[],
): readonly Row[] {
  return [...rows].sort((one, other) => (one.adjustmentNumber ?? 0) - (other.adjustmentNumber ?? 0));
}
