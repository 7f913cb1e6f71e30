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
    const before = steps.find((step) => step.to === 'Committed')?.from;
    if (before === 'ReserveExpired') {
      const detail =
        'Committed arrived after its reservation had expired; it is booked, and may take the customer below zero';
      await raiseAlert(connection, assignment, 'LATE_COMMIT', key(terminalTransactionNumber), detail, now);
    }
    if (before === 'ExternalUnknown') {
      const detail =
        'Committed arrived when its payment was no longer asked about; it is booked on the word of its till';
      await raiseAlert(connection, assignment, 'PAYMENT_UNPROVEN', key(terminalTransactionNumber), detail, now);
    }
  }
  for (const { terminalTransactionNumber, from, to } of rejections) {
    if (from === 'Reserve' && to === 'Aborted') {
      const detail = 'a tag shows the transaction written, and its till says Aborted; it stays held';
      await raiseAlert(connection, assignment, 'RESERVE_ABORTED', key(terminalTransactionNumber), detail, now);
    }
    if ((from === 'ExternalPending' || from === 'ExternalUnknown') && to === 'Committed') {
      const detail = 'its till wrote the card top-up to the tag, and the payment does not cover it; nothing is booked';
      await raiseAlert(connection, assignment, 'TOP_UP_NOT_PAID', key(terminalTransactionNumber), detail, now);
    }
  }
}
