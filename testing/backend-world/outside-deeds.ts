import { z } from 'zod';
import { readNoticeSecret, signNotice } from '../../backend-mock/payments/notice-secret.ts';
import { noticeSignatureHeader, noticeSkewMsMax, type PaymentNotice } from '../../contract/wire/outside-top-up.ts';
import type { Dice } from './dice.ts';
import { FleetFault } from './fleet.ts';
import type { World } from './world.ts';
import type { WorldOperator } from './world-operator.ts';

const customersSchema = z.object({ edition_id: z.int(), customer_id: z.int() }).array();

async function someCustomer({ world, dice }: WorldOperator) {
  const found = await world.database.pool.query(
    `SELECT DISTINCT edition_id, customer_id FROM tag WHERE uid = ANY($1) ORDER BY edition_id, customer_id`,
    [[...world.festivalTags, ...world.canteenTags].map(({ uid }) => uid)],
  );
  return dice.oneOf(customersSchema.parse(found.rows));
}

/** A customer tops up online, or has a card do it when the balance is low. */
export async function topUpOutside(customer: WorldOperator): Promise<void> {
  const whose = await someCustomer(customer);
  if (whose === undefined) return;
  const { edition_id: editionId, customer_id: customerId } = whose;
  const { dice } = customer;
  // The provider decides by the last two digits.
  const amountMinor = 10_00 + dice.below(15) * 1_00 + dice.pick([0, 1, 2, 3, 4, 5]);
  if (dice.chance(0.7)) {
    await customer.once('online top-up', `/v1/customers/${customerId}/online-top-ups`, { editionId, amountMinor });
    return;
  }
  const rule = { thresholdMinor: 20_00, amountMinor, limitPerDayMinor: 60_00, active: dice.chance(0.8) };
  const body = { editionId, ...rule, cardToken: dice.pick(['card-1234', 'card-5678', null]) };
  const reply = await customer.ask(`/v1/admin/customers/${customerId}/auto-top-up`, 'PUT', body);
  customer.note('auto top-up rule', reply.status, `${customerId} ${amountMinor}`);
}

const chargeSchema = z.object({
  payment_key: z.string(),
  amount_minor: z.int(),
  currency: z.string(),
  status: z.enum(['pending', 'approved', 'declined', 'voided']),
  reference: z.string().nullable(),
});

/** The payment provider tells what it has done, in any order and more than once; and somebody tells what it has not. */
export class WorldProvider {
  readonly #world: World;
  readonly #dice: Dice;
  #notices = 0;
  #lastTaken: { body: string; headers: Record<string, string> } | undefined;

  constructor(world: World) {
    this.#world = world;
    this.#dice = world.dice('provider');
  }

  async tell(): Promise<void> {
    const dice = this.#dice;
    const replayed = this.#lastTaken;
    if (replayed !== undefined && dice.chance(0.15))
      return this.#post(replayed, 'replayed', ['NOTICE_REPLAYED', 'NOTICE_STALE']);
    const found = await this.#world.database.pool.query(
      `SELECT p.payment_key, p.amount_minor, p.currency, coalesce(s.status, 'pending') AS status, s.reference
         FROM payment p LEFT JOIN simulated_charge s ON s.charge_key = p.payment_key ORDER BY p.created_at DESC LIMIT 60`,
    );
    const charge = dice.oneOf(chargeSchema.array().parse(found.rows));
    if (charge === undefined) return;
    const silent = charge.amount_minor % 100 === 2;
    // Of what it keeps silent about it may say anything; everything else it says as it is.
    const status = silent ? dice.pick(['pending', 'approved', 'declined', 'voided', 'expired']) : charge.status;
    const own = silent ? `own-${charge.payment_key}` : charge.reference;
    const reference = status === 'pending' ? null : silent && dice.chance(0.2) ? `shared-${this.#world.seed}` : own;
    if (status === 'approved' && reference === null) return;
    const how = dice.weighted({ right: 8, forged: 1, stale: 1, nobody: 1 });
    this.#notices += 1;
    const notice: PaymentNotice = {
      noticeId: `world-${this.#world.seed}-${this.#notices}`,
      sentAt: new Date(this.#world.fleet.now().getTime() - (how === 'stale' ? 2 * noticeSkewMsMax : 0)).toISOString(),
      paymentKey: how === 'nobody' ? `${charge.payment_key}0` : charge.payment_key,
      status,
      reference,
      amountMinor: charge.amount_minor,
      currency: charge.currency,
    };
    const body = JSON.stringify(notice);
    const signature = signNotice(await readNoticeSecret(this.#world.database.pool), Buffer.from(body));
    const headers = { [noticeSignatureHeader]: how === 'forged' ? '0'.repeat(64) : signature };
    // Time may pass while it is under way, and an answer may get lost: then it was taken, and is refused the next time.
    const expected = {
      right: ['done', 'NOTICE_REPLAYED', 'NOTICE_STALE'],
      forged: ['UNAUTHENTICATED'],
      stale: ['NOTICE_STALE'],
      nobody: ['NOT_FOUND', 'NOTICE_STALE'],
    };
    const sent = { body, headers: { ...headers, 'Content-Type': 'application/json' } };
    await this.#post(sent, `${how} ${status}`, expected[how]);
    if (how === 'right') this.#lastTaken = sent;
  }

  async #post(init: { body: string; headers: Record<string, string> }, deed: string, expected: readonly string[]) {
    const reply = await this.#world.fleet.ask(this.#dice, '/v1/payments/webhook', { method: 'POST', ...init });
    const { code } =
      reply.status === 204 ? { code: 'done' } : z.object({ code: z.string() }).parse(JSON.parse(reply.text));
    this.#world.note('provider', `notice ${deed}`, code, init.body);
    if (!expected.includes(code)) throw new FleetFault(`a notice ${deed} was answered with ${code}`);
  }
}
