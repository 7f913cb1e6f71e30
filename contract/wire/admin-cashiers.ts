import { z } from 'zod';
import { cashierRoles, pinSchema } from './configuration.ts';
import { shortTextSchema, tagUidSchema } from './identifiers.ts';

const editionIdSchema = z.int().min(1);

/** Somebody who is to work at the tills. The PIN is kept as its hash alone. */
export const cashierRequestSchema = z
  .object({
    editionId: editionIdSchema,
    cashierId: z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/),
    name: shortTextSchema,
    role: z.enum(cashierRoles),
    pin: pinSchema,
    tagUid: tagUidSchema.optional(),
  })
  .meta({ id: 'CashierRequest' });
export type CashierRequest = z.infer<typeof cashierRequestSchema>;

/** What is absent stays. Tills learn of it with their next configuration. */
export const cashierChangeSchema = z
  .object({
    editionId: editionIdSchema,
    name: shortTextSchema.optional(),
    role: z.enum(cashierRoles).optional(),
    pin: pinSchema.optional(),
    /** null: no tag any more. */
    tagUid: tagUidSchema.nullish(),
    active: z.boolean().optional(),
  })
  .meta({ id: 'CashierChange' });
export type CashierChange = z.infer<typeof cashierChangeSchema>;

export const cashierRowSchema = z
  .object({
    cashierId: z.string(),
    name: z.string(),
    role: z.enum(cashierRoles),
    tagUid: z.string().nullable(),
    active: z.boolean(),
  })
  .meta({ id: 'CashierRow' });
export type CashierRow = z.infer<typeof cashierRowSchema>;
export const cashiersAnswerSchema = z.object({ cashiers: z.array(cashierRowSchema) }).meta({ id: 'CashiersAnswer' });
