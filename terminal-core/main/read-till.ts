import { existsSync } from 'node:fs';
import path from 'node:path';
import type { z } from 'zod';
import type { AttentionItem } from '../../contract/ipc/attention.ts';
import type { Fault } from '../../contract/ipc/fault.ts';
import type { TillStatus } from '../../contract/ipc/operations.ts';
import type { ReceiptAnswer, ReceiptDocument, receiptRequestSchema } from '../../contract/ipc/receipt.ts';
import { fault } from '../domain/fault.ts';
import { failed, ok, type Result } from '../domain/result.ts';
import { columnLines } from '../receipt/columns.ts';
import { databaseFault } from '../store/open-database.ts';
import { databaseName, openTillDatabaseReadOnly, type TillDatabase } from '../store/till-database.ts';
import { attentionItems } from '../till/attention.ts';
import { receipt } from '../till/receipt-operations.ts';
import { tillStatus } from '../till/status.ts';

/** The till in figures. */
export function readTillStatus(dataFolder: string): Result<TillStatus, Fault> {
  return readTill(dataFolder, statusOf);
}

/** What somebody has to look at, with the currency its amounts are in; null before enrolment. */
export function readAttention(
  dataFolder: string,
): Result<{ readonly items: readonly AttentionItem[]; readonly currency: string | null }, Fault> {
  return readTill(dataFolder, ({ assignments, transactions: store, outcomes, cashReturns }) => ({
    items: attentionItems({ store, outcomes, cashReturns, groupBeingPaid: null }),
    currency: assignments.assignment()?.edition.currency ?? null,
  }));
}

/** What a receipt says, in words and in figures. */
export function readReceipt(
  dataFolder: string,
  request: z.output<typeof receiptRequestSchema>,
  isTraining: boolean,
): Result<ReceiptAnswer, Fault> {
  const read = readTill(dataFolder, ({ assignments, transactions: store }) =>
    receipt({ assignments, store, isTraining }, request),
  );
  return read.ok ? read.value : read;
}

/** A receipt as lines of at most so many characters. */
export function receiptText({ blocks }: ReceiptDocument, columns: number): string {
  return columnLines(blocks, columns)
    .map(({ text, weight }) => (weight === 'title' ? centredTitle(text, columns) : text))
    .join('\n');
}

function centredTitle(text: string, columns: number): string {
  return `${' '.repeat(Math.floor((columns - text.length) / 2))}${text}`;
}

/** What `klink status` shows, from the disk alone. */
export function statusOf({ assignments, transactions }: TillDatabase): TillStatus {
  return tillStatus(
    assignments.assignment(),
    assignments.configuration()?.configuration ?? null,
    transactions.counts(),
  );
}

/** Reads from a till's disk without the right to write: also while another process sells. */
export function readTill<Value>(dataFolder: string, look: (database: TillDatabase) => Value): Result<Value, Fault> {
  const opened = openForReading(dataFolder);
  if (!opened.ok) return opened;
  try {
    return guarded(() => look(opened.value));
  } finally {
    opened.value.close();
  }
}

/**
 * The till’s database beside a till that may be running. @returns NOT_ENROLLED where there is none; the fault of the
 * disk or of the data
 */
export function openForReading(dataFolder: string): Result<TillDatabase, Fault> {
  if (!existsSync(path.join(dataFolder, databaseName))) return failed(fault('NOT_ENROLLED'));
  const opened = guarded(() => openTillDatabaseReadOnly(dataFolder));
  return opened.ok ? opened.value : opened;
}

/** What the disk does, a person can do something about; anything else is a mistake of ours and goes on as it is. */
export function guarded<Value>(read: () => Value): Result<Value, Fault> {
  try {
    return ok(read());
  } catch (error) {
    const known = databaseFault(error);
    if (!known) throw error;
    return failed(known);
  }
}
