import type { PurseTransactionState, PurseTransactionType } from '../../contract/wire/canteen.ts';
import type { CalendarDay } from './wall-clock.ts';

/** One transaction as a member's purse shows it; `backendTransactionId` is that of the books. */
export type PurseEntry = {
  backendTransactionId: number;
  customerId: number;
  purseId: string;
  type: PurseTransactionType;
  /** Signed, of the purse: a sale is negative and its refund positive (R88). */
  amountMinor: number;
  transactionDate: Date;
  businessDate: CalendarDay;
  session: string | null;
  /** R109: credits pay for meals alone. */
  meal: boolean;
  accountType: string | null;
  state: PurseTransactionState;
  description: string | null;
  /** R81; of a refund, what went back to credits. */
  creditPortionMinor: number;
  contraTransactionId: number | null;
  /** As JSON text in the order in which it was sent (Q30). */
  sourceOfFunds: string | null;
  excessIgnoredMinor: number;
  integration: string | null;
  content: Readonly<Record<string, unknown>>;
};

/** What most entries do not have. */
export const plainEntry = {
  session: null,
  meal: false,
  accountType: null,
  state: 'processed',
  description: null,
  creditPortionMinor: 0,
  contraTransactionId: null,
  sourceOfFunds: null,
  excessIgnoredMinor: 0,
  integration: null,
  content: {},
} as const satisfies Partial<PurseEntry>;
