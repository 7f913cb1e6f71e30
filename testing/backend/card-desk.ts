import { transactionDetailSchema } from '../../contract/wire/operator.ts';
import type { PaymentReply } from './card-payments.ts';
import { PaymentDesk, startPaymentParts } from './payment-desk.ts';
import { uidsFrom } from './tag-uids.ts';
import { enrolTill, type TillClient } from './till-client.ts';

/** The first steps of every card payment of a till. */
export const begunAtTill = ['null → Open TO', 'Open → ExternalPending TO'];

/** Tills whose customers pay by card, each with a tag of its own. */
export class CardDesk extends PaymentDesk {
  readonly #newUid = uidsFrom('04CC');

  static async start(): Promise<CardDesk> {
    return new CardDesk(await startPaymentParts());
  }

  /** A new till and a new tag; what the one before left pending is not its. */
  async newTill(): Promise<{ till: TillClient; uid: string }> {
    await this.database.pool.query('UPDATE payment SET next_check_at = NULL');
    const uid = this.#newUid();
    return { till: await enrolTill(this.backend.address), uid };
  }

  /** How often each of the till's payments took money at the provider, in the order of their numbers. */
  async chargesOf({ assignmentId }: TillClient): Promise<number[]> {
    const found = await this.database.pool.query<{ times_charged: number }>(
      `SELECT s.times_charged FROM simulated_charge s JOIN payment p ON p.payment_key = s.charge_key
         JOIN transactions t ON t.edition_id = p.edition_id AND t.backend_transaction_id = p.backend_transaction_id
        WHERE t.assignment_id = $1 ORDER BY t.terminal_transaction_number`,
      [assignmentId],
    );
    return found.rows.map((row) => row.times_charged);
  }

  /** The states of a till's top-up, with their causes. */
  async historyOf({ editionId }: TillClient, { payment }: PaymentReply): Promise<string[]> {
    const path = `/transactions/${payment?.backendTransactionId}?editionId=${editionId}`;
    const { states } = await (await this.operator()).read(transactionDetailSchema, path);
    return states.map((step) => `${step.from} → ${step.to} ${step.cause}`);
  }

  async alertsOf(till: TillClient): Promise<string[]> {
    return (await this.operator()).alertCodesOf(till);
  }

  /** The till sends one more entry of its journal. */
  async replicate(till: TillClient, content: unknown) {
    till.journal.append('transaction', content);
    const seq = till.journal.entries.length;
    const { answer } = await till.send(seq, seq);
    const result = answer?.results[0];
    return {
      outcome: result?.outcome,
      code: result?.error?.code,
      state: result?.state,
      id: result?.backendTransactionId,
    };
  }
}
