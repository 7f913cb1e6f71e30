import type { PurseTransactionType } from '../../contract/wire/canteen.ts';
import type { FundsSource } from './source-of-funds.ts';

/** A transaction that somebody wants in a member's purse. */
export type NewPurseTransaction = {
  customerId: number;
  purseId: string;
  type: PurseTransactionType;
  /** Signed, of the purse; not 0. Of a cancellation: what takes the other one back. */
  amountMinor: number;
  /** May be in the future: a pre-order (R92). Of a cancellation that of the transaction taken back counts. */
  transactionDate: Date;
  session?: string | null;
  /** Absent or `MEAL`: a meal, which credits may pay for (R109). */
  accountType?: string | null;
  description?: string | null;
  /** The books' number of what a cancellation takes back. */
  contraTransactionId?: number | null;
  /** Unsigned amounts in the order of the keys (R118, Q30); only where the tills manage the credits (Q33). */
  sourceOfFunds?: readonly FundsSource[];
  /** The same as it was sent, JSON text: kept with the sale (R122). */
  sourceOfFundsText?: string;
  /** Of a credit: it is the one of its day, and no other one comes into its purse by itself on that day (R96). */
  isCreditOfDay?: boolean;
  /** Who received it; by default the edition's first merchant. */
  merchantId?: string;
  integration?: string | null;
  content?: Readonly<Record<string, unknown>>;
};

export type TransactionRefusal = {
  outcome: 'refused';
  code:
    | 'UNKNOWN_MEMBER'
    | 'UNKNOWN_PURSE'
    | 'UNKNOWN_MERCHANT'
    /** The type does not belong into that purse (R58–R62, R98). */
    | 'TYPE_NOT_OF_PURSE'
    | 'AMOUNT_INVALID'
    /** R89, Q28: more than what was sold on that day in that session. */
    | 'REFUND_BEYOND_SALES'
    /** Q33: this backend manages the credits. */
    | 'SOURCE_OF_FUNDS_REFUSED'
    /** Q33, R125: the tills manage them. */
    | 'CREDITS_BY_TILL'
    | 'UNKNOWN_CONTRA'
    | 'CANCELLED_ALREADY';
  detail: string;
};

/** `transactionId` is the ULID by which integrations know it. */
export type TransactionOutcome =
  | { outcome: 'created'; backendTransactionId: number; transactionId: string }
  | TransactionRefusal;
