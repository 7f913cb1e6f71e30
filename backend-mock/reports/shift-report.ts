import { z } from 'zod';
import { shiftPayloadSchema } from '../../contract/wire/journal.ts';
import type { Connection } from '../store/database.ts';

const entrySchema = z.object({ at: z.string(), payload: shiftPayloadSchema });

type ShiftRow = {
  assignmentId: number;
  terminalName: string;
  shiftId: string;
  cashierId: string;
  zNumber: number | null;
  openedAt: string | null;
  closedAt: string | null;
  floatMinor: number | null;
  bookedCashMinor: number;
  expectedCashMinor: number | null;
  countedCashMinor: number | null;
  unknownCashMinor: number | null;
  differenceMinor: number | null;
  ledgerDifferenceMinor: number | null;
};

/** Shifts as their tills told them, beside the cash that the ledger has for each, and the cash that belongs to none. */
export async function shiftRows(
  connection: Connection,
  editionId: number,
): Promise<{ rows: ShiftRow[]; withoutShiftMinor: number }> {
  const booked = await bookedCash(connection, editionId);
  const told = await connection.query<{ assignment_id: number; terminal_name: string; entry: string }>(
    `SELECT j.assignment_id, s.terminal_name, j.entry
       FROM journal_entry j JOIN assignment s ON s.edition_id = j.edition_id AND s.assignment_id = j.assignment_id
      WHERE j.edition_id = $1 AND j.outcome = 'accepted' AND j.entry LIKE '%"kind":"shift"%'
      ORDER BY j.assignment_id, j.seq`,
    [editionId],
  );
  const shifts = new Map<string, ShiftRow>();
  for (const row of told.rows) {
    const entry = entrySchema.safeParse(JSON.parse(row.entry));
    // Another kind may carry this text; what was accepted as a shift parses as one.
    if (entry.success) tell(shifts, row, entry.data, booked);
  }
  const known = new Set(shifts.keys());
  let withoutShiftMinor = 0;
  for (const [key, minor] of booked) if (!known.has(key)) withoutShiftMinor += minor;
  return { rows: [...shifts.values()], withoutShiftMinor };
}

const keyOf = (assignmentId: number | null, shiftId: string | null) => `${assignmentId ?? ''}/${shiftId ?? ''}`;

function tell(
  shifts: Map<string, ShiftRow>,
  { assignment_id: assignmentId, terminal_name: terminalName }: { assignment_id: number; terminal_name: string },
  { at, payload }: z.infer<typeof entrySchema>,
  booked: ReadonlyMap<string, number>,
): void {
  const key = keyOf(assignmentId, payload.shiftId);
  const bookedCashMinor = booked.get(key) ?? 0;
  const row = shifts.get(key) ?? emptyShift(assignmentId, terminalName, payload.shiftId, bookedCashMinor);
  shifts.set(key, row);
  row.cashierId = payload.cashierId;
  if (payload.event === 'opened') {
    row.openedAt = at;
    row.floatMinor = payload.countedCashMinor;
    return;
  }
  const expected = payload.expectedCashMinor ?? null;
  row.closedAt = at;
  row.zNumber = payload.zNumber ?? null;
  row.expectedCashMinor = expected;
  row.countedCashMinor = payload.countedCashMinor;
  row.unknownCashMinor = payload.unknownCashMinor;
  row.differenceMinor =
    expected === null || payload.countedCashMinor === null ? null : payload.countedCashMinor - expected;
  row.ledgerDifferenceMinor = expected === null ? null : (row.floatMinor ?? 0) + bookedCashMinor - expected;
}

function emptyShift(assignmentId: number, terminalName: string, shiftId: string, bookedCashMinor: number): ShiftRow {
  return {
    assignmentId,
    terminalName,
    shiftId,
    cashierId: '',
    zNumber: null,
    openedAt: null,
    closedAt: null,
    floatMinor: null,
    bookedCashMinor,
    expectedCashMinor: null,
    countedCashMinor: null,
    unknownCashMinor: null,
    differenceMinor: null,
    ledgerDifferenceMinor: null,
  };
}

/** Cash by assignment and shift: what `top-up:cash` paid less what it received. */
async function bookedCash(connection: Connection, editionId: number): Promise<ReadonlyMap<string, number>> {
  const found = await connection.query<{ assignment_id: number | null; shift_id: string | null; minor: number }>(
    `SELECT t.assignment_id, t.shift_id,
            sum(CASE WHEN p.credit_account_id = cash.account_id THEN p.amount_minor ELSE -p.amount_minor END) AS minor
       FROM account cash
       JOIN posting p ON p.edition_id = cash.edition_id AND cash.account_id IN (p.debit_account_id, p.credit_account_id)
       JOIN transactions t ON t.edition_id = p.edition_id AND t.backend_transaction_id = p.backend_transaction_id
      WHERE cash.edition_id = $1 AND cash.name = 'top-up:cash'
      GROUP BY 1, 2`,
    [editionId],
  );
  return new Map(found.rows.map((row) => [keyOf(row.assignment_id, row.shift_id), row.minor]));
}
