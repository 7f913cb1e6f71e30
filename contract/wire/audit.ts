import { z } from 'zod';
import { anyJsonSchema } from './any-json.ts';
import { instantSchema } from './identifiers.ts';

/** Something that an operator did, as it was written down with the deed; never changed, and without secrets. */
export const auditRowSchema = z
  .object({
    auditId: z.int(),
    at: instantSchema,
    actor: z.string(),
    action: z.string(),
    detail: anyJsonSchema,
  })
  .meta({ id: 'AuditRow' });

/** Newest first; `before` of the next page is the last `auditId` of this one. */
export const auditAnswerSchema = z.object({ rows: z.array(auditRowSchema) }).meta({ id: 'AuditAnswer' });
