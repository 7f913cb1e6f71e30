/**
 * Goal: the table of legal transitions is what a real backend does, for every kind of a till's transaction, from every state it can
 * stand in and for every cause there is a route for: a legal step is taken and booked; an illegal one leaves its row in the
 * transition log and the right code, and changes nothing at all (R48, R49, Q8–Q11; requirements.md 3.3, 3.4).
 * Method: rows are brought where they are wanted by legal steps, through the routes; then each is asked for every step. The whole of
 * the database that money depends on is read before and after. The table itself is held against the page in transitions.test.ts; the
 * backend's own kinds are walked in own-walk.process.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { backendStates, replicableStates } from '../../contract/wire/words.ts';
import { fingerprintBooks, lastTransactionId } from '../../testing/backend/books-fingerprint.ts';
import { startWalkedBackend, type WalkedBackend } from '../../testing/backend/walked-backend.ts';
import {
  RowMaker,
  type Standing,
  standingsOf,
  type TerminalKind,
  type WalkedRow,
} from '../../testing/backend/walked-rows.ts';
import type { Database } from '../store/database.ts';
import { isLegalTransition, judgeReplication } from './transitions.ts';

let walked: WalkedBackend;
let database: Database;
let maker: RowMaker;

beforeAll(async () => {
  walked = await startWalkedBackend();
  database = walked.database;
  maker = new RowMaker(walked);
});
afterAll(() => walked.close());

const kinds: readonly TerminalKind[] = [
  'terminal-purchase',
  'terminal-cash-refund',
  'terminal-cash-top-up',
  'terminal-card-top-up',
  'terminal-chargeback',
  'terminal-tag-adjustment',
];
const nameOf = (standing: Standing) => (standing === undefined ? '[*]' : `${standing.state} (${standing.cause})`);

const stateSchema = z.object({ state: z.string(), cause: z.string(), booked: z.int() });
/** Where a row stands, and how many lines it has booked. */
async function standingOf({ till, number }: WalkedRow): Promise<z.infer<typeof stateSchema> | undefined> {
  const found = await database.pool.query(
    `SELECT state, state_cause AS cause, (SELECT count(*) FROM posting b WHERE b.edition_id = t.edition_id
              AND b.backend_transaction_id = t.backend_transaction_id) AS booked
       FROM transactions t WHERE assignment_id = $1 AND terminal_transaction_number = $2`,
    [till.assignmentId, number],
  );
  return stateSchema.optional().parse(found.rows[0]);
}

const logSchema = z.object({
  number: z.int(),
  from: z.string().nullable(),
  to: z.string(),
  code: z.string(),
  cause: z.string(),
});
/** Rows of the transition log about a till's transactions, whoever asked. */
async function logOf(assignmentId: number): Promise<z.infer<typeof logSchema>[]> {
  const found = await database.pool.query(
    `SELECT coalesce(l.terminal_transaction_number, t.terminal_transaction_number) AS number, l.from_state AS "from", l.to_state AS "to", l.code, l.cause
       FROM transition_log l LEFT JOIN transactions t ON t.edition_id = l.edition_id AND t.backend_transaction_id = l.backend_transaction_id
      WHERE $1 IN (l.assignment_id, t.assignment_id) ORDER BY l.log_id`,
    [assignmentId],
  );
  return logSchema.array().parse(found.rows);
}

/** What a till can put on the wire: every state there is. */
const wireStates = [...backendStates, 'TerminalConfirmStarted'] as const;

describe.each(kinds)('%s', (kind) => {
  const reserves = kind === 'terminal-purchase' || kind === 'terminal-cash-refund';

  test('R48, R49: every state that a till replicates, from every state it can stand in', async () => {
    const cases = standingsOf[kind].flatMap((standing) => wireStates.map((to) => ({ standing, to })));
    const sinceId = await lastTransactionId(database);
    const rows = await maker.make(
      kind,
      cases.map(({ standing }) => standing),
    );
    const judged = cases.map(({ standing, to }, index) => {
      const replicable = replicableStates.find((state) => state === to);
      const verdict = replicable === undefined ? 'unreplicable' : judgeReplication(kind, standing, replicable);
      const row = rows[index];
      if (row === undefined) throw new Error('every case has a row');
      return { standing, to, row, verdict, sent: { ...row.sent, state: to, stateVersion: 7 } };
    });
    for (const { row, standing } of judged)
      expect([nameOf(standing), await standingOf(row)]).toEqual([
        nameOf(standing),
        standing && { ...standing, booked: standing.state === 'Committed' ? row.sent.items.length : 0 },
      ]);
    const illegal = judged.filter(({ verdict }) => verdict === 'invalid' || verdict === 'unreplicable');
    const before = await fingerprintBooks(database, sinceId);
    const refused = await maker.send(illegal);
    expect(await fingerprintBooks(database, sinceId)).toBe(before);
    expect(refused.map(({ outcome, error }) => [outcome, error?.code])).toEqual(
      illegal.map(({ verdict }) => ['rejected', verdict === 'invalid' ? 'INVALID_TRANSITION' : 'NOT_REPLICABLE_STATE']),
    );
    const [till] = rows.map((row) => row.till);
    expect(await logOf(till?.assignmentId ?? 0)).toEqual(
      illegal.map(({ row, standing, to, verdict }) => ({
        number: row.number,
        from: standing?.state ?? null,
        to,
        code: verdict === 'invalid' ? 'INVALID_TRANSITION' : 'NOT_REPLICABLE_STATE',
        cause: 'TR',
      })),
    );
    const legal = judged.filter((each) => !illegal.includes(each));
    expect(new Set((await maker.send(legal)).map(({ outcome }) => outcome))).toEqual(new Set(['accepted']));
    for (const { row, standing, to, verdict } of legal) {
      const now = verdict === 'move' ? { state: to, cause: 'TR' } : standing;
      const booked = now?.state === 'Committed' ? row.sent.items.length : 0;
      expect([nameOf(standing), to, await standingOf(row)]).toEqual([nameOf(standing), to, { ...now, booked }]);
    }
    expect(illegal.length).toBeGreaterThan(legal.length);
  });

  test('R49, AD: an operator ends only what the table lets an operator end', async () => {
    await walk(kind, ['Committed', 'Aborted'], 'AD', async (row, to) => {
      if (row.standing?.state === 'ExternalUnknown') await revoke(row.row);
      return (await maker.settle(row.row, to === 'Committed' ? 'Committed' : 'Aborted')) === 200;
    });
  });

  test('R49, TO: an online checkout holds only what nobody has heard of', async () => {
    // A number that nobody has heard of has no kind yet: held, it is a purchase or a refund.
    const standings = reserves ? standingsOf[kind] : standingsOf[kind].filter((standing) => standing !== undefined);
    await walk(kind, ['ReservePending'], 'TO', async ({ row }) => (await maker.reserve(row)) === 200, standings);
  });

  test('Q6, Q8, Q9, TD: what a tag shows moves only what it may, and what it contradicts is said', async () => {
    await walk(kind, [reserves ? 'Reserve' : 'Committed'], 'TD', async ({ row }) => {
      await maker.show([row]);
      return undefined;
    });
    await walk(kind, ['Aborted'], 'TD', async ({ row }) => {
      await maker.deny([row]);
      return undefined;
    });
  });
});

type Walked = { row: WalkedRow; standing: Standing };

/**
 * Asks each row of a kind, one after the other, for a step by a cause. `fire` says whether it was granted, or nothing where nobody is
 * answered. A step that the table has is taken; else all is as it was, and where it was refused to somebody its row is in the log.
 */
async function walk(
  kind: TerminalKind,
  targets: readonly (typeof backendStates)[number][],
  cause: 'AD' | 'TO' | 'TD',
  fire: (walked: Walked, to: (typeof backendStates)[number]) => Promise<boolean | undefined>,
  standings = standingsOf[kind],
): Promise<void> {
  const cases = standings.flatMap((standing) => targets.map((to) => ({ standing, to })));
  const sinceId = await lastTransactionId(database);
  const rows = await maker.make(
    kind,
    cases.map(({ standing }) => standing),
  );
  for (const [index, { standing, to }] of cases.entries()) {
    const row = rows[index];
    if (row === undefined) throw new Error('every case has a row');
    const told = `${nameOf(standing)} → ${to} by ${cause}`;
    const before = await fingerprintBooks(database, sinceId);
    const logged = (await logOf(row.till.assignmentId)).length;
    const granted = await fire({ row, standing }, to);
    const from = standing?.state ?? '[*]';
    const isLegal = isLegalTransition(kind, from, to, cause);
    const added = (await logOf(row.till.assignmentId)).slice(logged);
    if (isLegal) {
      expect([told, granted ?? true, (await standingOf(row))?.state]).toEqual([told, true, to]);
      expect([told, added]).toEqual([told, []]);
      continue;
    }
    expect(`${told}\n${await fingerprintBooks(database, sinceId)}`).toBe(`${told}\n${before}`);
    const refusal = { number: row.number, from: standing?.state, to, code: 'INVALID_TRANSITION', cause };
    expect([told, added]).toEqual([told, isRefused(kind, standing, to, cause, granted) ? [refusal] : []]);
  }
}

/** Whether the step was an attempt at all: what nobody has heard of cannot be refused, and a tag may say what is known. */
function isRefused(
  kind: TerminalKind,
  standing: Standing,
  to: string,
  cause: string,
  granted: boolean | undefined,
): boolean {
  if (standing === undefined) return false;
  if (cause !== 'TD') return granted === false;
  // What a tag proves is refused where the till had said the opposite, and where only an operator may end what a card has paid.
  if (standing.state === 'Aborted') return to !== 'Aborted';
  return kind === 'terminal-card-top-up' && standing.state === 'TerminalConfirmUnknown';
}

async function revoke({ till }: WalkedRow): Promise<void> {
  const operator = await walked.operator();
  await operator.request(`/assignments/${till.assignmentId}/revocation`, { method: 'POST' });
}
