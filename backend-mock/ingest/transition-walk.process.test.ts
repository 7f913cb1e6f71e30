/**
 * Goal: the table of legal transitions is what a real backend does, for every kind of a till's transaction, from every state it can
 * stand in and for every cause there is a route or job for: a legal step is taken and booked; an illegal one leaves its row in the
 * transition log and the right code, and changes nothing at all (R48, R49, Q8–Q11; requirements.md 3.3, 3.4). And of every triple of
 * every kind, those of the backend's own included, the function by which all of them move takes the legal ones alone (INV-06).
 * Method: rows are brought where they are wanted by legal steps, through the routes; then each is asked for every step. The whole of
 * the database that money depends on is read before and after. The table itself is held against the page in transitions.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { backendStates, replicableStates } from '../../contract/wire/words.ts';
import { silentLog, startTestBackend, startTestServer, type TestServer } from '../../testing/backend/backend.ts';
import { operatorAt } from '../../testing/backend/operator-client.ts';
import { OwnDeeds, type OwnKind, ownStandings } from '../../testing/backend/walked-deeds.ts';
import {
  RowMaker,
  type Standing,
  standingsOf,
  type TerminalKind,
  type WalkedRow,
} from '../../testing/backend/walked-rows.ts';
import type { RunningBackend } from '../main.ts';
import { systemRandom } from '../ports.ts';
import { type Connection, type Database, openDatabase } from '../store/database.ts';
import { type Move, moveTransaction } from './move-transaction.ts';
import { isLegalTransition, judgeReplication, type TransitionCause, type TransitionKind } from './transitions.ts';

let server: TestServer;
let backend: RunningBackend;
let database: Database;
let maker: RowMaker;
let own: OwnDeeds;
let nowMs = Date.parse('2026-07-04T10:00:00Z');
const clock = {
  now: () => new Date(nowMs),
  pass: (ms: number) => {
    nowMs += ms;
  },
};
const never = 3_600_000;

beforeAll(async () => {
  server = await startTestServer();
  const databaseUrl = await server.newDatabase();
  const intervals = { expiryIntervalMs: never, paymentIntervalMs: never, providerTimeoutMs: 60 };
  backend = await startTestBackend(databaseUrl, { clock, ...intervals });
  database = openDatabase({ connectionString: databaseUrl }, systemRandom, silentLog);
  const operator = () => operatorAt(backend.address, nowMs);
  maker = new RowMaker(database, backend.address, operator, clock);
  own = new OwnDeeds({ database, address: backend.address, operator, clock });
});
afterAll(async () => {
  await database.close();
  await backend.close();
  await server.stop();
});

const kinds: readonly TerminalKind[] = [
  'terminal-purchase',
  'terminal-cash-refund',
  'terminal-cash-top-up',
  'terminal-card-top-up',
  'terminal-chargeback',
  'terminal-tag-adjustment',
];
const nameOf = (standing: Standing) => (standing === undefined ? '[*]' : `${standing.state} (${standing.cause})`);

/** Since which transaction somebody is looking: what older walks have left does not change any more. */
let sinceId = 0;
async function lookFromHere(): Promise<void> {
  const found = await database.pool.query('SELECT coalesce(max(backend_transaction_id), 0) AS id FROM transactions');
  sinceId = z.object({ id: z.int() }).parse(found.rows[0]).id;
}

/** Everything that money, holds and numbers depend on, as one text for each table; an account is made with the tag, and holds nothing. */
async function everything(withoutPayments = false): Promise<string> {
  const ofTransactions = [
    'transactions',
    'transaction_state',
    'posting',
    ...(withoutPayments ? [] : ['payment', 'payment_step', 'refund']),
  ];
  const sources = [
    ...ofTransactions.map((table) => `(SELECT * FROM ${table} WHERE backend_transaction_id > ${sinceId})`),
    '(SELECT * FROM account WHERE balance_minor <> 0)',
    '(SELECT * FROM tag_adjustment)',
  ];
  const read = sources.map(
    (source, index) =>
      `(SELECT coalesce(md5(string_agg(r::text, E'\\n' ORDER BY r::text)), '') FROM ${source} r) AS "${ofTransactions[index] ?? index}"`,
  );
  const found = await database.pool.query(`SELECT ${read.join(', ')}`);
  return JSON.stringify(found.rows[0], undefined, 1);
}

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
    await lookFromHere();
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
    const before = await everything();
    const refused = await maker.send(illegal);
    expect(await everything()).toBe(before);
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
  await lookFromHere();
  const rows = await maker.make(
    kind,
    cases.map(({ standing }) => standing),
  );
  for (const [index, { standing, to }] of cases.entries()) {
    const row = rows[index];
    if (row === undefined) throw new Error('every case has a row');
    const told = `${nameOf(standing)} → ${to} by ${cause}`;
    const before = await everything();
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
    expect(`${told}\n${await everything()}`).toBe(`${told}\n${before}`);
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
  const operator = await operatorAt(backend.address, nowMs);
  await operator.request(`/assignments/${till.assignmentId}/revocation`, { method: 'POST' });
}

const ownKinds = ['online-top-up', 'auto-top-up', 'admin-booking', 'manual-refund', 'gateway-refund'] as const;

/** What can be done to a transaction of the backend's own from outside: to which state, by which cause, and how. */
const ownSteps: readonly {
  name: string;
  to: 'Committed' | 'Aborted' | 'ExternalPending' | 'ExternalUnknown';
  cause: TransitionCause;
  fire: (id: number) => Promise<unknown>;
}[] = [
  { name: 'approved by a notice', to: 'Committed', cause: 'WH', fire: (id) => own.notify(id, 'approved') },
  { name: 'declined by a notice', to: 'Aborted', cause: 'WH', fire: (id) => own.notify(id, 'declined') },
  { name: 'voided by a notice', to: 'Aborted', cause: 'WH', fire: (id) => own.notify(id, 'voided') },
  { name: 'committed by an operator', to: 'Committed', cause: 'AD', fire: (id) => own.settle(id, 'Committed') },
  { name: 'aborted by an operator', to: 'Aborted', cause: 'AD', fire: (id) => own.settle(id, 'Aborted') },
  { name: 'refund paid by hand', to: 'Committed', cause: 'AD', fire: (id) => own.endRefund(id, 'Committed') },
  { name: 'refund let go by hand', to: 'Aborted', cause: 'AD', fire: (id) => own.endRefund(id, 'Aborted') },
  { name: 'paid by the gateway', to: 'Committed', cause: 'WH', fire: () => own.payRefunds('refunded') },
  { name: 'declined by the gateway', to: 'Aborted', cause: 'WH', fire: () => own.payRefunds('declined') },
  { name: 'started by the job', to: 'ExternalPending', cause: 'BJ', fire: () => own.checkPayments(0) },
];

/** Which of them are about a kind at all: a notice is about payments, a hand pays manual refunds. */
function stepsOf(kind: OwnKind) {
  const isOutside = kind === 'online-top-up' || kind === 'auto-top-up';
  return ownSteps.filter(({ name }) => {
    if (name.includes('notice') || name.includes('job')) return isOutside;
    if (name.includes('by hand')) return kind === 'manual-refund';
    if (name.includes('gateway')) return kind === 'gateway-refund';
    return true;
  });
}

const ownLogSchema = logSchema.omit({ number: true });
/** The state of a transaction of the backend's own, and what the transition log says of it. */
async function ownState(id: number) {
  const found = await database.pool.query('SELECT state FROM transactions WHERE backend_transaction_id = $1', [id]);
  const log = await database.pool.query(
    `SELECT from_state AS "from", to_state AS "to", code, cause FROM transition_log WHERE backend_transaction_id = $1 ORDER BY log_id`,
    [id],
  );
  return {
    state: z.object({ state: z.string() }).parse(found.rows[0]).state,
    log: ownLogSchema.array().parse(log.rows),
  };
}

describe.each(ownKinds)('%s', (kind) => {
  test('R49: operators, notices, the gateway and jobs take it where the table lets them, and nowhere else', async () => {
    let refused = 0;
    for (const standing of ownStandings[kind]) {
      for (const { name, to, cause, fire } of stepsOf(kind)) {
        const told = `${nameOf(standing)} ${name}`;
        await own.leaveAlone();
        const id = await own.make(kind, standing);
        const { log: earlier, state } = await ownState(id);
        expect([told, state]).toEqual([told, standing.state]);
        sinceId = id - 1;
        // Where the end is the one that it has, the provider's word may still tell what became of the payment.
        const repeats = standing.state === to;
        const before = await everything(repeats);
        await fire(id);
        const now = await ownState(id);
        const byOperator = name.endsWith('by an operator');
        // The general route leaves refunds to their own.
        const isElsewhere = byOperator && kind === 'manual-refund';
        // The provider's word on what no process has started yet starts it first.
        const from = standing.state === 'Open' && cause === 'WH' ? 'ExternalPending' : standing.state;
        if (!isElsewhere && isLegalTransition(kind, from, to, cause)) {
          expect([told, now]).toEqual([told, { state: to, log: earlier }]);
          continue;
        }
        refused += 1;
        expect(`${told}: ${await everything(repeats)}`).toBe(`${told}: ${before}`);
        // Q11: nobody is told no for saying the same again; nobody asks the gateway about what has ended, nor a job for what is not due.
        const repeatsOwn = repeats && standing.cause === cause;
        const isAsked = cause !== 'BJ' && !name.endsWith('by the gateway');
        const isTold = isAsked && !repeatsOwn && (byOperator || !repeats);
        const row = { from: standing.state, to, code: 'INVALID_TRANSITION', cause };
        expect([told, now.log]).toEqual([told, isTold ? [...earlier, row] : earlier]);
      }
    }
    expect(refused).toBeGreaterThan(1);
  });
});

const everyKind: readonly TransitionKind[] = [...kinds, ...ownKinds];
const otherCauses = ['TO', 'TD', 'BJ', 'WH', 'TM', 'AD', 'CU'] as const;

test('INV-06: of every triple of every kind, what moves transactions in the database takes the legal ones alone', async () => {
  let taken = 0;
  let refused = 0;
  for (const kind of everyKind)
    await inVain(async (connection) => {
      for (const from of backendStates) {
        const backendTransactionId = await rowIn(connection, from);
        for (const to of backendStates)
          for (const cause of otherCauses) {
            const move = { backendTransactionId, kind, from, to, cause };
            const step = `${kind}: ${from} → ${to} by ${cause}`;
            if (isLegalTransition(kind, from, to, cause)) {
              expect(`${step}: ${await takeAndUndo(connection, move)}`).toBe(`${step}: ${to} by ${cause}`);
              taken += 1;
            } else {
              await expect(moveTransaction(connection, 1, move, clock.now()), step).rejects.toThrow('INV-06');
              refused += 1;
            }
          }
      }
    });
  expect([taken > 40, refused > 5_000]).toEqual([true, true]);
});

/** In a database transaction of which nothing stays. */
async function inVain(work: (connection: Connection) => Promise<void>): Promise<void> {
  const connection = await database.pool.connect();
  try {
    await connection.query('BEGIN');
    await work(connection);
  } finally {
    await connection.query('ROLLBACK');
    connection.release();
  }
}

async function rowIn(connection: Connection, state: (typeof backendStates)[number]): Promise<number> {
  const made = await connection.query(
    `INSERT INTO transactions (edition_id, backend_transaction_id, origin, state, state_cause, state_version, type, payment_method, currency,
       amount_minor, balance_delta_minor, opened_at, payload, content_hash, received_at, reserve_expires_at)
     VALUES (1, nextval('backend_transaction_number'), 'admin', $1, 'AD', 1, 'TopUp', 'none', 'CHF', 1, 1, $2, '{}', '', $2, $2)
     RETURNING backend_transaction_id AS id`,
    [state, clock.now()],
  );
  return z.object({ id: z.int() }).parse(made.rows[0]).id;
}

/** What the row's history says of the step. */
async function takeAndUndo(connection: Connection, move: Move): Promise<string> {
  await connection.query('SAVEPOINT before_step');
  await moveTransaction(connection, 1, move, clock.now());
  const found = await connection.query(
    `SELECT s.to_state || ' by ' || s.cause AS step FROM transaction_state s JOIN transactions t USING (edition_id, backend_transaction_id)
      WHERE s.backend_transaction_id = $1 AND s.to_state = t.state AND s.cause = t.state_cause`,
    [move.backendTransactionId],
  );
  await connection.query('ROLLBACK TO before_step');
  return z.object({ step: z.string() }).parse(found.rows[0]).step;
}
