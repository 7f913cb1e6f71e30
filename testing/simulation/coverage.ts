import { transitions } from '../../backend-mock/ingest/transitions.ts';
import type { Tally } from './tally.ts';

/** requirements.md 3.1, every arrow of the till's table; who made it does not count. */
const tillRows = [
  '[*] → Open',
  'Open → TerminalConfirmStarted',
  'Open → Aborted',
  'TerminalConfirmStarted → Committed',
  'TerminalConfirmStarted → Aborted',
  'TerminalConfirmStarted → TerminalConfirmUnknown',
  'TerminalConfirmUnknown → Committed',
  'TerminalConfirmUnknown → Aborted',
] as const;

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
/** An operator settles cards in `backend-mock/payments/operator-ends.process.test.ts`; a day without an answer is played there too. */
const elsewhere = new Set([
  'terminal-card-top-up: [*] → Committed (TR)',
  'terminal-card-top-up: [*] → TerminalConfirmUnknown (TR)',
]);

/** Every row a soak has to reach, by the name the tally has for it. */
export function requiredRows(): readonly string[] {
  const ofBackend = transitions
    .filter(({ kind }) => kindsOfTills.test(kind))
    .flatMap(({ kind, from, to, causes }) => causes.map((cause) => `${kind}: ${from} → ${to} (${cause})`))
    .filter((row) => !elsewhere.has(row));
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
