import { z } from 'zod';

/**
 * Everything that can go wrong on a till, by what the cashier can do about it. Each code is made in one place and has one
 * text per language (a test finds codes without text).
 */
export const faultCodes = {
  /** The call itself makes no sense (exit code 2). */
  usage: [
    'USAGE',
    'PRODUCT_UNKNOWN',
    'AMOUNT_INVALID',
    'CART_EMPTY',
    'NO_SUCH_TRANSACTION',
    'NO_CASH_TO_RETURN',
    'NO_RECEIPT',
    'BUSY',
    'NOT_CANCELLABLE',
    'ALREADY_ENROLLED',
  ],
  /** Nothing happened to the money, and this tag or amount is why (exit code 3). */
  refused: [
    'INSUFFICIENT_FUNDS',
    'BALANCE_UNKNOWN',
    'DAILY_LIMIT',
    'ALLERGENS_UNCONFIRMED',
    'SESSION_OVER',
    'OFFLINE_TAG_LIMIT',
    'OFFLINE_TILL_LIMIT',
    'BALANCE_LIMIT',
    'AMOUNT_LIMIT',
    'AMOUNT_BELOW_FEE',
    'CANCELLED',
    'TAG_NOT_SHOWN',
    'TAG_GONE',
    'TAG_SERVED',
    'TAG_UNKNOWN',
    'TAG_FOREIGN_EDITION',
    'TAG_FORGED',
    'TAG_CORRUPT',
    'TAG_BLOCKED',
    'TAG_RANDOM_UID',
    'TAG_TOO_SMALL',
    'TAG_UNSUPPORTED',
    'TAG_ALREADY_ISSUED',
    'TAG_UNRESOLVED',
    'EARLIER_COMMITTED',
    'TAG_CHANGED',
    'TAG_OTHER',
    'TAG_PAID_PART',
    'TAG_WRITE_FAILED',
    'TAG_NOT_BLOCKED',
    'NOTHING_TO_REFUND',
    'SALE_NOT_FOUND',
    'ALREADY_RETURNED',
    'PART_PAID',
    'DISCOUNT_CONFIRMED',
    'NO_ADJUSTMENT',
    'TAG_NOT_CORRUPT',
    'TAG_UNHEARD_OF',
    'TAG_REPAIRED_TOO_OFTEN',
    'BALANCE_BELOW_ZERO',
    'TAG_REPLACED',
    'TAG_IN_USE',
    'PAYMENT_DECLINED',
    'PAYMENT_VOIDED',
    'NO_OPEN_PAYMENT',
    'LOGIN_NEEDED',
    'CASHIER_UNKNOWN',
    'PIN_NOT_UNIQUE',
    'PIN_SLOWED',
    'SUPERVISOR_NEEDED',
    'SHIFT_NEEDED',
    'SHIFT_OPEN',
    'SHIFT_NOT_OPEN',
    'TRAINING',
    'INTERRUPTED',
  ],
  /** Money may or may not have moved (exit code 4). */
  unknown: ['OUTCOME_UNKNOWN', 'PAYMENT_OPEN'],
  /** The surroundings do not work (exit code 5). */
  environment: [
    'READER_UNAVAILABLE',
    'READER_SERVICE_DOWN',
    'READER_MISSING',
    'READER_FAULT',
    'BACKEND_UNREACHABLE',
    'BACKEND_REFUSED',
    'BACKEND_FAULT',
    'PAYMENT_OFFLINE',
    'ENROLMENT_CODE_INVALID',
    'NOT_ENROLLED',
    'CONFIGURATION_MISSING',
    'MODE_UNSUPPORTED',
    'TILL_IN_USE',
    'TILL_STOPPED',
    'SECRETS_SEALED',
    'SECRETS_MISSING',
    'SETTINGS_INVALID',
    'DATABASE_NEWER',
    'DATABASE_OLDER',
    'DATABASE_EDITED',
    'DATABASE_CORRUPT',
    'DATABASE_UNREACHABLE',
    'DISK_FULL',
    'JOURNAL_FORKED',
    'JOURNAL_UNKNOWN',
    'CHAIN_BROKEN',
    'JOURNAL_BEHIND',
    'PRINTER_NONE',
    'PRINTER_UNREACHABLE',
    'PRINTER_NO_PAPER',
    'PRINTER_FAULT',
    'PRINT_UNSURE',
    'FILE_NOT_WRITTEN',
    'INTERNAL',
  ],
  /** Replicated, but the backend did not book everything (exit code 6). */
  rejected: ['ENTRIES_REJECTED'],
} as const;

type FaultCodes = typeof faultCodes;
export type FaultClass = keyof FaultCodes;
export type FaultCode = FaultCodes[FaultClass][number];

export const allFaultCodes: readonly FaultCode[] = Object.values(faultCodes).flat();

/** A fault as it crosses a process border: `message` is English, for support; screens translate by `code`. */
export const faultSchema = z.object({
  code: z.enum(allFaultCodes),
  message: z.string(),
  /** What a translated text fills in, e.g. `missingMinor`. */
  details: z.record(z.string(), z.union([z.string(), z.number()])).optional(),
});
export type Fault = z.infer<typeof faultSchema>;
