import { blob, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';
import { itemKinds } from '../../contract/wire/accounts.ts';
import { journalKinds } from '../../contract/wire/journal.ts';
import { paymentStatuses } from '../../contract/wire/payment.ts';
import { paymentMethods, terminalStates, transactionTypes } from '../../contract/wire/words.ts';

/**
 * The tables as drizzle sees them. The migrations say what they are; a test compares the two, so that neither can drift.
 */

export const assignment = sqliteTable('assignment', {
  singleton: integer('singleton').primaryKey(),
  assignmentId: integer('assignment_id').notNull(),
  terminalId: text('terminal_id').notNull(),
  terminalName: text('terminal_name').notNull(),
  backendUrl: text('backend_url').notNull(),
  journalId: text('journal_id').notNull(),
  edition: text('edition').notNull(),
  enrolledAt: text('enrolled_at').notNull(),
  lastTerminalTransactionNumber: integer('last_terminal_transaction_number').notNull().default(0),
  haltedCode: text('halted_code'),
});

export const configuration = sqliteTable('configuration', {
  singleton: integer('singleton').primaryKey(),
  etag: text('etag').notNull(),
  body: text('body').notNull(),
  fetchedAt: text('fetched_at').notNull(),
});

export const txn = sqliteTable('txn', {
  terminalTransactionNumber: integer('terminal_transaction_number').primaryKey(),
  stateVersion: integer('state_version').notNull(),
  state: text('state', { enum: terminalStates }).notNull(),
  /** What was to be done after the commit of this state. */
  effect: text('effect'),
  type: text('type', { enum: transactionTypes }).notNull(),
  paymentMethod: text('payment_method', { enum: paymentMethods }).notNull(),
  currency: text('currency').notNull(),
  amountMinor: integer('amount_minor').notNull(),
  balanceDeltaMinor: integer('balance_delta_minor').notNull(),
  tagUid: text('tag_uid').notNull(),
  tagGeneration: integer('tag_generation').notNull(),
  tagTransactionNumber: integer('tag_transaction_number'),
  balanceBeforeMinor: integer('balance_before_minor').notNull(),
  balanceAfterMinor: integer('balance_after_minor').notNull(),
  merchantId: text('merchant_id'),
  openedAt: text('opened_at').notNull(),
  writeStartedAt: text('write_started_at'),
  /** Both slots, one after the other: 128 bytes. */
  slotsBefore: blob('slots_before', { mode: 'buffer' }),
  slotsAfter: blob('slots_after', { mode: 'buffer' }),
  targetSlot: integer('target_slot'),
  endedAt: text('ended_at'),
  abortReason: text('abort_reason'),
  adjustmentNumber: integer('adjustment_number'),
  referenceAssignmentId: integer('reference_assignment_id'),
  referenceTerminalTransactionNumber: integer('reference_terminal_transaction_number'),
  groupId: text('group_id'),
  setBlocked: integer('set_blocked', { mode: 'boolean' }),
  cashierId: text('cashier_id'),
  approvedBy: text('approved_by'),
  shiftId: text('shift_id'),
  /** 1: the backend held the amount at the checkout. */
  isReserved: integer('is_reserved').notNull().default(0),
  /** The last entry of the journal that told of it. */
  journalSeq: integer('journal_seq'),
  /** Of a top-up by card; null before its payment is asked for. */
  paymentStatus: text('payment_status', { enum: paymentStatuses }),
  paymentReference: text('payment_reference'),
  /** 1: a part of a sale whose goods are on another transaction of its group. */
  isPart: integer('is_part').notNull().default(0),
  /** Account mode. */
  session: text('session'),
  /** Account mode; 1: credit may pay for it. */
  isMeal: integer('is_meal').notNull().default(0),
  /** Account mode: a JSON array, where there are any. */
  acknowledgedAllergens: text('acknowledged_allergens'),
});

export const shift = sqliteTable('shift', {
  shiftId: text('shift_id').primaryKey(),
  shiftNumber: integer('shift_number').notNull(),
  cashierId: text('cashier_id').notNull(),
  openedAt: text('opened_at').notNull(),
  floatMinor: integer('float_minor').notNull(),
  closedAt: text('closed_at'),
  closedBy: text('closed_by'),
  countedCashMinor: integer('counted_cash_minor'),
  expectedCashMinor: integer('expected_cash_minor'),
  unknownCashMinor: integer('unknown_cash_minor'),
  zNumber: integer('z_number'),
});

/** Aborted cash top-ups whose cash was given back (money rule 4). */
export const cashReturn = sqliteTable('cash_return', {
  terminalTransactionNumber: integer('terminal_transaction_number').primaryKey(),
  at: text('at').notNull(),
  cashierId: text('cashier_id'),
});

export const txnItem = sqliteTable(
  'txn_item',
  {
    terminalTransactionNumber: integer('terminal_transaction_number').notNull(),
    line: integer('line').notNull(),
    kind: text('kind', { enum: itemKinds }).notNull(),
    debitAccount: text('debit_account').notNull(),
    creditAccount: text('credit_account').notNull(),
    amountMinor: integer('amount_minor').notNull(),
    productId: text('product_id'),
    name: text('name'),
    quantity: integer('quantity'),
    unitPriceMinor: integer('unit_price_minor'),
    taxRate: text('tax_rate'),
  },
  (table) => [primaryKey({ columns: [table.terminalTransactionNumber, table.line] })],
);

export const txnStateLog = sqliteTable(
  'txn_state_log',
  {
    terminalTransactionNumber: integer('terminal_transaction_number').notNull(),
    stateVersion: integer('state_version').notNull(),
    fromState: text('from_state', { enum: terminalStates }),
    toState: text('to_state', { enum: terminalStates }).notNull(),
    at: text('at').notNull(),
    cause: text('cause').notNull(),
  },
  (table) => [primaryKey({ columns: [table.terminalTransactionNumber, table.stateVersion] })],
);

/** Every change of a card payment; `line` counts from 1 for each transaction. */
export const txnPaymentLog = sqliteTable(
  'txn_payment_log',
  {
    terminalTransactionNumber: integer('terminal_transaction_number').notNull(),
    line: integer('line').notNull(),
    fromStatus: text('from_status', { enum: paymentStatuses }),
    toStatus: text('to_status', { enum: paymentStatuses }).notNull(),
    reference: text('reference'),
    at: text('at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.terminalTransactionNumber, table.line] })],
);

export const journal = sqliteTable('journal', {
  seq: integer('seq').primaryKey(),
  kind: text('kind', { enum: journalKinds }).notNull(),
  at: text('at').notNull(),
  /** Canonical JSON, so that the same bytes are hashed, kept and sent. */
  payload: text('payload').notNull(),
  hash: text('hash').notNull(),
});

/** What the backend rejected; accepted entries leave no row. */
export const journalResult = sqliteTable('journal_result', {
  seq: integer('seq').primaryKey(),
  code: text('code').notNull(),
  message: text('message').notNull(),
  receivedAt: text('received_at').notNull(),
  resolvedAt: text('resolved_at'),
});

export const replicationCursor = sqliteTable('replication_cursor', {
  singleton: integer('singleton').primaryKey(),
  acknowledgedSeq: integer('acknowledged_seq').notNull().default(0),
  acknowledgedAt: text('acknowledged_at'),
});

export const tagSnapshot = sqliteTable('tag_snapshot', {
  tagUid: text('tag_uid').primaryKey(),
  fingerprint: text('fingerprint').notNull(),
  seenAt: text('seen_at').notNull(),
});

/** What the backend last said of an account. */
export const accountBalance = sqliteTable('account_balance', {
  tagUid: text('tag_uid').primaryKey(),
  balanceMinor: integer('balance_minor').notNull(),
  /** Booked less what others hold. */
  freeMinor: integer('free_minor').notNull(),
  creditMinor: integer('credit_minor').notNull(),
  blocked: integer('blocked', { mode: 'boolean' }).notNull(),
  asOf: text('as_of').notNull(),
  debitsIncludedSeq: integer('debits_included_seq').notNull(),
  creditsIncludedSeq: integer('credits_included_seq').notNull(),
  /** Whose it is: a JSON object. */
  member: text('member'),
});

/** A blank tag that takes, or took, a lost one's place. */
export const tagReplacement = sqliteTable('tag_replacement', {
  newUid: text('new_uid').primaryKey(),
  lostUid: text('lost_uid').notNull(),
  askedAt: text('asked_at').notNull(),
  slot: blob('slot', { mode: 'buffer' }),
  writtenAt: text('written_at'),
});

/** What an operator should see: tags that show what no till of this event should have left on them. */
export const monitor = sqliteTable('monitor', {
  id: integer('id').primaryKey(),
  at: text('at').notNull(),
  kind: text('kind').notNull(),
  tagUid: text('tag_uid').notNull(),
  terminalTransactionNumber: integer('terminal_transaction_number').notNull(),
});
