import type { ItemKind } from '../../contract/wire/accounts.ts';
import {
  type TransactionItem,
  type TransactionPayload,
  transactionPayloadSchema,
} from '../../contract/wire/transaction.ts';
import { blockTag } from '../ledger/tags.ts';
import type { Connection } from '../store/database.ts';
import { raiseAlert } from './alerts.ts';
import type { LockedAssignment } from './batch-reads.ts';
import type { TransactionChange } from './interpret.ts';

type Total = { quantity: number; amountMinor: number };

/** What of a sale or a refund came back more often than it went, by product; empty where nothing did. */
export function returnedBeyond(given: readonly TransactionItem[], taken: readonly TransactionItem[]): string[] {
  const gave = totals(given);
  return [...totals(taken)].flatMap(([product, back]) => {
    const went = gave.get(product) ?? { quantity: 0, amountMinor: 0 };
    if (back.quantity <= went.quantity && back.amountMinor <= went.amountMinor) return [];
    return [`${product}: ${back.quantity} for ${back.amountMinor} of ${went.quantity} for ${went.amountMinor}`];
  });
}

function totals(items: readonly TransactionItem[]): ReadonlyMap<string, Total> {
  const sums = new Map<string, Total>();
  for (const item of items) {
    const product = item.productId ?? item.name ?? '';
    const sum = sums.get(product) ?? { quantity: 0, amountMinor: 0 };
    sums.set(product, {
      quantity: sum.quantity + (item.quantity ?? 1),
      amountMinor: sum.amountMinor + item.amountMinor,
    });
  }
  return sums;
}

/**
 * What of a sale or a refund was turned round more often than it was there: goods that come back, the cash of a refund,
 * and what had lowered the price of a sale – deposits, discounts – and is paid again with it.
 */
export function excessOf(
  given: Pick<TransactionPayload, 'type' | 'items'>,
  taken: readonly Pick<TransactionPayload, 'items'>[],
): string[] {
  const back = taken.flatMap(({ items }) => items);
  const ofKinds = (items: readonly TransactionItem[], kinds: readonly ItemKind[]) =>
    items.filter(({ kind }) => kinds.includes(kind));
  return given.type === 'Purchase'
    ? [
        ...returnedBeyond(ofKinds(given.items, ['purchase']), ofKinds(back, ['chargeback'])),
        ...returnedBeyond(ofKinds(given.items, ['purchase-return']), ofKinds(back, ['purchase'])),
      ]
    : returnedBeyond(ofKinds(given.items, ['refund']), ofKinds(back, ['refund-reversal']));
}

/**
 * A quantity returned beyond what was sold, or a refund taken back twice, has happened and is booked; the operator is told and
 * the tag blocked (requirements.md 3.4, "chargeback"). Looks at every sale and refund that this batch commits or refers to, so
 * that it finds the same whichever arrives first.
 */
export async function flagExcessReturns(
  connection: Connection,
  assignment: LockedAssignment,
  changes: readonly TransactionChange[],
  now: Date,
): Promise<void> {
  const keys = changes.flatMap((change) => keysOf(change, assignment.assignmentId));
  if (keys.length === 0) return;
  const found = await connection.query<{
    uid: string;
    given: string;
    taken: string[];
    assignment_id: number;
    number: number;
  }>({
    name: 'returns-of-sales',
    // LATERAL and an aggregate or LIMIT, so that each number is looked up by its key however large the edition has grown.
    text: `SELECT sale.uid, sale.payload AS given, row.assignment_id, row.number, back.taken
             FROM (SELECT DISTINCT * FROM jsonb_to_recordset($2::jsonb) AS key(assignment_id bigint, number bigint)) AS row
             CROSS JOIN LATERAL (
               SELECT array_agg(t.payload ORDER BY t.backend_transaction_id) AS taken FROM transactions t
                WHERE t.edition_id = $1 AND t.reference_assignment_id = row.assignment_id
                  AND t.reference_terminal_number = row.number AND t.state = 'Committed') AS back
             CROSS JOIN LATERAL (
               SELECT t.uid, t.payload FROM transactions t
                WHERE back.taken IS NOT NULL AND t.edition_id = $1 AND t.assignment_id = row.assignment_id
                  AND t.terminal_transaction_number = row.number AND t.state = 'Committed' AND t.type IN ('Purchase', 'Refund')
                LIMIT 1) AS sale`,
    values: [assignment.editionId, JSON.stringify(keys)],
  });
  for (const row of found.rows) {
    const given = transactionPayloadSchema.parse(JSON.parse(row.given));
    const taken = row.taken.map((text) => transactionPayloadSchema.parse(JSON.parse(text)));
    const excess = excessOf(given, taken);
    if (excess.length === 0) continue;
    const subject = `${row.assignment_id}/${row.number}`;
    await raiseAlert(connection, assignment, 'RETURNED_BEYOND_SALE', subject, excess.join('; '), now);
    for (const uid of new Set([row.uid, ...taken.map(({ tag }) => tag.uid)]))
      await blockTag(connection, assignment.editionId, uid, 'more returned than sold');
  }
}

/** A committed sale's own key is looked up too: its chargeback may have come through a till that was quicker. */
function keysOf(change: TransactionChange, ownAssignmentId: number): { assignment_id: number; number: number }[] {
  const payload = change.content?.payload;
  if (!change.books || payload === undefined) return [];
  if (payload.reference != null) {
    const { assignmentId, terminalTransactionNumber } = payload.reference;
    return [{ assignment_id: assignmentId, number: terminalTransactionNumber }];
  }
  return payload.type === 'Purchase' || payload.type === 'Refund'
    ? [{ assignment_id: ownAssignmentId, number: payload.terminalTransactionNumber }]
    : [];
}
