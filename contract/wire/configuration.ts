import { z } from 'zod';
import { allergenListSchema } from './allergens.ts';
import { editionLimitsSchema } from './enrolment.ts';
import { shortTextSchema, tagUidSchema } from './identifiers.ts';
import { amountMinorSchema, signedAmountMinorSchema } from './money.ts';
import { sessionListSchema } from './sessions.ts';

/** A fixed part and a part of the amount in hundredths of a percent, rounded half up to a minor unit. */
export const feeRuleSchema = z
  .object({ fixedMinor: amountMinorSchema, rateBasisPoints: z.int().min(0).max(10_000) })
  .meta({ id: 'FeeRule' });
export type FeeRule = z.infer<typeof feeRuleSchema>;

export const merchantSchema = z
  .object({ merchantId: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/), name: shortTextSchema })
  .meta({ id: 'Merchant' });

/** Colours a product may have on the till's grid; the design language gives each its shades. */
export const productColours = ['amber', 'sky', 'lime', 'rose', 'violet', 'slate'] as const;

export const productSchema = z
  .object({
    /** Stable code, e.g. `beer`. */
    productId: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
    name: shortTextSchema,
    /** Negative for a deposit that is paid back. */
    priceMinor: signedAmountMinorSchema,
    merchantId: z.string(),
    taxRate: z.string().nullable(),
    colour: z.enum(productColours),
    /** Free school meals pay for meals only (R109). */
    meal: z.boolean(),
    /** What is in it that somebody may be allergic to; absent: nobody has said. */
    allergens: allergenListSchema.optional(),
  })
  .meta({ id: 'Product' });
export type Product = z.infer<typeof productSchema>;

export const cashierRoles = ['cashier', 'supervisor'] as const;

/** A PIN as it is typed. */
export const pinSchema = z.string().regex(/^\d{4,12}$/);

/**
 * A PIN as a till may know it, so that it can be checked without a network: `$scrypt$ln=14,r=8,p=1$salt$hash` in the PHC
 * string format. `ln` is the binary logarithm of N; salt (16 bytes) and hash (32 bytes) are base64 without padding. The
 * costs are bounded, because a till has to check a PIN against every cashier.
 */
export const pinHashSchema = z
  .string()
  .regex(/^\$scrypt\$ln=1[0-6],r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/)
  .meta({ id: 'PinHash' });

/** Somebody who may work at the tills of an edition. */
export const cashierSchema = z
  .object({
    cashierId: shortTextSchema,
    name: shortTextSchema,
    /** A supervisor may refund, take back, block and reverse, and confirms it for a cashier. */
    role: z.enum(cashierRoles),
    pinHash: pinHashSchema,
    /** Shown instead of typing the PIN. A UID can be copied: what protects it is that tags of staff are not lent. */
    tagUid: tagUidSchema.optional(),
  })
  .meta({ id: 'Cashier' });
export type Cashier = z.infer<typeof cashierSchema>;

/**
 * What a till of an account-mode edition may sell while it cannot ask (Q52), in minor units. Each till has its share of
 * what the edition risks, so that the shares of all tills together are the edition's own limit.
 */
export const accountLimitsSchema = z
  .object({
    /** Unsent offline sales of one tag on one till. */
    offlinePerTagMinor: amountMinorSchema,
    /** Unsent offline sales of one till: its share of the edition's risk. */
    offlinePerTillMinor: amountMinorSchema,
    /** How far below zero an account may go. */
    overdraftMinor: amountMinorSchema,
  })
  .meta({ id: 'AccountLimits' });
export type AccountLimits = z.infer<typeof accountLimitsSchema>;

/** What a till needs to sell: cached, so that it also sells without a network. */
export const configurationSchema = z
  .object({
    merchants: z.array(merchantSchema).min(1),
    products: z.array(productSchema),
    /** Pages of the product grid, each a list of product ids. */
    layout: z.array(z.object({ name: shortTextSchema, productIds: z.array(z.string()) })),
    fees: z.object({ topUp: feeRuleSchema, refund: feeRuleSchema }),
    limits: editionLimitsSchema,
    /** Account mode; where absent there is no overdraft, and offline only the cached balance is the limit. */
    accountLimits: accountLimitsSchema.optional(),
    /** Account mode: the parts of a canteen's day; absent: its day is one. */
    sessions: sessionListSchema.optional(),
    blockedTags: z.array(tagUidSchema),
    /** Amounts the top-up screen offers. */
    topUpAmountsMinor: z.array(amountMinorSchema),
    /** Empty: nobody has to log in. */
    cashiers: z.array(cashierSchema).max(500).default([]),
  })
  .meta({ id: 'Configuration' });
export type Configuration = z.infer<typeof configurationSchema>;
