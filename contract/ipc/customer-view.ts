import { z } from 'zod';
import { chargeViewSchema, screens } from './till-view.ts';

/**
 * What the customer's display is told of a `TillView`: parsing one with this schema leaves out everything else, above all
 * whatever is about staff, the till's connections, or a tag's number (screens.md, "Customer display").
 */
export const customerViewSchema = z.object({
  till: z.object({ editionName: z.string(), merchantName: z.string(), currency: z.string() }).nullable(),
  training: z.boolean(),
  cart: z.object({
    lines: z.array(
      z.object({ productId: z.string().nullable(), name: z.string(), quantity: z.int(), lineMinor: z.int() }),
    ),
    discount: z.object({ rateBasisPoints: z.int().nullable(), amountMinor: z.int() }).nullable(),
    totalMinor: z.int(),
    parts: z.array(z.object({ amountMinor: z.int(), isKnown: z.boolean() })),
    toPayMinor: z.int(),
  }),
  screen: z.object({
    screen: z.enum(screens),
    charge: chargeViewSchema.optional(),
    twoTaps: z
      .object({
        tap: z.enum(['open', 'confirm']),
        opened: z.object({ balanceBeforeMinor: z.int(), balanceAfterMinor: z.int() }).optional(),
      })
      .optional(),
    progress: z.object({ done: z.int(), total: z.int() }).optional(),
    balanceBeforeMinor: z.int().nullable().optional(),
    tag: z.object({ balanceMinor: z.int() }).optional(),
    /** Of a refused one: what is on the tag. */
    balanceMinor: z.int().nullable().optional(),
    fault: z.object({ code: z.string(), details: z.object({ missingMinor: z.int().optional() }).optional() }).nullish(),
  }),
});
export type CustomerView = z.infer<typeof customerViewSchema>;
