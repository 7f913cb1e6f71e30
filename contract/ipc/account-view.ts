import { z } from 'zod';
import { allergenListSchema } from '../wire/allergens.ts';

/** Account mode: whose account it is and what there is to spend, as this kind of till may show it (R110–R113). */
export const accountViewSchema = z.object({
  member: z
    .object({
      displayName: z.string(),
      className: z.string().nullable(),
      allergens: allergenListSchema,
      /** What may be bought on one day, and how much of that is left today; null: no limit. */
      dailyLimit: z.object({ limitMinor: z.int(), leftMinor: z.int() }).nullable(),
    })
    .nullable(),
  /** Cash alone; what holds keep of it is not taken off. */
  cashMinor: z.int(),
  /** Meal credit that may be used now; null on a till that is no catering till: it neither shows nor takes any (R113). */
  creditMinor: z.int().nullable(),
  /** What may be spent on meals now: cash, credit and overdraft, less holds, and never more than the day allows (Q52). */
  toSpendMinor: z.int(),
  /** When the backend said so; null where only this till's own bookings are known. */
  asOf: z.string().nullable(),
  /** False: the backend could not be asked just now, and this is what was last heard of. */
  isFresh: z.boolean(),
});
export type AccountView = z.infer<typeof accountViewSchema>;

/** What of a cart the member whose tag was shown is allergic to, and the names of the goods it is in. */
export const allergenConflictSchema = z.object({
  allergen: allergenListSchema.element,
  productNames: z.array(z.string()).min(1),
});
export type AllergenConflict = z.infer<typeof allergenConflictSchema>;

/** One transaction of a sale that meals and other goods share: paid at one tap, each for itself (Q50). */
export const salePartViewSchema = z.object({
  terminalTransactionNumber: z.int(),
  isMeal: z.boolean(),
  amountMinor: z.int(),
  /** How much of it credit is expected to cover. */
  creditMinor: z.int(),
});
export type SalePartView = z.infer<typeof salePartViewSchema>;

/** The session of the canteen that is on: named sessions are translated. */
export const sessionViewSchema = z.object({
  session: z.string(),
  /** `HH:MM` on the wall. */
  until: z.string(),
});
