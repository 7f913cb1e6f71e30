import { z } from 'zod';
import { assignmentIdSchema, journalIdSchema, shortTextSchema } from './identifiers.ts';
import { amountMinorSchema, currencySchema } from './money.ts';
import { editionModes } from './words.ts';

/** A key of the edition: 16 bytes in hex, one per `keySetId` (one byte on the tag). */
export const keySetSchema = z
  .object({ id: z.int().min(0).max(255), keyHex: z.string().regex(/^[0-9A-Fa-f]{32}$/) })
  .meta({ id: 'KeySet' });
export type KeySet = z.infer<typeof keySetSchema>;

export const editionLimitsSchema = z
  .object({
    /** Highest balance a tag may hold. */
    maximumBalanceMinor: amountMinorSchema,
    maximumTopUpMinor: amountMinorSchema,
    maximumPurchaseMinor: amountMinorSchema,
  })
  .meta({ id: 'EditionLimits' });

export const editionSchema = z
  .object({
    id: z.int().min(1).max(0xffff_ffff),
    name: shortTextSchema,
    mode: z.enum(editionModes),
    currency: currencySchema,
    /** IANA name. */
    timeZone: z.string().min(1).max(64),
    limits: editionLimitsSchema,
    /** The last one is used for newly issued tags. */
    keySets: z.array(keySetSchema).min(1),
  })
  .meta({ id: 'Edition' });
export type Edition = z.infer<typeof editionSchema>;

export const enrolmentRequestSchema = z
  .object({
    code: z.string().trim().min(1).max(64),
    terminalName: shortTextSchema,
    journalId: journalIdSchema,
  })
  .meta({ id: 'EnrolmentRequest' });

export const enrolmentAnswerSchema = z
  .object({
    terminalId: shortTextSchema,
    assignmentId: assignmentIdSchema,
    /** 256 random bits; the only time it is shown. */
    token: z.string().min(40).max(100),
    edition: editionSchema,
  })
  .meta({ id: 'EnrolmentAnswer' });
export type EnrolmentAnswer = z.infer<typeof enrolmentAnswerSchema>;
