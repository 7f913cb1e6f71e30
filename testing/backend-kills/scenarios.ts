import { createHash, createHmac, generateKeyPairSync } from 'node:crypto';
import { noticeSignatureHeader } from '../../contract/wire/outside-top-up.ts';
import { purchase } from '../backend/payloads.ts';
import { canteen, festival, type KillWorld, onlyDue, scenarioMs, tags, type WorldNumbers } from './kill-world.ts';

/** A backend that a scenario is played on: a victim, or whoever comes after it. */
export type Actor = {
  address: string;
  /** One round of a job. */
  round(name: string): Promise<number>;
};

/** What came of it, without what a sequence or chance drew: compared with the run without a kill. */
export type Answer = {
  status: number;
  body: unknown;
  /** How many things the round of a job did; a repetition may find less to do. */
  did?: number;
};

export type Scenario = {
  name: string;
  /** The job whose round it is, where it is one. */
  job?: string;
  /** SQL that leaves to the scenario what it is about; {@link quiet} without it. */
  focus?: (world: KillWorld) => string;
  /** Several connections at once: how many statements there are may differ by one that had to wait. */
  isInterleaved?: true;
  act(world: KillWorld, actor: Actor): Promise<Answer>;
  /** What a repetition may say instead of the first answer, where the deed was done: its effect is compared all the same. */
  saysWhenRepeated?: readonly number[];
};

const withoutDrawn = (text: string) =>
  text
    .replaceAll(/"(?:backendTransactionId|logId)":(?:\d+|null)/g, '"number":0')
    .replaceAll(/"token":"[^"]+"/g, '"token":""')
    .replaceAll(/"(?:transactionId|updatedAt)":"[^"]+"/g, '"drawn":""');

async function send(address: string, path: string, init: RequestInit): Promise<Answer> {
  const headers = new Headers(init.headers);
  if (init.body !== undefined) headers.set('Content-Type', 'application/json');
  // A connection of its own: one that a killed process left behind is not used again.
  headers.set('Connection', 'close');
  const response = await fetch(`${address}${path}`, { ...init, headers });
  const text = await response.text();
  return { status: response.status, body: text === '' ? null : JSON.parse(withoutDrawn(text)) };
}

/** By an operator, under one key. */
const deed =
  (path: string | ((world: KillWorld) => string), bodyOf: (world: KillWorld) => object, method = 'POST') =>
  (world: KillWorld, { address }: Actor): Promise<Answer> => {
    const where = typeof path === 'string' ? path : path(world);
    const headers = { Cookie: world.cookie, 'Idempotency-Key': 'the-one-and-only' };
    return send(address, where, { method, headers, body: JSON.stringify(bodyOf(world)) });
  };

/** By the festival's till. */
const call =
  (method: string, path: string, body?: unknown) =>
  ({ festivalTill }: KillWorld, { address }: Actor): Promise<Answer> =>
    send(address, `/v1/assignments/${festivalTill.assignmentId}${path}`, {
      method,
      headers: { Authorization: `Bearer ${festivalTill.token}` },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });

const round = (job: string, focus?: Scenario['focus'], what = ''): Scenario => ({
  name: what === '' ? `the job ${job}` : `the job ${job}: ${what}`,
  job,
  ...(focus === undefined ? {} : { focus }),
  async act(_world, actor) {
    return { status: 0, body: null, did: await actor.round(job) };
  },
});

/** Nothing of the world is asked about or opened by itself any more: what is left is what the scenario does. */
export const quiet = `${onlyDue('payment', [])}; ${onlyDue('refund', [])}; UPDATE auto_top_up SET active = false`;

const about =
  (table: 'payment' | 'refund', ...names: (keyof WorldNumbers)[]) =>
  ({ numbers }: KillWorld) =>
    `${quiet}; ${onlyDue(
      table,
      names.map((name) => numbers[name]),
    )}`;
const payments = (...names: (keyof WorldNumbers)[]) => about('payment', ...names);
const refunds = (...names: (keyof WorldNumbers)[]) => about('refund', ...names);

/** Everybody in the canteen has free meals, whose first credit is due. */
const freeMealsForAll = `INSERT INTO account (edition_id, type, name, customer_id)
    SELECT edition_id, 'customer', 'customer:' || customer_id || '/free-meals', customer_id FROM member;
  INSERT INTO purse (edition_id, customer_id, purse_id, account_id, type, title, credit_amount_minor, credit_apply, expiry_duration_days,
    next_apply_at, created_at, changed_at)
    SELECT a.edition_id, a.customer_id, 'free-meals', a.account_id, 'credit', 'Free School Meals', 250, '0 9 1 * *', 30,
           '2026-07-01T08:00:00Z', '2026-06-30Z', '2026-06-30Z'
      FROM account a WHERE a.name LIKE 'customer:%/free-meals'`;

/** The canteen has a Trac installation that does not answer: a round begins, fails and says when the next one is due. */
const connectedToNobody = `INSERT INTO trac_connection (edition_id, address, audience, organisation, installation_id, slug, namespace,
    direction, credits, active, private_key_pem, public_key_pem, since, next_round_at, changed_at, changed_by)
  SELECT edition_id, 'http://127.0.0.1:1', 'nobody', '1', '1', 'till', 'till', 'both', 'trac', true,
         '${generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()}', '',
         '2026-01-01Z', '2026-01-01Z', '2026-01-01Z', 'test' FROM edition WHERE mode = 'account'`;

/** A signed notice of the provider about the top-up. */
const notice =
  (name: keyof WorldNumbers, status: 'approved' | 'declined', amountMinor: number) =>
  ({ numbers, paymentKeys, noticeSecret }: KillWorld, { address }: Actor): Promise<Answer> => {
    const paymentKey = paymentKeys.get(numbers[name]);
    const sentAt = new Date(scenarioMs).toISOString();
    const reference = `told-${name}`;
    const body = JSON.stringify({
      noticeId: `notice-${name}`,
      sentAt,
      paymentKey,
      status,
      reference,
      amountMinor,
      currency: 'GBP',
    });
    const signature = createHmac('sha256', noticeSecret).update(body).digest('hex');
    return send(address, '/v1/payments/webhook', {
      method: 'POST',
      headers: { [noticeSignatureHeader]: signature },
      body,
    });
  };
/** A provider that had no answer tells again: the notice is known then. */
const replayed = [409];

const jobs: readonly Scenario[] = [
  round('expire-reservations'),
  round('check-payments', payments('openTopUp'), 'an online top-up is charged and booked'),
  round('check-payments', payments('declinedTopUp'), 'one is declined'),
  round('check-payments', payments('lateCard'), 'a card at a till is approved late'),
  round('check-payments', payments('abortedTopUp'), 'a void is asked for again'),
  round('check-payments', payments('forgottenTopUp'), 'a day is over'),
  {
    ...round('check-payments', payments('openTopUp', 'declinedTopUp', 'lateCard'), 'three at once'),
    isInterleaved: true,
  },
  round('open-auto-top-ups', () => `${quiet}; UPDATE auto_top_up SET active = true`),
  round('pay-refunds', refunds('refund'), 'one is paid'),
  round('pay-refunds', refunds('declinedRefund'), 'one is declined'),
  round('pay-refunds', refunds('lateRefund'), 'one is paid late'),
  { ...round('pay-refunds', refunds('refund', 'declinedRefund', 'lateRefund'), 'three at once'), isInterleaved: true },
  {
    ...round('connect-trac', () => `${quiet}; ${connectedToNobody}`),
    async act(_world, actor) {
      // Nothing goes over to somebody who does not answer: what counts is that the round ends, and another one is due.
      await actor.round('connect-trac');
      return { status: 0, body: null, did: 1 };
    },
  },
  round('apply-credits', () => `${quiet}; ${freeMealsForAll}`),
  round('process-sales'),
  round('forget-batches'),
  round('forget-notices'),
  round('send-simulated-notices', ({ numbers, paymentKeys }) => {
    const charge = `charge_key <> '${paymentKeys.get(numbers.lateCard)}'`;
    return `${quiet}; DELETE FROM simulated_notice WHERE ${charge}`;
  }),
];

const ofTills: readonly Scenario[] = [
  {
    name: 'an enrolment',
    act: ({ enrolmentCode }, { address }) =>
      send(address, '/v1/enrolments', {
        method: 'POST',
        body: JSON.stringify({ code: enrolmentCode, terminalName: 'Newcomer', journalId: 'c0ffee'.padEnd(32, '0') }),
      }),
    // A code works once: whoever did not hear the answer is given another code, and the assignment of the first stays the only one.
    saysWhenRepeated: [403],
  },
  {
    name: 'a batch',
    act: (world, actor) => call('PUT', `/batches/${world.batch.batchId}`, JSON.parse(world.batch.body))(world, actor),
  },
  {
    name: 'a reservation',
    act: call('PUT', '/transactions/52/reservation', {
      type: 'Purchase',
      amountMinor: 5_50,
      balanceDeltaMinor: -5_50,
      tag: purchase({ number: 52, uid: tags.reader, before: 95_00 }, 5_50).tag,
    }),
  },
  {
    name: 'a card payment',
    act: call('PUT', '/transactions/60/payment', { amountMinor: 60_00, feeMinor: 5_00, currency: 'CHF' }),
    saysWhenRepeated: [200],
  },
  { name: 'a card payment taken back', act: call('DELETE', '/transactions/61/payment'), saysWhenRepeated: [200] },
  { name: 'a lost tag replaced', act: call('PUT', `/tags/${tags.lost}/replacement`, { newUid: tags.blank }) },
];

const ofTheProvider: readonly Scenario[] = [
  { name: 'a notice: approved', act: notice('silentTopUp', 'approved', 15_02), saysWhenRepeated: replayed },
  { name: 'a notice: declined', act: notice('otherSilentTopUp', 'declined', 12_02), saysWhenRepeated: replayed },
  {
    name: 'a notice: approved after an operator gave it up',
    act: notice('abortedTopUp', 'approved', 10_02),
    saysWhenRepeated: replayed,
  },
  {
    name: 'a notice: approved after nobody asked any more',
    act: notice('forgottenTopUp', 'approved', 20_02),
    saysWhenRepeated: replayed,
  },
];

const reason = 'because';
const ofOperators: readonly Scenario[] = [
  {
    name: 'an admin top-up',
    act: deed('/v1/admin/admin-top-ups', () => ({
      editionId: festival,
      uid: tags.credited,
      amountMinor: 12_00,
      reason,
    })),
  },
  {
    name: 'a chargeback',
    act: deed('/v1/admin/chargebacks', () => ({
      editionId: festival,
      uid: tags.credited,
      amountMinor: 3_00,
      merchantId: 'bar',
      reason,
    })),
  },
  {
    name: 'a write-off',
    act: deed('/v1/admin/write-offs', () => ({ editionId: canteen, uid: tags.overdrawn, amountMinor: 10_00, reason })),
  },
  {
    name: 'an adjustment of a tag',
    act: deed(`/v1/admin/tags/${tags.differing}/adjustments`, () => ({
      editionId: festival,
      amountMinor: 10_00,
      reason,
    })),
  },
  {
    name: 'an online top-up',
    act: deed(
      ({ numbers }) => `/v1/customers/${numbers.payer}/online-top-ups`,
      () => ({ editionId: canteen, amountMinor: 7_00 }),
    ),
  },
  {
    name: 'a customer gives up an online top-up',
    act: (world, { address }) =>
      send(
        address,
        `/v1/customers/${world.numbers.payer}/online-top-ups/${world.numbers.openTopUp}?editionId=${canteen}`,
        { method: 'DELETE', headers: { Cookie: world.cookie } },
      ),
  },
  {
    name: 'a manual refund of a tag',
    act: deed('/v1/admin/manual-refunds', () => ({
      editionId: festival,
      uid: tags.credited,
      amountMinor: 9_00,
      channel: 'cash',
      reason,
    })),
  },
  {
    name: 'a gateway refund',
    act: deed('/v1/admin/gateway-refunds', ({ reference }) => ({
      editionId: canteen,
      uid: tags.refunded,
      amountMinor: 5_00,
      channel: 'online',
      paymentReference: reference,
      reason,
    })),
  },
  {
    name: 'a manual refund is paid',
    act: deed(
      ({ numbers }) => `/v1/admin/manual-refunds/${numbers.manualRefund}/payment`,
      () => ({ editionId: canteen, note: reason }),
    ),
  },
  {
    name: 'a manual refund is given up',
    act: deed(
      ({ numbers }) => `/v1/admin/manual-refunds/${numbers.abortedManualRefund}/abortion`,
      () => ({ editionId: canteen, note: reason }),
    ),
  },
  {
    name: 'an unknown sale is settled',
    act: deed(
      ({ numbers }) => `/v1/admin/transactions/${numbers.unknownSale}/resolution`,
      () => ({ editionId: festival, to: 'Committed', note: reason }),
    ),
  },
  {
    name: 'cash goes to nobody',
    act: deed(
      ({ numbers }) => `/v1/admin/unreturned-cash/${numbers.unreturnedCash}/unclaimed`,
      () => ({ editionId: festival, note: reason }),
    ),
  },
  {
    name: 'a rejection is settled by a booking',
    act: deed(
      ({ numbers }) => `/v1/admin/transition-log/${numbers.rejection}/resolution`,
      () => ({
        resolution: 'booking',
        editionId: festival,
        note: reason,
        type: 'Purchase',
        uid: tags.buyer,
        items: purchase({ number: 9, uid: tags.buyer }, 5_50).items,
      }),
    ),
  },
];

/** An integration is let in at the canteen, where the payer is known to it. */
const integrationToken = 'a'.repeat(43);
const integrationLetIn = ({ numbers }: KillWorld) => `${quiet};
  INSERT INTO installation (edition_id, slug, namespace, public_key_pem, public_key_sha256, defaults, active, created_at)
    VALUES (${canteen}, 'till', 'till', '', '${'0'.repeat(64)}', '{}', true, '2026-01-01Z');
  INSERT INTO installation_token (token_hash, edition_id, installation_id, issued_at, expires_at)
    SELECT '\\x${createHash('sha256').update(integrationToken).digest('hex')}', edition_id, installation_id, '2026-01-01Z', '2199-01-01Z'
      FROM installation;
  UPDATE member SET member_id = 'payer' WHERE edition_id = ${canteen} AND customer_id = ${numbers.payer}`;

const byIntegration =
  (method: string, path: string, body: object) =>
  (_world: KillWorld, { address }: Actor): Promise<Answer> =>
    send(address, `/api/v1/orgs/${canteen}/members/payer${path}`, {
      method,
      headers: {
        Authorization: `token ${integrationToken}`,
        'Idempotency-Key': 'the-one-and-only',
        'If-Unmodified-Since': new Date(scenarioMs - 1000).toISOString(),
      },
      body: JSON.stringify(body),
    });

const ofIntegrations: readonly Scenario[] = [
  {
    name: 'an integration’s sale',
    focus: integrationLetIn,
    act: byIntegration('POST', '/purses/sales/transactions', {
      amount: '-3.00',
      type: 'sale',
      transactionDate: new Date(scenarioMs).toISOString(),
    }),
  },
  {
    name: 'an integration changes a member',
    focus: integrationLetIn,
    act: byIntegration('PUT', '', { mis: { className: '7A' } }),
    // It was changed by the request whose answer was lost: whoever sent it reads it again.
    saysWhenRepeated: [412],
  },
];

/** Everything that moves money or could lose it, each of which is killed at every statement. */
export const scenarios: readonly Scenario[] = [
  ...jobs,
  ...ofTills,
  ...ofTheProvider,
  ...ofOperators,
  ...ofIntegrations,
];
