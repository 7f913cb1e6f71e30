import type { Connection } from '../store/database.ts';
import { raiseAlert } from './alerts.ts';
import type { LockedAssignment } from './batch-reads.ts';
import type { Interpretation } from './interpret.ts';

/** Tells the operator what was taken although it should not have come (Q10), and what was refused against evidence (Q8). */
export async function raiseFlags(
  connection: Connection,
  assignment: LockedAssignment,
  { changes, rejections }: Interpretation,
  now: Date,
): Promise<void> {
  const key = (number: number | undefined) => `${assignment.assignmentId}/${number ?? 'unknown'}`;
  for (const { terminalTransactionNumber, steps } of changes.values()) {
    if (!steps.some((step) => step.from === 'ReserveExpired' && step.to === 'Committed')) continue;
    const detail =
      'Committed arrived after its reservation had expired; it is booked, and may take the customer below zero';
    await raiseAlert(connection, assignment, 'LATE_COMMIT', key(terminalTransactionNumber), detail, now);
  }
  for (const { terminalTransactionNumber, from, to } of rejections) {
    if (from !== 'Reserve' || to !== 'Aborted') continue;
    const detail = 'a tag shows the transaction written, and its till says Aborted; it stays held';
    await raiseAlert(connection, assignment, 'RESERVE_ABORTED', key(terminalTransactionNumber), detail, now);
  }
}
