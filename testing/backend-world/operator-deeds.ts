import { z } from 'zod';
import { coherenceAnswerSchema } from '../../contract/wire/admin.ts';
import { overdrawnAnswerSchema } from '../../contract/wire/admin-money.ts';
import { reportNames } from '../../contract/wire/reports.ts';
import { FleetFault } from './fleet.ts';
import type { WorldOperator } from './world-operator.ts';

const festivalId = 1;
const canteenId = 2;
const idsSchema = z.object({ id: z.int() }).array();

/** Numbers of rows, as a person who has them on a list would know them. */
async function idsOf({ world }: WorldOperator, text: string): Promise<number[]> {
  return idsSchema.parse((await world.database.pool.query(text)).rows).map(({ id }) => id);
}

/** Whether the customer of `t` has anything that stands against a refund (Q7). */
const hasOpen = `(EXISTS (SELECT FROM transactions o WHERE o.edition_id = t.edition_id AND o.customer_id = t.customer_id
                             AND o.state IN ('TerminalConfirmUnknown', 'ExternalUnknown'))
               OR EXISTS (SELECT FROM transition_log l JOIN tag g ON g.edition_id = l.edition_id AND g.uid = l.uid
                           WHERE l.edition_id = t.edition_id AND l.resolved_at IS NULL AND g.customer_id = t.customer_id))`;

/** Mostly one of somebody who may be refunded at all. */
async function refundableTag(operator: WorldOperator): Promise<string> {
  const { world, dice } = operator;
  const found = await world.database.pool.query(
    `SELECT uid FROM tag t WHERE edition_id = $1 AND uid = ANY($2) AND NOT ${hasOpen} ORDER BY uid`,
    [festivalId, world.festivalTags.map(({ uid }) => uid)],
  );
  const clear = z.object({ uid: z.string() }).array().parse(found.rows);
  return (dice.chance(0.8) ? dice.oneOf(clear)?.uid : undefined) ?? someTag(operator);
}

const someTag = ({ world, dice }: WorldOperator) => dice.oneOf(world.festivalTags)?.uid ?? world.newUid();
const reason = 'as the customer says';

type OperatorDeed = (operator: WorldOperator) => Promise<void>;
type OperatorDeedName =
  | 'adminTopUp'
  | 'chargeback'
  | 'writeOff'
  | 'manualRefund'
  | 'endManualRefund'
  | 'gatewayRefund'
  | 'block'
  | 'correct'
  | 'settle'
  | 'resolve'
  | 'unclaimed'
  | 'replace'
  | 'look'
  | 'coherence';

/** What operators do, at the right moment or not. */
export const operatorDeeds: Record<OperatorDeedName, OperatorDeed> = {
  async adminTopUp(operator) {
    const body = {
      editionId: festivalId,
      uid: someTag(operator),
      amountMinor: 1_00 + operator.dice.below(500),
      reason,
    };
    await operator.once('admin top-up', '/v1/admin/admin-top-ups', body);
  },
  async chargeback(operator) {
    const merchantId = operator.dice.pick(['bar', 'food', 'nobody']);
    const amountMinor = 1_00 + operator.dice.below(300);
    const body = { editionId: festivalId, uid: someTag(operator), amountMinor, reason, merchantId };
    await operator.once('chargeback', '/v1/admin/chargebacks', body);
  },
  async writeOff(operator) {
    const editionId = operator.dice.chance(0.5) ? festivalId : canteenId;
    const uid = (await overdrawn(operator, editionId))[0]?.uid ?? someTag(operator);
    const body = { editionId, uid, amountMinor: 1 + operator.dice.below(200), reason };
    await operator.once('write-off', '/v1/admin/write-offs', body);
  },
  async manualRefund(operator) {
    const uid = await refundableTag(operator);
    const feeMinor = operator.dice.pick([0, 50]);
    const channel = operator.dice.pick(['cash', 'card', 'online', 'admin']);
    const amountMinor = 1_00 + operator.dice.below(300);
    const body = { editionId: festivalId, uid, amountMinor, reason, feeMinor, channel };
    await operator.once('manual refund', '/v1/admin/manual-refunds', body);
  },
  async endManualRefund(operator) {
    const ids = await idsOf(operator, `SELECT backend_transaction_id AS id FROM refund`);
    const id = operator.dice.oneOf(ids);
    if (id === undefined) return operatorDeeds.manualRefund(operator);
    const end = operator.dice.pick(['payment', 'abortion']);
    const code = await operator.post(`/manual-refunds/${id}/${end}`, { editionId: festivalId, note: reason });
    operator.note(`manual refund ${end}`, code, String(id));
  },
  async gatewayRefund(operator) {
    const found = await operator.world.database.pool.query(
      `SELECT p.reference, coalesce(t.uid, '') AS uid, t.customer_id IS NOT NULL AND NOT ${hasOpen} AS clear
         FROM payment p JOIN transactions t USING (edition_id, backend_transaction_id)
        WHERE p.edition_id = $1 AND p.reference IS NOT NULL ORDER BY p.backend_transaction_id`,
      [festivalId],
    );
    const rows = z.object({ reference: z.string(), uid: z.string(), clear: z.boolean() }).array().parse(found.rows);
    const clear = rows.filter((row) => row.clear && row.uid !== '');
    const payment = operator.dice.oneOf(operator.dice.chance(0.8) && clear.length > 0 ? clear : rows);
    if (payment === undefined) return operatorDeeds.manualRefund(operator);
    const uid = payment.uid === '' ? someTag(operator) : payment.uid;
    const amountMinor = 1_00 + operator.dice.below(5);
    const body = { editionId: festivalId, uid, amountMinor, reason, paymentReference: payment.reference };
    await operator.once('gateway refund', '/v1/admin/gateway-refunds', body);
  },
  async block(operator) {
    const verb = operator.dice.pick(['block', 'unblock']);
    const uid = someTag(operator);
    operator.note(verb, await operator.post(`/tags/${uid}/${verb}`, { editionId: festivalId, reason }), uid);
  },
  async correct(operator) {
    const amountMinor = operator.dice.pick([-1, 1]) * (1 + operator.dice.below(500));
    const uid = someTag(operator);
    await operator.once('correct', `/v1/admin/tags/${uid}/adjustments`, { editionId: festivalId, amountMinor, reason });
  },
  async settle(operator) {
    const { dice } = operator;
    const open = await idsOf(
      operator,
      `SELECT backend_transaction_id AS id FROM transactions WHERE edition_id = ${festivalId} AND state NOT IN ('Committed', 'Aborted')`,
    );
    const latest = await idsOf(
      operator,
      `SELECT backend_transaction_id AS id FROM transactions WHERE edition_id = ${festivalId} ORDER BY 1 DESC LIMIT 100`,
    );
    const id = dice.oneOf(dice.chance(0.7) && open.length > 0 ? open : latest);
    if (id === undefined) return;
    const to = dice.pick(['Committed', 'Aborted']);
    const merchantId = dice.pick([undefined, 'bar', 'unallocated', 'nobody']);
    const uid = dice.pick([undefined, someTag(operator)]);
    const body = { editionId: festivalId, to, note: reason, ...(merchantId && { merchantId }), ...(uid && { uid }) };
    operator.note(`settle ${to}`, await operator.post(`/transactions/${id}/resolution`, body), String(id));
  },
  async resolve(operator) {
    const { dice } = operator;
    const ids = await idsOf(
      operator,
      `SELECT log_id AS id FROM transition_log WHERE edition_id = ${festivalId} AND (resolved_at IS NULL OR log_id % 9 = 0) ORDER BY log_id`,
    );
    const id = dice.oneOf(ids);
    if (id === undefined) return;
    const item = { kind: 'purchase', debit: 'merchant:bar', credit: 'customer', amountMinor: 1_00 };
    const booking = { resolution: 'booking', type: 'Purchase', uid: someTag(operator), items: [item] };
    const how = dice.chance(0.2) ? booking : { resolution: 'dismissal' };
    const code = await operator.post(`/transition-log/${id}/resolution`, {
      editionId: festivalId,
      note: reason,
      ...how,
    });
    operator.note(`resolve ${how.resolution}`, code, String(id));
  },
  async unclaimed(operator) {
    const ids = await idsOf(
      operator,
      `SELECT backend_transaction_id AS id FROM transactions WHERE edition_id = ${festivalId} AND type = 'TopUp' AND state = 'Aborted'`,
    );
    const id = operator.dice.oneOf(ids);
    if (id === undefined) return;
    const code = await operator.post(`/unreturned-cash/${id}/unclaimed`, { editionId: festivalId, note: reason });
    operator.note('unclaimed', code, String(id));
  },
  async replace(operator) {
    const body = { editionId: festivalId, newUid: operator.world.newUid(), reason };
    const uid = someTag(operator);
    // The lost tag is out of the world only where a till writes the other one; until then its sales are late ones.
    operator.note('replace by operator', await operator.post(`/tags/${uid}/replacement`, body), uid);
  },
  async look(operator) {
    const { dice } = operator;
    const editionId = dice.pick([1, 2]);
    const reports = reportNames.map((name) => `/v1/admin/reports/${name}?editionId=${editionId}`);
    const path = dice.oneOf([...reports, `/v1/admin/transactions?editionId=${editionId}`]) ?? '';
    const reply = await operator.ask(path);
    operator.note('look', reply.status, path);
    if (reply.status !== 200) throw new FleetFault(`${path} answered ${reply.status} ${reply.text}`);
  },
  async coherence(operator) {
    const editionId = operator.dice.pick([1, 2]);
    const found = await coherenceOf(operator, editionId);
    operator.note('coherence', found.findings === 0 ? 'quiet' : 'findings');
    if (found.sumMinor !== 0 || found.balanceDifferences.length > 0)
      throw new FleetFault(`edition ${editionId} does not add up: ${JSON.stringify(found.balanceDifferences)}`);
  },
};

export const operatorWeights: Record<OperatorDeedName, number> = {
  adminTopUp: 4,
  chargeback: 2,
  writeOff: 2,
  manualRefund: 2,
  endManualRefund: 3,
  gatewayRefund: 4,
  block: 2,
  correct: 2,
  settle: 5,
  resolve: 6,
  unclaimed: 2,
  replace: 0.3,
  look: 2,
  coherence: 2,
};

export async function coherenceOf(operator: WorldOperator, editionId: number) {
  const reply = await operator.ask(`/v1/admin/coherence?editionId=${editionId}`);
  return coherenceAnswerSchema.parse(JSON.parse(reply.text));
}

/** Customers below zero by one of their tags. */
export async function overdrawn(operator: WorldOperator, editionId: number) {
  const reply = await operator.ask(`/v1/admin/overdrawn-customers?editionId=${editionId}`);
  const { customers } = overdrawnAnswerSchema.parse(JSON.parse(reply.text));
  return customers.flatMap(({ uids: [uid], balanceMinor }) => (uid === undefined ? [] : [{ uid, balanceMinor }]));
}
