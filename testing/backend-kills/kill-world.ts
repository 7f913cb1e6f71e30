import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { z } from 'zod';
import { enrolmentCodeAnswerSchema } from '../../contract/wire/admin.ts';
import { terminalRowSchema } from '../../contract/wire/operator.ts';
import { outsideTopUpSchema } from '../../contract/wire/outside-top-up.ts';
import { startTestBackend, type TestServer } from '../backend/backend.ts';
import { cardWish, putPayment } from '../backend/card-payments.ts';
import { logIn, type OperatorClient } from '../backend/operator-client.ts';
import { purchase, snapshot, topUp } from '../backend/payloads.ts';
import { enrolTill, type TillClient } from '../backend/till-client.ts';
import { type JobRounds, neverMs, openJobRounds, providerTimeoutMs } from './job-rounds.ts';

const dayMs = 24 * 60 * 60 * 1000;
const openedMs = Date.parse('2026-07-04T10:00:00Z');
/** When the scenarios take place: an hour later, so that reservations have expired and late approvals have come. */
export const scenarioMs = openedMs + 60 * 60 * 1000;

export const festival = 1;
export const canteen = 2;

/** The tags of the world, by what happens to them. */
const uidOf = (number: number) => `04C0FFEE${number.toString(16).toUpperCase().padStart(6, '0')}`;
export const tags = {
  buyer: uidOf(1),
  unknownSale: uidOf(2),
  reader: uidOf(3),
  credited: uidOf(5),
  unreturned: uidOf(6),
  differing: uidOf(7),
  lost: uidOf(8),
  newcomer: uidOf(9),
  blank: uidOf(0x80),
  payer: uidOf(0xa1),
  low: uidOf(0xa2),
  refunded: uidOf(0xa3),
  refundDeclined: uidOf(0xa4),
  refundLate: uidOf(0xa5),
  paidByHand: uidOf(0xa6),
  givenUpByHand: uidOf(0xa7),
  overdrawn: uidOf(0xa8),
};

/** The numbers that the backend gave to what is going to be acted upon. */
export type WorldNumbers = Record<
  | 'unknownSale'
  | 'unreturnedCash'
  | 'rejection'
  | 'refund'
  | 'declinedRefund'
  | 'lateRefund'
  | 'manualRefund'
  | 'abortedManualRefund'
  | 'openTopUp'
  | 'declinedTopUp'
  | 'silentTopUp'
  | 'otherSilentTopUp'
  | 'forgottenTopUp'
  | 'abortedTopUp'
  | 'lateCard'
  | 'payer',
  number
>;

/** A database in which everything waits for what a scenario does, to be copied for each kill. */
export type KillWorld = {
  databaseUrl: string;
  festivalTill: TillClient;
  canteenTill: TillClient;
  cookie: string;
  numbers: WorldNumbers;
  /** Payments' own names, by transaction, and the reference of the refunded one. */
  paymentKeys: ReadonlyMap<number, string>;
  reference: string;
  noticeSecret: Buffer;
  /** Lets one till more into the canteen, once. */
  enrolmentCode: string;
  /** What the festival's till is about to send. */
  batch: { batchId: string; body: string };
};

/** Plays what happened before: eight days ago, and this morning. */
export async function buildKillWorld(server: TestServer): Promise<KillWorld> {
  const databaseUrl = await server.newDatabase();
  const builder = await WorldBuilder.start(databaseUrl);
  try {
    return await builder.build();
  } finally {
    await builder.close();
  }
}

class WorldBuilder {
  readonly #databaseUrl: string;
  readonly #database: pg.Client;
  #nowMs = openedMs - 8 * dayMs;
  #backend: Awaited<ReturnType<typeof startTestBackend>> | undefined;
  #jobs: JobRounds | undefined;
  /** For payments about which the provider never says anything. */
  #impatient: JobRounds | undefined;
  #operator: OperatorClient | undefined;

  private constructor(databaseUrl: string, database: pg.Client) {
    this.#databaseUrl = databaseUrl;
    this.#database = database;
  }

  static async start(databaseUrl: string): Promise<WorldBuilder> {
    const database = new pg.Client(databaseUrl);
    await database.connect();
    const builder = new WorldBuilder(databaseUrl, database);
    const clock = { now: () => new Date(builder.#nowMs) };
    const pauses = { expiryIntervalMs: neverMs, paymentIntervalMs: neverMs, providerTimeoutMs };
    builder.#backend = await startTestBackend(databaseUrl, { clock, ...pauses });
    builder.#jobs = openJobRounds(databaseUrl, clock, builder.#backend.address);
    builder.#impatient = openJobRounds(databaseUrl, clock, builder.#backend.address, 100);
    builder.#operator = await logIn(builder.#backend.address);
    return builder;
  }

  async close(): Promise<void> {
    await this.#jobs?.close();
    await this.#impatient?.close();
    await this.#backend?.close();
    await this.#database.end();
  }

  async build(): Promise<KillWorld> {
    const address = this.#operatorClient.address;
    const festivalTill = await enrolTill(address);
    const canteenTill = await enrolTill(address, 'DEMO-CANTEEN');
    const old = await this.#eightDaysAgo(festivalTill, canteenTill);
    this.#nowMs = openedMs;
    this.#operator = await logIn(address);
    await this.#morning(festivalTill, canteenTill);
    const numbers = { ...old, ...(await this.#moneyOfTheBackend(festivalTill, old)) };
    this.#nowMs = scenarioMs;
    const keys = await this.#rows(
      z.object({ id: z.coerce.number(), key: z.string() }),
      'SELECT backend_transaction_id AS id, payment_key AS key FROM payment',
    );
    const [secret] = await this.#rows(
      z.object({ secret: z.instanceof(Buffer) }),
      'SELECT secret FROM payment_notice_secret',
    );
    const [paid] = await this.#rows(
      z.object({ reference: z.string() }),
      `SELECT p.reference FROM payment p JOIN transactions t USING (edition_id, backend_transaction_id)
        WHERE t.uid = '${tags.refunded}' AND p.reference IS NOT NULL`,
    );
    return {
      databaseUrl: this.#databaseUrl,
      festivalTill,
      canteenTill,
      cookie: (await logIn(address)).cookie,
      numbers,
      paymentKeys: new Map(keys.map(({ id, key }) => [id, key])),
      reference: paid?.reference ?? '',
      noticeSecret: secret?.secret ?? Buffer.alloc(0),
      enrolmentCode: await this.#issueEnrolmentCode(),
      batch: nextBatch(festivalTill),
    };
  }

  get #operatorClient(): OperatorClient {
    if (this.#operator === undefined) throw new Error('the builder was started');
    return this.#operator;
  }

  async #eightDaysAgo(festivalTill: TillClient, canteenTill: TillClient) {
    await this.#send(festivalTill, topUp({ number: 1, uid: tags.buyer }, 100_00, 5_00));
    await this.#send(canteenTill, topUp({ number: 1, uid: tags.payer, currency: 'GBP' }, 40_00, 0));
    const payer = await this.#customer(tags.payer);
    // Paid, and told by a notice as well: that is what is forgotten later.
    await this.#openOnline(payer, 5_00);
    await this.#round('check-payments');
    await this.#round('send-simulated-notices');
    const forgottenTopUp = await this.#openOnline(payer, 20_02);
    const abortedTopUp = await this.#openOnline(payer, 10_02);
    await this.#askInVain([forgottenTopUp, abortedTopUp]);
    return { payer, forgottenTopUp, abortedTopUp };
  }

  async #morning(festivalTill: TillClient, canteenTill: TillClient): Promise<void> {
    const { unknownSale, reader, credited, unreturned, differing, lost, buyer } = tags;
    for (const [index, uid] of [unknownSale, reader, credited, differing, lost].entries())
      await this.#send(festivalTill, topUp({ number: 2 + index, uid }, 100_00, 5_00));
    const unknown = { state: 'TerminalConfirmUnknown' } as const;
    await this.#send(
      festivalTill,
      purchase({ number: 7, uid: unknownSale, before: 95_00, tagNumber: 3 }, 5_50, unknown),
    );
    await this.#send(festivalTill, topUp({ number: 8, uid: unreturned }, 20_00, 5_00, { state: 'Aborted' }));
    const sale = purchase({ number: 9, uid: buyer, before: 95_00, tagNumber: 2 }, 5_50);
    await this.#send(festivalTill, { ...sale, amountMinor: 6_00 }, 'rejected');
    // The tag has lost 10.00 that the ledger still has.
    festivalTill.journal.append('tagSnapshot', snapshot({ uid: differing, transactionNumber: 6, balanceMinor: 85_00 }));
    await this.#flush(festivalTill);
    for (const [index, uid] of this.#canteenTags.entries())
      await this.#send(canteenTill, topUp({ number: 2 + index, uid, currency: 'GBP' }, 40_00, 0));
    const sold = { number: 30, uid: tags.overdrawn, before: 40_00, currency: 'GBP' };
    const items = purchase(sold, 50_00).items.map((item) => ({ ...item, debit: 'merchant:canteen' }));
    await this.#send(canteenTill, purchase(sold, 50_00, { items, merchantId: 'canteen' }));
    await this.#put(festivalTill, '/transactions/51/reservation', {
      type: 'Purchase',
      amountMinor: 5_50,
      balanceDeltaMinor: -5_50,
      tag: purchase({ number: 51, uid: buyer, before: 95_00 }, 5_50).tag,
    });
  }

  get #canteenTags(): readonly string[] {
    const { low, refunded, refundDeclined, refundLate, paidByHand, givenUpByHand, overdrawn } = tags;
    return [low, refunded, refundDeclined, refundLate, paidByHand, givenUpByHand, overdrawn];
  }

  async #moneyOfTheBackend(till: TillClient, old: { payer: number; forgottenTopUp: number; abortedTopUp: number }) {
    const { payer } = old;
    await this.#askInVain([old.abortedTopUp]);
    await this.#post(`/transactions/${old.abortedTopUp}/resolution`, {
      editionId: canteen,
      to: 'Aborted',
      note: 'given up',
    });
    const paid = [tags.refunded, tags.refundDeclined, tags.refundLate];
    const online: number[] = [];
    for (const uid of paid) online.push(await this.#openOnline(await this.#customer(uid), 40_00));
    const silentTopUp = await this.#openOnline(payer, 15_02);
    const otherSilentTopUp = await this.#openOnline(payer, 12_02);
    await this.#onlyDue(online);
    await this.#round('check-payments');
    await this.#askInVain([silentTopUp, otherSilentTopUp]);
    const refund = await this.#gatewayRefund(tags.refunded, 20_00);
    const declinedRefund = await this.#gatewayRefund(tags.refundDeclined, 10_01);
    const lateRefund = await this.#gatewayRefund(tags.refundLate, 10_03);
    const manual = async (uid: string) => {
      const wish = { editionId: canteen, uid, amountMinor: 15_00, reason: 'goes home', channel: 'cash' };
      return this.#idOf(await this.#post('/manual-refunds', wish));
    };
    const manualRefund = await manual(tags.paidByHand);
    const abortedManualRefund = await manual(tags.givenUpByHand);
    await putPayment(till, 61, cardWish(60_00));
    await putPayment(till, 62, cardWish(60_03));
    const openTopUp = await this.#openOnline(payer, 30_00);
    const declinedTopUp = await this.#openOnline(payer, 10_01);
    await this.#putRule(await this.#customer(tags.low));
    return {
      refund,
      declinedRefund,
      lateRefund,
      manualRefund,
      abortedManualRefund,
      silentTopUp,
      otherSilentTopUp,
      openTopUp,
      declinedTopUp,
      lateCard: await this.#terminalTransaction(till, 62),
      unknownSale: await this.#terminalTransaction(till, 7),
      unreturnedCash: await this.#terminalTransaction(till, 8),
      rejection: await this.#number('SELECT log_id FROM transition_log LIMIT 1'),
    };
  }

  async #send(till: TillClient, payload: unknown, outcome = 'accepted'): Promise<void> {
    till.journal.append('transaction', payload);
    const [result] = await this.#flush(till);
    if (result?.outcome !== outcome) throw new Error(`${JSON.stringify(result)} is not ${outcome}`);
  }

  async #flush(till: TillClient) {
    const at = till.journal.entries.length;
    return (await till.send(at, at)).answer?.results ?? [];
  }

  async #put(till: TillClient, path: string, body: unknown): Promise<void> {
    const headers = { 'Content-Type': 'application/json' };
    const answer = await till.request(path, { method: 'PUT', headers, body: JSON.stringify(body) });
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
  }

  async #post(path: string, body: unknown): Promise<unknown> {
    const headers = { 'Idempotency-Key': `before-${randomBytes(6).toString('hex')}` };
    const answer = await this.#operatorClient.request(path, { method: 'POST', headers, body: JSON.stringify(body) });
    if (answer.status !== 200) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return answer.json();
  }

  #idOf(answer: unknown): number {
    return z.object({ backendTransactionId: z.int() }).parse(answer).backendTransactionId;
  }

  async #gatewayRefund(uid: string, amountMinor: number): Promise<number> {
    const [paid] = await this.#rows(
      z.object({ reference: z.string() }),
      `SELECT p.reference FROM payment p JOIN transactions t USING (edition_id, backend_transaction_id) WHERE t.uid = '${uid}' AND t.state = 'Committed'`,
    );
    const wish = { editionId: canteen, uid, amountMinor, reason: 'goes home', channel: 'online' };
    return this.#idOf(await this.#post('/gateway-refunds', { ...wish, paymentReference: paid?.reference }));
  }

  async #openOnline(customerId: number, amountMinor: number): Promise<number> {
    const answer = await fetch(`${this.#operatorClient.address}/v1/customers/${customerId}/online-top-ups`, {
      method: 'POST',
      headers: {
        Cookie: this.#operatorClient.cookie,
        'Content-Type': 'application/json',
        'Idempotency-Key': `before-${randomBytes(6).toString('hex')}`,
      },
      body: JSON.stringify({ editionId: canteen, amountMinor }),
    });
    return outsideTopUpSchema.parse(await answer.json()).backendTransactionId;
  }

  async #issueEnrolmentCode(): Promise<string> {
    const operator = await logIn(this.#operatorClient.address);
    const { terminalId } = terminalRowSchema.parse((await operator.post('/terminals', { name: 'Newcomer' })).body);
    const wish = { terminalName: 'Newcomer', editionId: canteen };
    return enrolmentCodeAnswerSchema.parse((await operator.post(`/terminals/${terminalId}/enrolment-codes`, wish)).body)
      .code;
  }

  async #putRule(customerId: number): Promise<void> {
    const rule = {
      thresholdMinor: 50_00,
      amountMinor: 20_00,
      limitPerDayMinor: 100_00,
      cardToken: 'card-1',
      active: true,
    };
    const body = JSON.stringify({ editionId: canteen, ...rule });
    const answer = await this.#operatorClient.request(`/customers/${customerId}/auto-top-up`, { method: 'PUT', body });
    if (answer.status !== 200) throw new Error(`the rule was answered ${answer.status}`);
  }

  #customer(uid: string): Promise<number> {
    return this.#number(`SELECT customer_id FROM tag WHERE uid = '${uid}'`);
  }

  #terminalTransaction({ assignmentId }: TillClient, number: number): Promise<number> {
    return this.#number(`SELECT backend_transaction_id FROM transactions
      WHERE assignment_id = ${assignmentId} AND terminal_transaction_number = ${number}`);
  }

  async #onlyDue(transactions: readonly number[]): Promise<void> {
    await this.#database.query(onlyDue('payment', transactions));
  }

  /** The provider is asked about what it never speaks of. */
  async #askInVain(transactions: readonly number[]): Promise<void> {
    await this.#onlyDue(transactions);
    await this.#impatient?.round('check-payments');
  }

  async #round(name: string): Promise<void> {
    await this.#jobs?.round(name);
  }

  async #number(text: string): Promise<number> {
    const found = await this.#database.query<unknown[]>({ text, rowMode: 'array' });
    return z.coerce.number().int().min(1).parse(found.rows[0]?.[0]);
  }

  async #rows<Schema extends z.ZodType>(schema: Schema, text: string): Promise<z.output<Schema>[]> {
    return schema.array().parse((await this.#database.query(text)).rows);
  }
}

/** SQL that lets only these payments or refunds be looked at, so that a round of a job is about one thing. */
export function onlyDue(table: 'payment' | 'refund', transactions: readonly number[]): string {
  return `UPDATE ${table} SET next_check_at = CASE WHEN backend_transaction_id = ANY('{${transactions.join(',')}}') THEN '2026-01-01T00:00:00Z'::timestamptz END`;
}

/** News, a sale, a tag that was read, one that was made, and something that is rejected. */
function nextBatch(till: TillClient): { batchId: string; body: string } {
  const first = till.journal.entries.length + 1;
  till.journal.append('tagEvent', { event: 'issue', uid: tags.newcomer, generation: 1 });
  till.journal.append('transaction', topUp({ number: 10, uid: tags.newcomer }, 50_00, 5_00));
  till.journal.append('transaction', purchase({ number: 11, uid: tags.buyer, before: 95_00, tagNumber: 2 }, 7_00));
  till.journal.append('tagSnapshot', snapshot({ uid: tags.reader, transactionNumber: 3, balanceMinor: 95_00 }));
  till.journal.append(
    'transaction',
    purchase({ number: 12, uid: tags.buyer, before: 88_00, tagNumber: 3 }, 3_00, { state: 'Open' }),
  );
  return till.journal.batch(first);
}
