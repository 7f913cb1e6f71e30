/**
 * Goal: what is made in the backend moves by operators, notices, the gateway and jobs as the table of legal transitions says, and what is
 * refused leaves its row in the transition log and changes nothing (R49; requirements.md 3.4). And of every triple of every kind, those
 * of tills included, the function by which all of them move takes the legal ones alone (INV-06).
 * Method: transactions are brought where they are wanted by legal steps; then each is asked for every step there is a route or job for.
 * The whole of the database that money depends on is read before and after. What tills deliver: transition-walk.process.test.ts.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { backendStates } from '../../contract/wire/words.ts';
import { fingerprintBooks } from '../../testing/backend/books-fingerprint.ts';
import { startWalkedBackend, type WalkedBackend } from '../../testing/backend/walked-backend.ts';
import { OwnDeeds, type OwnKind, ownStandings } from '../../testing/backend/walked-deeds.ts';
import type { Connection, Database } from '../store/database.ts';
import { type Move, moveTransaction } from './move-transaction.ts';
import { isLegalTransition, type TransitionCause, type TransitionKind, transitions } from './transitions.ts';

let walked: WalkedBackend;
let database: Database;
let own: OwnDeeds;

beforeAll(async () => {
  walked = await startWalkedBackend();
  database = walked.database;
  own = new OwnDeeds(walked);
});
afterAll(() => walked.close());

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

const ownLogSchema = z.object({ from: z.string().nullable(), to: z.string(), code: z.string(), cause: z.string() });
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
        const told = `${standing.state} (${standing.cause}) ${name}`;
        await own.leaveAlone();
        const id = await own.make(kind, standing);
        const { log: earlier, state } = await ownState(id);
        expect([told, state]).toEqual([told, standing.state]);
        const sinceId = id - 1;
        // Where the end is the one that it has, the provider's word may still tell what became of the payment.
        const repeats = standing.state === to;
        const before = await fingerprintBooks(database, sinceId, { withoutPayments: repeats });
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
        expect(`${told}: ${await fingerprintBooks(database, sinceId, { withoutPayments: repeats })}`).toBe(
          `${told}: ${before}`,
        );
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

const everyKind: readonly TransitionKind[] = [...new Set(transitions.map(({ kind }) => kind))];
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
              await expect(moveTransaction(connection, 1, move, walked.clock.now()), step).rejects.toThrow('INV-06');
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
    [state, walked.clock.now()],
  );
  return z.object({ id: z.int() }).parse(made.rows[0]).id;
}

/** What the row's history says of the step. */
async function takeAndUndo(connection: Connection, move: Move): Promise<string> {
  await connection.query('SAVEPOINT before_step');
  await moveTransaction(connection, 1, move, walked.clock.now());
  const found = await connection.query(
    `SELECT s.to_state || ' by ' || s.cause AS step FROM transaction_state s JOIN transactions t USING (edition_id, backend_transaction_id)
      WHERE s.backend_transaction_id = $1 AND s.to_state = t.state AND s.cause = t.state_cause`,
    [move.backendTransactionId],
  );
  await connection.query('ROLLBACK TO before_step');
  return z.object({ step: z.string() }).parse(found.rows[0]).step;
}
