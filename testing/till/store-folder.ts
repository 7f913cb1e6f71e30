import fs from 'node:fs';
import path from 'node:path';
import type Database from 'better-sqlite3';
import { drizzle } from 'drizzle-orm/better-sqlite3';
import { afterEach } from 'vitest';
import type { TagSnapshotPayload } from '../../contract/wire/journal.ts';
import type { TransactionEnd } from '../../terminal-core/checkout/transaction-ports.ts';
import type { AccountDraft, TransactionDraft, WriteImages } from '../../terminal-core/domain/transaction.ts';
import { StoredAssignment } from '../../terminal-core/store/assignment.ts';
import { StoredCashReturns } from '../../terminal-core/store/cash-returns.ts';
import { Journal } from '../../terminal-core/store/journal.ts';
import { openDatabase } from '../../terminal-core/store/open-database.ts';
import { StoredOutcomes } from '../../terminal-core/store/outcomes.ts';
import { databaseName } from '../../terminal-core/store/till-database.ts';
import { StoredTransactions } from '../../terminal-core/store/transactions.ts';
import { assignment } from './festival.ts';
import { makeMemoryFolder } from './memory-folder.ts';

/** A till's store over one connection that the test can also reach into. */
export interface OpenStore {
  readonly database: Database.Database;
  readonly assignments: StoredAssignment;
  readonly journal: Journal;
  readonly store: StoredTransactions;
  readonly outcomes: StoredOutcomes;
  readonly cashReturns: StoredCashReturns;
}

export interface StoreFolders {
  folder(): string;
  /** The database of a folder; a fault is an error. */
  open(folder: string): Database.Database;
  /** A new database with an assignment. */
  enrolled(): OpenStore;
}

export const at = '2026-07-04T20:15:00.000Z';
export const databaseFile = (folder: string): string => path.join(folder, databaseName);

/** Folders and databases of one test file, closed and removed after each test. */
export function storesOfTest(): StoreFolders {
  const folders: string[] = [];
  const databases: Database.Database[] = [];
  afterEach(() => {
    for (const database of databases.splice(0)) database.close();
    for (const folder of folders.splice(0)) fs.rmSync(folder, { recursive: true, force: true });
  });
  const folder = (): string => {
    const place = makeMemoryFolder();
    folders.push(place);
    return place;
  };
  const open = (place: string): Database.Database => {
    const opened = openDatabase(databaseFile(place));
    if (!opened.ok) throw new Error(opened.fault.code);
    databases.push(opened.value);
    return opened.value;
  };
  return {
    folder,
    open,
    enrolled: () => {
      const database = open(folder());
      const orm = drizzle(database);
      const journal = new Journal(database, orm);
      const assignments = new StoredAssignment(orm);
      assignments.saveAssignment(assignment, at);
      return {
        database,
        assignments,
        journal,
        store: new StoredTransactions(database, orm, journal),
        outcomes: new StoredOutcomes(database, orm),
        cashReturns: new StoredCashReturns(database, orm, journal),
      };
    },
  };
}

export const uid = '04A1B2C3D4E5F6';

export function purchaseOf(amountMinor: number, tagNumber = 1, of = uid): TransactionDraft {
  return {
    type: 'Purchase',
    paymentMethod: 'tag',
    currency: 'CHF',
    amountMinor,
    balanceDeltaMinor: -amountMinor,
    items: [{ kind: 'purchase', debit: 'merchant:bar', credit: 'customer', amountMinor }],
    adjustmentNumber: null,
    setBlocked: null,
    reference: null,
    groupId: null,
    cashierId: null,
    approvedBy: null,
    tag: {
      uid: of,
      generation: 1,
      transactionNumber: tagNumber,
      balanceBeforeMinor: 9_000,
      balanceAfterMinor: 9_000 - amountMinor,
    },
    merchantId: 'bar',
  };
}

export function shownBy(transactionNumber: number, balanceMinor: number, of = uid): TagSnapshotPayload {
  return {
    uid: of,
    generation: 1,
    transactionNumber,
    balanceMinor,
    blocked: false,
    adjustmentNumber: 0,
    history: [null, null, null],
    readAt: at,
  };
}

const slot = (byte: number): Uint8Array => new Uint8Array(64).fill(byte);
export const someImages: WriteImages = { before: [slot(1), slot(2)], after: [slot(3), slot(2)], targetSlot: 0 };
export const committedEnd = {
  state: 'Committed',
  at,
  cause: 'checkout',
  reason: null,
  shown: null,
  monitor: null,
} as const;
export const abortedEnd = { ...committedEnd, state: 'Aborted', reason: 'CANCELLED' } as const;
export const unknownEnd = { ...committedEnd, state: 'TerminalConfirmUnknown' } as const;

/** The same sale where the tag only identifies. */
export function servingOf(draft: TransactionDraft, serving: Partial<AccountDraft['serving']> = {}): AccountDraft {
  return {
    ...draft,
    tag: { ...draft.tag, transactionNumber: null },
    serving: { session: null, isMeal: false, acknowledgedAllergens: [], ...serving },
  };
}

/** Takes one from its number over the tag to its end, as a sale does. @returns its number */
export function bookOn(
  store: StoredTransactions,
  draft: TransactionDraft,
  end: TransactionEnd,
  shown: TagSnapshotPayload = shownBy(0, 9_000),
): number {
  const { terminalTransactionNumber } = store.open(draft, shown);
  if (end.state !== 'Aborted') store.startWriting(terminalTransactionNumber, someImages, at);
  store.end(terminalTransactionNumber, end);
  return terminalTransactionNumber;
}
