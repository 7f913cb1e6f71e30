import type { TagReplacementAnswer } from '../../contract/wire/tag-replacement.ts';
import type { EditionMode } from '../../contract/wire/words.ts';
import { expireReservations, lockAccount, readFunds } from '../ledger/holds.ts';
import { invariant } from '../ledger/invariant.ts';
import { lockTags } from '../ledger/tags.ts';
import type { Connection } from '../store/database.ts';
import { readAdjustableTag } from './adjustable-tag.ts';
import { claimTag } from './claim-tag.ts';
import { setTagBlocked } from './set-blocked.ts';

export type ReplacementPlan = { editionId: number; mode: EditionMode; uid: string; newUid: string };

/** Who asked: a till, or an operator. */
export type ReplacementCaller = { assignmentId: number | undefined; actor: string };

export type ReplacementOutcome =
  /** `again`: the same question had this answer before. */
  | { outcome: 'replaced'; answer: TagReplacementAnswer; again: boolean }
  | { outcome: 'unknown-tag' }
  | { outcome: 'refused'; code: 'BAD_REQUEST' | 'TAG_REPLACED' | 'TAG_IN_USE'; detail: string };

const refuse = (code: Extract<ReplacementOutcome, { outcome: 'refused' }>['code'], detail: string) =>
  ({ outcome: 'refused', code, detail }) as const;

/** One byte on the tag. */
const generationMax = 255;

/**
 * Lets a blank tag take the place of a lost one (money rule 2). Nothing is booked: the new tag belongs to the customer of the
 * lost one, is to be written with what is free, and the lost one is blocked for good; its late sales still find their customer.
 * The balance is handed out once (INV-65): the same two tags get the same answer, until the new one was reported as written.
 */
export async function replaceTag(
  connection: Connection,
  plan: ReplacementPlan,
  caller: ReplacementCaller,
  now: Date,
): Promise<ReplacementOutcome> {
  const { editionId, uid, newUid } = plan;
  if (uid === newUid) return refuse('BAD_REQUEST', 'A tag does not replace itself.');
  await lockTags(connection, editionId, new Set([uid, newUid]));
  const lost = await readAdjustableTag(connection, editionId, uid);
  if (lost === undefined) return { outcome: 'unknown-tag' };
  if (lost.replacedBy !== undefined) return repeated(connection, plan, lost.replacedBy);
  if (!(await claimTag(connection, { editionId, uid: newUid, customerId: lost.customerId }, now)))
    return refuse('TAG_IN_USE', `Tag ${newUid} has been used already.`);
  const fresh = await readAdjustableTag(connection, editionId, newUid);
  invariant('INV-61', fresh !== undefined, 'a claimed tag is there');
  const generation = (await readWrittenGeneration(connection, editionId, newUid)) + 1;
  if (generation > generationMax) return refuse('TAG_IN_USE', `Tag ${newUid} has no generation left.`);
  const balanceMinor = plan.mode === 'account' ? 0 : await freeMinor(connection, plan, lost.customerId, now);
  const answer = { uid, newUid, generation, balanceMinor, adjustmentNumber: fresh.lastAdjustmentNumber };
  await insertReplacement(connection, editionId, answer, caller, now);
  await bringAlong(connection, editionId, uid, now);
  const reason = `replaced by ${newUid}`;
  await setTagBlocked(connection, { editionId, uid, blocked: true, reason }, caller.actor, now);
  return { outcome: 'replaced', answer, again: false };
}

async function repeated(
  connection: Connection,
  { editionId, uid, newUid }: ReplacementPlan,
  replacedBy: string,
): Promise<ReplacementOutcome> {
  const found = await connection.query<{
    generation: number;
    balance_minor: number;
    adjustment_number: number;
    written: boolean;
  }>({
    name: 'read-tag-replacement',
    text: `SELECT generation, balance_minor, adjustment_number, written_at IS NOT NULL AS written
             FROM tag_replacement WHERE edition_id = $1 AND uid = $2`,
    values: [editionId, uid],
  });
  const row = found.rows[0];
  invariant('INV-61', row !== undefined, 'a replaced tag has its replacement');
  if (replacedBy !== newUid) return refuse('TAG_REPLACED', `Tag ${uid} was replaced by ${replacedBy}.`);
  if (row.written) return refuse('TAG_REPLACED', `Tag ${newUid} has its balance already.`);
  const { generation, balance_minor: balanceMinor, adjustment_number: adjustmentNumber } = row;
  return { outcome: 'replaced', answer: { uid, newUid, generation, balanceMinor, adjustmentNumber }, again: true };
}

async function readWrittenGeneration(connection: Connection, editionId: number, uid: string): Promise<number> {
  const found = await connection.query<{ generation: number }>(
    `SELECT greatest(written_generation, (SELECT max(tag_generation) FROM tag_last_seen s WHERE s.edition_id = $1 AND s.uid = $2)) AS generation
       FROM tag WHERE edition_id = $1 AND uid = $2`,
    [editionId, uid],
  );
  return found.rows[0]?.generation ?? 0;
}

/** Booked less held, decided under the account's lock; a customer below zero starts again at 0. */
async function freeMinor(
  connection: Connection,
  { editionId, uid }: ReplacementPlan,
  customerId: number,
  now: Date,
): Promise<number> {
  const account = await connection.query<{ account_id: number }>(
    `SELECT account_id FROM account WHERE edition_id = $1 AND customer_id = $2 AND name LIKE '%/default'`,
    [editionId, customerId],
  );
  const accountId = account.rows[0]?.account_id;
  invariant('INV-61', accountId !== undefined, `the customer of tag ${uid} has an account`);
  await lockAccount(connection, editionId, accountId);
  await expireReservations(connection, { of: 'customer', editionId, customerId }, now);
  const { bookedMinor, heldMinor } = await readFunds(connection, editionId, customerId, now);
  return Math.max(0, bookedMinor - heldMinor);
}

async function insertReplacement(
  connection: Connection,
  editionId: number,
  { uid, newUid, generation, balanceMinor, adjustmentNumber }: TagReplacementAnswer,
  { assignmentId, actor }: ReplacementCaller,
  now: Date,
): Promise<void> {
  await connection.query(
    `INSERT INTO tag_replacement (edition_id, uid, new_uid, generation, balance_minor, adjustment_number, assignment_id, actor, replaced_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
    [editionId, uid, newUid, generation, balanceMinor, adjustmentNumber, assignmentId ?? null, actor, now],
  );
}

/** What the lost tag had not collected is in the new one's balance, so that no tag may collect it any more. */
async function bringAlong(connection: Connection, editionId: number, uid: string, now: Date): Promise<void> {
  await connection.query(
    `UPDATE tag_adjustment SET collected_at = $3
      WHERE edition_id = $1 AND uid = $2 AND adjustment_number IS NOT NULL AND collected_at IS NULL`,
    [editionId, uid, now],
  );
}
