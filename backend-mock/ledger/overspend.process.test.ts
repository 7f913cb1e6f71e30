// Goal: what is sold above the limit of an account stands on a purse of its own (INV-69, Q52), is repaid first by whatever comes in, and
// changes nothing about what the customer has: reports, exposure and coherence see it.
// Method: tills without a net sell more than is there; the accounts are held against a reckoning of one line: of a customer's cash, the
// part below the overdraft. Sales reach the cash when they are processed: the job's round is taken after each. Where no till could spoil
// it, a hand does.
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { enrolmentCodeAnswerSchema } from '../../contract/wire/admin.ts';
import { customerDetailSchema } from '../../contract/wire/admin-customers.ts';
import { exposureAnswerSchema } from '../../contract/wire/exposure.ts';
import { editionCreatedSchema, terminalRowSchema } from '../../contract/wire/operator.ts';
import { reportSchema } from '../../contract/wire/reports.ts';
import { silentLog } from '../../testing/backend/backend.ts';
import { logIn, type OperatorClient } from '../../testing/backend/operator-client.ts';
import { type OwnBackend, startOwnBackend } from '../../testing/backend/own-backend.ts';
import { purchase, type SentTransaction, topUp } from '../../testing/backend/payloads.ts';
import { enrolTill, type TillClient } from '../../testing/backend/till-client.ts';
import { systemClock, systemRandom } from '../ports.ts';
import { processSales } from '../purses/canteen-rounds.ts';
import { type Database, openDatabase } from '../store/database.ts';

let backend: OwnBackend;
let operator: OperatorClient;
let database: pg.Client;
let jobs: Database;
beforeAll(async () => {
  backend = await startOwnBackend();
  operator = await logIn(backend.address);
  database = new pg.Client(backend.databaseUrl);
  await database.connect();
  jobs = openDatabase({ connectionString: backend.databaseUrl }, systemRandom, silentLog);
});
afterAll(async () => {
  await database.end();
  await jobs.close();
  await backend.close();
});

async function newEdition(overdraftMinor: number | undefined, mode = 'account'): Promise<number> {
  const accountLimits = { offlinePerTagMinor: 15_00, offlinePerTillMinor: 200_00, overdraftMinor };
  const plan = {
    name: 'Canteen',
    mode,
    currency: 'GBP',
    timeZone: 'Europe/London',
    limits: { maximumBalanceMinor: 300_00, maximumTopUpMinor: 200_00, maximumPurchaseMinor: 300_00 },
    fees: { topUp: { fixedMinor: 0, rateBasisPoints: 0 }, refund: { fixedMinor: 0, rateBasisPoints: 0 } },
    topUpAmountsMinor: [20_00],
    ...(overdraftMinor === undefined ? {} : { accountLimits }),
  };
  const { editionId } = editionCreatedSchema.parse((await operator.post('/editions', plan)).body);
  await operator.post('/merchants', { editionId, merchantId: 'bar', name: 'Bar' });
  return editionId;
}

async function newTill(editionId: number): Promise<TillClient> {
  const { terminalId } = terminalRowSchema.parse((await operator.post('/terminals', { name: 'Till' })).body);
  const made = await operator.post(`/terminals/${terminalId}/enrolment-codes`, { terminalName: 'Till', editionId });
  return enrolTill(backend.address, enrolmentCodeAnswerSchema.parse(made.body).code);
}

const uid = '04C20000000001';
let keys = 0;
const moneyOf = (path: string, body: object) =>
  operator.request(path, {
    method: 'POST',
    headers: { 'Idempotency-Key': `overspend-${keys++}` },
    body: JSON.stringify(body),
  });

class Desk {
  readonly till: TillClient;
  #number = 0;

  constructor(till: TillClient) {
    this.till = till;
  }

  topUp(amountMinor: number, of = uid): Promise<number> {
    return this.#send(topUp(this.#plan(of), amountMinor, 0));
  }

  sell(amountMinor: number, of = uid): Promise<number> {
    return this.#send(purchase(this.#plan(of), amountMinor));
  }

  /** Several at once, in one batch. */
  async both(first: number, second: number): Promise<void> {
    for (const minor of [first, second]) this.#append(purchase(this.#plan(uid), minor));
    await this.till.send(this.till.journal.entries.length - 1);
    await processSales(jobs, systemClock);
  }

  #plan(of: string) {
    this.#number += 1;
    return { number: this.#number, uid: of, currency: 'GBP' };
  }

  #append(sent: SentTransaction): void {
    this.till.journal.append('transaction', { ...sent, tag: { ...sent.tag, transactionNumber: null } });
  }

  async #send(sent: SentTransaction): Promise<number> {
    this.#append(sent);
    const [result] = (await this.till.send(this.till.journal.entries.length)).answer?.results ?? [];
    if (result?.outcome !== 'accepted' || result.backendTransactionId === undefined)
      throw new Error(JSON.stringify(result));
    await processSales(jobs, systemClock);
    return result.backendTransactionId;
  }
}

async function cashOf(editionId: number, of = uid) {
  const { customerId, balanceMinor } = await operator.read(
    customerDetailSchema,
    `/customers?editionId=${editionId}&uid=${of}`,
  );
  const balances = await operator.balances(editionId);
  const purse = (name: string) => balances.get(`customer:${customerId}/${name}`);
  return { customerId, balanceMinor, defaultMinor: purse('default'), overspendMinor: purse('overspend') };
}

const linesOf = async (transactionId: number) =>
  (
    await database.query<{ text: string }>(
      `SELECT p.line || ' ' || p.kind || ' ' || p.amount_minor || ' to ' || split_part(d.name, '/', 2) || ' from ' || split_part(c.name, '/', 2) AS text
         FROM posting p JOIN account d ON d.account_id = p.debit_account_id JOIN account c ON c.account_id = p.credit_account_id
        WHERE p.backend_transaction_id = $1 AND p.kind LIKE 'overspend%' ORDER BY p.line`,
      [transactionId],
    )
  ).rows.map(({ text }) => text);

describe('Q52, INV-69: sold above the limit', () => {
  test('the part below the overdraft stands on a purse of its own, and what comes in repays that first', async () => {
    const editionId = await newEdition(2_00);
    const desk = new Desk(await newTill(editionId));
    await desk.topUp(5_00);
    expect(await linesOf(await desk.sell(6_00))).toEqual([]);
    expect(await cashOf(editionId)).toMatchObject({ defaultMinor: -1_00, overspendMinor: undefined });
    expect(await linesOf(await desk.sell(3_00))).toEqual(['1002 overspend 200 to default from overspend']);
    expect(await cashOf(editionId)).toMatchObject({ balanceMinor: -4_00, defaultMinor: -2_00, overspendMinor: -2_00 });
    expect(await linesOf(await desk.topUp(1_50))).toEqual(['2 overspend-repaid 150 to overspend from default']);
    expect(await cashOf(editionId)).toMatchObject({ balanceMinor: -2_50, defaultMinor: -2_00, overspendMinor: -50 });
    expect(await linesOf(await desk.topUp(10_00))).toEqual(['2 overspend-repaid 50 to overspend from default']);
    expect(await cashOf(editionId)).toMatchObject({ balanceMinor: 7_50, defaultMinor: 7_50, overspendMinor: 0 });
    expect(await operator.coherence(editionId)).toMatchObject({ sumMinor: 0, findings: 0 });
  });

  test('an edition without limits has no overdraft: all that is below zero is above the limit', async () => {
    const editionId = await newEdition(undefined);
    const desk = new Desk(await newTill(editionId));
    await desk.sell(3_00);
    expect(await cashOf(editionId)).toMatchObject({ balanceMinor: -3_00, defaultMinor: 0, overspendMinor: -3_00 });
  });

  test('two sales of one batch, and two tills at once, come to the part below the overdraft once', async () => {
    const editionId = await newEdition(1_00);
    const [left, right] = [new Desk(await newTill(editionId)), new Desk(await newTill(editionId))];
    await left.both(2_00, 3_00);
    expect(await cashOf(editionId)).toMatchObject({ defaultMinor: -1_00, overspendMinor: -4_00 });
    await Promise.all([left.sell(1_00), right.sell(2_00)]);
    await Promise.all([right.topUp(4_00), left.sell(7_00, '04C20000000002')]);
    expect(await cashOf(editionId)).toMatchObject({ balanceMinor: -4_00, defaultMinor: -1_00, overspendMinor: -3_00 });
    expect(await operator.coherence(editionId)).toMatchObject({ sumMinor: 0, findings: 0 });
  });

  test('a limit that changed counts from the next booking on', async () => {
    const editionId = await newEdition(5_00);
    const desk = new Desk(await newTill(editionId));
    await desk.sell(4_00);
    const accountLimits = { offlinePerTagMinor: 15_00, offlinePerTillMinor: 200_00, overdraftMinor: 1_00 };
    const body = JSON.stringify({ accountLimits });
    expect((await operator.request(`/editions/${editionId}`, { method: 'PATCH', body })).status).toBe(200);
    expect(await cashOf(editionId)).toMatchObject({ defaultMinor: -4_00, overspendMinor: undefined });
    await desk.sell(1_00);
    expect(await cashOf(editionId)).toMatchObject({ balanceMinor: -5_00, defaultMinor: -1_00, overspendMinor: -4_00 });
    expect(await operator.coherence(editionId)).toMatchObject({ findings: 0 });
  });

  test('in tag mode the tag is the limit: nothing has such a purse', async () => {
    const editionId = await newEdition(undefined, 'tag');
    const desk = new Desk(await newTill(editionId));
    const sent = purchase({ number: 1, uid, currency: 'GBP' }, 3_00);
    desk.till.journal.append('transaction', sent);
    await desk.till.send();
    expect(await cashOf(editionId)).toMatchObject({ defaultMinor: -3_00, overspendMinor: undefined });
  });
});

describe('who sees it', () => {
  test('exposure, liabilities and the list of the overdrawn; a write-off takes it off the purse first', async () => {
    const editionId = await newEdition(2_00);
    const desk = new Desk(await newTill(editionId));
    await desk.topUp(20_00, '04C20000000009');
    await desk.sell(5_00);
    const exposure = () => operator.read(exposureAnswerSchema, `/exposure?editionId=${editionId}`);
    const rows = async () => {
      const report = await operator.read(reportSchema, `/reports/liabilities?editionId=${editionId}`);
      if (report.report !== 'liabilities') throw new Error('another report came');
      return report.rows.map(({ kind, count, amountMinor }) => [kind, count, amountMinor]);
    };
    expect(await exposure()).toMatchObject({
      overspent: [{ uids: [uid], availableMinor: -5_00, overspentMinor: 3_00 }],
      overspentMinor: 3_00,
      bookedOverspendMinor: 3_00,
    });
    expect(await rows()).toEqual([
      ['customer-balances', 1, 20_00],
      ['customers-below-zero', 1, -2_00],
      ['overspend', 1, -3_00],
      ['unprocessed-sales', 0, 0],
      ['unused-credit', 0, 0],
      ['cash-without-owner', 0, 0],
      ['written-off', 0, 0],
    ]);
    const overdrawn = await operator.request(`/overdrawn-customers?editionId=${editionId}`);
    expect(await overdrawn.json()).toMatchObject({ customers: [{ uids: [uid], balanceMinor: -5_00 }] });
    const writeOff = { editionId, uid, amountMinor: 4_00, reason: 'the till was offline' };
    expect((await moneyOf('/write-offs', { ...writeOff, amountMinor: 5_01 })).status).toBe(400);
    expect((await moneyOf('/write-offs', writeOff)).status).toBe(200);
    expect(await cashOf(editionId)).toMatchObject({ balanceMinor: -1_00, defaultMinor: -1_00, overspendMinor: 0 });
    expect(await exposure()).toMatchObject({ overspent: [], bookedOverspendMinor: 0, writtenOffMinor: 4_00 });
    expect(await operator.coherence(editionId)).toMatchObject({ findings: 0 });
  });

  test('INV-69: coherence finds a customer with money who owes above the limit, and the database refuses a purse that has some', async () => {
    const editionId = await newEdition(0);
    const desk = new Desk(await newTill(editionId));
    await desk.sell(3_00);
    const { customerId } = await cashOf(editionId);
    const name = (purse: string) => `customer:${customerId}/${purse}`;
    const move = 'UPDATE account SET balance_minor = balance_minor + $3 WHERE edition_id = $1 AND name = $2';
    await database.query(move, [editionId, name('default'), 1_00]);
    await database.query(move, [editionId, 'fee', -1_00]);
    expect(await operator.coherence(editionId)).toMatchObject({
      sumMinor: 0,
      overspendDifferences: [{ customerId, defaultMinor: 1_00, overspendMinor: -3_00 }],
      balanceDifferences: [{ account: name('default') }, { account: 'fee' }],
      purseDifferences: [{ rule: 'purse-balance', purseId: 'default' }],
      findings: 4,
    });
    await expect(database.query(move, [editionId, name('overspend'), 3_01])).rejects.toMatchObject({ code: '23514' });
  });
});

test('INV-69: whatever comes and goes, the two purses are the cash cut at the overdraft', async () => {
  const overdraftMinor = 3_00;
  const editionId = await newEdition(overdraftMinor);
  const desk = new Desk(await newTill(editionId));
  const cash = new Map<string, number>();
  // Not at random, so that a failure is seen again; crosses both borders many times.
  for (let step = 1; step <= 40; step += 1) {
    const of = `04C2000000010${step % 3}`;
    const amountMinor = 1 + ((step * 7919) % 6_00);
    const isSale = (step * step) % 5 < 2 || step % 7 === 0;
    await (isSale ? desk.sell(amountMinor, of) : desk.topUp(amountMinor, of));
    const owned = (cash.get(of) ?? 0) + (isSale ? -amountMinor : amountMinor);
    cash.set(of, owned);
    const { balanceMinor, defaultMinor, overspendMinor = 0 } = await cashOf(editionId, of);
    expect([step, balanceMinor, defaultMinor, overspendMinor]).toEqual([
      step,
      owned,
      Math.max(owned, -overdraftMinor),
      Math.min(0, owned + overdraftMinor),
    ]);
  }
  expect([...cash.values()].some((minor) => minor < -overdraftMinor)).toBe(true);
});
