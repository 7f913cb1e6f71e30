import { z } from 'zod';

/** The kinds of booking a festival makes; each is one debit and one credit (R1, R9–R11, Q15; protocol.md, "Bookings"). */
export const itemKinds = [
  'topup',
  'topup-fee',
  'purchase',
  'purchase-return',
  'chargeback',
  'refund',
  'refund-fee',
  'refund-reversal',
  'write-off',
  /** Cash of an aborted top-up that nobody was given back (money rule 4). */
  'unclaimed',
] as const;
export type ItemKind = (typeof itemKinds)[number];

/**
 * An account as the wire spells it: `customer` (of the transaction's own tag) or `customer/<purse>`,
 * `merchant:<merchantId>`, `top-up:<channel>`, `fee`, `loss`, `unclaimed`.
 */
export const accountNameSchema = z.string().min(1).max(80).meta({ id: 'AccountName' });

/** What an account name must look like to be resolvable at all; anything else is `UNKNOWN_ACCOUNT`. */
export const accountNamePattern =
  /^(?:customer(?:\/[a-z0-9][a-z0-9-]{0,63})?|merchant:[a-z0-9][a-z0-9-]{0,63}|top-up:(?:cash|card|online|admin)|fee|loss|unclaimed)$/;
