import { z } from 'zod';

/** Largest amount a tag can hold (i32), and so the bound of every single amount on the wire. */
export const amountMinorMax = 2_147_483_647;

/** An unsigned amount in minor units of the edition's currency. */
export const amountMinorSchema = z.int().min(0).max(amountMinorMax);
/** A signed change or balance in minor units of the edition's currency. */
export const signedAmountMinorSchema = z.int().min(-amountMinorMax).max(amountMinorMax);
/** ISO 4217, three capital letters. */
export const currencySchema = z.string().regex(/^[A-Z]{3}$/);
