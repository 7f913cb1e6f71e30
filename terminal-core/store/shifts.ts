import type Database from 'better-sqlite3';
import { eq, isNull, max, sql } from 'drizzle-orm';
import type { BetterSQLite3Database } from 'drizzle-orm/better-sqlite3';
import type { ShiftPayload } from '../../contract/wire/journal.ts';
import type { ShiftClosing, ShiftStore } from '../checkout/shift-ports.ts';
import { invariant } from '../domain/invariant.ts';
import { type ClosedShift, type Shift, type ShiftSum, shiftFigures } from '../domain/shift.ts';
import type { Journal } from './journal.ts';
import { assignment, shift, txn } from './schema.ts';

/** The till's shifts in SQLite; each change is one commit together with its journal entry. */
export class StoredShifts implements ShiftStore {
  readonly #database: Database.Database;
  readonly #drizzle: BetterSQLite3Database;
  readonly #journal: Journal;
  readonly #statements: ReturnType<typeof prepare>;

  constructor(database: Database.Database, drizzle: BetterSQLite3Database, journal: Journal) {
    this.#database = database;
    this.#drizzle = drizzle;
    this.#journal = journal;
    this.#statements = prepare(drizzle);
  }

  current(): Shift | null {
    const row = this.#statements.current.get();
    if (!row) return null;
    const { shiftId, shiftNumber, cashierId, openedAt, floatMinor } = row;
    return { shiftId, shiftNumber, cashierId, openedAt, floatMinor };
  }

  open(cashierId: string, floatMinor: number, at: string): Shift {
    return this.#commit(() => {
      const shiftNumber = (this.#statements.lastNumbers.get()?.shiftNumber ?? 0) + 1;
      const assignmentId = this.#statements.assignmentId.get()?.assignmentId;
      invariant('INV-10', assignmentId !== undefined, 'a shift was opened without an assignment');
      const opened = { shiftId: `${assignmentId}-${shiftNumber}`, shiftNumber, cashierId, openedAt: at, floatMinor };
      this.#drizzle.insert(shift).values(opened).run();
      this.#tell(at, {
        shiftId: opened.shiftId,
        event: 'opened',
        cashierId,
        countedCashMinor: floatMinor,
        unknownCashMinor: 0,
      });
      return opened;
    });
  }

  sums(shiftId: string): readonly ShiftSum[] {
    return this.#statements.sums.all({ shiftId }).map(({ isCredit, ...sum }) => ({ ...sum, isCredit: isCredit === 1 }));
  }

  close(shiftId: string, { closedBy, countedCashMinor, at }: ShiftClosing): ClosedShift {
    return this.#commit(() => {
      const open = this.current();
      invariant('INV-10', open?.shiftId === shiftId, `shift ${shiftId} is not open`);
      const figures = shiftFigures(open.floatMinor, this.sums(shiftId));
      const { expectedMinor: expectedCashMinor, unknownMinor: unknownCashMinor } = figures.cash;
      const zNumber = (this.#statements.lastNumbers.get()?.zNumber ?? 0) + 1;
      this.#drizzle
        .update(shift)
        .set({ closedAt: at, closedBy, countedCashMinor, expectedCashMinor, unknownCashMinor, zNumber })
        .where(eq(shift.shiftId, shiftId))
        .run();
      this.#tell(at, {
        shiftId,
        event: 'closed',
        cashierId: closedBy,
        countedCashMinor,
        unknownCashMinor,
        expectedCashMinor,
        zNumber,
      });
      return { ...open, closedAt: at, closedBy, countedCashMinor, zNumber, figures };
    });
  }

  #tell(at: string, payload: ShiftPayload): void {
    this.#journal.append('shift', at, payload);
  }

  #commit<Value>(work: () => Value): Value {
    return this.#database.transaction(work).immediate();
  }
}

const isCredit = sql<number>`${txn.balanceDeltaMinor} > 0`;

function prepare(drizzle: BetterSQLite3Database) {
  return {
    current: drizzle.select().from(shift).where(isNull(shift.closedAt)).prepare(),
    lastNumbers: drizzle
      .select({ shiftNumber: max(shift.shiftNumber), zNumber: max(shift.zNumber) })
      .from(shift)
      .prepare(),
    assignmentId: drizzle.select({ assignmentId: assignment.assignmentId }).from(assignment).prepare(),
    sums: drizzle
      .select({
        type: txn.type,
        state: txn.state,
        paymentMethod: txn.paymentMethod,
        isCredit,
        count: sql<number>`count(*)`,
        amountMinor: sql<number>`sum(${txn.amountMinor})`,
      })
      .from(txn)
      .where(eq(txn.shiftId, sql.placeholder('shiftId')))
      .groupBy(txn.type, txn.state, txn.paymentMethod, isCredit)
      .prepare(),
  };
}
