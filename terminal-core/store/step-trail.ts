import type Database from 'better-sqlite3';
import { z } from 'zod';
import type { Step, StepEvent } from '../../contract/ipc/step.ts';
import {
  shiftPayloadSchema,
  type TagEventPayload,
  tagEventPayloadSchema,
  tagSnapshotPayloadSchema,
} from '../../contract/wire/journal.ts';
import { transactionPayloadSchema } from '../../contract/wire/transaction.ts';
import { terminalStates, transactionTypes } from '../../contract/wire/words.ts';
import { fault } from '../domain/fault.ts';

const transactionSchema = z.object({
  number: z.int(),
  at: z.string(),
  type: z.enum(transactionTypes),
  state: z.enum(terminalStates),
  amountMinor: z.int(),
  balanceDeltaMinor: z.int(),
});
const stateRowSchema = transactionSchema.extend({
  version: z.int(),
  cause: z.string(),
  uid: z.string(),
  generation: z.int(),
  tagNumber: z.int().nullable(),
  balanceAfterMinor: z.int(),
});
type StateRow = z.infer<typeof stateRowSchema>;
const paymentRowSchema = transactionSchema.extend({ line: z.int(), status: z.string() });
const entryRowSchema = z.object({ seq: z.int(), at: z.string(), kind: z.string(), payload: z.string() });
type EntryRow = z.infer<typeof entryRowSchema>;
const rejectionRowSchema = z.object({ seq: z.int(), at: z.string(), code: z.string(), message: z.string() });
const cursorSchema = z.object({ acknowledgedSeq: z.int(), at: z.string().nullable(), journalSeq: z.int() });
const openRowSchema = z.object({ number: z.int(), version: z.int(), lines: z.int() });

/** How far the logs have been told. They only grow, but that of the states not only at its end. */
interface Told {
  readonly lastNumber: number;
  /** Of every transaction that was not final: the version and the line of its payment that were told last. */
  readonly open: ReadonlyMap<number, { readonly version: number; readonly lines: number }>;
  readonly entrySeq: number;
  readonly rejectedSeq: number;
  readonly acknowledgedSeq: number;
}

/**
 * What a till does, told from what it has written to its disk, as steps in the order of their time: for whoever follows a
 * running till without being it. What leaves no trace there (a tag that is waited for, the progress of a write) is not told.
 */
export class StepTrail {
  readonly #database: Database.Database;
  readonly #statements: ReturnType<typeof prepare>;
  #told: Told;
  #version: unknown;

  /** Begins now: what was before is not told. */
  constructor(database: Database.Database) {
    this.#database = database;
    this.#statements = prepare(database);
    this.#version = this.#dataVersion();
    this.#told = this.#reach();
  }

  /** The steps since the last call; nothing is read while nobody has written. */
  news(): readonly Step[] {
    const version = this.#dataVersion();
    if (version === this.#version) return [];
    this.#version = version;
    // One transaction, so that a commit is told whole or not at all.
    const steps = this.#database.transaction(() => {
      const told = this.#told;
      this.#told = this.#reach();
      return [...this.#ofTransactions(told), ...this.#ofJournal(told)];
    })();
    return steps.toSorted((a, b) => Date.parse(a.at) - Date.parse(b.at));
  }

  #dataVersion(): unknown {
    return this.#database.pragma('data_version', { simple: true });
  }

  /** How far the logs reach now. */
  #reach(): Told {
    const open = z.array(openRowSchema).parse(this.#statements.open.all());
    const cursor = cursorSchema.parse(this.#statements.cursor.get());
    return {
      lastNumber: z.int().parse(this.#statements.lastNumber.get()),
      open: new Map(open.map(({ number, ...reached }) => [number, reached])),
      entrySeq: cursor.journalSeq,
      rejectedSeq: z.int().parse(this.#statements.lastRejected.get()),
      acknowledgedSeq: cursor.acknowledgedSeq,
    };
  }

  #ofTransactions({ lastNumber, open }: Told): readonly Step[] {
    const changed = { lastNumber, open: JSON.stringify([...open.keys()]) };
    const states = z.array(stateRowSchema).parse(this.#statements.states.all(changed));
    const payments = z.array(paymentRowSchema).parse(this.#statements.payments.all(changed));
    return [
      ...states.filter((row) => row.version > (open.get(row.number)?.version ?? 0)).map(stateStep),
      ...payments
        .filter((row) => row.line > (open.get(row.number)?.lines ?? 0))
        .map((row) => ({ ...stepOf('paymentChanged', row), details: { status: row.status } })),
    ];
  }

  #ofJournal(told: Told): readonly Step[] {
    const entries = z.array(entryRowSchema).parse(this.#statements.entries.all({ seq: told.entrySeq }));
    const rejections = z.array(rejectionRowSchema).parse(this.#statements.rejections.all({ seq: told.rejectedSeq }));
    const { acknowledgedSeq, at, journalSeq } = cursorSchema.parse(this.#statements.cursor.get());
    const details = { sentCount: acknowledgedSeq - told.acknowledgedSeq, unsentCount: journalSeq - acknowledgedSeq };
    return [
      ...entries.flatMap(entrySteps),
      ...rejections.map(({ at: rejectedAt, ...rejected }) => ({
        at: rejectedAt,
        event: 'entryRejected' as const,
        error: fault('ENTRIES_REJECTED', { rejectedCount: 1, detail: rejected.message }),
        details: rejected,
      })),
      ...(acknowledgedSeq > told.acknowledgedSeq && at ? [{ at, event: 'replicated' as const, details }] : []),
    ];
  }
}

function stepOf(event: StepEvent, row: z.infer<typeof transactionSchema>): Step {
  const { number: terminalTransactionNumber, at, type, state, amountMinor, balanceDeltaMinor } = row;
  return { at, event, transaction: { terminalTransactionNumber, type, state, amountMinor, balanceDeltaMinor } };
}

function stateStep(row: StateRow): Step {
  const { uid, generation, tagNumber: transactionNumber, balanceAfterMinor: balanceMinor } = row;
  const step = { ...stepOf(eventOf(row), row), details: { cause: row.cause } };
  const tag = { uid, generation, transactionNumber, balanceMinor };
  if (row.state === 'Committed') return { ...step, tag };
  return row.state === 'TerminalConfirmUnknown' ? { ...step, error: fault('OUTCOME_UNKNOWN') } : step;
}

/** What the till itself said at this step; what it found out afterwards is a cleanup. */
function eventOf({ state, cause }: StateRow): StepEvent {
  if (cause === 'cleanup' || cause === 'backend') return 'cleanup';
  switch (state) {
    case 'Open':
      return 'transactionOpened';
    case 'TerminalConfirmStarted':
      return 'checkoutStarted';
    case 'TerminalConfirmUnknown':
      return 'transactionUnknown';
    case 'Committed':
      return 'transactionCommitted';
    case 'Aborted':
      return 'transactionAborted';
  }
}

/** What the journal alone tells; the states of transactions have a log of their own. */
function entrySteps({ seq, at, kind, payload }: EntryRow): readonly Step[] {
  const said = z.json().parse(JSON.parse(payload));
  switch (kind) {
    case 'tagSnapshot': {
      const { uid, generation, transactionNumber, balanceMinor } = tagSnapshotPayloadSchema.parse(said);
      return [{ at, event: 'tagRead', tag: { uid, generation, transactionNumber, balanceMinor }, details: { seq } }];
    }
    case 'tagEvent': {
      const { event, uid, generation } = tagEventPayloadSchema.parse(said);
      return [{ at, event: tagStepEvents[event], details: { seq, tagEvent: event, uid, generation } }];
    }
    case 'shift': {
      const { event, shiftId, cashierId } = shiftPayloadSchema.parse(said);
      return [{ at, event: event === 'opened' ? 'shiftOpened' : 'shiftClosed', details: { seq, shiftId, cashierId } }];
    }
    case 'transaction': {
      const told = transactionPayloadSchema.pick({ cashReturned: true, ...identity }).parse(said);
      if (!told.cashReturned) return [];
      const { terminalTransactionNumber: number, type, amountMinor, balanceDeltaMinor } = told;
      return [stepOf('cashReturned', { number, at, type, state: 'Aborted', amountMinor, balanceDeltaMinor })];
    }
    default:
      return [];
  }
}

const identity = { terminalTransactionNumber: true, type: true, amountMinor: true, balanceDeltaMinor: true } as const;

const tagStepEvents = {
  issue: 'tagIssued',
  repair: 'tagRepaired',
  replace: 'tagReplaced',
  corruptSeen: 'tagRefused',
  cloneSeen: 'tagRefused',
} as const satisfies Record<TagEventPayload['event'], StepEvent>;

const ofTransaction = 't.type, t.amount_minor AS amountMinor, t.balance_delta_minor AS balanceDeltaMinor';
const changed =
  '(l.terminal_transaction_number > @lastNumber OR l.terminal_transaction_number IN (SELECT value FROM json_each(@open)))';

function prepare(database: Database.Database) {
  return {
    lastNumber: database.prepare('SELECT coalesce(max(terminal_transaction_number), 0) FROM txn').pluck(),
    open: database.prepare(
      `SELECT t.terminal_transaction_number AS number, t.state_version AS version,
         (SELECT count(*) FROM txn_payment_log p
           WHERE p.terminal_transaction_number = t.terminal_transaction_number) AS lines
       FROM txn t WHERE state IN ('Open', 'TerminalConfirmStarted', 'TerminalConfirmUnknown')`,
    ),
    states: database.prepare(
      `SELECT l.terminal_transaction_number AS number, l.at, l.state_version AS version, l.to_state AS state, l.cause,
         ${ofTransaction}, t.tag_uid AS uid, t.tag_generation AS generation, t.tag_transaction_number AS tagNumber,
         t.balance_after_minor AS balanceAfterMinor
       FROM txn_state_log l JOIN txn t USING (terminal_transaction_number) WHERE ${changed}
       ORDER BY l.terminal_transaction_number, l.state_version`,
    ),
    payments: database.prepare(
      `SELECT l.terminal_transaction_number AS number, l.at, l.line, l.to_status AS status, t.state, ${ofTransaction}
       FROM txn_payment_log l JOIN txn t USING (terminal_transaction_number) WHERE ${changed}
       ORDER BY l.terminal_transaction_number, l.line`,
    ),
    entries: database.prepare('SELECT seq, at, kind, payload FROM journal WHERE seq > @seq ORDER BY seq'),
    rejections: database.prepare(
      'SELECT seq, received_at AS at, code, message FROM journal_result WHERE seq > @seq ORDER BY seq',
    ),
    lastRejected: database.prepare('SELECT coalesce(max(seq), 0) FROM journal_result').pluck(),
    cursor: database.prepare(
      `SELECT acknowledged_seq AS acknowledgedSeq, acknowledged_at AS at,
         (SELECT coalesce(max(seq), 0) FROM journal) AS journalSeq
       FROM replication_cursor`,
    ),
  };
}
