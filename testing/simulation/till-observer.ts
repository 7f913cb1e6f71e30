import type Database from 'better-sqlite3';
import { z } from 'zod';
import { terminalStates, transactionTypes } from '../../contract/wire/words.ts';
import { entryHash, startHash } from './journal-chain.ts';
import { demand, keyOf, type MoneyModel } from './money-model.ts';

const rowSchema = z.object({
  number: z.int(),
  version: z.int(),
  state: z.enum(terminalStates),
  type: z.enum(transactionTypes),
  method: z.string(),
  amountMinor: z.int(),
  deltaMinor: z.int(),
  uid: z.string(),
  generation: z.int(),
  tagNumber: z.int(),
  balanceBeforeMinor: z.int(),
  balanceAfterMinor: z.int(),
  adjustmentNumber: z.int().nullable(),
  referenceAssignmentId: z.int().nullable(),
  referenceNumber: z.int().nullable(),
  writeStarted: z.int(),
});
const stepSchema = z.object({ from: z.string().nullable(), to: z.enum(terminalStates), cause: z.string() });
const itemSchema = z.object({ debit: z.string(), credit: z.string(), amountMinor: z.int() });
const entrySchema = z.object({ seq: z.int(), kind: z.string(), at: z.string(), payload: z.string(), hash: z.string() });

/** Called for every step that a row takes. */
export type OnRowStep = (number: number, from: string, to: string, cause: string) => void;

/**
 * Reads, after every commit of a till, what is new in its database, with SQL of its own, and tells the model. What the journal
 * holds is recomputed as it grows (INV-05); that nothing old of it changes is looked at when the run ends.
 */
export class TillObserver {
  readonly assignmentId: number;
  readonly #model: MoneyModel;
  readonly #onStep: OnRowStep;
  readonly #unresolved = new Map<number, number>();
  #lastNumber = 0;
  #lastSeq = 0;
  #lastHash: string;

  constructor(assignmentId: number, journalId: string, model: MoneyModel, onStep: OnRowStep) {
    this.assignmentId = assignmentId;
    this.#model = model;
    this.#onStep = onStep;
    this.#lastHash = startHash(journalId);
  }

  get lastNumber(): number {
    return this.#lastNumber;
  }

  get seal(): { readonly seq: number; readonly hash: string } {
    return { seq: this.#lastSeq, hash: this.#lastHash };
  }

  /** Numbers of what has no end yet. */
  get unresolved(): readonly number[] {
    return [...this.#unresolved.keys()];
  }

  /** Up to where the till believes that the backend has its journal. */
  #acknowledgedSeq(database: Database.Database): number {
    return z.int().parse(database.prepare('SELECT acknowledged_seq FROM replication_cursor').pluck().get());
  }

  /** @param receivedSeq up to where the backend truly has it */
  look(database: Database.Database, receivedSeq: number): void {
    for (const number of [...this.#unresolved.keys()]) this.#follow(database, number);
    const numbers = z
      .array(z.int())
      .parse(
        database
          .prepare('SELECT terminal_transaction_number FROM txn WHERE terminal_transaction_number > ? ORDER BY 1')
          .pluck()
          .all(this.#lastNumber),
      );
    for (const number of numbers) {
      this.#lastNumber = number;
      this.#open(database, number);
      this.#follow(database, number);
    }
    this.#readJournal(database);
    const acknowledged = this.#acknowledgedSeq(database);
    demand(
      acknowledged <= receivedSeq,
      'R46 cursor',
      `${this.assignmentId} believes in ${acknowledged} entries, the backend has ${receivedSeq}`,
    );
  }

  #open(database: Database.Database, number: number): void {
    const row = this.#row(database, number);
    const moves = new Map<string, number>();
    const items = z.array(itemSchema).parse(
      database
        .prepare(
          `SELECT debit_account AS debit, credit_account AS credit, amount_minor AS amountMinor FROM txn_item
           WHERE terminal_transaction_number = ?`,
        )
        .all(number),
    );
    for (const { debit, credit, amountMinor } of items) {
      moves.set(debit, (moves.get(debit) ?? 0) + amountMinor);
      moves.set(credit, (moves.get(credit) ?? 0) - amountMinor);
    }
    const { referenceAssignmentId, referenceNumber } = row;
    const reference =
      referenceAssignmentId === null || referenceNumber === null
        ? null
        : { assignmentId: referenceAssignmentId, number: referenceNumber };
    this.#unresolved.set(number, 1);
    this.#model.opened({ ...row, reference, assignmentId: this.assignmentId, moves });
    this.#onStep(number, '[*]', 'Open', 'checkout');
  }

  #follow(database: Database.Database, number: number): void {
    const row = this.#row(database, number);
    const model = this.#model.row(this.assignmentId, number);
    demand(model !== undefined, 'INV-06 states', `${keyOf(this.assignmentId, number)} is not known to the model`);
    const known = this.#unresolved.get(number) ?? 1;
    if (row.writeStarted === 1) model.writeStarted = true;
    // A card may pay for a tag that another till has written to meanwhile: it is read again before it is written (Q16).
    const { tagNumber, generation, balanceBeforeMinor, balanceAfterMinor } = row;
    Object.assign(model, { tagNumber, generation, balanceBeforeMinor, balanceAfterMinor });
    if (row.version === known) return;
    const steps = z.array(stepSchema).parse(
      database
        .prepare(
          `SELECT from_state AS "from", to_state AS "to", cause FROM txn_state_log
           WHERE terminal_transaction_number = ? AND state_version > ? ORDER BY state_version`,
        )
        .all(number, known),
    );
    for (const { from, to, cause } of steps) {
      this.#model.moved(this.assignmentId, number, from, to, cause);
      this.#onStep(number, from ?? '[*]', to, cause);
    }
    demand(
      model.state === row.state,
      'INV-06 states',
      `${keyOf(this.assignmentId, number)} is ${row.state} and logged as ${model.state}`,
    );
    if (row.state === 'Committed' || row.state === 'Aborted') this.#unresolved.delete(number);
    else this.#unresolved.set(number, row.version);
  }

  #row(database: Database.Database, number: number) {
    return rowSchema.parse(
      database
        .prepare(
          `SELECT terminal_transaction_number AS number, state_version AS version, state, type, payment_method AS method,
             amount_minor AS amountMinor, balance_delta_minor AS deltaMinor, tag_uid AS uid, tag_generation AS generation,
             tag_transaction_number AS tagNumber, balance_before_minor AS balanceBeforeMinor,
             balance_after_minor AS balanceAfterMinor, adjustment_number AS adjustmentNumber,
             reference_assignment_id AS referenceAssignmentId, reference_terminal_transaction_number AS referenceNumber,
             write_started_at IS NOT NULL AS writeStarted
           FROM txn WHERE terminal_transaction_number = ?`,
        )
        .get(number),
    );
  }

  #readJournal(database: Database.Database): void {
    const entries = z
      .array(entrySchema)
      .parse(database.prepare('SELECT * FROM journal WHERE seq > ? ORDER BY seq').all(this.#lastSeq));
    for (const entry of entries) {
      const isNext = entry.seq === this.#lastSeq + 1 && entry.hash === entryHash(this.#lastHash, entry);
      demand(isNext, 'INV-05 journal', `entry ${entry.seq} of ${this.assignmentId} does not follow ${this.#lastSeq}`);
      this.#lastSeq = entry.seq;
      this.#lastHash = entry.hash;
    }
  }
}
