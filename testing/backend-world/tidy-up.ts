import { z } from 'zod';
import { limits } from '../../backend-mock/limits.ts';
import { paymentAnswerSchema } from '../../contract/wire/payment.ts';
import { topUp } from '../backend/payloads.ts';
import { FleetFault } from './fleet.ts';
import { coherenceOf, overdrawn } from './operator-deeds.ts';
import { collectNext, endCard, repair, tagDeeds } from './till-deeds.ts';
import type { World, WorldTag } from './world.ts';
import type { WorldOperator } from './world-operator.ts';
import { WorldTill } from './world-till.ts';

export type Cast = { world: World; operator: WorldOperator; tills: readonly WorldTill[] };

const note = 'the event is over';
const rounds = 60;

/**
 * The event is over: every till says all it has to say, every payment and refund comes to its end, operators settle what nobody else
 * can, and what tags and ledger disagree about goes back onto the tags or to the loss. After it nothing may be left to be found.
 */
export async function tidyUp(cast: Cast): Promise<void> {
  const { world } = cast;
  const honest = cast.tills.filter(({ isLost }) => !isLost);
  await endCards(cast, honest);
  for (const till of honest) for (const sent of till.later.splice(0)) till.say(sent);
  await Promise.all(honest.map((till) => till.flush()));
  await payRulesNoMore(cast);
  await letTimePass(world, limits.simulatedLateMs);
  await letTimePass(world, limits.paymentCheckForMs);
  await bringBackLost(cast);
  await settleAll(cast);
  await dismissAll(cast);
  await makeTagsAgree(cast, honest);
  await letTimePass(world, limits.paymentCheckForMs);
}

/** Every till says what it has said to itself, and one of them reads every tag. */
export async function readEveryTag(world: World, tills: readonly WorldTill[]): Promise<void> {
  const honest = tills.filter(({ isLost }) => !isLost);
  await Promise.all(honest.map((till) => till.flush()));
  const reader = first(honest, 'DEMO-FEST');
  for (const tag of world.festivalTags) await tagDeeds.show(reader, tag);
  await reader.flush();
}

const first = (tills: readonly WorldTill[], code: WorldTill['code']): WorldTill => {
  const till = tills.find((candidate) => candidate.code === code);
  if (till === undefined) throw new Error(`somebody is left in ${code}`);
  return till;
};

/** A till ends its card top-ups by what it knows: approved is written, everything else is not. */
async function endCards({ world }: Cast, tills: readonly WorldTill[]): Promise<void> {
  for (const till of tills) {
    for (const card of [...till.cards]) {
      const tag = world.festivalTags[0];
      if (tag === undefined) throw new Error('there is a tag');
      const answer = WorldTill.read(paymentAnswerSchema, await till.ask(`/transactions/${card.number}/payment`));
      const approved = typeof answer !== 'string' && answer.status === 'approved';
      endCard(till, tag, card, approved ? 'clear' : 'aborted');
    }
  }
}

async function payRulesNoMore({ world }: Cast): Promise<void> {
  await world.database.pool.query('UPDATE auto_top_up SET active = false');
}

const countSchema = z.object({ count: z.int() });

/** A job takes what is due by putting it off, and does it after that: quiet is what is quiet for a while. */
const quietReadings = 4;
const readingPauseMs = 60;

/** Lets time pass, and the jobs of all processes do everything that is due by then. */
export async function letTimePass({ fleet, database }: World, ms: number): Promise<void> {
  fleet.advance(ms);
  const patience = AbortSignal.timeout(120_000);
  for (let quiet = 0; quiet < quietReadings; ) {
    const found = await database.pool.query(
      `SELECT (SELECT count(*) FROM payment WHERE next_check_at <= $1 OR (next_check_at IS NOT NULL AND coalesce(void_requested_at, created_at) <= $2))
            + (SELECT count(*) FROM transactions WHERE state = 'Open' AND origin IN ('online', 'auto'))
            + (SELECT count(*) FROM transactions WHERE state = 'ReservePending' AND reserve_expires_at <= $1)
            + (SELECT count(*) FROM simulated_notice WHERE due_at <= $1)
            + (SELECT count(*) FROM refund r LEFT JOIN tag_adjustment a ON a.edition_id = r.edition_id AND a.uid = r.adjustment_uid
                  AND a.adjustment_number = r.adjustment_number
                WHERE r.next_check_at <= $1 AND (r.adjustment_uid IS NULL OR r.requested_at IS NOT NULL OR a.collected_at IS NOT NULL)) AS count`,
      [fleet.now(), new Date(fleet.now().getTime() - limits.paymentCheckForMs)],
    );
    quiet = countSchema.parse(found.rows[0]).count === 0 ? quiet + 1 : 0;
    patience.throwIfAborted();
    await new Promise((resolve) => setTimeout(resolve, readingPauseMs));
  }
}

/** What a till that never came back had not sent is taken off its disk, as evidence. */
async function bringBackLost({ operator, tills }: Cast): Promise<void> {
  for (const till of tills.filter(({ isLost }) => isLost)) {
    const entries = till.journal.entries;
    for (let from = 0; from < entries.length; from += 200) {
      const code = await operator.post(`/assignments/${till.assignmentId}/journal-imports`, {
        entries: entries.slice(from, from + 200),
      });
      if (code !== 'done') throw new FleetFault(`the journal of ${till.name} could not be imported: ${code}`);
    }
    operator.note('import', 'done', till.name);
  }
}

const openSchema = z.object({
  id: z.int(),
  edition_id: z.int(),
  state: z.string(),
  uid: z.string().nullable(),
  kind: z.string().nullable(),
});

/** What is still open when nobody is left who could end it. */
async function settleAll({ world, operator, tills }: Cast): Promise<void> {
  for (const till of tills.filter(({ isLost }) => isLost))
    await operator.ask(`/v1/admin/assignments/${till.assignmentId}/revocation`, 'POST');
  const found = await world.database.pool.query(
    `SELECT t.backend_transaction_id AS id, t.edition_id, t.state, t.uid, r.kind FROM transactions t
       LEFT JOIN refund r USING (edition_id, backend_transaction_id) WHERE t.state NOT IN ('Committed', 'Aborted', 'ReserveExpired')`,
  );
  for (const { id, edition_id: editionId, state, kind } of openSchema.array().parse(found.rows)) {
    if (kind !== null) continue;
    // What a tag has shown is gone from it; of what is unknown to the last, nobody has seen anything.
    const to = state === 'Reserve' ? 'Committed' : 'Aborted';
    const code = await operator.post(`/transactions/${id}/resolution`, { editionId, to, note });
    operator.note(`settle ${to}`, code, `${id} was ${state}`);
    // On a busy machine the provider's last notice may have been quicker: the transaction has its end then, and an operator none to give.
    if (code !== 'done' && !(await isEnded(world, editionId, id)))
      throw new FleetFault(`transaction ${id}, ${state}, could not be ended: ${operator.lastRefusal}`);
  }
}

async function isEnded({ database }: World, editionId: number, id: number): Promise<boolean> {
  const found = await database.pool.query(
    `SELECT 1 FROM transactions WHERE edition_id = $1 AND backend_transaction_id = $2 AND state IN ('Committed', 'Aborted')`,
    [editionId, id],
  );
  return found.rowCount === 1;
}

const logSchema = z.object({ log_id: z.int(), edition_id: z.int() });

async function dismissAll({ world, operator }: Cast): Promise<void> {
  const found = await world.database.pool.query(
    'SELECT log_id, edition_id FROM transition_log WHERE resolved_at IS NULL ORDER BY log_id',
  );
  for (const { log_id: id, edition_id: editionId } of logSchema.array().parse(found.rows)) {
    const code = await operator.post(`/transition-log/${id}/resolution`, { editionId, resolution: 'dismissal', note });
    if (code !== 'done') throw new FleetFault(`row ${id} of the transition log could not be resolved: ${code}`);
  }
}

/** Until every tag shows what its customer has: collected, paid out, written off, put right. */
async function makeTagsAgree(cast: Cast, honest: readonly WorldTill[]): Promise<void> {
  const { world, operator } = cast;
  const till = first(honest, 'DEMO-FEST');
  for (const tag of world.festivalTags) await readAfresh(till, tag);
  await till.flush();
  for (let round = 0; ; round += 1) {
    await writeOffAll(operator);
    for (const tag of world.festivalTags) await collectAll(till, tag);
    await till.flush();
    await endRefunds(cast);
    await letTimePass(world, limits.paymentCheckLongestMs);
    const { tagDifferences } = await coherenceOf(operator, till.editionId);
    const differing = tagDifferences.filter(({ uid }) => world.festivalTags.some((tag) => tag.uid === uid));
    if (differing.length === 0 && !(await anythingToCollect(cast, till))) return;
    if (round >= rounds) throw new FleetFault(`after ${round} rounds tags differ: ${JSON.stringify(differing)}`);
    for (const { uid, bookedMinor, heldMinor = 0, uncollectedMinor, tagMinor } of differing) {
      const amountMinor = bookedMinor - heldMinor - uncollectedMinor - tagMinor;
      const body = { editionId: till.editionId, amountMinor, reason: note };
      await operator.once('put right', `/v1/admin/tags/${uid}/adjustments`, body);
    }
  }
}

/** A real sale with the tag, and a reading after it: whatever anybody has claimed about its number, this is the last word. */
async function readAfresh(till: WorldTill, tag: WorldTag): Promise<void> {
  for (let times = 0; times < 2; times += 1) {
    till.number += 1;
    const { balanceMinor: before, transactionNumber, generation } = tag.shown;
    const sent = topUp({ number: till.number, uid: tag.uid, before, tagNumber: transactionNumber + 1 }, 1_00, 0);
    const fit = { ...sent, tag: { ...sent.tag, generation } };
    tag.write(till.assignmentId, fit);
    till.say(fit);
  }
  await tagDeeds.show(till, tag);
}

async function collectAll(till: WorldTill, tag: WorldTag): Promise<void> {
  for (;;) {
    const done = await collectNext(till, tag, 'clear');
    if (done === 'none') break;
    // Another till's word about an adjustment arrived after the repair that did not know of it: the tag is made anew once more.
    if (done === 'stuck') await repair(till, tag);
    await till.flush();
    if (done === 'stuck') break;
  }
  await tagDeeds.show(till, tag);
}

async function anythingToCollect({ world }: Cast, { editionId }: WorldTill): Promise<boolean> {
  const found = await world.database.pool.query(
    `SELECT count(*) AS count FROM tag_adjustment WHERE edition_id = $1 AND collected_at IS NULL AND superseded_at IS NULL AND uid = ANY($2)`,
    [editionId, world.festivalTags.map(({ uid }) => uid)],
  );
  return countSchema.parse(found.rows[0]).count > 0;
}

async function writeOffAll(operator: WorldOperator): Promise<void> {
  for (const { uid, balanceMinor } of await overdrawn(operator, 1)) {
    const body = { editionId: 1, uid, amountMinor: -balanceMinor, reason: note };
    await operator.once('write-off', '/v1/admin/write-offs', body);
  }
}

const refundSchema = z.object({ id: z.int() });

/** Manual refunds that the tag has lost are paid; one whose tag is gone for ever is let go. */
async function endRefunds({ world, operator }: Cast): Promise<void> {
  const found = await world.database.pool.query(
    `SELECT r.backend_transaction_id AS id FROM refund r JOIN transactions t USING (edition_id, backend_transaction_id)
      WHERE r.kind = 'manual' AND t.state = 'ReservePending'`,
  );
  for (const { id } of refundSchema.array().parse(found.rows)) {
    const body = { editionId: 1, note };
    if ((await operator.post(`/manual-refunds/${id}/payment`, body)) === 'REFUND_NOT_COLLECTED')
      await operator.post(`/manual-refunds/${id}/abortion`, body);
  }
}
