import { z } from 'zod';
import type { TransitionCause, TransitionKind } from '../../backend-mock/ingest/transitions.ts';
import { checkDuePayments } from '../../backend-mock/jobs/check-payments.ts';
import { openDueAutoTopUps } from '../../backend-mock/payments/auto-top-up.ts';
import { boundedProvider } from '../../backend-mock/payments/bounded-provider.ts';
import { readNoticeSecret, signNotice } from '../../backend-mock/payments/notice-secret.ts';
import { simulatedProvider } from '../../backend-mock/payments/simulated-provider.ts';
import { systemRandom } from '../../backend-mock/ports.ts';
import type { RefundWord } from '../../backend-mock/refunds/gateway.ts';
import { payDueRefunds } from '../../backend-mock/refunds/pay-due-refunds.ts';
import { noticeSignatureHeader } from '../../contract/wire/outside-top-up.ts';
import type { BackendState } from '../../contract/wire/words.ts';
import { silentLog } from './backend.ts';
import { topUp } from './payloads.ts';
import { uidsFrom } from './tag-uids.ts';
import { enrolTill, type TillClient } from './till-client.ts';
import type { WalkedBackend } from './walked-backend.ts';
import { ageOpenPayments } from './walked-rows.ts';

/** What is made in the backend; no till has a word in it. Credits of purses are made and ended by one statement of their job. */
export type OwnKind = Exclude<TransitionKind, `terminal-${string}` | 'automatic-credit'>;
export type OwnStanding = { state: BackendState; cause: TransitionCause };

const outside: readonly OwnStanding[] = [
  { state: 'Open', cause: 'BJ' },
  { state: 'ExternalPending', cause: 'BJ' },
  { state: 'ExternalUnknown', cause: 'TM' },
  { state: 'Committed', cause: 'WH' },
  { state: 'Committed', cause: 'AD' },
  { state: 'Aborted', cause: 'WH' },
  { state: 'Aborted', cause: 'AD' },
];

/** Where the transactions of a kind can stand for longer than a database transaction lasts. */
export const ownStandings: Readonly<Record<OwnKind, readonly OwnStanding[]>> = {
  'online-top-up': outside.map((standing) => (standing.state === 'Open' ? { ...standing, cause: 'CU' } : standing)),
  'auto-top-up': outside,
  'admin-booking': [{ state: 'Committed', cause: 'AD' }],
  'manual-refund': [
    { state: 'ReservePending', cause: 'AD' },
    { state: 'Committed', cause: 'AD' },
    { state: 'Aborted', cause: 'AD' },
  ],
  'gateway-refund': [
    { state: 'ReservePending', cause: 'BJ' },
    { state: 'Committed', cause: 'WH' },
    { state: 'Aborted', cause: 'WH' },
  ],
};

/** Approved late, and so pending while nothing is asked again; silent for ever (protocol.md, "Operator API"). */
const lateMinor = 20_03;
const silentMinor = 20_02;
const editionId = 2;

/** Everything that moves transactions of the backend's own: operators, the provider's notices, the gateway's words, and jobs. */
export class OwnDeeds {
  readonly #parts: WalkedBackend;
  readonly #newUid = uidsFrom('04F2');
  #customers = 0;
  #notices = 0;
  #till: TillClient | undefined;

  constructor(parts: WalkedBackend) {
    this.#parts = parts;
  }

  /** A transaction of its kind for a customer of its own, brought where it is wanted by legal steps. */
  async make(kind: OwnKind, { state, cause }: OwnStanding): Promise<number> {
    const isForADay = state === 'ExternalUnknown' || cause === 'AD';
    const id = await this.#open(kind, isForADay ? silentMinor : lateMinor);
    const isOutside = kind === 'online-top-up' || kind === 'auto-top-up';
    if (isOutside && state !== 'Open') await this.checkPayments(0);
    if (state === 'ExternalUnknown' || (isOutside && cause === 'AD')) await this.#giveUp();
    if (state !== 'Committed' && state !== 'Aborted') return id;
    if (isOutside && cause === 'WH') await this.notify(id, state === 'Committed' ? 'approved' : 'declined');
    if (isOutside && cause === 'AD') await this.settle(id, state);
    if (kind === 'manual-refund') await this.endRefund(id, state);
    if (kind === 'gateway-refund') await this.payRefunds(state === 'Committed' ? 'refunded' : 'declined');
    return id;
  }

  async #open(kind: OwnKind, amountMinor: number): Promise<number> {
    const { uid, customerId } = await this.#customer(kind);
    switch (kind) {
      case 'online-top-up':
        return this.#once(`/v1/customers/${customerId}/online-top-ups`, { editionId, amountMinor });
      case 'auto-top-up':
        return this.#openAuto(customerId, amountMinor);
      case 'admin-booking':
        return this.#once('/v1/admin/admin-top-ups', { editionId, uid, amountMinor: 5_00, reason: 'sorry' });
      case 'manual-refund':
        return this.#once('/v1/admin/manual-refunds', { editionId, uid, amountMinor: 5_00, reason: 'goes home' });
      case 'gateway-refund':
        return this.#openGatewayRefund(uid, customerId);
    }
  }

  /** With 20.00 in the backend: in account mode nothing has to leave a tag first. */
  async #customer(kind: OwnKind): Promise<{ uid: string; customerId: number }> {
    this.#customers += 1;
    const uid = this.#newUid();
    this.#till ??= await enrolTill(this.#parts.address, 'DEMO-CANTEEN');
    const till = this.#till;
    const sent = topUp({ number: this.#customers, uid, currency: 'GBP' }, kind === 'auto-top-up' ? 1_00 : 20_00, 0);
    till.journal.append('transaction', { ...sent, tag: { ...sent.tag, transactionNumber: null } });
    const { answer, text } = await till.send(this.#customers);
    if (answer?.results[0]?.outcome !== 'accepted') throw new Error(text);
    const found = await this.#parts.database.pool.query('SELECT customer_id AS id FROM tag WHERE uid = $1', [uid]);
    return { uid, customerId: z.object({ id: z.int() }).parse(found.rows[0]).id };
  }

  async #openAuto(customerId: number, amountMinor: number): Promise<number> {
    const rule = {
      thresholdMinor: 10_00,
      amountMinor,
      limitPerDayMinor: 100_00,
      cardToken: 'card',
      active: true,
    };
    const init = { method: 'PUT', body: JSON.stringify({ editionId, ...rule }) };
    await (await this.#parts.operator()).request(`/customers/${customerId}/auto-top-up`, init);
    await openDueAutoTopUps({ ...this.#parts, random: systemRandom });
    const found = await this.#parts.database.pool.query(
      `SELECT backend_transaction_id AS id FROM transactions WHERE customer_id = $1 AND origin = 'auto'`,
      [customerId],
    );
    return z.object({ id: z.int() }).parse(found.rows[0]).id;
  }

  async #openGatewayRefund(uid: string, customerId: number): Promise<number> {
    const paid = await this.#once(`/v1/customers/${customerId}/online-top-ups`, {
      editionId,
      amountMinor: lateMinor,
    });
    await this.checkPayments(0);
    await this.notify(paid, 'approved');
    const body = {
      editionId,
      uid,
      amountMinor: 5_00,
      reason: 'goes home',
      paymentReference: `ref-${paid}`,
      channel: 'online',
    };
    return this.#once('/v1/admin/gateway-refunds', body);
  }

  async #once(path: string, body: object): Promise<number> {
    const by = await this.#parts.operator();
    const headers = {
      'Content-Type': 'application/json',
      'Idempotency-Key': `${path}-${this.#customers}`,
      Cookie: by.cookie,
    };
    const response = await fetch(`${by.address}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
    const text = await response.text();
    if (response.status !== 200) throw new Error(`${path} answered ${response.status} ${text}`);
    return z.object({ backendTransactionId: z.int() }).parse(JSON.parse(text)).backendTransactionId;
  }

  /** A round of the job that starts payments and asks about them, after some time. */
  async checkPayments(afterMs: number): Promise<void> {
    const { database, clock } = this.#parts;
    clock.pass(afterMs);
    const provider = boundedProvider(simulatedProvider(database, clock), 60, silentLog);
    await checkDuePayments({ database, clock, provider });
  }

  /** As a day later (Q12): the payments are made a day older, for sessions of operators do not last that long. */
  async #giveUp(): Promise<void> {
    await ageOpenPayments(this.#parts.database, this.#parts.clock.now());
    await this.checkPayments(0);
  }

  /** The provider's own word, signed; the status of the answer. */
  async notify(id: number, status: 'approved' | 'declined' | 'voided'): Promise<number> {
    const { database, clock, address } = this.#parts;
    const found = await database.pool.query(
      'SELECT payment_key, amount_minor FROM payment WHERE backend_transaction_id = $1',
      [id],
    );
    const row = z.object({ payment_key: z.string(), amount_minor: z.int() }).optional().parse(found.rows[0]);
    if (row === undefined) return 404;
    this.#notices += 1;
    const body = Buffer.from(
      JSON.stringify({
        noticeId: `walk-${this.#notices}`.padEnd(12, '.'),
        sentAt: clock.now().toISOString(),
        paymentKey: row.payment_key,
        status,
        reference: `ref-${id}`,
        amountMinor: row.amount_minor,
        currency: 'GBP',
      }),
    );
    const signature = signNotice(await readNoticeSecret(database.pool), body);
    const headers = { 'Content-Type': 'application/json', [noticeSignatureHeader]: signature };
    return (await fetch(`${address}/v1/payments/webhook`, { method: 'POST', headers, body })).status;
  }

  async settle(id: number, to: 'Committed' | 'Aborted'): Promise<number> {
    const body = { editionId, to, note: 'asked the provider' };
    return (await (await this.#parts.operator()).post(`/transactions/${id}/resolution`, body)).status;
  }

  async endRefund(id: number, to: 'Committed' | 'Aborted'): Promise<number> {
    const end = to === 'Committed' ? 'payment' : 'abortion';
    return (await (await this.#parts.operator()).post(`/manual-refunds/${id}/${end}`, { editionId, note: 'done' }))
      .status;
  }

  /** What was left pending before is nobody's any more. */
  async leaveAlone(): Promise<void> {
    await this.#parts.database.pool.query('UPDATE payment SET next_check_at = NULL');
    await this.#parts.database.pool.query('UPDATE refund SET next_check_at = NULL');
    await this.#parts.database.pool.query('UPDATE auto_top_up SET active = false');
  }

  /** A round of the job that has refunds paid, with a gateway that says always the same. */
  async payRefunds(word: RefundWord): Promise<void> {
    const { database, clock } = this.#parts;
    await payDueRefunds({ database, clock, gateway: { refund: async () => word }, log: silentLog });
  }
}
