import { z } from 'zod';
import { faultSchema } from './fault.ts';

/** What a check of the database looks at, in its order. */
export const checkParts = ['structure', 'references', 'journal', 'numbers'] as const;

const checkFindingSchema = z.object({
  part: z.enum(checkParts),
  /** English, for support. */
  detail: z.string(),
});
export type CheckFinding = z.infer<typeof checkFindingSchema>;

const progressSchema = z.object({ done: z.int(), total: z.int() });
export type CheckProgress = z.infer<typeof progressSchema>;

/** Composer → support host. One piece of work at a time; to take it back, the process is ended. */
export const toSupportHostSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('check'), dataFolder: z.string() }),
  /** `facts`: what only the running application knows. */
  z.object({ kind: z.literal('export'), dataFolder: z.string(), file: z.string(), facts: z.json() }),
]);
export type ToSupportHost = z.infer<typeof toSupportHostSchema>;

/** Support host → composer. */
export const fromSupportHostSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('progress'), progress: progressSchema }),
  z.object({ kind: z.literal('checked'), findings: z.array(checkFindingSchema) }),
  z.object({ kind: z.literal('exported'), file: z.string(), sizeBytes: z.int() }),
  z.object({ kind: z.literal('failed'), fault: faultSchema }),
]);
export type FromSupportHost = z.infer<typeof fromSupportHostSchema>;

/** What a window shows of that work. */
export const supportViewSchema = z.object({
  work: z.enum(['none', 'check', 'export']),
  progress: progressSchema.nullable(),
  /** Of the last check that came to its end. */
  checked: z.object({ at: z.string(), findings: z.array(checkFindingSchema) }).nullable(),
  exported: z.object({ at: z.string(), file: z.string(), sizeBytes: z.int() }).nullable(),
  fault: faultSchema.nullable(),
});
export type SupportView = z.infer<typeof supportViewSchema>;

export const supportCommandSchema = z.enum(['check', 'export', 'cancel']);
export type SupportCommand = z.infer<typeof supportCommandSchema>;

/** What the application knows of itself. */
export const aboutSchema = z.object({ electron: z.string(), chromium: z.string() });
export type About = z.infer<typeof aboutSchema>;
