import { allergenListSchema } from '../../contract/wire/allergens.ts';
import type { TransactionItem } from '../../contract/wire/transaction.ts';
import { invariant } from '../domain/invariant.ts';
import type { Serving, SlotPair, TillTransaction, TransactionReference, WriteImages } from '../domain/transaction.ts';
import type { txn, txnItem } from './schema.ts';

const slotBytes = 64;

export type TxnRow = typeof txn.$inferSelect;
export type ItemRow = typeof txnItem.$inferSelect;

/** A transaction out of its row and its items. */
export function transactionOf(row: TxnRow, items: readonly ItemRow[]): TillTransaction {
  return {
    terminalTransactionNumber: row.terminalTransactionNumber,
    stateVersion: row.stateVersion,
    state: row.state,
    type: row.type,
    paymentMethod: row.paymentMethod,
    currency: row.currency,
    amountMinor: row.amountMinor,
    balanceDeltaMinor: row.balanceDeltaMinor,
    items: items.map(itemOf),
    tag: {
      uid: row.tagUid,
      generation: row.tagGeneration,
      transactionNumber: row.tagTransactionNumber,
      balanceBeforeMinor: row.balanceBeforeMinor,
      balanceAfterMinor: row.balanceAfterMinor,
    },
    merchantId: row.merchantId,
    adjustmentNumber: row.adjustmentNumber,
    setBlocked: row.setBlocked,
    reference: referenceOf(row),
    groupId: row.groupId,
    cashierId: row.cashierId,
    approvedBy: row.approvedBy,
    shiftId: row.shiftId,
    openedAt: row.openedAt,
    writeStartedAt: row.writeStartedAt,
    images: imagesOf(row),
    endedAt: row.endedAt,
    abortReason: row.abortReason,
    payment: row.paymentStatus && { status: row.paymentStatus, reference: row.paymentReference },
    serving: servingOf(row),
  };
}

/** What a transaction of account mode has besides. */
export function servingColumns({ session, isMeal, acknowledgedAllergens }: Serving) {
  return {
    session,
    isMeal: isMeal ? 1 : 0,
    acknowledgedAllergens: acknowledgedAllergens.length > 0 ? JSON.stringify(acknowledgedAllergens) : null,
  };
}

/** An item as its row; lines are numbered from 1. */
export function itemRow(terminalTransactionNumber: number, index: number, item: TransactionItem): ItemRow {
  return {
    terminalTransactionNumber,
    line: index + 1,
    kind: item.kind,
    debitAccount: item.debit,
    creditAccount: item.credit,
    amountMinor: item.amountMinor,
    productId: item.productId ?? null,
    name: item.name ?? null,
    quantity: item.quantity ?? null,
    unitPriceMinor: item.unitPriceMinor ?? null,
    taxRate: item.taxRate ?? null,
  };
}

/** What a transaction finds on its tag and leaves there, but for whose tag it is. */
export function tagColumns(tag: TillTransaction['tag']) {
  return {
    tagGeneration: tag.generation,
    tagTransactionNumber: tag.transactionNumber,
    balanceBeforeMinor: tag.balanceBeforeMinor,
    balanceAfterMinor: tag.balanceAfterMinor,
  };
}

/** Both slots of a tag, one behind the other. */
export function slotsColumn(slots: SlotPair): Buffer {
  return Buffer.concat(slots);
}

function servingOf({ tagTransactionNumber, session, isMeal, acknowledgedAllergens }: TxnRow): Serving | null {
  if (tagTransactionNumber !== null) return null;
  const known = acknowledgedAllergens === null ? [] : allergenListSchema.parse(JSON.parse(acknowledgedAllergens));
  return { session, isMeal: isMeal === 1, acknowledgedAllergens: known };
}

function itemOf(row: ItemRow): TransactionItem {
  return {
    kind: row.kind,
    debit: row.debitAccount,
    credit: row.creditAccount,
    amountMinor: row.amountMinor,
    ...(row.productId === null ? {} : { productId: row.productId }),
    ...(row.name === null ? {} : { name: row.name }),
    ...(row.quantity === null ? {} : { quantity: row.quantity }),
    ...(row.unitPriceMinor === null ? {} : { unitPriceMinor: row.unitPriceMinor }),
    ...(row.taxRate === null ? {} : { taxRate: row.taxRate }),
  };
}

function referenceOf(row: TxnRow): TransactionReference | null {
  const { referenceAssignmentId: assignmentId, referenceTerminalTransactionNumber: terminalTransactionNumber } = row;
  return assignmentId === null || terminalTransactionNumber === null
    ? null
    : { assignmentId, terminalTransactionNumber };
}

function imagesOf(row: TxnRow): WriteImages | null {
  if (row.slotsBefore === null || row.slotsAfter === null) return null;
  const { targetSlot } = row;
  invariant('INV-41', targetSlot === 0 || targetSlot === 1, `target slot ${targetSlot}`);
  return { before: slotsOf(row.slotsBefore), after: slotsOf(row.slotsAfter), targetSlot };
}

function slotsOf(column: Buffer): SlotPair {
  return [new Uint8Array(column.subarray(0, slotBytes)), new Uint8Array(column.subarray(slotBytes))];
}
