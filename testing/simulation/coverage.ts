import { z } from 'zod';
import { transitions } from '../../backend-mock/ingest/transitions.ts';
import { terminalStates } from '../../contract/wire/words.ts';
import { terminalTransitions } from '../../terminal-core/domain/transaction.ts';
import type { SimulatedBackend } from './backend.ts';
import type { Tally } from './tally.ts';

/** requirements.md 3.1, every arrow of the till's table; who made it does not count. */
const tillRows = [
  '[*] → Open',
  ...terminalStates.flatMap((from) => terminalTransitions[from].map((to) => `${from} → ${to}`)),
];

/** requirements.md 3.2, row by row, as `cleanup-rows.ts` names what it sees decided. */
export const cleanupRows = [
  'Open, no external payment: Aborted',
  'Open, payment pending: stays Open',
  'Open, payment declined: Aborted',
  'Open, payment approved: stays Open',
  'Started, not written: Aborted',
  'write started, no tag: Unknown',
  'write started, new image: Committed',
  'write started, old image: Aborted',
  'number > N, history lists N as ours: Committed',
  'number >= N, N is of another: Aborted',
  'number > N, history does not reach N: Unknown',
  'older or other image, other generation, foreign header: Unknown',
  'corrupt: Unknown',
  'Unknown, no tag: unchanged',
] as const;
export type CleanupRow = (typeof cleanupRows)[number];

/** Kinds of the backend's tables that the tills of a run can reach; the others are the backend's own (`backend-mock/payments`, `refunds`). */
const kindsOfTills = /^terminal-/;
/** Why no run can reach a row, and the test that plays it where anything can. */
interface Elsewhere {
  readonly row: string;
  readonly because: string;
  /** From the project's folder on. */
  readonly test: string;
}

const table = 'backend-mock/ingest/transitions.test.ts';
const opened = 'a payment opens its transaction and starts it in one commit, so that nobody finds it Open';

/** Every till of a run comes back, and has no reader that takes cards by itself; what is left of 3.4 is played for real. */
export const elsewhere: readonly Elsewhere[] = [
  { row: 'Open → ExternalPending (BJ)', because: opened, test: table },
  { row: 'Open → Aborted (TO)', because: opened, test: table },
  { row: 'Open → Aborted (TM)', because: opened, test: table },
  {
    row: '[*] → Committed (TR)',
    because: 'only a card reader that gives a final result by itself sends it unheard of',
    test: 'backend-mock/payments/terminal-payments.process.test.ts',
  },
  {
    row: '[*] → TerminalConfirmUnknown (TR)',
    because: 'only a card reader that gives a final result by itself sends it unheard of',
    test: 'backend-mock/payments/terminal-payments.process.test.ts',
  },
  {
    row: 'ExternalUnknown → Committed (AD)',
    because: 'its till has to be gone for good',
    test: 'backend-mock/payments/operator-ends.process.test.ts',
  },
].map((one) => ({ ...one, row: `terminal-card-top-up: ${one.row}` }));
const rowsElsewhere: ReadonlySet<string> = new Set(elsewhere.map(({ row }) => row));

/** Every row of the backend's tables for the kinds of tills, one for each cause. */
export const backendRows: readonly string[] = transitions
  .filter(({ kind }) => kindsOfTills.test(kind))
  .flatMap(({ kind, from, to, causes }) => causes.map((cause) => `${kind}: ${from} → ${to} (${cause})`));

/** Every row a soak has to reach, by the name the tally has for it. */
export function requiredRows(): readonly string[] {
  const ofBackend = backendRows.filter((row) => !rowsElsewhere.has(row));
  return [...tillRows.map((row) => `till: ${row}`), ...cleanupRows.map((row) => `cleanup: ${row}`), ...ofBackend];
}

/** How often each row was reached; the till's arrows whoever made them. */
export function reachedRows(tally: Tally): ReadonlyMap<string, number> {
  const reached = new Map<string, number>();
  for (const [row, count] of tally.reached) {
    const name = row.startsWith('till: ') ? row.replace(/ \(\w+\)$/, '') : row;
    reached.set(name, (reached.get(name) ?? 0) + count);
  }
  return reached;
}

export function unreachedRows(tally: Tally): readonly string[] {
  const reached = reachedRows(tally);
  return requiredRows().filter((row) => !reached.has(row));
}

const stepSchema = z.object({
  type: z.string(),
  method: z.string(),
  from: z.string().nullable(),
  to: z.string(),
  cause: z.string(),
  count: z.int(),
});

/** Every step that the backend itself has written down in a run, counted by its row of requirements.md 3.4. */
export async function countBackendSteps(backend: SimulatedBackend, tally: Tally): Promise<void> {
  const rows = await backend.query(
    `SELECT t.type, t.payment_method AS method, s.from_state AS "from", s.to_state AS "to", s.cause, count(*) AS count
       FROM transaction_state s JOIN transactions t USING (edition_id, backend_transaction_id)
      WHERE t.origin = 'terminal' GROUP BY 1, 2, 3, 4, 5`,
  );
  for (const row of z.array(stepSchema).parse(rows)) {
    const kind = kindOf(row.type, row.method);
    tally.reach(`${kind}: ${row.from ?? '[*]'} → ${row.to} (${row.cause})`, row.count);
  }
}

function kindOf(type: string, method: string): string {
  switch (type) {
    case 'Purchase':
      return 'terminal-purchase';
    case 'Refund':
      return 'terminal-cash-refund';
    case 'TopUp':
      return method === 'card' ? 'terminal-card-top-up' : 'terminal-cash-top-up';
    case 'Chargeback':
      return 'terminal-chargeback';
    default:
      return 'terminal-tag-adjustment';
  }
}
