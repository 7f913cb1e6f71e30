import type { Connection } from '../store/database.ts';
import { raiseAlert } from './alerts.ts';
import type { LockedAssignment } from './batch-reads.ts';
import type { Interpretation } from './interpret.ts';

/**
 * Tells the operator what is booked now on its till's word and had been booked by hand before, in the place of a rejected or imported
 * entry of the same number: a sale that happened is booked (Q10), and only an operator can take the other booking back.
 */
async function raiseBookedBefore(
  connection: Connection,
  assignment: LockedAssignment,
  numbers: readonly number[],
  now: Date,
): Promise<void> {
  if (numbers.length === 0) return;
  const { editionId, assignmentId } = assignment;
  const found = await connection.query<{ number: number; booked_by: number }>({
    name: 'booked-by-hand-before',
    text: `SELECT l.terminal_transaction_number AS number, l.resolved_by_transaction_id AS booked_by
             FROM unnest($3::bigint[]) AS wanted(number)
             CROSS JOIN LATERAL (
               SELECT * FROM transition_log l WHERE l.edition_id = $1 AND l.assignment_id = $2
                  AND l.terminal_transaction_number = wanted.number AND l.resolution = 'booking') AS l`,
    values: [editionId, assignmentId, numbers],
  });
  for (const { number, booked_by: bookedBy } of found.rows) {
    const detail = `an operator booked transaction ${bookedBy} in its place before it arrived; one of the two is too much`;
    await raiseAlert(connection, assignment, 'BOOKED_BEFORE', `${assignmentId}/${number}`, detail, now);
  }
}

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
  const booked = [...changes.values()].filter(({ books }) => books);
  await raiseBookedBefore(
    connection,
    assignment,
    booked.map(({ terminalTransactionNumber }) => terminalTransactionNumber),
    now,
  );
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
