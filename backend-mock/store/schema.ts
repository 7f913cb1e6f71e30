import { bigint, boolean, integer, jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core';
import { creditModes } from '../../contract/wire/canteen.ts';
import { stateCauses } from '../../contract/wire/outcomes.ts';

/**
 * The tables as the reads see them. The migrations are the truth about keys, checks and triggers; a test compares the
 * columns named here with those of a migrated database.
 */
const instant = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
const whole = (name: string) => bigint(name, { mode: 'number' });

export const edition = pgTable('edition', {
  editionId: whole('edition_id').primaryKey().generatedAlwaysAsIdentity(),
  name: text('name').notNull(),
  mode: text('mode', { enum: ['tag', 'account'] }).notNull(),
  currency: text('currency').notNull(),
  timeZone: text('time_zone').notNull(),
  maximumBalanceMinor: whole('maximum_balance_minor').notNull(),
  maximumTopUpMinor: whole('maximum_top_up_minor').notNull(),
  maximumPurchaseMinor: whole('maximum_purchase_minor').notNull(),
  topUpFeeFixedMinor: whole('top_up_fee_fixed_minor').notNull(),
  topUpFeeRateBasisPoints: integer('top_up_fee_rate_basis_points').notNull(),
  refundFeeFixedMinor: whole('refund_fee_fixed_minor').notNull(),
  refundFeeRateBasisPoints: integer('refund_fee_rate_basis_points').notNull(),
  topUpAmountsMinor: jsonb('top_up_amounts_minor').notNull(),
  accountLimits: jsonb('account_limits'),
  offlineLimitMinor: whole('offline_limit_minor'),
  sessions: jsonb('sessions'),
  creditMode: text('credit_mode', { enum: creditModes }).notNull(),
  sessionCredits: boolean('session_credits').notNull(),
  demoCode: text('demo_code'),
  createdAt: instant('created_at').notNull(),
});

export const keySet = pgTable('key_set', {
  editionId: whole('edition_id').notNull(),
  keySetId: integer('key_set_id').notNull(),
  keyHex: text('key_hex').notNull(),
});

export const merchant = pgTable('merchant', {
  editionId: whole('edition_id').notNull(),
  merchantId: text('merchant_id').notNull(),
  name: text('name').notNull(),
  position: integer('position').notNull(),
});

export const product = pgTable('product', {
  editionId: whole('edition_id').notNull(),
  productId: text('product_id').notNull(),
  merchantId: text('merchant_id').notNull(),
  name: text('name').notNull(),
  priceMinor: whole('price_minor').notNull(),
  taxRate: text('tax_rate'),
  colour: text('colour').notNull(),
  meal: boolean('meal').notNull(),
  page: text('page').notNull(),
  position: integer('position').notNull(),
  onSale: boolean('on_sale').notNull(),
  allergens: jsonb('allergens'),
});

export const terminal = pgTable('terminal', {
  terminalId: whole('terminal_id').primaryKey().generatedAlwaysAsIdentity(),
  name: text('name').notNull(),
  createdAt: instant('created_at').notNull(),
});

export const assignment = pgTable('assignment', {
  editionId: whole('edition_id').notNull(),
  assignmentId: whole('assignment_id').notNull(),
  terminalId: whole('terminal_id').notNull(),
  terminalName: text('terminal_name').notNull(),
  journalId: text('journal_id').notNull(),
  lastSeq: whole('last_seq').notNull(),
  lastHash: text('last_hash').notNull(),
  createdAt: instant('created_at').notNull(),
  revokedAt: instant('revoked_at'),
  offlineShareMinor: whole('offline_share_minor').notNull(),
  closedAt: instant('closed_at'),
});

export const tag = pgTable('tag', {
  editionId: whole('edition_id').notNull(),
  uid: text('uid').notNull(),
  customerId: whole('customer_id').notNull(),
  blockedReason: text('blocked_reason'),
  firstSeenAt: instant('first_seen_at').notNull(),
});

export const account = pgTable('account', {
  editionId: whole('edition_id').notNull(),
  accountId: whole('account_id').notNull().generatedAlwaysAsIdentity(),
  type: text('type').notNull(),
  name: text('name').notNull(),
  customerId: whole('customer_id'),
  balanceMinor: whole('balance_minor').notNull(),
});

export const transactions = pgTable('transactions', {
  editionId: whole('edition_id').notNull(),
  backendTransactionId: whole('backend_transaction_id').notNull(),
  origin: text('origin').notNull(),
  assignmentId: whole('assignment_id'),
  terminalTransactionNumber: whole('terminal_transaction_number'),
  state: text('state').notNull(),
  stateCause: text('state_cause').notNull(),
  type: text('type').notNull(),
  amountMinor: whole('amount_minor').notNull(),
  balanceDeltaMinor: whole('balance_delta_minor').notNull(),
  uid: text('uid'),
  groupId: text('group_id'),
  tagGeneration: integer('tag_generation'),
  tagTransactionNumber: whole('tag_transaction_number'),
  payload: text('payload').notNull(),
  receivedAt: instant('received_at').notNull(),
});

export const transactionState = pgTable('transaction_state', {
  editionId: whole('edition_id').notNull(),
  backendTransactionId: whole('backend_transaction_id').notNull(),
  step: integer('step').notNull(),
  fromState: text('from_state'),
  toState: text('to_state').notNull(),
  cause: text('cause').notNull(),
  stateVersion: integer('state_version').notNull(),
  seq: whole('seq'),
  receivedAt: instant('received_at').notNull(),
});

export const posting = pgTable('posting', {
  editionId: whole('edition_id').notNull(),
  backendTransactionId: whole('backend_transaction_id').notNull(),
  line: integer('line').notNull(),
  kind: text('kind').notNull(),
  debitAccountId: whole('debit_account_id').notNull(),
  creditAccountId: whole('credit_account_id').notNull(),
  amountMinor: whole('amount_minor').notNull(),
  bookedAt: instant('booked_at').notNull(),
});

export const transitionLog = pgTable('transition_log', {
  editionId: whole('edition_id').notNull(),
  logId: whole('log_id').notNull().generatedAlwaysAsIdentity(),
  receivedAt: instant('received_at').notNull(),
  assignmentId: whole('assignment_id'),
  seq: whole('seq'),
  terminalTransactionNumber: whole('terminal_transaction_number'),
  backendTransactionId: whole('backend_transaction_id'),
  cause: text('cause', { enum: stateCauses }).notNull(),
  uid: text('uid'),
  fromState: text('from_state'),
  toState: text('to_state'),
  code: text('code').notNull(),
  reason: text('reason').notNull(),
  payload: text('payload').notNull(),
  resolution: text('resolution', { enum: ['booking', 'dismissal'] }),
  resolutionNote: text('resolution_note'),
  resolvedBy: text('resolved_by'),
  resolvedAt: instant('resolved_at'),
  resolvedByTransactionId: whole('resolved_by_transaction_id'),
});

export const alert = pgTable('alert', {
  editionId: whole('edition_id').notNull(),
  assignmentId: whole('assignment_id').notNull(),
  code: text('code').notNull(),
  subject: text('subject').notNull(),
  detail: text('detail').notNull(),
  times: whole('times').notNull(),
  firstRaisedAt: instant('first_raised_at').notNull(),
  lastRaisedAt: instant('last_raised_at').notNull(),
});
