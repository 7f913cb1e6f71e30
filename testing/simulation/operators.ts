import { z } from 'zod';
import { outsideTopUpSchema } from '../../contract/wire/outside-top-up.ts';
import type { Deed } from './actions.ts';
import { operatorPassword, type SimulatedBackend } from './backend.ts';
import type { BooksModel } from './books-model.ts';
import { demand, type MoneyModel } from './money-model.ts';
import type { Answer } from './network.ts';
import type { OnlineTopUps } from './online-top-ups.ts';
import type { SimulatedTime } from './simulated-time.ts';

const sessionMs = 6 * 60 * 60 * 1_000;
const adminTopUpSchema = z.object({ adjustmentNumber: z.int().nullable() });
const foundSchema = z.object({ id: z.int(), state: z.string() });
const paymentSchema = z.object({ id: z.int(), assignmentId: z.int().nullable(), number: z.int().nullable() });
const editionId = 1;

/** Whoever sits at the admin site, with a password and sometimes the wrong idea; the books model is told what they have done. */
export class Operators {
  readonly #backend: SimulatedBackend;
  readonly #books: BooksModel;
  readonly #model: MoneyModel;
  readonly #online: OnlineTopUps;
  readonly #time: SimulatedTime;
  readonly #onPaymentEnded: () => Promise<void>;
  #session: { readonly cookie: string; readonly untilMs: number } | null = null;
  #deedCount = 0;

  /** @param onPaymentEnded called when a payment may have to go back */
  constructor(
    backend: SimulatedBackend,
    books: BooksModel,
    model: MoneyModel,
    online: OnlineTopUps,
    time: SimulatedTime,
    onPaymentEnded: () => Promise<void>,
  ) {
    this.#backend = backend;
    this.#books = books;
    this.#model = model;
    this.#online = online;
    this.#time = time;
    this.#onPaymentEnded = onPaymentEnded;
  }

  /** @returns the UID about which the books now say what nobody has seen, where there is one */
  async do(deed: Deed): Promise<string | null> {
    this.#deedCount += 1;
    this.#books.expire(this.#time.nowMs());
    switch (deed.deed) {
      case 'admin-top-up':
        await this.#topUp(deed.uid, deed.amountMinor);
        return null;
      case 'online-top-up':
        await this.#topUpOnline(deed.uid, deed.amountMinor);
        return null;
      case 'block':
      case 'unblock':
        await this.#post(`/tags/${deed.uid}/${deed.deed}`, { editionId, reason: 'reported' });
        return null;
      case 'resolve':
        return this.#resolve(deed.key ?? this.#firstOpen(), deed.to);
      case 'end-payment':
        return this.#endPayment(deed.to);
      case 'dismiss-rejections':
        await this.#dismissRejections();
        return null;
    }
  }

  async #topUp(uid: string, amountMinor: number): Promise<void> {
    const body = { editionId, uid, amountMinor, reason: 'a present' };
    const key = `simulated-deed-${this.#deedCount}`;
    const answer = await this.#post('/admin-top-ups', body, key);
    // A backend that dies over its answer may have done it all the same.
    const done = answer === null ? await this.#answerKept(key) : answer.status < 300 ? answer.body : null;
    if (done === null) return;
    const { adjustmentNumber } = adminTopUpSchema.parse(JSON.parse(done));
    this.#books.booked(
      new Map([
        [`customer:${uid}`, amountMinor],
        ['top-up:admin', -amountMinor],
      ]),
    );
    if (adjustmentNumber !== null) this.#model.adjusted(uid, adjustmentNumber, amountMinor);
    // The same request again, as somebody does who did not see the answer.
    const again = await this.#post('/admin-top-ups', body, key);
    demand(again === null || again.body === done, 'idempotency', 'a deed that was sent again got another answer');
  }

  /** The customer does it on a site of their own, which asks the backend with an operator's session. */
  async #topUpOnline(uid: string, amountMinor: number): Promise<void> {
    const [customer] = await this.#backend.query<{ id: number }>('SELECT customer_id AS id FROM tag WHERE uid = $1', [
      uid,
    ]);
    if (!customer) return;
    const key = `simulated-deed-${this.#deedCount}`;
    const path = `/v1/customers/${customer.id}/online-top-ups`;
    const answer = await this.#send(path, { editionId, amountMinor }, key);
    const done = answer === null ? await this.#answerKept(key) : answer.status < 300 ? answer.body : null;
    if (done === null) return;
    const { backendTransactionId: id, feeMinor } = outsideTopUpSchema.parse(JSON.parse(done));
    this.#online.opened({ id, uid, amountMinor, feeMinor });
    // The job charges the card.
    await this.#onPaymentEnded();
  }

  async #answerKept(key: string): Promise<string | null> {
    const query = 'SELECT answer FROM idempotency_key WHERE request_key = $1';
    const [row] = await this.#backend.query<{ answer: string }>(query, [key]);
    return row?.answer ?? null;
  }

  async #resolve(key: string, to: 'Committed' | 'Aborted'): Promise<string | null> {
    const known = this.#books.known.get(key);
    const [assignmentId, number] = key.split('/').map(Number);
    const rows = await this.#backend.query(
      'SELECT backend_transaction_id AS id, state FROM transactions WHERE assignment_id = $1 AND terminal_transaction_number = $2',
      [assignmentId, number],
    );
    if (!known || rows.length === 0) return null;
    const { id, state } = foundSchema.parse(rows[0]);
    if (state === 'ExternalUnknown' || state === 'ExternalPending') return null;
    if (!(await this.#end(id, to))) return null;
    demand(
      state === 'TerminalConfirmUnknown' || state === 'Reserve',
      'operator',
      `${key} was ${state} and is resolved`,
    );
    demand(state !== 'Reserve' || to === 'Committed', 'Q8 reserve', `${key} is a Reserve and was aborted`);
    this.#books.resolved(key, to);
    return known.uid;
  }

  /** @returns whether it is ended so, also where nobody heard the answer */
  async #end(id: number, to: 'Committed' | 'Aborted'): Promise<boolean> {
    const stateNow = async () => {
      const query = 'SELECT state, state_cause AS cause FROM transactions WHERE backend_transaction_id = $1';
      const [row] = await this.#backend.query<{ state: string; cause: string }>(query, [id]);
      return row?.state === to && row.cause === 'AD';
    };
    const wasSo = await stateNow();
    const body = { editionId, to, note: 'the customer says so', merchantId: 'bar' };
    const answer = await this.#post(`/transactions/${id}/resolution`, body);
    if (wasSo) return false;
    return answer === null ? stateNow() : answer.status === 200;
  }

  /**
   * A card top-up whose payment nobody could find out for a day (requirements.md 3.4). Only given up: to book it, the till has to be
   * known to be gone for good, and here every till comes back.
   */
  async #endPayment(to: 'Committed' | 'Aborted'): Promise<string | null> {
    const [row] = await this.#backend.query(
      `SELECT backend_transaction_id AS id, assignment_id AS "assignmentId", terminal_transaction_number AS number
         FROM transactions WHERE state = 'ExternalUnknown' ORDER BY 1 LIMIT 1`,
    );
    if (row === undefined) return null;
    const { id, assignmentId, number } = paymentSchema.parse(row);
    const isEnded = await this.#end(id, to);
    await this.#onPaymentEnded();
    // One of a customer's own is ended either way, and followed where it is known (`online-top-ups.ts`).
    if (!isEnded || assignmentId === null || number === null) return null;
    demand(to === 'Aborted', '3.4 card', `${assignmentId}/${number} is booked while its till may have it on a tag`);
    const stored = this.#model.row(assignmentId, number);
    demand(stored !== undefined, 'operator', `${assignmentId}/${number} has a payment and no till has stored it`);
    this.#books.paymentGivenUp(stored);
    return stored.uid;
  }

  #firstOpen(): string {
    const open = [...this.#books.known.values()].find(
      ({ state }) => state === 'TerminalConfirmUnknown' || state === 'Reserve',
    );
    return open?.key ?? '';
  }

  async #dismissRejections(): Promise<void> {
    const rows = await this.#backend.query<{ id: number }>(
      'SELECT log_id AS id FROM transition_log WHERE resolved_at IS NULL ORDER BY log_id LIMIT 20',
    );
    for (const { id } of rows)
      await this.#post(`/transition-log/${id}/resolution`, { resolution: 'dismissal', editionId, note: 'explained' });
  }

  #post(path: string, body: unknown, key?: string): Promise<Answer | null> {
    return this.#send(`/v1/admin${path}`, body, key);
  }

  async #send(path: string, body: unknown, key?: string): Promise<Answer | null> {
    const cookie = await this.#cookie();
    if (cookie === null) return null;
    const headers = {
      cookie,
      'content-type': 'application/json',
      ...(key === undefined ? {} : { 'idempotency-key': key }),
    };
    return this.#backend.answer({ method: 'POST', path, headers, body: JSON.stringify(body) });
  }

  async #cookie(): Promise<string | null> {
    if (this.#session && this.#session.untilMs > this.#time.nowMs()) return this.#session.cookie;
    const headers = { 'content-type': 'application/json' };
    const body = JSON.stringify({ password: operatorPassword });
    const answer = await this.#backend.answer({ method: 'POST', path: '/v1/admin/session', headers, body });
    const cookie = answer?.headers['set-cookie']?.split(';', 1)[0];
    if (cookie === undefined) return null;
    this.#session = { cookie, untilMs: this.#time.nowMs() + sessionMs };
    return cookie;
  }
}
