import { z } from 'zod';
import { openDueAutoTopUps } from '../../backend-mock/payments/auto-top-up.ts';
import { readNoticeSecret, signNotice } from '../../backend-mock/payments/notice-secret.ts';
import { sendDueNotices } from '../../backend-mock/payments/simulated-notices.ts';
import { systemRandom } from '../../backend-mock/ports.ts';
import { alertsAnswerSchema, transactionDetailSchema } from '../../contract/wire/operator.ts';
import { noticeSignatureHeader, outsideTopUpSchema, type PaymentNotice } from '../../contract/wire/outside-top-up.ts';
import { problemSchema } from '../../contract/wire/problem.ts';
import { tagLookupAnswerSchema } from '../../contract/wire/tag-lookup.ts';
import type { OperatorClient } from './operator-client.ts';
import { topUp } from './payloads.ts';
import { PaymentDesk, startPaymentParts } from './payment-desk.ts';
import { uidsFrom } from './tag-uids.ts';
import { enrolTill, type TillClient } from './till-client.ts';

/** A customer with a tag, and the till that made it. */
export type Customer = { till: TillClient; uid: string; customerId: number };

/** The first steps of every online top-up whose payment was begun. */
export const openedOnline = ['null → Open CU', 'Open → ExternalPending BJ'];

const answerSchema = z.union([outsideTopUpSchema, problemSchema]);

/** Customers who top up without a till, and the jobs and the provider's notices that carry it on. */
export class OutsideDesk extends PaymentDesk {
  readonly #newUid = uidsFrom('04AA');
  #notices = 0;

  static async start(): Promise<OutsideDesk> {
    return new OutsideDesk(await startPaymentParts());
  }

  /** What the test before left pending, told or ruled is not the next one's. */
  async clear(): Promise<void> {
    await this.database.pool.query('UPDATE payment SET next_check_at = NULL');
    await this.database.pool.query('UPDATE auto_top_up SET active = false');
    await this.database.pool.query('DELETE FROM simulated_notice');
    await this.database.pool.query('DELETE FROM alert');
  }

  openAuto(): Promise<number> {
    return openDueAutoTopUps({ database: this.database, clock: this.clock, random: systemRandom });
  }

  tellNotices(): Promise<number> {
    return sendDueNotices({ database: this.database, clock: this.clock, address: this.backend.address });
  }

  /** A customer with a tag and 10.00 on it. */
  async customer(code = 'DEMO-FEST', at = this.backend.address, stored = this.database): Promise<Customer> {
    const uid = this.#newUid();
    const till = await enrolTill(at, code);
    const sent = topUp({ number: 1, uid, currency: code === 'DEMO-FEST' ? 'CHF' : 'GBP' }, 10_00, 0);
    const tag = { ...sent.tag, transactionNumber: code === 'DEMO-FEST' ? 1 : null };
    till.journal.append('transaction', { ...sent, tag });
    const { answer, text } = await till.send();
    if (answer?.results[0]?.outcome !== 'accepted') throw new Error(text);
    const found = await stored.pool.query('SELECT customer_id FROM tag WHERE uid = $1', [uid]);
    return { till, uid, customerId: z.object({ customer_id: z.int() }).parse(found.rows[0]).customer_id };
  }

  /** An online top-up is opened, by an operator until customers have a login of their own. */
  async open(of: Customer, amountMinor: number, key = `key-${of.uid}-${amountMinor}`, as?: OperatorClient) {
    const by = as ?? (await this.operator());
    const response = await fetch(`${by.address}/v1/customers/${of.customerId}/online-top-ups`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', 'Idempotency-Key': key, Cookie: by.cookie },
      body: JSON.stringify({ editionId: of.till.editionId, amountMinor }),
    });
    const answer = answerSchema.parse(await response.json());
    return 'code' in answer
      ? { status: response.status, code: answer.code, topUp: undefined }
      : { status: response.status, code: undefined, topUp: answer };
  }

  async look(of: Customer, id: number | undefined) {
    const by = await this.operator();
    const response = await fetch(`${by.address}${pathOf(of, id)}`, { headers: { Cookie: by.cookie } });
    return outsideTopUpSchema.parse(await response.json());
  }

  /** The customer changes their mind. */
  async cancel(of: Customer, id: number | undefined) {
    const by = await this.operator();
    const response = await fetch(`${by.address}${pathOf(of, id)}`, {
      method: 'DELETE',
      headers: { Cookie: by.cookie },
    });
    const answer = answerSchema.parse(await response.json());
    return { status: response.status, said: 'code' in answer ? answer.code : answer.state };
  }

  async historyOf(of: Customer, id: number | undefined) {
    const path = `/transactions/${id}?editionId=${of.till.editionId}`;
    const { states, postings } = await (await this.operator()).read(transactionDetailSchema, path);
    return {
      states: states.map((step) => `${step.from} → ${step.to} ${step.cause}`),
      postings: postings.map((line) => `${line.kind} ${line.amountMinor}`),
    };
  }

  async alertsOf(of: Customer): Promise<string[]> {
    const path = `/alerts?editionId=${of.till.editionId}`;
    const { alerts } = await (await this.operator()).read(alertsAnswerSchema, path);
    return alerts.map((alert) => alert.code);
  }

  /** What the tag's customer has, and what is in line for the tag. */
  async tagOf({ till, uid }: Customer) {
    const answer = tagLookupAnswerSchema.parse(await (await till.request(`/tags/${uid}`)).json());
    return { balanceMinor: answer.balanceMinor, pending: answer.pendingAdjustments.map((line) => line.amountMinor) };
  }

  async paymentOf(
    id: number | undefined,
    stored = this.database,
  ): Promise<{ payment_key: string; amount_minor: number }> {
    const found = await stored.pool.query(
      'SELECT payment_key, amount_minor FROM payment WHERE backend_transaction_id = $1',
      [id],
    );
    return z.object({ payment_key: z.string(), amount_minor: z.int() }).parse(found.rows[0]);
  }

  /** A notice of now that says approved, with whatever is to be otherwise. */
  async noticeAbout(
    id: number | undefined,
    changes: Partial<PaymentNotice> = {},
    stored = this.database,
  ): Promise<PaymentNotice> {
    const { payment_key: paymentKey, amount_minor: amountMinor } = await this.paymentOf(id, stored);
    this.#notices += 1;
    return {
      noticeId: `notice-${this.#notices}`,
      sentAt: this.clock.now().toISOString(),
      paymentKey,
      status: 'approved',
      reference: `ref-${paymentKey.slice(-6)}`,
      amountMinor,
      currency: 'CHF',
      ...changes,
    };
  }

  /** Sends a notice, signed as the provider would; the status of the answer. */
  async tell(
    notice: unknown,
    signature?: string,
    at = this.backend.address,
    signedBy = this.database,
  ): Promise<number> {
    const body = Buffer.from(JSON.stringify(notice));
    const right = signNotice(await readNoticeSecret(signedBy.pool), body);
    const headers = { 'Content-Type': 'application/json', [noticeSignatureHeader]: signature ?? right };
    return (await fetch(`${at}/v1/payments/webhook`, { method: 'POST', headers, body })).status;
  }
}

const pathOf = (of: Customer, id: number | undefined) =>
  `/v1/customers/${of.customerId}/online-top-ups/${id}?editionId=${of.till.editionId}`;
