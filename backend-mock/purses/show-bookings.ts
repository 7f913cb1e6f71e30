import { z } from 'zod';
import type { PurseTransactionType } from '../../contract/wire/canteen.ts';
import type { Connection } from '../store/database.ts';
import { readCanteenEdition } from './canteen-edition.ts';
import { type PurseEntry, plainEntry } from './purse-entry.ts';
import { showEntries } from './write-entries.ts';

type Booking = {
  backendTransactionId: number;
  customerId: number;
  purseId: string;
  amountMinor: number;
  bookType: string;
  method: string;
  at: Date;
  session: string | null;
  payload: string;
  assignmentId: number | null;
  terminalTransactionNumber: number | null;
};

/**
 * Shows in the members' purses what tills, operators and payments have just booked in an edition in account mode (R55, section 4 of the
 * requirements): sales wait in the sales purse, everything else moves the default purse at once. What is shown already stays as it is.
 */
export async function showBookings(
  connection: Connection,
  editionId: number,
  backendTransactionIds: readonly number[],
  now: Date,
): Promise<void> {
  const found = await connection.query<Booking>({
    name: 'bookings-to-show',
    text: `SELECT t.backend_transaction_id AS "backendTransactionId", p.customer_id AS "customerId", p.purse_id AS "purseId",
                  sum(CASE WHEN b.debit_account_id = p.account_id THEN b.amount_minor ELSE -b.amount_minor END) AS "amountMinor",
                  t.type AS "bookType", t.payment_method AS method, coalesce(t.ended_at, t.opened_at) AS at, t.session, t.payload,
                  t.assignment_id AS "assignmentId", t.terminal_transaction_number AS "terminalTransactionNumber"
             FROM unnest($2::bigint[]) AS wanted(id)
             JOIN transactions t ON t.edition_id = $1 AND t.backend_transaction_id = wanted.id
             JOIN posting b ON b.edition_id = $1 AND b.backend_transaction_id = wanted.id
             JOIN purse p ON p.edition_id = $1 AND p.account_id IN (b.debit_account_id, b.credit_account_id) AND p.type <> 'credit'
            WHERE NOT EXISTS (SELECT FROM purse_transaction shown WHERE shown.edition_id = $1 AND shown.backend_transaction_id = wanted.id)
            GROUP BY t.edition_id, t.backend_transaction_id, p.customer_id, p.purse_id
            ORDER BY t.backend_transaction_id`,
    values: [editionId, [...new Set(backendTransactionIds)]],
  });
  if (found.rows.length === 0) return;
  const { clock } = await readCanteenEdition(connection, editionId);
  const entries = found.rows.map((booking) => entryOf(booking, clock.dayOf(booking.at)));
  await showEntries(connection, editionId, entries, now);
}

const saleSchema = z.object({ meal: z.boolean().nullish() });

function entryOf(booking: Booking, businessDate: string): PurseEntry {
  const { backendTransactionId, customerId, purseId, amountMinor, at, session } = booking;
  const isSale = purseId === 'sales';
  const meal = isSale && saleSchema.safeParse(JSON.parse(booking.payload)).data?.meal === true;
  return {
    ...plainEntry,
    backendTransactionId,
    customerId,
    purseId,
    type: isSale ? 'sale' : typeOf(booking),
    amountMinor,
    transactionDate: at,
    businessDate,
    session,
    meal,
    // Absent means a meal to integrations.
    accountType: isSale && !meal ? 'OTHER' : null,
    state: isSale && amountMinor !== 0 ? 'notProcessed' : 'processed',
    content: contentOf(booking),
  };
}

function typeOf({ bookType, method, amountMinor }: Booking): PurseTransactionType {
  const isPaid = bookType === 'TopUp' || bookType === 'Refund';
  if (isPaid && method === 'cash') return 'cash';
  if (isPaid && (method === 'card' || method === 'online')) return 'epayment';
  return amountMinor < 0 ? 'directDebit' : 'directCredit';
}

/** The key by which the transaction is known at its till, and that it need not be sent back there (R130, R131). */
function contentOf({ assignmentId, terminalTransactionNumber }: Booking): PurseEntry['content'] {
  if (assignmentId === null || terminalTransactionNumber === null) return {};
  const externalIds = { 'klink-assignmentId': String(assignmentId), 'klink-txnNo': String(terminalTransactionNumber) };
  return { externalIds, till: { status: 'synced' } };
}
