import { z } from 'zod';
import { shortTextSchema } from './identifiers.ts';
import { amountMinorSchema, currencySchema } from './money.ts';
import { sessionNameSchema } from './sessions.ts';
import { readSpreadsheetFields, spreadsheetFields } from './spreadsheet.ts';

/** Why a file of members cannot be read at all. */
export const memberFileFlaws = [
  'EMPTY',
  'WORKBOOK',
  'NOT_TEXT',
  'TOO_LARGE',
  'NO_HEADINGS',
  'NO_PERSON_COLUMN',
  'COLUMN_TWICE',
  'QUOTES',
] as const;
export type MemberFileFlaw = (typeof memberFileFlaws)[number];

/** Why one row of it cannot be imported. */
export const memberRowFlaws = [
  'TOO_MANY_CELLS',
  'NO_PERSON',
  'PERSON_SHORTENED',
  'PERSON_TWICE',
  'TEXT_TOO_LONG',
  'NO_NAME',
  'TYPE_UNKNOWN',
  'ALLERGEN_UNKNOWN',
  'LIMIT_UNREADABLE',
  'TAG_UNREADABLE',
  'TAG_TWICE',
  'TAG_IN_USE',
  'YES_OR_NO',
  'CREDIT_NOT_SAID',
  'MEMBER_UNKNOWN',
  'MEMBER_AMBIGUOUS',
] as const;
export type MemberRowFlaw = (typeof memberRowFlaws)[number];

/** What a row says of somebody, in the words of the file's columns. */
export const memberFacts = [
  'name',
  'class',
  'type',
  'MIS ID',
  'UPN',
  'allergens',
  'daily limit',
  'tag',
  'meal credit',
] as const;
export type MemberFact = (typeof memberFacts)[number];

/** What whoever has a yes in the column of free meals is entitled to (R93–R99). */
export const importedCreditSchema = z
  .object({
    title: shortTextSchema,
    amountMinor: amountMinorSchema.min(1),
    /** Crontab of five fields by the clock on the wall, at most once a day (R94, Q37). */
    creditApply: z.string().min(1).max(100),
    expiryDurationDays: z.int().min(1).max(3_660),
    validSessions: z.array(sessionNameSchema).min(1).max(20).optional(),
    sweepAfterSession: z.boolean().optional(),
  })
  .meta({ id: 'ImportedCredit' });
export type ImportedCredit = z.infer<typeof importedCreditSchema>;

export const memberImportRequestSchema = z
  .object({
    editionId: z.int().min(1),
    ...spreadsheetFields,
    credit: importedCreditSchema.optional(),
  })
  .meta({ id: 'MemberImportRequest' });
export type MemberImportRequest = z.infer<typeof memberImportRequestSchema>;

const memberImportRowSchema = z
  .object({
    /** Of the file, from 1. */
    line: z.int().min(1),
    /** The number by which the row says who it is; null where it says nothing. */
    person: z.string().nullable(),
    name: z.string(),
    memberId: z.string().nullable(),
    outcome: z.enum(['to-make', 'to-change', 'made', 'changed', 'unchanged', 'flawed']),
    /** What of it is new. */
    facts: z.array(z.enum(memberFacts)),
    /** Null unless it is flawed. */
    flaw: z.enum(memberRowFlaws).nullable(),
    /** What to do about the flaw, for a person. */
    advice: z.string().nullable(),
  })
  .meta({ id: 'MemberImportRow' });
export type MemberImportRow = z.infer<typeof memberImportRowSchema>;

const count = z.int().min(0);

export const memberImportAnswerSchema = z
  .object({
    editionId: z.int(),
    currency: currencySchema,
    ...readSpreadsheetFields,
    /** Null unless nothing of the file could be read. */
    flaw: z.object({ code: z.enum(memberFileFlaws), line: z.int().nullable(), advice: z.string() }).nullable(),
    /** Headings that mean nothing here: what stands under them is not imported. */
    ignoredColumns: z.array(z.string()),
    rows: z.array(memberImportRowSchema),
    /** In the preview what would be, after the import what was. */
    totals: z.object({
      rows: count,
      made: count,
      changed: count,
      unchanged: count,
      tags: count,
      credits: count,
      flawed: count,
    }),
    /** Whether anything was or would be imported: never while anything is flawed. */
    importable: z.boolean(),
  })
  .meta({ id: 'MemberImportAnswer' });
export type MemberImportAnswer = z.infer<typeof memberImportAnswerSchema>;
