import { z } from 'zod';

/** What somebody at the admin site may do: everything; look and move money; look and help customers with their tags. */
export const operatorRoles = ['admin', 'finance', 'support'] as const;
export type OperatorRole = (typeof operatorRoles)[number];
export const operatorRoleSchema = z.enum(operatorRoles).meta({ id: 'OperatorRole' });

/** The name of the operator who is there from the first start. */
export const firstOperatorName = 'admin';

export const operatorNameSchema = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,39}$/);
const passwordSchema = z.string().min(10).max(200);

export const operatorRequestSchema = z
  .object({ name: operatorNameSchema, role: operatorRoleSchema, password: passwordSchema })
  .meta({ id: 'OperatorRequest' });

/** Whoever is not active cannot log in, and is logged out at once. */
export const operatorChangeSchema = z
  .object({
    role: operatorRoleSchema.optional(),
    password: passwordSchema.optional(),
    active: z.boolean().optional(),
  })
  .meta({ id: 'OperatorChange' });

export const operatorRowSchema = z
  .object({ name: z.string(), role: operatorRoleSchema, active: z.boolean() })
  .meta({ id: 'OperatorRow' });
export const operatorsAnswerSchema = z
  .object({ operators: z.array(operatorRowSchema) })
  .meta({ id: 'OperatorsAnswer' });
